"""Meta's send rates, enforced where a fault says so (facts sheet section 8)."""

from collections import deque

from tasktalk.sandbox.errors import MetaError

_PAIR_SECONDS = 6.0
_BURST = 45
_THROUGHPUT = 80


class Rates:
    """Counts in memory; times are seconds of the simulated clock."""

    def __init__(self) -> None:
        self._sent: deque[float] = deque()
        self._owed: dict[str, float] = {}

    def check_throughput(self, *, now: float, a_second: float) -> None:
        """So many messages in any second; raises MetaError 130429."""
        most = _THROUGHPUT if a_second is True else a_second
        while self._sent and not now - 1 < self._sent[0] <= now:
            self._sent.popleft()
        if len(self._sent) >= most:
            raise MetaError(130429, "Message failed to send because there were too many messages sent at once.")
        self._sent.append(now)

    def check_pair(self, wa_id: str, *, now: float) -> None:
        """One message in six seconds to one person; 45 at once are lent and paid back by waiting; raises 131056."""
        free_at = max(self._owed.get(wa_id, 0.0), now)
        if free_at - now > _PAIR_SECONDS * (_BURST - 1):
            raise MetaError(131056, "Too many messages sent to this number in a short time.")
        self._owed[wa_id] = free_at + _PAIR_SECONDS
