"""A circuit breaker: after repeated failures nothing is tried for a while, then one call tests the water."""

from dataclasses import dataclass
from typing import Literal

State = Literal["closed", "open", "half_open"]

_TRIES = 5
_FIRST_SECONDS = 2.0
_LONGEST_SECONDS = 60.0


@dataclass(slots=True)
class Breaker:
    """Of one number, or one model. Times are monotonic seconds."""

    failures: int = 0
    opens: int = 0
    closed: bool = True
    retry_at: float = 0.0
    reason: str = ""

    def state(self, now: float) -> State:
        """Closed: call. Open: wait until `retry_at`. Half-open: try one."""
        if self.closed:
            return "closed"
        return "open" if now < self.retry_at else "half_open"

    def succeeded(self, now: float) -> None:
        """A call was answered, if only by a refusal of what it said. While open, it is a call from before."""
        if self.state(now) != "open":
            self.failures = self.opens = 0
            self.closed, self.reason = True, ""

    def failed(self, now: float, reason: str) -> None:
        """A call failed for a reason that the next one would meet too."""
        self.failures += 1
        if self.failures >= _TRIES or not self.closed:
            self.trip(now, reason, min(_LONGEST_SECONDS, _FIRST_SECONDS * 2**self.opens))

    def trip(self, now: float, reason: str, seconds: float) -> None:
        """Open at once, for `seconds`. While open, it is a call from before, and tells nothing new."""
        if self.state(now) != "open":
            self.opens += 1
            self.closed, self.reason = False, reason
            self.retry_at = now + seconds
