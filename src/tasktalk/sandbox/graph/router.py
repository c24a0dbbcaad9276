"""Which Graph object a path names, whether the caller may use it, and who answers."""

import re
from collections.abc import Awaitable, Callable
from hmac import compare_digest

from tasktalk.sandbox.asgi import Answer, Call
from tasktalk.sandbox.errors import bad_token, no_such_object
from tasktalk.sandbox.graph import accounts, apps, messages, numbers, objects, templates
from tasktalk.sandbox.graph.rates import Rates
from tasktalk.sandbox.world import World

VERSION = re.compile(r"v\d{1,3}\.\d{1,2}")
_CURRENT = "v26.0"
_OPEN = ("oauth", "debug_token")  # these bring their own credentials

Handler = Callable[[World, Call, list[str]], Awaitable[Answer]]


class Graph:
    """The Graph API of one account."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rates = Rates()
        config = world.config
        self._tokens = (config.access_token.encode(), f"{config.app_id}|{config.app_secret}".encode())
        self._edges: dict[str, Handler] = {
            config.phone_number_id: numbers.handle,
            config.waba_id: accounts.handle,
            config.app_id: apps.handle,
        }

    async def handle(self, call: Call) -> Answer | None:
        """The answer; None when the connection was dropped on purpose. Raises MetaError."""
        world = self._world
        parts = call.parts
        version = parts[0] if VERSION.fullmatch(parts[0]) else _CURRENT
        if parts and parts[0] == version:
            parts = parts[1:]
        await world.faults.wait()
        if not parts:
            raise no_such_object("")
        if parts[0] not in _OPEN:
            self._check_token(call)
        if len(parts) == 2 and parts[1] == "messages" and call.method == "POST":  # noqa: PLR2004  (id and edge)
            if parts[0] != world.config.phone_number_id:
                raise no_such_object(parts[0])
            reply = await messages.post_message(world, self._rates, call)
        else:
            reply = await self._route(call, parts)
        if reply is not None:
            reply.headers = (*reply.headers, (b"facebook-api-version", version.encode()))
        return reply

    async def _route(self, call: Call, parts: list[str]) -> Answer:
        world = self._world
        match parts:
            case ["oauth", "access_token"]:
                return await apps.get_access_token(world, call)
            case ["debug_token"]:
                return await apps.debug_token(world, call)
            case ["whatsapp_business", "attachments"]:
                return objects.download(world, call)
        handler = self._edges.get(parts[0])
        if handler is None:
            if parts[0].startswith("upload:"):
                handler = apps.upload
            elif world.templates.find(parts[0]) is not None:
                handler = templates.handle_one
            else:
                handler = objects.handle
        return await handler(world, call, parts)

    def _check_token(self, call: Call) -> None:
        """A bearer token or `access_token`; raises MetaError 190."""
        if self._world.faults.token_expired:
            raise bad_token("Error validating access token: Session has expired.", subcode=463)
        kind, _, given = call.header(b"authorization").partition(" ")
        offered = [given.strip()] if kind.lower() in ("bearer", "oauth") else []
        if "access_token" in call.query:
            offered.append(call.query["access_token"])
        if not offered:
            raise bad_token("An access token is required to request this resource.")
        if not any(compare_digest(one.encode(), known) for one in offered for known in self._tokens):
            raise bad_token("Invalid OAuth access token - Cannot parse access token")
