"""How fast a number sends: Meta's limits on the number and on each conversation (facts sheet section 8), kept by us.

In memory of the one worker that owns the number; a new owner reads from the attempts what each conversation owes. Times
are monotonic seconds, handed in.
"""

import math
from dataclasses import dataclass, field
from uuid import UUID

PAIR_SECONDS = 6.0  # one message to one person in this time …
PAIR_BURST = 45  # … and so many at once, borrowed from later
PAIR_DEBT_SECONDS = PAIR_SECONDS * PAIR_BURST  # the most that can be owed

_SHARE = 0.95  # of what Meta allows, as a steady flow; the rest may gather, so that no second has more than is allowed
_LOWEST = 20.0  # messages a second: no number of Meta's has fewer
_BAREST = 1.0
_CALM_SECONDS = 1.0  # Meta counts by the second: what it refuses within one is one refusal
_RECOVERY = 0.05  # of the full rate, each second without a refusal


@dataclass(slots=True)
class Throughput:
    """A token bucket: `per_second` messages in any second, None: as many as one likes.

    Refused by Meta (130429) it halves, and recovers within a quarter of a minute; a pause stops it altogether.
    """

    per_second: float | None
    rate: float = field(init=False)
    _tokens: float = field(init=False)
    _at: float = -math.inf
    _refused_at: float = -math.inf
    _paused_until: float = -math.inf
    _accepted: bool = True  # anything, since the last refusal

    def __post_init__(self) -> None:
        self.rate = math.inf if self.per_second is None else float(self.per_second)
        self._tokens = self._most

    @property
    def _most(self) -> float:
        return max(1.0, self.rate * (1 - _SHARE))

    def count_free(self, now: float, *, most: int) -> int:
        """How many messages may leave now, up to `most`."""
        if self.is_paused(now):
            return 0
        if self.per_second is None:
            return most
        self._refill(now)
        return min(most, int(self._tokens))

    def spend(self, messages: int) -> None:
        """So many have left."""
        if self.per_second is not None:
            self._tokens -= messages

    def seconds_to_free(self, now: float) -> float:
        """Until one may leave."""
        if self.is_paused(now):
            return self._paused_until - now
        if self.per_second is None:
            return 0.0
        self._refill(now)
        return max(0.0, (1 - self._tokens) / (self.rate * _SHARE))

    def accepted(self) -> None:
        """Meta took one."""
        self._accepted = True

    def refused(self, now: float) -> bool:
        """Meta took one for one too many: half as fast; while some get through, not slower than any number may be.

        Answers whether that is new.
        """
        if self.per_second is None or now < self._refused_at + _CALM_SECONDS:
            return False
        self._refill(now)
        lowest = min(_LOWEST if self._accepted else _BAREST, float(self.per_second))
        self.rate = max(lowest, self.rate / 2) if self.rate > lowest else self.rate
        self._tokens = min(self._tokens, 0.0)
        self._refused_at, self._accepted = now, False
        return True

    def pause(self, now: float, seconds: float) -> None:
        """Nothing leaves for so long."""
        self._paused_until = max(self._paused_until, now + seconds)

    def is_paused(self, now: float) -> bool:
        """Whether nothing may leave at all."""
        return now < self._paused_until

    def _refill(self, now: float) -> None:
        if now <= self._at or self.per_second is None:
            return
        calm = min(now - max(self._at, self._refused_at + _CALM_SECONDS), 1 / _RECOVERY)  # by then all is as it was
        if calm > 0:
            self.rate = min(float(self.per_second), self.rate + self.per_second * _RECOVERY * calm)
        seconds = min(now - self._at, 1.0)  # by then it is full
        self._at = now
        self._tokens = min(self._most, self._tokens + self.rate * _SHARE * seconds)


@dataclass(slots=True)
class Pairs:
    """What each conversation owes Meta: 6 s a message, up to 45 of them at once; who owes more waits, nobody else.

    Counted from when the answer came, thus never less than Meta counts, which is between call and answer.
    """

    limited: bool = True
    _clear_at: dict[UUID, float] = field(default_factory=dict)  # when all is paid
    _held: dict[UUID, float] = field(default_factory=dict)  # until when, of those who must wait
    _tidied: int = 1000

    def charge(self, contact_id: UUID, now: float) -> None:
        """A message went to this contact, or may have."""
        if self.limited:
            self.owe(contact_id, max(self._clear_at.get(contact_id, now) - now, 0.0) + PAIR_SECONDS, now)

    def owe(self, contact_id: UUID, seconds: float, now: float) -> None:
        """This contact's debt is so large now."""
        if len(self._clear_at) >= 2 * self._tidied:
            self._clear_at = {known: at for known, at in self._clear_at.items() if at > now}
            self._tidied = max(1000, len(self._clear_at))
        self._clear_at[contact_id] = now + seconds
        free_at = now + seconds - (PAIR_DEBT_SECONDS - PAIR_SECONDS)
        if free_at > now:
            self._held[contact_id] = free_at

    def list_held(self, now: float) -> list[UUID]:
        """Who must wait now."""
        self._held = {contact_id: until for contact_id, until in self._held.items() if until > now}
        return list(self._held)

    def seconds_to_next(self, now: float) -> float:
        """Until somebody need not wait any more; infinite if nobody does."""
        return min(self._held.values(), default=math.inf) - now
