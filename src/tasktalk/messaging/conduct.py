"""What Meta's answers mean for a number's next calls: whether it goes on, slower, not at all, or not to one person."""

from dataclasses import dataclass
from typing import Literal

from asyncpg import Record

from tasktalk.logs import get_log
from tasktalk.messaging.answers import Answer
from tasktalk.messaging.pacing import Pairs, Throughput
from tasktalk.messaging.stops import GOING, Stop
from tasktalk.queue.breaker import Breaker
from tasktalk.whatsapp.errors import GraphError
from tasktalk.whatsapp.usage import Usage

log = get_log("messaging.sender")

_OPERATOR_SECONDS = 30.0
_DOUBLINGS = 4
_WORTH_SECONDS = 24 * 3600.0  # a reply is worth retrying as long as WhatsApp's service window lasts
_SERVER_ERROR = 500
_SHORT_SECONDS = 30.0  # a wait that keeps the conversation's order: below the minute of `take_messages`
_LONG_SECONDS = 300.0  # a wait that an operator should know of
_NEARLY_USED = 90.0  # per cent of our allowance


@dataclass(slots=True)
class Conduct:
    """Of one number, while one worker owns it. Times are monotonic seconds, handed in.

    `reconcile_seconds`: how long a doubtful message waits for a status.
    """

    breaker: Breaker
    throughput: Throughput
    pairs: Pairs
    reconcile_seconds: float
    news: Stop | Literal["going"] | None = None  # that an operator has not been told yet
    _stopped: bool = True  # as far as an operator may have been told

    def accepted(self, now: float) -> None:
        """Meta took a message."""
        self.breaker.succeeded(now)
        self.throughput.accepted()
        if self._stopped and self.breaker.closed and not self.throughput.is_paused(now):
            self._stopped, self.news = False, GOING

    def heed(self, usage: Usage, now: float) -> None:
        """Slower before Meta stops us; and not at all for as long as it says it would not listen."""
        if usage.percent < _NEARLY_USED:
            return
        said = f"WhatsApp says that {usage.percent:g} % of the allowance is used"
        if self.throughput.slow(now, 0.5):
            log.warning("allowance_nearly_used", percent=usage.percent, pause_seconds=usage.regain_seconds)
        self._pause(usage.regain_seconds, Stop("warning", None, None, said), now)

    def weigh(self, row: Record, error: GraphError, now: float) -> Answer:
        """What follows from an error: its class decides, not its HTTP status (facts sheet section 9).

        `row` is of `take_messages`.
        """
        again = row["earlier"].count(error.code)
        outcome, delay, said = str(error.fate), error.wait_seconds(again), str(error)
        if error.fate == "unknown":
            self.breaker.failed(now, said)
            delay = self.reconcile_seconds
        elif error.scope == "rate":
            # The number was too fast, whichever message it hit.
            self.breaker.succeeded(now)
            self.throughput.refused(now)
            self._pause(error.retry_after or 0.0, Stop("warning", error.code, error.subcode, said), now)
            delay = min(delay, _SHORT_SECONDS)
        elif error.scope == "number" and error.fate in {"operator", "retry"}:
            # Not the message's fault: the whole number waits, until somebody has mended that or for as long as Meta
            # says. New credentials make a new lane, with a new breaker, so that nothing waits a moment longer.
            self._trip(error, now)
            outcome, delay = "retry", 0.0
        elif error.fate == "retry":
            if error.code is None:  # nobody listens there
                self.breaker.failed(now, said)
                delay = error.wait_seconds(0)
            elif (error.http_status or 0) >= _SERVER_ERROR:
                self.breaker.failed(now, said)
            if (error.retries is not None and again >= error.retries) or row["age_seconds"] > _WORTH_SECONDS:
                outcome = "refused"
        else:
            outcome = "refused"
            self.breaker.succeeded(now)
        return Answer(row["id"], row["attempts"], outcome, error.http_status, error.code, said[:1000], delay=delay)

    def _pause(self, seconds: float, why: Stop, now: float) -> None:
        self.throughput.pause(now, seconds)
        if seconds >= _LONG_SECONDS:
            self._stopped, self.news = True, why

    def _trip(self, error: GraphError, now: float) -> None:
        """The number rests: longer each time that it was in vain. While it does, calls from before tell nothing new."""
        if self.breaker.state(now) == "open":
            return
        doublings, stops = min(self.breaker.opens, _DOUBLINGS), error.fate == "operator"
        seconds = _OPERATOR_SECONDS * float(2**doublings) if stops else error.wait_seconds(doublings)
        self.breaker.trip(now, str(error), seconds)
        if stops or seconds >= _LONG_SECONDS:
            severity: Literal["critical", "warning"] = "critical" if stops else "warning"
            self._stopped, self.news = True, Stop(severity, error.code, error.subcode, str(error))
