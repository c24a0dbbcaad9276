"""The Graph API, as far as one business number needs it.

Redirects are not followed and nothing is retried here: a call either succeeds or raises a GraphError that knows its
fate. (Facts sheet: 4 sending, 7 number and token, 8 usage headers.)
"""

import asyncio
import math
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, contextmanager
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import msgspec
from yarl import URL

from tasktalk import metrics
from tasktalk.whatsapp.errors import GraphError, lost, refusal, strange
from tasktalk.whatsapp.tolerant import NotJson, read
from tasktalk.whatsapp.usage import Usage, read_usage

DEFAULT_TIMEOUT_SECONDS = 10.0
UPLOAD_TIMEOUT_SECONDS = 100.0
MAX_OPAQUE = 512  # characters of biz_opaque_callback_data

PHONE_NUMBER_FIELDS = (
    "id,display_phone_number,verified_name,name_status,quality_rating,status,code_verification_status,account_mode,"
    "platform_type,throughput,health_status,webhook_configuration"
)

# What is counted by its name; all else is an object by its id.
_EDGES = frozenset({
    "debug_token", "media", "message_templates", "messages", "phone_numbers", "register", "subscribed_apps",
    "subscriptions",
})  # fmt: skip
_SURELY_BUFFERED = 32 * 1024  # bytes
_encode = msgspec.json.Encoder().encode


class Sent(msgspec.Struct, frozen=True):
    """Meta accepted a message; whether it is delivered, statuses tell.

    `wa_id`: the phone Meta will reach (it may differ from the one addressed). `user_id`: the BSUID, when addressed by
    it. `status`: of templates: `accepted`, `held_for_quality_assessment` or `paused`.
    """

    wamid: str
    wa_id: str | None = None
    user_id: str | None = None
    status: str | None = None


class Graph:
    """Calls with one access token. `base_url`: `https://graph.facebook.com` or a simulator's; `version`: `v25.0`.

    `usage`: how much of our allowance the last answer said is used. `clock`: what time that answer said it is.
    """

    def __init__(self, session: aiohttp.ClientSession, *, base_url: str, version: str, access_token: str) -> None:
        self._session = session
        self.base_url = base_url
        self.usage = Usage()
        self.clock: datetime | None = None
        self._root = f"{base_url.rstrip('/')}/{version.strip('/')}/"
        self._headers = {"Authorization": f"Bearer {access_token.strip()}"}

    async def send(
        self,
        phone_number_id: str,
        message: Mapping[str, object],
        *,
        to: str | None,
        recipient: str | None,
        opaque: str,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> Sent:
        """Send `message` (`{"type": …, …}`, see `render.py`) to the phone `to`, or else to the BSUID `recipient`.

        `opaque` comes back in every status of the message: when the answer is lost, only that tells what became of it.
        """
        if len(opaque) > MAX_OPAQUE:
            raise ValueError(f"opaque is longer than {MAX_OPAQUE}")
        if to:
            # Without the plus Meta may put the business's own country code in front.
            address = {"to": "+" + to.lstrip("+")}
        elif recipient:
            address = {"recipient": recipient}
        else:
            raise ValueError("a message needs `to` or `recipient`")
        fixed = {"messaging_product": "whatsapp", "recipient_type": "individual", "biz_opaque_callback_data": opaque}
        answer = await self._call(
            "POST", f"{phone_number_id}/messages", fixed | address | dict(message), timeout_seconds
        )
        try:
            wamid = answer["messages"][0]["id"]
        except (KeyError, IndexError, TypeError):
            wamid = None
        if not isinstance(wamid, str) or not wamid:
            raise lost("Accepted, but the answer names no message", written=True)
        return Sent(
            wamid,
            _find_text(answer, "contacts", "wa_id"),
            _find_text(answer, "contacts", "user_id"),
            _find_text(answer, "messages", "message_status"),
        )

    async def mark_read(
        self,
        phone_number_id: str,
        wamid: str,
        *,
        typing: bool = False,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> None:
        """Mark this message and all before it read; `typing` shows the indicator until we answer, 25 s at most."""
        body: dict[str, object] = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
        if typing:
            body["typing_indicator"] = {"type": "text"}
        await self._call("POST", f"{phone_number_id}/messages", body, timeout_seconds)

    async def upload(
        self,
        phone_number_id: str,
        content: bytes,
        *,
        name: str,
        mime_type: str,
        timeout_seconds: float = UPLOAD_TIMEOUT_SECONDS,
    ) -> str:
        """Give Meta a file to send; its media id, good for 30 days. Nobody sees it, so it may always be done again."""
        form = aiohttp.FormData({"messaging_product": "whatsapp", "type": mime_type}, quote_fields=False)
        form.add_field("file", content, filename=name.replace('"', "'"), content_type=mime_type)
        with _counted("media"):
            try:
                async with (
                    asyncio.timeout(timeout_seconds),
                    self._session.post(
                        f"{self._root}{phone_number_id}/media",
                        data=form,
                        headers=self._headers,
                        allow_redirects=False,
                        timeout=aiohttp.ClientTimeout(total=None),
                    ) as response,
                ):
                    usage = read_usage(response.headers)
                    answer = _read_answer(response.status, await response.read(), _find_wait(response.headers, usage))
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                raise lost(_describe(error), written=False) from error
        media_id = answer.get("id")
        if not isinstance(media_id, str) or not media_id:
            raise lost("Taken, but the answer names no file", written=False)
        return media_id

    async def debug_token(self, input_token: str) -> dict[str, Any]:
        """What a token is: `is_valid`, `expires_at` (0: never), `scopes`, …. An invalid one is an answer, no error."""
        data = (await self.get("debug_token", {"input_token": input_token})).get("data")
        return data if isinstance(data, dict) else {}

    async def get(self, path: str, params: Mapping[str, str]) -> dict[str, Any]:
        """Read an object or an edge."""
        return await self._call("GET", path, None, DEFAULT_TIMEOUT_SECONDS, params)

    async def post(self, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        """Change an object, or add to an edge."""
        return await self._call("POST", path, body, DEFAULT_TIMEOUT_SECONDS)

    async def delete(self, path: str, params: Mapping[str, str]) -> dict[str, Any]:
        """Take an object away, or something off an edge."""
        return await self._call("DELETE", path, None, DEFAULT_TIMEOUT_SECONDS, params)

    def open(
        self, url: str, *, timeout: aiohttp.ClientTimeout
    ) -> "AbstractAsyncContextManager[aiohttp.ClientResponse]":
        """GET an address that the API gave, with our token: the caller has checked that it may go there."""
        headers = self._headers | {"Accept-Encoding": "identity", "User-Agent": "tasktalk"}
        return self._session.get(URL(url, encoded=True), headers=headers, allow_redirects=False, timeout=timeout)

    async def _call(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None,
        timeout_seconds: float,
        params: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        with _counted(path):
            return await self._ask(method, path, body, timeout_seconds, params)

    async def _ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None,
        timeout_seconds: float,
        params: Mapping[str, str] | None,
    ) -> dict[str, Any]:
        upload = _Upload(_encode(body)) if body is not None else None
        headers = self._headers | upload.headers if upload else self._headers
        try:
            async with (
                asyncio.timeout(timeout_seconds),
                self._session.request(
                    method,
                    self._root + path,
                    params=params,
                    data=upload.chunks() if upload else None,
                    headers=headers,
                    allow_redirects=False,
                    timeout=aiohttp.ClientTimeout(total=None),
                ) as response,
            ):
                try:
                    content = await response.read()
                except aiohttp.ClientPayloadError:
                    content = b""  # the status is known, the rest was cut off
                self.usage = read_usage(response.headers)
                self.clock = _find_date(response.headers)
                return _read_answer(response.status, content, _find_wait(response.headers, self.usage))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise lost(_describe(error), written=upload is not None and upload.written) from error


@contextmanager
def _counted(path: str) -> Iterator[None]:
    """Count what is asked of this path, by what comes of it."""
    edge = path.rpartition("/")[2]
    edge = edge if edge in _EDGES else "object"
    try:
        yield
    except GraphError as error:
        metrics.GRAPH_REQUESTS.labels(edge, "none" if error.code is None else error.code).inc()
        raise
    metrics.GRAPH_REQUESTS.labels(edge, 0).inc()


class _Upload:
    """A body that remembers whether any of it was handed to a connection.

    Writing to a connection that is closing, as a kept one may be, raises, and then nothing was handed over: aiohttp
    sends the headers together with the first piece, and waits for room only with more than 64 KiB in its buffer.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.written = False
        self.headers = {"Content-Type": "application/json", "Content-Length": str(len(content))}

    async def chunks(self) -> AsyncIterator[bytes]:
        self.written = len(self._content) > _SURELY_BUFFERED
        yield self._content
        self.written = True


def _read_answer(status: int, content: bytes, wait_seconds: float | None) -> dict[str, Any]:
    try:
        answer = read(content)
    except NotJson:
        answer = None
    if isinstance(answer, dict):
        error = answer.get("error")
        if isinstance(error, dict):
            raise refusal(status, error, wait_seconds)
        if status // 100 == 2:  # noqa: PLR2004  (2xx)
            return answer
    raise strange(status, wait_seconds)


def _find_wait(headers: Mapping[str, str], usage: Usage) -> float | None:
    """Seconds until we are welcome again: `Retry-After`, or what Meta's usage header says; None if neither does."""
    try:
        seconds = float(headers["Retry-After"])
        return max(seconds, 0.0) if math.isfinite(seconds) else None
    except (KeyError, ValueError):
        return usage.regain_seconds or None  # absent, or a date, which Meta does not send


def _find_date(headers: Mapping[str, str]) -> datetime | None:
    try:
        return parsedate_to_datetime(headers["Date"])
    except (KeyError, ValueError):
        return None


def _find_text(answer: dict[str, Any], edge: str, key: str) -> str | None:
    try:
        value = answer[edge][0][key]
    except (KeyError, IndexError, TypeError):
        return None
    return value if isinstance(value, str) and value else None


def _describe(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


__all__ = ["Graph", "GraphError", "Sent"]
