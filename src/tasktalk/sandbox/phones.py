"""The phone API: what a person's thumb can do, by program.

POST /phones/{wa_id}/messages      a WhatsApp message object without id, from, timestamp -> {"id"}
GET  /phones/{wa_id}/messages      ?after=ID &wait=SECONDS &direction=in|out -> {"messages": [...]}, oldest first
GET  /phones/{wa_id}/events        server-sent events: message, status, typing {"on"}, reset
POST /phones/{wa_id}/read          {"id"?}: the person has seen the chat up to there -> read statuses
POST /phones/{wa_id}/media         raw body -> {"id"}; GET .../media/{id} shows any media object
GET, PATCH /phones/{wa_id}         the person; {"name"?, "username"?, "wa_id"?}: a new number is told by a system message
GET  /phones                       everybody, those who spoke last first

Directions are the product's: "in" from the phone to the business, "out" from the business to the phone.
"""

import asyncio
import json
from typing import Any

import msgspec

from tasktalk.sandbox.asgi import SUCCESS, Answer, Call, decode_object, encode
from tasktalk.sandbox.chats import Item, Person
from tasktalk.sandbox.errors import MetaError
from tasktalk.sandbox.inbound import complete, parse_message, refer, with_sender
from tasktalk.sandbox.media import RECEIVED_SECONDS
from tasktalk.sandbox.webhooks import MESSAGES, Delivery, contact, escape
from tasktalk.sandbox.world import World

_LONGEST_WAIT = 300.0
_WA_ID_DIGITS = range(5, 21)
_SHOWN_INLINE = ("image/jpeg", "image/png", "image/webp", "image/gif", "audio/", "video/")
_KEEP_ALIVE_SECONDS = 15
_MEDIA_BYTES = 100_000_000


def get_owner(world: World, text: str) -> Person:
    """The person with this number, made up if nobody has it yet; raises MetaError 100 for what is no number."""
    wa_id = text.lstrip("+")
    person = world.chats.people.get(wa_id)
    if person is not None:
        return person
    if not wa_id.isascii() or not wa_id.isdigit() or len(wa_id) not in _WA_ID_DIGITS:
        raise MetaError(100, f"'{text}' is not a phone number.")
    return world.chats.get_person(wa_id)


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


async def post_media(world: World, call: Call) -> Answer:
    """A person's phone uploads what it is about to send."""
    mime_type = call.header(b"content-type") or "application/octet-stream"
    filename = call.query.get("filename")
    if mime_type.startswith("multipart/form-data"):
        file = (await call.form()).get("file")
        if file is None or isinstance(file, str):
            raise MetaError(100, "Post the bytes as they are, or a form with a 'file'.")
        content, mime_type, filename = await file.read(), file.content_type or "application/octet-stream", file.filename
    else:
        content = await call.body(limit=_MEDIA_BYTES)
    if not content:
        raise MetaError(131052, "The body is empty.")
    now = int(world.now())
    medium = await world.media.add(content, mime_type=mime_type, filename=filename, now=now, seconds=RECEIVED_SECONDS)
    return encode({"id": medium.id})


def get_media(world: World, medium_id: str) -> Answer:
    """The bytes, for a phone to show; what could run in a browser is only ever downloaded."""
    medium = world.media.find(medium_id, now=world.now())
    if medium is None:
        raise MetaError(131052, f"There is no media object {medium_id}, or it has expired.")
    shown = medium.mime_type.startswith(_SHOWN_INLINE)
    headers = (
        (b"content-disposition", b"inline" if shown else b"attachment"),
        (b"content-security-policy", b"default-src 'none'; sandbox"),
        (b"x-content-type-options", b"nosniff"),
        (b"cache-control", b"private, max-age=3600"),
    )
    kind = medium.mime_type.encode("latin-1", "replace").split(b"\r")[0].split(b"\n")[0]
    return Answer(world.media.read(medium), content_type=kind, headers=headers)


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


async def stream_events(world: World, person: Person, call: Call) -> None:
    """Server-sent events until either side leaves; `after` or Last-Event-ID brings what was missed."""
    queue: asyncio.Queue[bytes] = asyncio.Queue()
    after = call.header(b"last-event-id") or call.query.get("after", "")
    missed: list[Item] = list(world.chats.list_items(person, after=after)) if after else []
    person.listeners.add(queue)
    headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")]
    gone = asyncio.create_task(_disconnected(call))
    stopping = asyncio.create_task(world.stopping.wait())
    try:
        await call.send({"type": "http.response.start", "status": 200, "headers": headers})
        first = b"retry: 1000\n\n" + b"".join(
            f"id: {item.id}\nevent: message\ndata: ".encode() + item.as_json() + b"\n\n" for item in missed
        )
        await call.send({"type": "http.response.body", "body": first, "more_body": True})
        while not gone.done() and not stopping.done():
            following = asyncio.create_task(queue.get())
            await asyncio.wait({following, gone, stopping}, timeout=_KEEP_ALIVE_SECONDS, return_when="FIRST_COMPLETED")
            chunk = following.result() if following.done() else b": still here\n\n"
            following.cancel()
            await call.send({"type": "http.response.body", "body": chunk, "more_body": True})
        await call.send({"type": "http.response.body", "body": b""})
    finally:
        person.listeners.discard(queue)
        gone.cancel()
        stopping.cancel()


async def _disconnected(call: Call) -> None:
    while (await call.receive())["type"] != "http.disconnect":
        pass
