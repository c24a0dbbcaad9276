"""The people of the phone page: their list, and what they may change about themselves."""

import json
from typing import Any

import msgspec

from tasktalk.sandbox.asgi import Answer, decode_object, encode
from tasktalk.sandbox.chats import Person
from tasktalk.sandbox.errors import MetaError
from tasktalk.sandbox.webhooks import MESSAGES, escape
from tasktalk.sandbox.world import World

_WA_ID_DIGITS = range(5, 21)


def get_owner(world: World, text: str) -> Person:
    """The person with this number, made up if nobody has it yet; raises MetaError 100 for what is no number."""
    wa_id = text.lstrip("+")
    person = world.chats.people.get(wa_id)
    if person is not None:
        return person
    if not wa_id.isascii() or not wa_id.isdigit() or len(wa_id) not in _WA_ID_DIGITS:
        raise MetaError(100, f"'{text}' is not a phone number.")
    return world.chats.get_person(wa_id)


def describe(person: Person) -> dict[str, Any]:
    """A person for the phone page's list."""
    last = person.items[-1] if person.items else None
    return {
        "name": person.name,
        "wa_id": person.wa_id,
        "user_id": person.user_id,
        "username": person.username,
        "unread": person.unread,
        "last_message": msgspec.Raw(last.as_json()) if last is not None else None,
    }


def list_phones(world: World) -> Answer:
    """Everybody; whoever spoke or was spoken to last comes first, people of the configuration before strangers."""
    order = {phone.wa_id: number for number, phone in enumerate(world.config.phones)}

    def rank(person: Person) -> tuple[int, int]:
        return -(person.items[-1].seq if person.items else 0), order.get(person.wa_id, len(order))

    people = sorted(world.chats.people.values(), key=rank)
    business = {"name": world.config.business_name, "display_phone_number": world.config.display_phone_number}
    return encode({"business": business, "phones": [describe(person) for person in people]})


async def change_person(world: World, person: Person, body: bytes) -> Answer:
    """A new name, username or number."""
    changes = decode_object(body)
    for name in changes:
        if name not in ("name", "username", "wa_id"):
            raise MetaError(100, f"'{name}' cannot be changed; name, username and wa_id can.")
    if "name" in changes:
        person.name = str(changes["name"])[:255]
    if "username" in changes:
        person.username = None if changes["username"] is None else str(changes["username"])
    world.chats.save(person)
    if "wa_id" in changes:
        await _change_number(world, person, str(changes["wa_id"]))
    await world.store.committed()
    return encode(describe(person))


async def _change_number(world: World, person: Person, wa_id: str) -> None:
    if wa_id in world.chats.people:
        raise MetaError(100, f"Somebody has the number {wa_id} already.")
    old_number, old_id = person.wa_id, person.user_id
    stranger = get_owner(world, wa_id)  # checks the number and makes up the new id
    world.chats.rename(person, wa_id=wa_id, user_id=stranger.user_id)
    system = {
        "type": "user_changed_number",
        "body": f"{person.name} changed from {old_number} to {wa_id}",
        "wa_id": wa_id,
        "user_id": person.user_id,
        "previous_user_id": old_id,
    }
    content = {"from": old_number, "timestamp": str(int(world.now())), "type": "system", "system": system}
    message = json.dumps({"type": "system", "system": system}).encode()
    item = world.chats.new_item(
        person, direction="in", at=int(world.now()), status="sent", kind="system", message=message
    )
    delivery = world.deliveries.new(
        lane=wa_id, part=MESSAGES, content=escape(content | {"id": item.id}), item_id=item.id
    )
    await world.store.committed()
    world.chats.show(person, item)
    world.deliveries.start([delivery])
