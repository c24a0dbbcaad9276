"""The phone number and what hangs on it: media, registration, profile, settings (facts sheet sections 5 and 7)."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.datastructures import UploadFile

from tasktalk.sandbox.asgi import SUCCESS, Answer, Call, encode
from tasktalk.sandbox.errors import MetaError, no_such_object
from tasktalk.sandbox.graph import blocks, qr_codes, registration
from tasktalk.sandbox.graph.callbacks import check_callback
from tasktalk.sandbox.graph.fields import pick
from tasktalk.sandbox.media import UPLOADED_SECONDS, check_upload
from tasktalk.sandbox.shapes import get_text, need
from tasktalk.sandbox.world import World

DEFAULT_FIELDS = (
    "verified_name", "display_phone_number", "quality_rating", "code_verification_status", "platform_type",
    "throughput", "webhook_configuration",
)  # fmt: skip
_PROFILE = {"about": 139, "address": 256, "description": 512, "email": 128, "vertical": 64, "profile_picture_handle": 0}
_KEPT = (
    "settings", "whatsapp_commerce_settings", "conversational_automation", "username", "whatsapp_business_encryption",
)  # fmt: skip
_NOT_SIMULATED = ("calls", "call_permissions", "groups", "marketing_messages")


async def handle(world: World, call: Call, parts: list[str]) -> Answer:
    """Everything under the phone number id but `messages`."""
    edge = parts[1] if len(parts) > 1 else ""
    if edge == "message_qrdls":
        return await qr_codes.handle(world, call, parts[2:])
    if edge in _KEPT:
        return await _document(world, call, edge)
    if edge in _NOT_SIMULATED:
        raise MetaError(100, f"'{edge}' is not simulated.")
    if (call.method, edge) == ("GET", "username_suggestions"):
        name = re.sub(r"\W+", "_", world.config.business_name.lower())
        return encode({"data": [{"username_suggestions": [name, f"{name}_app"]}]})
    handler = _EDGES.get((call.method, edge)) or _EDGES.get(("", edge))
    if handler is None or len(parts) > 2:  # noqa: PLR2004  (id and edge)
        raise no_such_object("/".join(parts))
    return await handler(world, call)


def describe_number(world: World) -> dict[str, Any]:
    """Every field we know of a phone number (section 7.1)."""
    config = world.config
    callbacks: dict[str, Any] = {}
    for level, document in (("phone_number", "number_webhook"), ("whatsapp_business_account", "subscribed_apps")):
        override = (world.get_document(document, {}) or {}).get("override_callback_uri")
        if override:
            callbacks[level] = override
    callbacks["application"] = world.get_document("subscription", {}).get("callback_url", "")
    entity = {"can_send_message": "AVAILABLE"}
    return {
        "id": config.phone_number_id,
        "display_phone_number": config.display_phone_number,
        "verified_name": world.get_document("verified_name", config.business_name),
        "name_status": "APPROVED",
        "new_name_status": "NONE",
        "quality_rating": "GREEN",
        "quality_score": {"score": "GREEN"},
        "status": "CONNECTED" if world.get_document(registration.REGISTERED, default=True) else "DISCONNECTED",
        "code_verification_status": "VERIFIED",
        "account_mode": "LIVE",
        "platform_type": "CLOUD_API",
        "throughput": {"level": "STANDARD"},
        "is_pin_enabled": bool(world.get_document("pin", "")),
        "is_official_business_account": False,
        "is_on_biz_app": False,
        "is_preverified_number": False,
        "search_visibility": "VISIBLE",
        "eligibility_for_api_business_global_search": "NON_ELIGIBLE",
        "messaging_limit_tier": "TIER_250",
        "whatsapp_business_manager_messaging_limit": "TIER_250",
        "conversational_automation": world.get_document("conversational_automation", {}),
        "webhook_configuration": callbacks,
        "health_status": {
            "can_send_message": "AVAILABLE",
            "entities": [
                {"entity_type": "PHONE_NUMBER", "id": config.phone_number_id, **entity},
                {"entity_type": "WABA", "id": config.waba_id, **entity},
                {"entity_type": "BUSINESS", "id": f"9{config.waba_id}", **entity},
                {"entity_type": "APP", "id": config.app_id, **entity},
            ],
        },
    }


async def set_document(world: World, key: str, *, value: Any) -> Answer:
    """Change a piece of state and say so."""
    world.put_document(key, value)
    await world.store.committed()
    return SUCCESS


async def _change(world: World, call: Call) -> Answer:
    """A PIN, a display name or a webhook override."""
    params = await call.params()
    if "pin" in params:
        return await registration.set_pin(world, params)
    if "webhook_configuration" in params:
        override = params["webhook_configuration"]
        if not isinstance(override, dict):
            raise MetaError(100, "Param webhook_configuration must be a JSON object.")
        url = override.get("override_callback_uri") or ""
        if url:
            await check_callback(world, url, str(override.get("verify_token") or ""))
        return await set_document(world, "number_webhook", value={"override_callback_uri": url} if url else {})
    if "new_display_name" in params:
        return await set_document(world, "verified_name", value=get_text(params, "new_display_name", ""))
    raise need("pin, webhook_configuration or new_display_name")


async def _show(world: World, call: Call) -> Answer:
    return encode(pick(describe_number(world), call.query.get("fields", ""), default=DEFAULT_FIELDS))


async def _upload(world: World, call: Call) -> Answer:
    form = await call.form()
    file = form.get("file")
    if form.get("messaging_product") != "whatsapp":
        raise MetaError(100, "The parameter messaging_product is required and has to be 'whatsapp'.")
    if not isinstance(file, UploadFile):
        raise need("file")
    mime_type = str(form.get("type") or file.content_type or "")
    content = await file.read()
    check_upload(mime_type, len(content))
    now = int(world.now())
    medium = await world.media.add(
        content, mime_type=mime_type, filename=file.filename, now=now, seconds=UPLOADED_SECONDS
    )
    return encode({"id": medium.id})


async def _show_profile(world: World, _call: Call) -> Answer:
    profile: dict[str, Any] = {"messaging_product": "whatsapp", "about": "", "vertical": "UNDEFINED"}
    return encode({"data": [profile | world.get_document("profile", {})]})


async def _change_profile(world: World, call: Call) -> Answer:
    params = await call.params()
    changes = {name: params[name] for name in (*_PROFILE, "websites") if name in params}
    for name, most in _PROFILE.items():
        if changes.get(name):
            get_text(changes, name, "", most=most)
    websites = changes.get("websites")
    if websites is not None and (not isinstance(websites, list) or len(websites) > 2):  # noqa: PLR2004  (Meta's)
        raise MetaError(100, "Param websites must be an array of two URLs at most.")
    return await set_document(world, "profile", value=world.get_document("profile", {}) | changes)


async def _document(world: World, call: Call, edge: str) -> Answer:
    """Settings that are kept and shown as they were given."""
    kept = world.get_document(edge, {})
    if call.method == "GET":
        if edge in ("whatsapp_commerce_settings", "whatsapp_business_encryption"):
            standard: dict[str, Any] = {"id": world.config.phone_number_id}
            if edge == "whatsapp_commerce_settings":
                standard |= {"is_cart_enabled": True, "is_catalog_visible": False}
            return encode({"data": [standard | kept]})
        return encode(kept)
    if call.method == "DELETE":
        return await set_document(world, edge, value={})
    params = await call.params()
    given = {
        name: value == "true" if value in ("true", "false") else value
        for name, value in params.items()
        if name not in ("messaging_product", "access_token")
    }
    return await set_document(world, edge, value=kept | given)


_EDGES: dict[tuple[str, str], Callable[[World, Call], Awaitable[Answer]]] = {
    ("GET", ""): _show,
    ("POST", ""): _change,
    ("POST", "media"): _upload,
    ("POST", "register"): registration.register,
    ("POST", "deregister"): registration.deregister,
    ("POST", "request_code"): registration.request_code,
    ("POST", "verify_code"): registration.verify_code,
    ("GET", "whatsapp_business_profile"): _show_profile,
    ("POST", "whatsapp_business_profile"): _change_profile,
    ("", "block_users"): blocks.handle,
}
