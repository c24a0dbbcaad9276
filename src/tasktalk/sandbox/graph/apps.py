"""The app: its webhook subscription, its upload sessions and its tokens (facts sheet 1.4, 6 and 7.3)."""

import secrets
import time
from hmac import compare_digest
from typing import Any

from tasktalk.sandbox.asgi import SUCCESS, Answer, Call, encode
from tasktalk.sandbox.errors import MetaError, bad_token, no_such_object
from tasktalk.sandbox.graph.callbacks import check_callback
from tasktalk.sandbox.shapes import get_text
from tasktalk.sandbox.world import World

_SCOPES = ["whatsapp_business_management", "whatsapp_business_messaging"]
_OBJECT = "whatsapp_business_account"
_FIELDS = (  # of an app that was told nothing else
    "messages", "message_template_status_update", "message_template_quality_update",
    "message_template_components_update", "template_category_update", "phone_number_name_update",
    "phone_number_quality_update", "account_update", "account_review_update", "account_alerts",
    "business_capability_update", "security", "user_preferences",
)  # fmt: skip


async def handle(world: World, call: Call, parts: list[str]) -> Answer:
    """Everything under the app id."""
    match (call.method, parts[1:]):
        case ("GET", []):
            return encode({"id": world.config.app_id, "name": world.config.business_name, "link": "https://localhost/"})
        case ("POST", ["subscriptions"]):
            return await _subscribe(world, await call.params())
        case ("GET", ["subscriptions"]):
            kept = world.get_document("subscription", {})
            fields = [{"name": name, "version": "v26.0"} for name in kept.get("fields", _FIELDS)]
            shown = {"object": _OBJECT, "callback_url": kept.get("callback_url", ""), "active": True, "fields": fields}
            return encode({"data": [shown]})
        case ("DELETE", ["subscriptions"]):
            world.put_document("subscription", {"callback_url": ""})
            await world.store.committed()
            return SUCCESS
        case ("POST", ["uploads"]):
            return await _open_upload(world, await call.params())
    raise no_such_object("/".join(parts))


async def _subscribe(world: World, params: dict[str, Any]) -> Answer:
    if params.get("object") != _OBJECT:
        raise MetaError(100, f"Param object must be {_OBJECT}.")
    url = get_text(params, "callback_url", "")
    await check_callback(world, url, get_text(params, "verify_token", ""))
    fields = params.get("fields") or "messages"
    names = fields if isinstance(fields, list) else str(fields).split(",")
    world.put_document("subscription", {"callback_url": url, "fields": names})
    await world.store.committed()
    return SUCCESS


async def get_access_token(world: World, call: Call) -> Answer:
    """An app token for the app's credentials; a code of embedded signup is exchanged for the business token."""
    params, config = await call.params(), world.config
    secret = str(params.get("client_secret", ""))
    if str(params.get("client_id")) != config.app_id or not compare_digest(secret.encode(), config.app_secret.encode()):
        raise MetaError(101, "client_id or client_secret is wrong.", title="Error validating application.")
    token = config.access_token if params.get("code") else f"{config.app_id}|{config.app_secret}"
    return encode({"access_token": token, "token_type": "bearer"})


async def debug_token(world: World, call: Call) -> Answer:
    """What is known about a token; one that is not valid gets 200 all the same."""
    config, params = world.config, await call.params()
    given = str(params.get("input_token", ""))
    asking = str(params.get("access_token") or call.header(b"authorization").partition(" ")[2].strip())
    app_token = f"{config.app_id}|{config.app_secret}"
    if asking not in (app_token, given):
        raise bad_token("Ask with the app's token or with the token itself.")
    if given == app_token:
        return encode({"data": {"app_id": config.app_id, "type": "APP", "application": config.business_name,
                                "is_valid": True, "scopes": []}})  # fmt: skip
    valid = compare_digest(given.encode(), config.access_token.encode()) and not world.faults.token_expired
    if not valid:
        error = {"code": 190, "message": "Error validating access token: Session has expired.", "subcode": 463}
        return encode({"data": {"app_id": config.app_id, "is_valid": False, "scopes": [], "error": error}})
    return encode(
        {
            "data": {
                "app_id": config.app_id,
                "type": "SYSTEM_USER",
                "application": config.business_name,
                "is_valid": True,
                "issued_at": int(time.time()) - 3600,
                "expires_at": 0,
                "data_access_expires_at": 0,
                "scopes": _SCOPES,
                "granular_scopes": [{"scope": scope, "target_ids": [config.waba_id]} for scope in _SCOPES],
                "user_id": f"1{config.app_id}",
            }
        }
    )


async def _open_upload(world: World, params: dict[str, Any]) -> Answer:
    try:
        length = int(params.get("file_length", ""))
    except ValueError as error:
        raise MetaError(100, "Param file_length must be an integer.") from error
    session = f"upload:{secrets.token_urlsafe(18)}"
    kind = get_text(params, "file_type", "")
    world.put_document(session, {"length": length, "type": kind, "received": 0})
    await world.store.committed()
    return encode({"id": session})


async def upload(world: World, call: Call, parts: list[str]) -> Answer:
    """An upload session: its bytes (header file_offset) for a handle, or how far it has come."""
    session = world.get_document(parts[0], None)
    if session is None or len(parts) > 1:
        raise no_such_object(parts[0])
    if call.method == "GET":
        return encode({"id": parts[0], "file_offset": session["received"]})
    offset = call.header(b"file_offset")
    if offset != str(session["received"]):
        raise MetaError(100, f"The header file_offset has to be {session['received']}.")
    received = session["received"] + len(await call.body())
    world.put_document(parts[0], session | {"received": received})
    await world.store.committed()
    if received < session["length"]:
        return encode({"id": parts[0], "file_offset": received})
    return encode({"h": f"4:{secrets.token_urlsafe(24)}:{session['type']}"})
