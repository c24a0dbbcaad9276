"""The way in: requests to a running Tasktalk as the person of an API token, and its errors in plain words.

Nothing here sees the database: fence, limits and audit are those of every other program.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import aiohttp
import msgspec
from mcp.server.mcpserver.exceptions import ToolError

_TIMEOUT = aiohttp.ClientTimeout(total=60, sock_connect=5)  # a language model behind the assistant takes its seconds
_WORDS = {
    401: "Tasktalk does not know this token. Make one in the console under Account, API tokens.",
    404: "There is no such thing, or it is not yours to see.",
}


class Door:
    """One Tasktalk at `url`; `token` is None where every caller brings their own."""

    def __init__(self, url: str, token: str | None, session: aiohttp.ClientSession) -> None:
        self.url, self.token, self._session = url.rstrip("/"), token, session

    async def ask(
        self,
        method: str,
        path: str,
        *,
        token: str,
        body: object = None,
        query: Mapping[str, str] | None = None,
        once: bool = False,
    ) -> Any:
        """What is answered, decoded; None for 204. Raises ToolError with what to do.

        `once`: a lost answer is asked for again under the same key, so that nothing is made twice.
        """
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        if once:
            headers["Idempotency-Key"] = str(uuid4())
        try:
            return await self._send(method, path, headers, body, query)
        except aiohttp.ServerDisconnectedError as error:
            if not once:
                raise ToolError("The answer was lost on the way. Look first whether it was done.") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ToolError(f"Tasktalk at {self.url} cannot be reached ({type(error).__name__}).") from error
        try:
            return await self._send(method, path, headers, body, query)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ToolError(f"Tasktalk at {self.url} went away ({type(error).__name__}).") from error

    async def _send(
        self, method: str, path: str, headers: dict[str, str], body: object, query: Mapping[str, str] | None
    ) -> Any:
        data = None
        if body is not None:
            data, headers = msgspec.json.encode(body), headers | {"Content-Type": "application/json"}
        async with self._session.request(
            method,
            self.url + path,
            headers=headers,
            data=data,
            params=query,
            timeout=_TIMEOUT,
            allow_redirects=False,  # the token is for this address alone
        ) as answer:
            raw = await answer.read()
            if answer.status == 204:  # noqa: PLR2004
                return None
            try:
                found = msgspec.json.decode(raw)
            except msgspec.DecodeError as error:
                raise ToolError(f"{self.url} answers {answer.status}, but not as Tasktalk does.") from error
            if answer.status >= 300:  # noqa: PLR2004
                raise ToolError(_in_words(answer.status, found, answer.headers.get("Retry-After")))
            return found


def _in_words(status: int, found: object, wait: str | None) -> str:
    error = found.get("error") if isinstance(found, dict) else None
    said = error if isinstance(error, dict) else {}
    words = _WORDS.get(status) or str(said.get("message") or f"Tasktalk answers {status}.")
    data = said.get("data")
    if isinstance(data, dict) and data.get("field"):
        words += f" (field: {data['field']})"
    if isinstance(data, dict) and "position" in data:
        words += f" (at character {data['position']})"
    return f"{words} Come back in {wait} seconds." if wait else words


def part(value: str) -> str:
    """An id as one part of a path, whatever a model has put into it."""
    if not value.strip() or value in {".", ".."}:
        raise ToolError("An id is needed here, as lists show it.")
    return quote(value, safe="")
