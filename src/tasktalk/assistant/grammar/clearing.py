"""Commands that empty something of a task: its date, its deadline, its labels, who does it."""

from tasktalk.assistant.grammar.orders import LIKELY, Order, reads
from tasktalk.assistant.understanding import Intent


@reads("clear_due")
def _clear_due(order: Order) -> Intent:
    return Intent(intent="reschedule_task", confidence=LIKELY, target=order.target(), clear=("due",))
