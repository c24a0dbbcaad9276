"""Who calls a tool: whose token we were started with, or over HTTP whose the request carries."""

from collections.abc import Mapping
from typing import Any

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError

from tasktalk.interop.mcp.door import Door


class Caller:
    """A person's hand on the door."""

    def __init__(self, door: Door, token: str) -> None:
        self._door, self._token = door, token

    async def get(self, path: str, **query: object) -> Any:
        """What is there; parameters that are None or empty are left out."""
        said = {name: str(value) for name, value in query.items() if value not in (None, "")}
        return await self._door.ask("GET", path, token=self._token, query=said)

    async def post(self, path: str, body: object = None) -> Any:
        """Do it, once."""
        return await self._door.ask("POST", path, token=self._token, body=body, once=True)

    async def patch(self, path: str, body: Mapping[str, object]) -> Any:
        """Change only these keys."""
        return await self._door.ask("PATCH", path, token=self._token, body=body)

    async def delete(self, path: str) -> None:
        """Put it into the trash."""
        await self._door.ask("DELETE", path, token=self._token)

    async def talk(self, **said: str) -> dict[str, Any]:
        """One turn of the person's dialogue, as chat has it: what is replied, flat.

        Not under a key: requests with one ask no language model.
        """
        found = await self._door.ask("POST", "/api/assistant/messages", token=self._token, body=said)
        reply = found["reply"] or {}
        kept = {name: reply[name] for name in ("text", "buttons", "rows", "task_ids", "files") if reply.get(name)}
        return {"text": ""} | kept


def caller_of(ctx: "Context[Door]") -> Caller:
    """Raises ToolError when nobody's token is there."""
    door = ctx.request_context.lifespan_context
    token = door.token or _bearer(ctx.headers)
    if not token:
        raise ToolError("Send your API token with the request: Authorization: Bearer TOKEN.")
    return Caller(door, token)


def _bearer(headers: Mapping[str, str] | None) -> str | None:
    scheme, _, token = (headers or {}).get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None
