"""Blocking people (facts sheet 7.2)."""

from typing import Any

from tasktalk.sandbox.asgi import Answer, Call, encode
from tasktalk.sandbox.errors import MetaError
from tasktalk.sandbox.world import World

_BLOCKS_A_CALL = 1000


async def handle(world: World, call: Call) -> Answer:
    """GET, POST (block) and DELETE (unblock)."""
    blocked: list[str] = list(world.get_document("blocked", []))
    if call.method == "GET":
        people = [world.chats.get_person(wa_id) for wa_id in blocked]
        users = [
            {"messaging_product": "whatsapp", "input": one.wa_id, "wa_id": one.wa_id, "user_id": one.user_id}
            for one in people
        ]
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
    await world.store.committed()
    name = "added_users" if call.method == "POST" else "removed_users"
    result: dict[str, Any] = {name: done} | ({"failed_users": failed} if failed else {})
    return encode({"messaging_product": "whatsapp", "block_users": result})
