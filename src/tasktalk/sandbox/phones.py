"""The phone API: what a person's thumb can do, by program.

POST /phones/{wa_id}/messages      a WhatsApp message object without id, from, timestamp -> {"id"}
GET  /phones/{wa_id}/messages      ?after=ID &wait=SECONDS &direction=in|out -> {"messages": [...]}, oldest first
GET  /phones/{wa_id}/events        server-sent events: message, status, typing {"on"}, reset
POST /phones/{wa_id}/read          {"id"?}: the person has seen the chat up to there -> read statuses
POST /phones/{wa_id}/media         raw body -> {"id"}; GET .../media/{id} shows any media object
GET, PATCH /phones/{wa_id}         the person; {"name"?, "username"?, "wa_id"?}, a new number by a system message too
GET  /phones                       everybody, those who spoke last first

Directions are the product's: "in" from the phone to the business, "out" from the business to the phone.
"""

import asyncio
import json

import msgspec

from tasktalk.sandbox.asgi import SUCCESS, Answer, decode_object
from tasktalk.sandbox.chats import Person
from tasktalk.sandbox.errors import MetaError
from tasktalk.sandbox.inbound import complete, parse_message, refer, with_sender
from tasktalk.sandbox.webhooks import MESSAGES, Delivery, contact, escape
from tasktalk.sandbox.world import World

_LONGEST_WAIT = 300.0
_WA_ID_DIGITS = range(5, 21)
_SHOWN_INLINE = ("image/jpeg", "image/png", "image/webp", "image/gif", "audio/", "video/")
_KEEP_ALIVE_SECONDS = 15
_MEDIA_BYTES = 100_000_000


async def post_message(world: World, person: Person, body: bytes) -> bytes:
    """A person sends a message. Returns the JSON answer once it is stored and on its way."""
    message = parse_message(body)
    now = int(world.now())
    hidden = world.faults.hides_phone(person.wa_id)
    stored = json.dumps(message, separators=(",", ":")).encode()
    item = world.chats.new_item(person, direction="in", at=now, status="sent", kind=message["type"], message=stored)
    complete(world, message, now=now)
    refer(world, message, person=person, hidden=hidden)
    content = with_sender(message, person=person, item_id=item.id, now=now, hidden=hidden)
    deliveries: list[Delivery] = []
    if person.wa_id not in world.get_document("blocked", []):
        shown = contact(person, with_phone=not hidden) if message["type"] != "system" else ""
        deliveries.append(
            world.deliveries.new(
                lane=person.wa_id, part=MESSAGES, contact=shown, content=escape(content), item_id=item.id
            )
        )
    await world.store.committed()
    world.chats.show(person, item)
    world.deliveries.start(deliveries)
    return f'{{"id":"{item.id}"}}'.encode()


async def list_messages(world: World, person: Person, query: dict[str, str]) -> bytes:
    """What the chat holds after an item; with `wait`, not before there is something."""
    after, direction = query.get("after", ""), query.get("direction", "")
    if direction not in ("", "in", "out"):
        raise MetaError(100, "'direction' is in or out.")
    try:
        wait = min(float(query.get("wait") or 0), _LONGEST_WAIT)
    except ValueError as error:
        raise MetaError(100, "'wait' is a number of seconds.") from error
    loop = asyncio.get_running_loop()
    until = loop.time() + wait
    while True:
        items = world.chats.list_items(person, after=after)
        if direction:
            items = [item for item in items if item.direction == direction]
        if items or loop.time() >= until or world.stopping.is_set():
            return b'{"messages":[' + b",".join([item.as_json() for item in items]) + b"]}"
        waiter: asyncio.Future[None] = loop.create_future()
        person.waiters.add(waiter)
        timer = loop.call_at(until, _resolve, waiter)
        try:
            await waiter
        finally:
            timer.cancel()
            person.waiters.discard(waiter)


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


async def mark_read(world: World, person: Person, body: bytes) -> Answer:
    """The person has seen everything up to an item, or everything."""
    until = decode_object(body).get("id") if body.strip() else None
    item = world.chats.find_item(str(until)) if until else None
    told: list[Delivery] = []
    for other in person.items:
        if other.direction != "out" or other.status != "delivered" or other.kind == "reaction":
            continue
        if until is not None and (item is None or other.seq > item.seq):
            continue
        world.chats.set_status(person, other, "read")
        person.unread = max(0, person.unread - 1)
        by_phone = "to" in msgspec.json.decode(other.message)
        told += world.new_status(other, person, status="read", to=person.wa_id if by_phone else "")
    await world.store.committed()
    world.deliveries.start(told)
    return SUCCESS
