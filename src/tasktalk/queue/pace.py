"""What a worker did in the last minute."""

import time
from collections import Counter, deque
from collections.abc import Callable

_MINUTE = 60.0


class Pace:
    """Counts by name over the last minute; `processing` is what is in hand now."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.processing = 0
        self._clock = clock
        self._seconds: deque[tuple[int, Counter[str]]] = deque()

    def add(self, **counts: float) -> None:
        """Count what just happened."""
        second = int(self._clock())
        if not self._seconds or self._seconds[-1][0] != second:
            self._seconds.append((second, Counter()))
        self._seconds[-1][1].update(counts)
        self._forget(second)

    def figures(self) -> dict[str, float]:
        """The sums of the last minute."""
        self._forget(int(self._clock()))
        total: Counter[str] = Counter()
        for _, counts in self._seconds:
            total.update(counts)
        return {name: round(value, 1) for name, value in total.items()}

    def _forget(self, second: int) -> None:
        while self._seconds and self._seconds[0][0] <= second - _MINUTE:
            self._seconds.popleft()
