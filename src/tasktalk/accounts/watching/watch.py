"""Counts what is suspicious, by rule and source, in this process. Pure; the clock comes in.

A source is told of once an hour, however much it does, with the count since it was last told of; and all sources
together no more than MOST_AN_HOUR times, for a thousand addresses must not fill the audit.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Rule = Literal[
    "bad_signatures",  # deliveries that bear no signature of ours, by address
    "sign_in_guessed",  # passwords, until they were throttled, by address
    "two_factor_guessed",  # codes, until they had to wait, by account
    "revoked_token",  # one that was shown again, by token
    "unknown_tokens",  # by address
    "refused_requests",  # answers 403 and 404, by token
]

QUIET = timedelta(hours=1)
MOST_AN_HOUR = 60
_WINDOW = timedelta(minutes=10)
_MOST_KEYS = 10_000
# From how many within ten minutes on.
THRESHOLDS: dict[Rule, int] = {
    "bad_signatures": 20,
    "sign_in_guessed": 1,
    "two_factor_guessed": 1,
    "revoked_token": 1,
    "unknown_tokens": 30,
    "refused_requests": 100,
}


@dataclass(frozen=True, slots=True)
class Violation:
    """`count` of what `rule` names, since `since`. `source`: an address, or an id."""

    rule: Rule
    source: str
    count: int
    since: datetime


@dataclass(slots=True)
class _Seen:
    since: datetime
    window_at: datetime
    count: int = 0
    in_window: int = 0
    is_burst: bool = False  # so many in one window, since it was last told of
    told_at: datetime | None = None


class Watch:
    """One a process."""

    def __init__(self) -> None:
        self._seen: dict[tuple[Rule, str], _Seen] = {}
        self._hour: list[datetime] = []

    def saw(self, rule: Rule, source: str, *, now: datetime) -> Violation | None:
        """One more; what is to be told of it now, if anything."""
        key = (rule, source)
        seen = self._seen.pop(key, None) or _Seen(now, now)
        self._seen[key] = seen  # so that the dict stays in the order of the last sight
        while len(self._seen) > _MOST_KEYS:
            del self._seen[next(iter(self._seen))]
        if now - seen.window_at >= _WINDOW:
            seen.window_at, seen.in_window = now, 0
            if not seen.is_burst:
                seen.since, seen.count = now, 0
        seen.count, seen.in_window = seen.count + 1, seen.in_window + 1
        seen.is_burst = seen.is_burst or seen.in_window >= THRESHOLDS[rule]
        resting = seen.told_at is not None and now - seen.told_at < QUIET
        if resting or not seen.is_burst or not self._may_tell(now):
            return None
        told = Violation(rule, source, seen.count, seen.since)
        seen.since, seen.count, seen.told_at = now, 0, now
        seen.in_window, seen.is_burst = 0, False
        return told

    def _may_tell(self, now: datetime) -> bool:
        self._hour = [at for at in self._hour if now - at < QUIET]
        if len(self._hour) >= MOST_AN_HOUR:
            return False
        self._hour.append(now)
        return True
