"""Posting webhooks with few, kept connections."""

import asyncio
import logging

import aiohttp

_SECONDS = 20.0
_CONNECTIONS = 24
_AGENT = "facebookexternalua"

log = logging.getLogger(__name__)


class Poster:
    """An HTTP client for one kind of request."""

    def __init__(self) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=_CONNECTIONS, keepalive_timeout=60),
            timeout=aiohttp.ClientTimeout(total=_SECONDS),
            headers={"Content-Type": "application/json", "User-Agent": _AGENT},
            skip_auto_headers=("Accept", "Accept-Encoding"),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
        )

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        """The status of the answer, 0 where there was none."""
        try:
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, TimeoutError, asyncio.IncompleteReadError, OSError) as error:
            log.info("webhook got no answer: %s", type(error).__name__)
            return 0

    async def get(self, url: str, params: dict[str, str]) -> tuple[int, str]:
        """Status and text, (0, "") where there was no answer."""
        try:
            async with self._session.get(url, params=params, allow_redirects=False) as answer:
                return answer.status, await answer.text(errors="replace")
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            log.info("callback got no answer: %s", type(error).__name__)
            return 0, ""

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()
