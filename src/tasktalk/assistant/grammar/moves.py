"""Commands that move a task in time: to a day, by an amount, out of the way for a while."""

import re

from tasktalk.assistant.grammar.intents import change
from tasktalk.assistant.grammar.orders import LIKELY, Order, reads
from tasktalk.assistant.grammar.reading import find_last_times, is_inside_time, read_slots
from tasktalk.assistant.grammar.targets import find_open, read_target
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.understanding import Intent, Target


@reads("snooze")
def _snooze(order: Order) -> Intent | None:
    if order["when"] is None:
        return Intent(intent="snooze", confidence=LIKELY, target=order.target())
    words = order["when"]
    slots = order.when() or order.only_time(f"{order.book.within} {words}")
    if slots is None:
        return None
    minutes = slots.duration_minutes or _relative_minutes(words or "", order)
    return Intent(
        intent="snooze",
        confidence=LIKELY,
        target=order.target(),
        due=None if minutes else slots.due,
        duration_minutes=minutes,
    )


def _relative_minutes(words: str, order: Order) -> int | None:
    lead = f"{order.book.within}|{order.book.length}"
    bare = re.sub(rf"^(?:{lead})\s+", "", fold(words))
    return read_slots(f"x {order.book.length} {bare}", order.context, order.engine).duration_minutes


@reads("reschedule_task")
def _reschedule(order: Order) -> Intent | None:
    slots = order.when()
    target = order.target()
    if slots is None:
        return _reschedule_split(order)
    begin = order.match.start("numbers" if order["numbers"] else "target") if target.numbers else 0
    if is_inside_time(order.text, begin, order.match.start("when"), order.context, order.engine):
        # "move 3 feb 2031": the number belongs to the date
        whole = order.only_time(order.text[begin:]) if target.numbers else None
        return change(whole, Target(last=True), LIKELY, offset=begin) if whole else None
    if target.text and find_open(target.text, order.context.open_titles, order.book) is None and not _is_strong(order):
        return None
    return change(slots, target, LIKELY, offset=order.match.start("when"))


def _reschedule_split(order: Order) -> Intent | None:
    """Where no small word divides target and time ("sposta la relazione a lunedì"), the times at the end do."""
    if order["target"] is None:
        return None
    begin = order.match.start("target")
    words = order.text[begin : order.match.end("when")]
    at = find_last_times(words, order.context, order.engine)
    slots = order.only_time(words[at:]) if at else None
    target = read_target(words[:at], order.book)
    if slots is None or (
        target.text and find_open(target.text, order.context.open_titles, order.book) is None and not _is_strong(order)
    ):
        return None
    return change(slots, target, LIKELY, offset=begin + (at or 0))


def _is_strong(order: Order) -> bool:
    """Verbs that only ever speak of a task that exists ("postpone"); "set an alarm for 7" makes a new one."""
    return order.book.strong_moves.search(fold(order.text)) is not None
