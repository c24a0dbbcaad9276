"""The ASGI application: which part answers which path."""

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from tasktalk.sandbox import people, phone_media, phones
from tasktalk.sandbox.asgi import SUCCESS, Answer, Call, Receive, Scope, Send, answer, decode_object, encode
from tasktalk.sandbox.chats import Person
from tasktalk.sandbox.config import Config
from tasktalk.sandbox.errors import MetaError, no_such_object
from tasktalk.sandbox.events import stream_events
from tasktalk.sandbox.faults import Faults, change_faults
from tasktalk.sandbox.graph.router import Graph
from tasktalk.sandbox.pages import find_page
from tasktalk.sandbox.people import get_owner
from tasktalk.sandbox.shapes import get_object, get_text
from tasktalk.sandbox.world import World

_MESSAGE_BYTES = 2_000_000

log = logging.getLogger(__name__)


class Server:
    """Holds the world between start and stop."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._static = Path(__file__).parent / "static"
        self.world: World
        self._graph: Graph

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or the server's start and stop."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        call = Call(scope, receive, send)
        try:
            reply = await self._route(call)
        except MetaError as error:
            reply = Answer(error.body(), error.status)
        except Exception:
            log.exception("the simulator failed: %s %s", call.method, scope["path"])
            reply = Answer(MetaError(1, "The simulator failed; its log says why.").body(), 500)
        if reply is not None:
            await answer(send, reply)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self.world = World(self._config)
                self.world.start()
                self._graph = Graph(self.world)
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.world.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _route(self, call: Call) -> Answer | None:
        first = call.parts[0] if call.parts else ""
        if first in ("", "static"):
            return find_page(self._static, call)
        handler = {
            "phones": self._phones,
            "faults": self._faults,
            "updates": self._update,
            "reset": self._reset,
            "health": self._health,
        }.get(first)
        if handler is None:
            return await self._graph.handle(call)
        _check_origin(call)
        return await handler(call)

    async def _reset(self, call: Call) -> Answer:
        if call.method != "POST":
            raise _not_here(call)
        await self.world.reset()
        return SUCCESS

    async def _health(self, _call: Call) -> Answer:
        return encode({"status": "ok", "deliveries_waiting": self.world.deliveries.count_waiting()})

    async def _phones(self, call: Call) -> Answer | None:
        world, parts = self.world, call.parts
        if len(parts) == 1 and call.method == "GET":
            return people.list_phones(world)
        if len(parts) == 1:
            raise _not_here(call)
        person = get_owner(world, parts[1])
        edge = parts[2] if len(parts) > 2 else ""  # noqa: PLR2004  (phones, number, edge)
        if call.method == "POST" and edge == "messages":
            body = await call.body(limit=_MESSAGE_BYTES)
            return Answer(await phones.post_message(world, person, body))
        if call.method == "GET" and edge == "media" and len(parts) == 4:  # noqa: PLR2004  (… and the object's id)
            return phone_media.get_media(world, parts[3])
        handler = _PHONE.get((call.method, edge))
        if handler is None:
            raise _not_here(call)
        return await handler(world, person, call)

    async def _faults(self, call: Call) -> Answer:
        world = self.world
        if call.method == "POST":
            world.faults = change_faults(world.faults, decode_object(await call.body()))
            for template in world.templates.list_all():
                status = world.faults.templates.get(template.name)
                if status is not None and status != template.status:
                    event = world.templates.set_status(template, status)
                    await world.announce("message_template_status_update", event)
            world.faults.templates = {}  # done, not a state of affairs
        elif call.method == "DELETE":
            world.faults = Faults()
        elif call.method != "GET" or len(call.parts) > 1:
            raise _not_here(call)
        return encode(msgspec.to_builtins(world.faults))

    async def _update(self, call: Call) -> Answer:
        """Anything Meta may tell about the account, {"field", "value"}: section 1.6 of the facts sheet."""
        if call.method != "POST":
            raise _not_here(call)
        given = decode_object(await call.body(limit=_MESSAGE_BYTES))
        await self.world.announce(get_text(given, "field", ""), get_object(given, "value", ""))
        return SUCCESS


def _check_origin(call: Call) -> None:
    """Refuse what another site makes a visitor's browser send."""
    if call.method != "GET" and call.header(b"sec-fetch-site") in ("cross-site", "same-site"):
        raise MetaError(10, "This request comes from another site.")


def _not_here(call: Call) -> MetaError:
    return no_such_object(f"{call.method} {call.scope['path']}")


async def _list_messages(world: World, person: Person, call: Call) -> Answer:
    return Answer(await phones.list_messages(world, person, call.query))


async def _mark_read(world: World, person: Person, call: Call) -> Answer:
    return await phones.mark_read(world, person, await call.body())


async def _post_media(world: World, _person: Person, call: Call) -> Answer:
    return await phone_media.post_media(world, call)


async def _show(_world: World, person: Person, _call: Call) -> Answer:
    return encode(people.describe(person))


async def _change(world: World, person: Person, call: Call) -> Answer:
    return await people.change_person(world, person, await call.body())


_PHONE: dict[tuple[str, str], Callable[[World, Person, Call], Awaitable[Answer | None]]] = {
    ("GET", "messages"): _list_messages,
    ("GET", "events"): stream_events,
    ("POST", "read"): _mark_read,
    ("POST", "media"): _post_media,
    ("GET", ""): _show,
    ("PATCH", ""): _change,
}
