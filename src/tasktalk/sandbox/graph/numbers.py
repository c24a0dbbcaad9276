"""The phone number and what hangs on it: media, profile, settings, QR codes, blocks (facts sheet sections 5 and 7)."""

import asyncio
import secrets
import string
from typing import Any

import segno
from starlette.datastructures import UploadFile

from tasktalk.sandbox.asgi import SUCCESS, Answer, Call, encode
from tasktalk.sandbox.errors import MetaError, no_such_object
from tasktalk.sandbox.graph.callbacks import check_callback
from tasktalk.sandbox.graph.fields import pick
from tasktalk.sandbox.media import UPLOADED_SECONDS, check_upload
from tasktalk.sandbox.shapes import get_text, need
from tasktalk.sandbox.world import World

_DEFAULT = (
    "verified_name", "display_phone_number", "quality_rating", "code_verification_status", "platform_type", "throughput",
    "webhook_configuration",
)  # fmt: skip
_PIN_DIGITS = 6
_CODE = "123456"
_CODE_LETTERS = 14
_PREFILLED = 140
_BLOCKS_A_CALL = 1000
_PROFILE = {"about": 139, "address": 256, "description": 512, "email": 128, "vertical": 64, "profile_picture_handle": 0}
_NOT_SIMULATED = ("calls", "call_permissions", "groups", "username_suggestions", "marketing_messages")


async def handle(world: World, call: Call, parts: list[str]) -> Answer:
    """Everything under the phone number id but `messages`."""
    edge = parts[1] if len(parts) > 1 else ""
    match (call.method, edge):
        case ("GET", ""):
            return encode(pick(describe_number(world), call.query.get("fields", ""), default=_DEFAULT))
        case ("POST", ""):
            return await _change(world, call)
        case ("POST", "media"):
            return await _upload(world, call)
        case ("POST", "register"):
            return await _register(world, call)
        case ("POST", "deregister"):
            return await _set(world, "registered", value=False)
        case ("POST", "request_code"):
            return _request_code(await call.params())
        case ("POST", "verify_code"):
            if (await call.params()).get("code") != _CODE:
                raise MetaError(136025, f"The code is wrong; here it is always {_CODE}.")
            return SUCCESS
        case ("GET", "whatsapp_business_profile"):
            return encode({"data": [_profile(world)]})
        case ("POST", "whatsapp_business_profile"):
            return await _change_profile(world, await call.params())
        case (_, "message_qrdls"):
            return await _qr_codes(world, call, parts[2:])
        case (_, "block_users"):
            return await _blocks(world, call)
        case (_, "settings" | "whatsapp_commerce_settings" | "conversational_automation" | "username"):
            return await _document(world, call, edge)
        case (_, "whatsapp_business_encryption"):
            return await _document(world, call, edge)
    if edge in _NOT_SIMULATED:
        raise MetaError(100, f"'{edge}' is not simulated.")
    raise no_such_object("/".join(parts))


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
        "status": "CONNECTED" if world.get_document("registered", default=True) else "DISCONNECTED",
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


async def _set(world: World, key: str, *, value: Any) -> Answer:
    world.put_document(key, value)
    await world.store.committed()
    return SUCCESS


async def _change(world: World, call: Call) -> Answer:
    """A PIN, a display name or a webhook override."""
    params = await call.params()
    if "pin" in params:
        return await _set(world, "pin", value=_pin(params))
    if "webhook_configuration" in params:
        override = params["webhook_configuration"]
        if not isinstance(override, dict):
            raise MetaError(100, "Param webhook_configuration must be a JSON object.")
        url = override.get("override_callback_uri") or ""
        if url:
            await check_callback(world, url, str(override.get("verify_token") or ""))
        return await _set(world, "number_webhook", value={"override_callback_uri": url} if url else {})
    if "new_display_name" in params:
        return await _set(world, "verified_name", value=get_text(params, "new_display_name", ""))
    raise need("pin, webhook_configuration or new_display_name")


def _pin(params: dict[str, Any]) -> str:
    pin = str(params.get("pin", ""))
    if not pin.isdigit() or len(pin) != _PIN_DIGITS:
        raise MetaError(100, f"Param pin must be {_PIN_DIGITS} digits.")
    return pin


async def _register(world: World, call: Call) -> Answer:
    pin = _pin(await call.params())
    known = world.get_document("pin", "")
    if known and known != pin:
        raise MetaError(133005, "The PIN is not the one that was set.")
    world.put_document("pin", pin)
    return await _set(world, "registered", value=True)


def _request_code(params: dict[str, Any]) -> Answer:
    if params.get("code_method") not in ("SMS", "VOICE"):
        raise MetaError(136024, "Param code_method must be one of {SMS, VOICE}.")
    return SUCCESS


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


def _profile(world: World) -> dict[str, Any]:
    profile: dict[str, Any] = {"messaging_product": "whatsapp", "about": "", "vertical": "UNDEFINED"}
    return profile | world.get_document("profile", {})


async def _change_profile(world: World, params: dict[str, Any]) -> Answer:
    changes = {name: params[name] for name in (*_PROFILE, "websites") if name in params}
    for name, most in _PROFILE.items():
        if changes.get(name):
            get_text(changes, name, "", most=most)
    websites = changes.get("websites")
    if websites is not None and (not isinstance(websites, list) or len(websites) > 2):  # noqa: PLR2004  (Meta's)
        raise MetaError(100, "Param websites must be an array of two URLs at most.")
    return await _set(world, "profile", value=world.get_document("profile", {}) | changes)


async def _document(world: World, call: Call, edge: str) -> Answer:
    """Settings that are kept and shown as they were given."""
    kept = world.get_document(edge, {})
    if call.method == "GET":
        if edge in ("whatsapp_commerce_settings", "whatsapp_business_encryption"):
            standard = {"id": world.config.phone_number_id}
            if edge == "whatsapp_commerce_settings":
                standard |= {"is_cart_enabled": True, "is_catalog_visible": False}
            return encode({"data": [standard | kept]})
        return encode(kept)
    if call.method == "DELETE":
        return await _set(world, edge, value={})
    params = await call.params()
    given = {
        name: value == "true" if value in ("true", "false") else value
        for name, value in params.items()
        if name not in ("messaging_product", "access_token")
    }
    return await _set(world, edge, value=kept | given)


async def _qr_codes(world: World, call: Call, rest: list[str]) -> Answer:
    codes: dict[str, str] = dict(world.get_document("qr_codes", {}))
    params = await call.params()
    code = rest[0] if rest else str(params.get("code", ""))
    if code and code not in codes:
        raise no_such_object(code)
    if call.method == "GET":
        shown = [code] if code else list(codes)
        return encode({"data": [_describe_qr(world, one, codes[one], params.get("fields", "")) for one in shown]})
    if call.method == "DELETE":
        del codes[code or ""]
        return await _set(world, "qr_codes", value=codes)
    message = get_text(params, "prefilled_message", "", most=_PREFILLED)
    if not code:
        letters = string.ascii_uppercase + string.digits
        code = "".join(secrets.choice(letters) for _ in range(_CODE_LETTERS))
    codes[code] = message
    await _set(world, "qr_codes", value=codes)
    wanted = params.get("generate_qr_image")
    fields = f"qr_image_url.format({wanted})" if wanted else ""
    return encode(_describe_qr(world, code, message, fields))


def _describe_qr(world: World, code: str, message: str, fields: str) -> dict[str, Any]:
    link = f"https://wa.me/message/{code}"
    shown = {"code": code, "prefilled_message": message, "deep_link_url": link}
    if "qr_image_url" in str(fields):
        shown["qr_image_url"] = segno.make(link).svg_data_uri()
    return shown


async def _blocks(world: World, call: Call) -> Answer:
    blocked: list[str] = list(world.get_document("blocked", []))
    if call.method == "GET":
        users = [{"messaging_product": "whatsapp", "wa_id": wa_id} for wa_id in blocked]
        return encode({"data": users, "paging": {"cursors": {"before": "", "after": ""}}})
    given = (await call.params()).get("block_users")
    if not isinstance(given, list) or not 1 <= len(given) <= _BLOCKS_A_CALL:
        raise MetaError(100, f"Param block_users must be an array of 1 to {_BLOCKS_A_CALL} users.")
    done: list[dict[str, str]] = []
    failed: list[dict[str, Any]] = []
    for user in given:
        name = str(user.get("user") or user.get("user_id") or "") if isinstance(user, dict) else ""
        digits = "".join(filter(str.isdigit, name)) if isinstance(user, dict) and "user" in user else ""
        person = world.chats.find_person(wa_id=digits, user_id=name) if name else None
        if person is None or (call.method == "POST" and not world.is_window_open(person)):
            error = {
                "message": "Failed to block/unblock",
                "code": 139101,
                "error_data": {"details": "Not a recent writer."},
            }
            failed.append({"input": name, "errors": [error]} | ({"wa_id": digits} if digits else {}))
            continue
        blocked = [wa_id for wa_id in blocked if wa_id != person.wa_id]
        blocked += [person.wa_id] if call.method == "POST" else []
        done.append({"input": name, "wa_id": person.wa_id, "user_id": person.user_id})
    world.put_document("blocked", blocked)
    await asyncio.shield(world.store.committed())
    name = "added_users" if call.method == "POST" else "removed_users"
    result: dict[str, Any] = {name: done} | ({"failed_users": failed} if failed else {})
    return encode({"messaging_product": "whatsapp", "block_users": result})
