"""One time of a repeating task that is left out: "skip yoga this friday", "not this week", "yoga is cancelled"."""

import datetime as dt
from zoneinfo import ZoneInfo

from msgspec import structs

from tasktalk.assistant.grammar.calendar import DAY, monday_of
from tasktalk.assistant.grammar.orders import LIKELY, Order, reads
from tasktalk.assistant.grammar.reading import find_last_times
from tasktalk.assistant.grammar.targets import find_open, read_target
from tasktalk.assistant.understanding import Intent, When

OFF = "off"  # the action of what is only told to be off: of a task that does not repeat it is asked what to do


@reads("skip_off")
def _skip_off(order: Order) -> Intent | None:
    """Read "yoga is cancelled", where such a task is open."""
    target = None if order.text.rstrip().endswith("?") else order.known_target()
    if target is None or (target.numbers and order["target"]):
        return None
    return Intent(intent="delete_task", confidence=LIKELY, target=target, action=OFF)


@reads("skip_day")
def _skip_day(order: Order) -> Intent | None:
    """The time that is on a day: "skip yoga this friday", "skip this friday"."""
    if order.text.rstrip().endswith("?"):
        return None
    target, slots = order.target(), order.when()
    if slots is None and order["target"] and order["when"]:  # nothing divides them: the times at the end do
        words = order.text[order.match.start("target") : order.match.end("when")]
        at = find_last_times(words, order.context, order.engine)
        target, slots = read_target(words[:at], order.book), order.only_time(words[at:]) if at else None
    known = target.text is None or find_open(target.text, order.context.open_titles, order.book)
    if not known or slots is None or slots.due is None or not slots.due.date or slots.recurrence:
        return None
    due = When(date=slots.due.date)
    return Intent(intent="delete_task", confidence=LIKELY, target=target, action="skip", due=due)


@reads("skip_week")
def _skip_week(order: Order) -> Intent | None:
    """The time that is in this week, from its Monday to its Sunday."""
    read = _skip_off(order)
    context = order.context
    monday = monday_of(context.now.astimezone(ZoneInfo(context.tz)).date())
    return read and structs.replace(read, action="skip", due=_on(monday), end=_on(monday + 6 * DAY))


def _on(day: dt.date) -> When:
    return When(date=day.isoformat())
