"""Many templates at once: archived, compared, migrated; authentication in several languages (facts sheet 6, 11.3)."""

import time
from typing import Any

import msgspec

from tasktalk.sandbox.asgi import Answer, Call, encode
from tasktalk.sandbox.errors import MetaError
from tasktalk.sandbox.shapes import get_list, get_text, need
from tasktalk.sandbox.template_rules import check_components, write_code
from tasktalk.sandbox.templates import REVIEW_SECONDS, Template
from tasktalk.sandbox.world import World

_MOST = 100
_AUTHENTICATION = "AUTHENTICATION"


async def archive(world: World, call: Call, *, back: bool) -> Answer:
    """POST .../archive and .../unarchive of up to a hundred `hsm_ids`."""
    ids = _split((await call.params()).get("hsm_ids"), "hsm_ids")
    if len(ids) > _MOST:
        raise MetaError(100, f"Param hsm_ids may hold {_MOST} ids at most.")
    before, after, done = ("ARCHIVED", "APPROVED", "unarchived") if back else ("APPROVED", "ARCHIVED", "archived")
    moved, failed = list[str](), dict[str, str]()
    for each in ids:
        template = world.templates.find(each)
        if template is None or template.status != before:
            failed[each] = "There is no such template." if template is None else f"It is {template.status}."
            continue
        event = world.templates.set_status(template, after)
        await world.announce("message_template_status_update", event | ({"event": "UNARCHIVED"} if back else {}))
        moved.append(each)
    await world.store.committed()
    return encode({f"{done}_templates": moved, "failed_templates": failed or []})


def compare(world: World, call: Call, template: Template) -> Answer:
    """GET .../compare: how often each was sent; nobody has blocked anybody for one."""
    start, end = (_moment(call, name) for name in ("start", "end"))
    others = [world.templates.find(each) for each in _split(call.query.get("template_ids"), "template_ids")]
    if None in others:
        raise MetaError(100, "Param template_ids names a template that is not there.")
    sent = dict.fromkeys(((each.name, each.language) for each in (template, *others) if each), 0)
    sql = "select message from item where direction = 'out' and kind = 'template' and at between ? and ?"
    for (message,) in world.store.read(sql, start, end):
        said = msgspec.json.decode(message)["template"]
        key = (said["name"], said["language"]["code"])
        sent[key] = sent.get(key, 0) + 1
    ids = {each.id: sent[each.name, each.language] for each in (template, *others) if each}
    values = [{"key": key, "value": value} for key, value in ids.items()]
    metrics = [
        {"metric": "BLOCK_RATE", "type": "RELATIVE", "order_by_relative_metric": list(ids)},
        {"metric": "MESSAGE_SENDS", "type": "NUMBER_VALUES", "number_values": values},
        {"metric": "TOP_BLOCK_REASON", "type": "STRING_VALUES", "string_values": []},
    ]
    return encode({"data": metrics})


async def migrate(world: World, call: Call) -> Answer:
    """POST .../migrate_message_templates: the other account, whichever it is, has none that are not here."""
    source = get_text(await call.params(), "source_waba_id", "")
    if source == world.config.waba_id:
        raise MetaError(100, "Param source_waba_id must be another account.")
    return encode({"migrated_templates": [], "failed_templates": []})


async def upsert(world: World, call: Call) -> Answer:
    """POST .../upsert_message_templates: one of authentication, made or changed in all the `languages`."""
    params = await call.params()
    name, languages = get_text(params, "name", ""), get_list(params, "languages", "")
    if str(params.get("category") or "").upper() != _AUTHENTICATION:
        raise MetaError(100, f"Param category must be {_AUTHENTICATION}.")
    components = get_list(params, "components", "")
    check_components(components, category=_AUTHENTICATION, named=False)
    here = {each.language: each for each in world.templates.list_named(name)}
    shown: list[dict[str, Any]] = []
    for language in dict.fromkeys(map(str, languages)):
        template = here.get(language) or Template(
            id=world.templates.new_id(), name=name, language=language, status="PENDING", category=_AUTHENTICATION
        )
        template.components = write_code(components)
        template.status, template.review_at = "PENDING", time.time() + REVIEW_SECONDS
        world.templates.save(template)
        said = {"id": template.id, "status": template.status, "category": template.category, "language": language}
        shown.append(said)
    await world.store.committed()
    return encode({"data": shown})


def _split(given: object, name: str) -> list[str]:
    """Ids, as a list or with commas between them."""
    if not given:
        raise need(name)
    parts = given if isinstance(given, list) else str(given).split(",")
    return list(dict.fromkeys(str(part).strip() for part in parts))


def _moment(call: Call, name: str) -> int:
    value = call.query.get(name, "")
    if not value.isdecimal():
        raise MetaError(100, f"Param {name} must be a time in seconds.")
    return min(int(value), 2**62)
