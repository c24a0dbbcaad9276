"""Where requests are counted: in this process, or in a Redis that all of them share while it answers."""

import time
from typing import Any

from limits import RateLimitItem
from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from tasktalk.logs import get_log

log = get_log("web.counters")

_REST_SECONDS = 5.0  # that a Redis which did not answer is not asked
_WAIT_SECONDS = 0.25  # for its answer: a request must not stand still for a count


class Counters:
    """Fixed windows that begin with the first request. `redis_url` "": in memory alone.

    Redis is never needed: while it is away each process counts for itself, and says so once.
    """

    def __init__(self, redis_url: str = "") -> None:
        self._own: Storage = MemoryStorage()
        self._shared = _open_redis(redis_url) if redis_url else None
        self._rests_until = 0.0
        self._away = False

    async def hit(self, item: RateLimitItem, who: str) -> tuple[int, float]:
        """One more of these: how many there are now in its window, and when that ends (seconds since 1970)."""
        if self._shared is not None and time.monotonic() >= self._rests_until:
            try:
                found = await _hit(self._shared, item, who)
            except (RedisError, OSError, TimeoutError) as error:
                self._rests_until = time.monotonic() + _REST_SECONDS
                if not self._away:
                    self._away = True
                    what = "each process counts requests for itself until it is back"
                    log.warning("redis_away", error=type(error).__name__, what=what, again_seconds=_REST_SECONDS)
            else:
                if self._away:
                    self._away = False
                    log.info("redis_back", what="requests are counted together again")
                return found
        return await _hit(self._own, item, who)

    async def answers(self) -> bool:
        """Whether Redis is there; closes it."""
        found = self._shared is not None and await self._shared.check()
        await self.close()
        return found

    async def close(self) -> None:
        """Let go of Redis."""
        if self._shared is not None:
            bridge: Any = self._shared.bridge  # whose client its type does not tell of
            await bridge.storage.aclose()


async def _hit(storage: Storage, item: RateLimitItem, who: str) -> tuple[int, float]:
    key = item.key_for(who)
    return await storage.incr(key, item.get_expiry()), await storage.get_expiry(key)


def _open_redis(url: str) -> RedisStorage:
    """Connects with the first request, not now."""
    scheme, _, rest = url.partition("://")
    return RedisStorage(
        f"async+{'redis+unix' if scheme == 'unix' else scheme}://{rest}",
        implementation="redispy",
        key_prefix="tasktalk",
        socket_timeout=_WAIT_SECONDS,
        socket_connect_timeout=_WAIT_SECONDS,
        retry=Retry(NoBackoff(), 0),  # type: ignore[arg-type]  # handed on to Redis's own client
    )
