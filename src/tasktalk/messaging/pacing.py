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

_GATHERED = 0.05  # of what Meta allows in a second may leave at once; the rest flows, so that no second has more
_LOWEST = 20.0  # messages a second: no number of Meta's has fewer
_BAREST = 1.0
_CALM_SECONDS = 1.0  # Meta counts by the second: one step a second
_MANY = 0.4  # of the calls refused: half as fast. Fewer: a little slower, for most of them get through
_RECOVERY = 0.05  # of the full rate, each second without a refusal


@dataclass(slots=True)
class Throughput:
    """A token bucket: `per_second` messages in any second, None: as many as one likes.

    Refused by Meta (130429) it goes slower, and recovers within a quarter of a minute; a pause stops it altogether.
    """

    per_second: float | None
    rate: float = field(init=False)
    _tokens: float = field(init=False)
    _at: float = -math.inf
    _slowed_at: float = -math.inf
    _paused_until: float = -math.inf
    _accepted: int = 0  # and refused, since it was last slowed
    _refused: int = 0

    def __post_init__(self) -> None:
        self.rate = math.inf if self.per_second is None else float(self.per_second)
        self._tokens = self._most

    @property
    def _most(self) -> float:
        return max(1.0, min(2.0, self.rate / 4), self.rate * _GATHERED)

    @property
    def _flow(self) -> float:
        return max(self.rate - self._most, self.rate * 0.75)

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
        return max(0.0, (1 - self._tokens) / self._flow)

    def accepted(self) -> None:
        """Meta took one."""
        self._accepted += 1

    def refused(self, now: float) -> None:
        """Meta took one for one too many."""
        self._refused += 1
        if self._refused > _MANY * (self._accepted + self._refused):
            self.slow(now, 0.5, lowest=_LOWEST if self._accepted else _BAREST)
        else:
            self.slow(now, 0.9, lowest=(self.per_second or 0) / 2)

    def slow(self, now: float, times: float, *, lowest: float = _LOWEST) -> bool:
        """Go so many times as fast, but not slower than `lowest` messages a second; whether it did."""
        if self.per_second is None or now < self._slowed_at + _CALM_SECONDS:
            return False
        self._refill(now)
        self.rate = min(self.rate, max(lowest, self.rate * times))
        self._tokens = min(self._tokens, 0.0)
        self._slowed_at, self._accepted, self._refused = now, 0, 0
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
        calm = min(now - max(self._at, self._slowed_at + _CALM_SECONDS), 1 / _RECOVERY)  # by then all is as it was
        if calm > 0:
            self.rate = min(float(self.per_second), self.rate + self.per_second * _RECOVERY * calm)
        seconds = min(now - self._at, 1.0)  # by then it is full
        self._at = now
        self._tokens = min(self._most, self._tokens + self._flow * seconds)


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
