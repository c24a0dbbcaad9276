"""What happens on a phone, as server-sent events."""

import asyncio

from tasktalk.sandbox.asgi import Call
from tasktalk.sandbox.chats import Item, Person, event_chunk
from tasktalk.sandbox.world import World

_KEEP_ALIVE_SECONDS = 15


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
        shown = [event_chunk("message", item.as_json(), event_id=item.id) for item in missed]
        first = b"".join([b"retry: 1000\n\n", *shown])
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
