"""How often somebody may ask: each person by what they ask for, and whoever is not let in by their address.

Counted in windows that begin with the first request, here or in a Redis that all share (`counters`). The count
is taken where a request's person is found out (`accounts/request`), so that no route can forget it.
"""

import math
import re
import time
from dataclasses import dataclass
from uuid import UUID

from fastapi import Request
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute

from tasktalk.errors import RateLimited
from tasktalk.logs import get_log
from tasktalk.phrases import phrase
from tasktalk.settings import Settings
from tasktalk.web.counters import Counters

log = get_log("web.limits")

STRANGERS_PER_MINUTE = 60  # requests that show no valid token or session, from one address
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_FREE = frozenset({"/api/webhooks/whatsapp/health", "/api/workers/whatsapp"})  # to look at: monitoring polls them
_ANALYTICS = re.compile(r"/api/(?:.+/)?analytics(?:/|$)")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the asker stands after this request: `reset` is in seconds."""

    limit: int
    remaining: int
    reset: int

    def headers(self) -> list[tuple[bytes, bytes]]:
        """`RateLimit-*`, as ASGI wants them."""
        told = (("limit", self.limit), ("remaining", self.remaining), ("reset", self.reset))
        return [(f"ratelimit-{name}".encode(), b"%d" % figure) for name, figure in told]


class Limits:
    """Counts requests. What a request counts against is found in its path and method."""

    def __init__(self, settings: Settings) -> None:
        self._counters = Counters(settings.redis_url.get_secret_value() if settings.redis_url else "")
        self._requests = RateLimitItemPerMinute(settings.requests_per_minute, namespace="requests")
        self._analytics = RateLimitItemPerMinute(settings.analytics_per_minute, namespace="analytics")
        self._admin = RateLimitItemPerHour(settings.admin_per_hour, namespace="admin")
        self._strangers = RateLimitItemPerMinute(STRANGERS_PER_MINUTE, namespace="strangers")

    async def count(self, request: Request, user_id: UUID, *, administers: bool) -> None:
        """One request of this person; `administers`: through a door for administrators. Raises RateLimited."""
        if _is_free(request):
            return
        path = request.url.path
        if administers and request.method not in SAFE:
            item: RateLimitItem = self._admin
        else:
            item = self._analytics if _ANALYTICS.match(path) else self._requests
        await self._hit(request, item, str(user_id))

    async def count_stranger(self, request: Request) -> None:
        """One request of nobody we know. Raises RateLimited."""
        if not _is_free(request):
            await self._hit(request, self._strangers, request.client.host if request.client else "")

    async def close(self) -> None:
        """The process ends."""
        await self._counters.close()

    async def _hit(self, request: Request, item: RateLimitItem, who: str) -> None:
        count, ends_at = await self._counters.hit(item, who)
        wait = max(1, math.ceil(ends_at - time.time()))
        request.state.standing = Standing(item.amount, max(0, item.amount - count), wait)
        if count > item.amount:
            raise RateLimited(phrase("Too many requests. Wait a little."), retry_after=wait)


def _is_free(request: Request) -> bool:
    return request.method == "GET" and request.url.path in _FREE


def limits_of(settings: Settings) -> Limits | None:
    """The limits to keep; None: none. Only a sandbox can be without."""
    if settings.limits == "off" and settings.sandbox:
        return None
    if settings.limits == "off":
        log.warning("limits_stay_on", why="TASKTALK_LIMITS=off is for the sandbox")
    return Limits(settings)
