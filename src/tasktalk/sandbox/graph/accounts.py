"""The WhatsApp Business Account: its numbers, its subscriber, its templates (facts sheet sections 1.4, 6 and 7)."""

from typing import Any

from tasktalk.sandbox.asgi import SUCCESS, Answer, Call, encode
from tasktalk.sandbox.errors import MetaError, no_such_object
from tasktalk.sandbox.graph import many_templates, templates
from tasktalk.sandbox.graph.callbacks import check_callback
from tasktalk.sandbox.graph.fields import page, pick
from tasktalk.sandbox.graph.numbers import DEFAULT_FIELDS, describe_number
from tasktalk.sandbox.shapes import get_text
from tasktalk.sandbox.world import World

_NOT_SIMULATED = ("flows", "signups", "migrate_flows")
_DEFAULT = ("name", "currency", "timezone_id", "message_template_namespace")


async def handle(world: World, call: Call, parts: list[str]) -> Answer:  # noqa: PLR0911  (one an edge)
    """Everything under the account id."""
    match (call.method, parts[1:]):
        case ("GET", []):
            return encode(pick(_describe(world), call.query.get("fields", ""), default=_DEFAULT))
        case ("GET", ["phone_numbers"]):
            shown = pick(describe_number(world), call.query.get("fields", ""), default=DEFAULT_FIELDS)
            return encode(page([shown, *world.get_document("added_numbers", [])], call))
        case ("POST", ["phone_numbers"]):
            return await _add_number(world, await call.params())
        case (_, ["subscribed_apps"]):
            return await _subscribed(world, call)
        case (_, ["message_templates"]):
            return await templates.handle_all(world, call)
        case ("POST", ["message_templates", ("archive" | "unarchive") as edge]):
            return await many_templates.archive(world, call, back=edge == "unarchive")
        case ("POST", ["migrate_message_templates"]):
            return await many_templates.migrate(world, call)
        case ("POST", ["upsert_message_templates"]):
            return await many_templates.upsert(world, call)
    if len(parts) > 1 and parts[1] in _NOT_SIMULATED:
        raise MetaError(100, f"'{parts[1]}' is not simulated.")
    raise no_such_object("/".join(parts))


def _describe(world: World) -> dict[str, Any]:
    config = world.config
    return {
        "id": config.waba_id,
        "name": config.business_name,
        "currency": "USD",
        "timezone_id": "1",
        "country": "US",
        "message_template_namespace": f"ns_{config.waba_id}",
        "account_review_status": "APPROVED",
        "business_verification_status": "verified",
        "ownership_type": "SELF",
        "status": "ACTIVE",
        "health_status": describe_number(world)["health_status"],
    }


async def _add_number(world: World, params: dict[str, Any]) -> Answer:
    """A number that is listed and waits for its code for ever: the simulated account has one that works."""
    number = get_text(params, "phone_number", "")
    kept = world.get_document("added_numbers", [])
    new = {
        "verified_name": get_text(params, "verified_name", ""),
        "display_phone_number": f"+{str(params.get('country_code') or params.get('cc') or '').lstrip('+')} {number}",
        "code_verification_status": "NOT_VERIFIED",
        "id": str(int(world.config.phone_number_id) + 1 + len(kept)),
    }
    world.put_document("added_numbers", [*kept, new])
    await world.store.committed()
    return encode({"id": new["id"]})


async def _subscribed(world: World, call: Call) -> Answer:
    """Whether the app gets the account's webhooks, and where; an empty POST takes an override back."""
    kept = world.get_document("subscribed_apps", {})
    if call.method == "GET":
        if kept is None:
            return encode({"data": []})
        app = {"id": world.config.app_id, "name": world.config.business_name, "link": "https://localhost/"}
        return encode({"data": [{"whatsapp_business_api_data": app} | kept]})
    if call.method == "DELETE":
        world.put_document("subscribed_apps", None)
    elif call.method == "POST":
        params = await call.params()
        url = str(params.get("override_callback_uri") or "")
        if url:
            await check_callback(world, url, str(params.get("verify_token") or ""))
        world.put_document("subscribed_apps", {"override_callback_uri": url} if url else {})
    else:
        raise no_such_object(f"{world.config.waba_id}/subscribed_apps")
    await world.store.committed()
    return SUCCESS
