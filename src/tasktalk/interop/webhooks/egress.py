"""The way out: one POST to where somebody else says, and nowhere else.

A name is looked up once; every address that it has must be public, and the call goes to those. Redirects are not
followed, no proxy is asked, and of what comes back only the beginning is read.
"""

import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from tasktalk.web.addresses import is_public, may_be_public

TIMEOUT_SECONDS = 15.0
_CONNECT_SECONDS = 5.0
_READ_BYTES, _KEPT_CHARACTERS = 2048, 500
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
PRIVATE = "The address is on a private network."


class PrivateAddress(OSError):
    """The name leads to this machine or a neighbour of it."""


class PublicResolver(AbstractResolver):
    """Looks names up as usual, and refuses those that have any address which is not public."""

    def __init__(self, inner: AbstractResolver | None = None) -> None:
        self._inner = inner or aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """As its base class. Raises PrivateAddress."""
        found = await self._inner.resolve(host, port, family)
        if not all(is_public(each["host"]) for each in found):
            raise PrivateAddress(PRIVATE)
        return found

    async def close(self) -> None:
        """As its base class."""
        await self._inner.close()


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a call. `status` None: no answer, and `error` says why. `retry_after`: seconds, as it asked for."""

    status: int | None
    answer: str = ""
    error: str | None = None
    retry_after: float | None = None


def open_session(*, private: bool, resolver: AbstractResolver | None = None) -> aiohttp.ClientSession:
    """For `post`. `private`: this network may be called too."""
    inner = resolver or aiohttp.ThreadedResolver()
    connector = aiohttp.TCPConnector(resolver=inner if private else PublicResolver(inner), limit_per_host=4)
    return aiohttp.ClientSession(
        connector=connector,
        timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS, connect=_CONNECT_SECONDS),
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
    )


async def post(
    session: aiohttp.ClientSession, url: str, *, body: str, headers: Mapping[str, str], private: bool
) -> Answered:
    """One call; never raises for what the other side does."""
    # An address in numbers is not looked up, so it is judged here.
    if not private and not may_be_public(urlsplit(url).hostname or ""):
        return Answered(None, error=PRIVATE)
    try:
        async with session.post(url, data=body.encode(), headers=headers, allow_redirects=False) as answer:
            begun = await answer.content.read(_READ_BYTES)
            return Answered(answer.status, _plain(begun), retry_after=_seconds(answer.headers.get("Retry-After")))
    except TimeoutError:
        return Answered(None, error=f"No answer within {TIMEOUT_SECONDS:.0f} seconds.")
    except aiohttp.ClientConnectorError as error:
        if isinstance(error.os_error, PrivateAddress):
            return Answered(None, error=PRIVATE)
        return Answered(None, error=_why(error))
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return Answered(None, error=f"Not reached: {type(error).__name__}")


def _why(error: aiohttp.ClientConnectorError) -> str:
    """In words that name no address of the network."""
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "Its name is not known."
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError):
        return "Its certificate is not trusted."
    if isinstance(error.os_error, ConnectionRefusedError):
        return "It takes no connections."
    return f"Not reached: {type(error.os_error).__name__}"


def _plain(begun: bytes) -> str:
    return _UNSEEN.sub("", begun.decode(errors="replace"))[:_KEPT_CHARACTERS]


def _seconds(said: str | None) -> float | None:
    """Of a Retry-After in seconds; one that names a date is not read."""
    return float(said) if said is not None and said.isascii() and said.isdigit() and len(said) < 7 else None  # noqa: PLR2004
