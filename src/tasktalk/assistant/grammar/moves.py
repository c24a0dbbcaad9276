"""Commands that move a task in time: to a day, by an amount, out of the way for a while."""

import re

from tasktalk.assistant.grammar.intents import change
from tasktalk.assistant.grammar.named import names_open
from tasktalk.assistant.grammar.orders import LIKELY, READERS, Order, Reader, reads
from tasktalk.assistant.grammar.quickadd import as_duration
from tasktalk.assistant.grammar.reading import find_last_times, is_inside_time, read_minutes, read_slots
from tasktalk.assistant.grammar.slots import Slots
from tasktalk.assistant.grammar.targets import find_open, read_target
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.understanding import Intent, Target


@reads("snooze", "snooze_until")
def _snooze(order: Order) -> Intent | None:
    words = order["when"]
    if words is None:
        return _snooze_split(order) or Intent(intent="snooze", confidence=LIKELY, target=order.target())
    return _later(order, order.target(), words)


@reads("snooze_plain")
def _snooze_plain(order: Order) -> Intent | None:
    """Read "postpone the report": for as long as one does when nothing is said; with a time it is more than that."""
    target = order.target()
    if target.text and read_slots(target.text, order.context, order.engine).has_time:
        return None
    return Intent(intent="snooze", confidence=LIKELY, target=target)


def _later(order: Order, target: Target, words: str) -> Intent | None:
    """A task put out of the way: for so long, or until then."""
    book = order.book
    bare = re.sub(rf"^(?:{book.within}|{book.length})\s+", "", fold(words))
    minutes = read_minutes(bare, order.context, order.engine, book.length)
    if minutes:
        return Intent(intent="snooze", confidence=LIKELY, target=target, duration_minutes=minutes)
    slots = order.only_time(words) or order.only_time(f"{book.within} {words}")
    return Intent(intent="snooze", confidence=LIKELY, target=target, due=slots.due) if slots and slots.due else None


def _snooze_split(order: Order) -> Intent | None:
    """Where no small word divides the task from how long ("snooze milk 2 hours"), the longest time at the end does."""
    words = (order["target"] or "").split()
    laters = (
        _later(order, read_target(" ".join(words[:at]), order.book), " ".join(words[at:]))
        for at in range(1, len(words))
    )
    return next((said for said in laters if said), None)


def _shift(sign: int) -> Reader:
    """A reader for "push 3 by two days": so much later, or earlier, than it is due."""

    def read(order: Order) -> Intent | None:
        target = order.target()
        if target.text and _is_unknown(target.text, order):
            return None
        minutes = read_minutes(order["amount"] or "", order.context, order.engine, order.book.length)
        if not minutes or (target.text and _is_timed(target.text, order)):
            return None
        return Intent(
            intent="snooze", confidence=LIKELY, target=target, duration_minutes=sign * minutes, action="shift"
        )

    return read


READERS["shift_later"], READERS["shift_earlier"] = _shift(1), _shift(-1)


@reads("remind_before")
def _remind_before(order: Order) -> Intent | None:
    """Read "remind me 30 minutes before gym", where such a task is open."""
    minutes = read_minutes(order["amount"] or "", order.context, order.engine, order.book.length)
    target = order.known_target()
    if not minutes or target is None or target.numbers:  # "before 9" is an hour
        return None
    return Intent(intent="remind", confidence=LIKELY, target=target, reminders=(as_duration(minutes),))


def _is_timed(words: str, order: Order) -> bool:
    """Whether the words before the amount say when or lead to it: "verzet 2 naar (vrijdag) 17 uur"."""
    led = fold(words).split()[-1] in order.book.change_fillers
    return led or read_slots(words, order.context, order.engine).has_time


@reads("reschedule_task")
def _reschedule(order: Order) -> Intent | None:
    slots = order.when()
    target = _without_old_time(order.target(), order)
    if slots is None and target.text and re.fullmatch(r"\s*(?:1?\d|2[0-4])\s*", order["when"] or ""):
        before = fold(order.text[: order.match.start("when")]).split()[-1:]
        days = {} if order.book.alarm.search(fold(order.text)) else order.book.slots.get("day_leads", {})
        led = days.get("".join(before), order.book.at)  # "my alarm to 8", "au 8"
        slots = order.only_time(f"{led} {order['when']}")
        offset = order.match.start("when") - len(led) - 1
        return change(slots, target, LIKELY, offset=offset) if slots and not _is_unknown(target.text, order) else None
    if slots is None:
        return _reschedule_split(order)
    begin = order.match.start("numbers" if order["numbers"] else "target") if target.numbers else 0
    if is_inside_time(order.text, begin, order.match.start("when"), order.context, order.engine):
        # "move 3 feb 2031": the number belongs to the date
        whole = order.only_time(order.text[begin:]) if target.numbers else None
        return change(whole, Target(last=True), LIKELY, offset=begin) if whole else None
    if target.text and _is_unknown(target.text, order):
        return None
    _take_last(slots, order["when"] or "", order)
    return change(slots, target, LIKELY, offset=order.match.start("when"))


@reads("move_known")
def _move_known(order: Order) -> Intent | None:
    """Read "dentist rather friday", "zahnarzt lieber freitag", where such a task is open."""
    words = (order.target().text or "").split()
    return _reschedule(order) if words and names_open(words, order.context.open_titles) else None


def _without_old_time(target: Target, order: Order) -> Target:
    """The target of "move the gym from monday to friday" without the time that it had."""
    words, book = target.text or "", order.book
    if not words or find_open(words, order.context.open_titles, book):
        return target
    for found in re.finditer(rf"\s+{book.leads_from.pattern}\s*", fold(words)):
        old = words[found.end() :]
        if found.end() < len(words) and (order.only_time(old) or order.only_time(f"{book.at} {old}")):
            rest = read_target(words[: found.start()], book)
            return target if rest.all else rest  # "everything from today" is not everything
    return target


def _take_last(slots: Slots, words: str, order: Order) -> None:
    """What is moved from seven to eight is to be at eight; what is moved to 7-8 lasts so long."""
    led = any(order.book.leads_from.match(fold(words), span.start) for span in slots.spans)
    if led and slots.end is not None:
        slots.due, slots.end, slots.duration_minutes = slots.end, None, None


def _reschedule_split(order: Order) -> Intent | None:
    """Where no small word divides target and time ("sposta la relazione a lunedì"), the times at the end do."""
    if order["target"] is None:
        return None
    begin = order.match.start("target")
    words = order.text[begin : order.match.end("when")]
    at = find_last_times(words, order.context, order.engine)
    slots = order.only_time(words[at:]) if at else None
    target = read_target(_without_lead_to(words[:at], order), order.book)
    if slots is None or (target.text and _is_unknown(target.text, order)):
        return None
    _take_last(slots, words[at:], order)
    return change(slots, target, LIKELY, offset=begin + (at or 0))


def _without_lead_to(words: str, order: Order) -> str:
    """The task without the small word that leads in the time, where one is called so: "llamar al banco al (martes)"."""
    title, _, last = words.rstrip().rpartition(" ")
    leads = fold(last) in order.book.change_fillers and find_open(title, order.context.open_titles, order.book)
    return title if leads and fold(words.strip()) not in map(fold, order.context.open_titles) else words


def _is_unknown(title: str, order: Order) -> bool:
    """Whether no open task is called so and the verb may as well make a new one."""
    return find_open(title, order.context.open_titles, order.book) is None and not _is_strong(order)


def _is_strong(order: Order) -> bool:
    """Verbs that only ever speak of a task that exists ("postpone"); "set an alarm for 7" makes a new one."""
    return order.book.strong_moves.search(fold(order.text)) is not None
