"""How often somebody may guess: five wrong sign-ins by an address or for an account, then a minute's rest."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from tasktalk.errors import RateLimited
from tasktalk.phrases import phrase

FAILURES = 5
REST = timedelta(minutes=1)
_MOST_KEYS = 10_000


class Throttle:
    """Counts failures by key in this process. A failure is forgotten after the rest."""

    def __init__(self) -> None:
        self._failures: dict[str, list[datetime]] = {}

    def begin(self, keys: Sequence[str], *, now: datetime) -> None:
        """A sign-in begins. It counts as failed from now on, so that a hundred at once are no way around the count.

        Raises RateLimited (`retry_after` in seconds), and counts nothing, when any of the keys failed too often.
        """
        for key in keys:
            recent = self._recent(key, now)
            if len(recent) >= FAILURES:
                wait = (recent[-1] + REST - now).total_seconds()
                raise RateLimited(phrase("Too many wrong sign-ins. Wait a minute."), retry_after=max(1, round(wait)))

        for key in keys:
            recent = [*self._recent(key, now), now][-FAILURES:]
            self._failures.pop(key, None)  # so that the dict stays in the order of the last failure
            self._failures[key] = recent
        while len(self._failures) > _MOST_KEYS:
            del self._failures[next(iter(self._failures))]

    def take_back(self, keys: Iterable[str], *, now: datetime) -> None:
        """The sign-in that began at `now` did not fail after all."""
        for key in keys:
            recent = self._failures.get(key, [])
            if now in recent:
                recent.remove(now)
            if not recent:
                self._failures.pop(key, None)

    def forgive(self, key: str) -> None:
        """The account was opened with the right password; its failures are history."""
        self._failures.pop(key, None)

    def _recent(self, key: str, now: datetime) -> list[datetime]:
        return [at for at in self._failures.get(key, ()) if now - at < REST]
