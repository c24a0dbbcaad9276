"""Filters as a person would say them: "date: 2026-11-30 & assigned to: Ana" is `Mon 30 Nov · Ana`."""

import datetime as dt

from tasktalk.assistant.replies.speech import Speech, phrase
from tasktalk.errors import BadRequest
from tasktalk.tasks.filters import All, Any, Dated, Expr, Named, Not, Search, Word, parse
from tasktalk.tasks.filters.days import Days, find_days

_LONGEST = 100  # characters of a heading
_TO = "\u2013"
_WORDS = {
    "today": phrase("Today"),
    "tomorrow": phrase("Tomorrow"),
    "yesterday": phrase("Yesterday"),
    "overdue": phrase("Overdue"),
    "this week": phrase("This week"),
    "next week": phrase("Next week"),
    "this month": phrase("This month"),
    "next month": phrase("Next month"),
    "this weekend": phrase("This weekend"),
    "all": phrase("All open tasks"),
    "open": phrase("Open"),
    "no date": phrase("Without a date"),
    "no priority": phrase("Without a priority"),
    "no label": phrase("Without a label"),
    "unassigned": phrase("For nobody"),
    "recurring": phrase("Recurring"),
    "done": phrase("Done"),
    "cancelled": phrase("Cancelled"),
    "has reminders": phrase("Reminders"),
}
_WHOSE = {"assigner": phrase("Given by {person}"), "adder": phrase("Added by {person}")}
_COLUMNS = {
    "due": "{when}",
    "deadline": phrase("Deadline: {when}"),
    "start": phrase("Starts: {when}"),
    "created": phrase("Added: {when}"),
    "completed": phrase("Done: {when}"),
    "updated": phrase("Changed: {when}"),
}
_SIDES = {"before": phrase("before {day}"), "after": phrase("after {day}")}
_PAST = frozenset({"created", "completed", "updated"})
_BOTH = frozenset({Word("overdue"), Word("today")})


def say_filter(expression: str, today: dt.date, speech: Speech) -> str:
    """What a list is of; the filter itself where it cannot be read, or said shortly."""
    try:
        said = _say(parse(expression), today, speech)
    except BadRequest:
        said = ""
    said = said[:1].upper() + said[1:]
    return said if said and len(said) <= _LONGEST else expression[:_LONGEST]


def _say(expr: Expr, today: dt.date, speech: Speech) -> str:  # noqa: PLR0911  (one a kind of expression)
    match expr:
        case All(parts):
            return " · ".join(_say(part, today, speech) for part in _join_days(parts, today))
        case Any(parts):
            return _say_any(parts, today, speech)
        case Not(part):
            return speech.say("not: {what}", what=_say(part, today, speech))
        case Search(words):
            return speech.say("with “{text}”", text=" ".join(words))
        case Dated():
            return _say_dated(expr, today, speech)
        case Named():
            return _say_named(expr, speech)
        case Word():
            return _say_word(expr, speech)


def _say_any(parts: tuple[Expr, ...], today: dt.date, speech: Speech) -> str:
    if set(parts) == _BOTH:
        return speech.say("Today and overdue")
    said = [_say(part, today, speech) for part in parts]
    return speech.say("{one} or {other}", one=", ".join(said[:-1]), other=said[-1])


def _say_word(leaf: Word, speech: Speech) -> str:
    if leaf.word == "priority":
        return speech.say("Priority {number}", number=leaf.number)
    if leaf.word == "days":
        return speech.count("Next day", "Next {number} days", leaf.number)
    return speech.say(_WORDS[leaf.word]) if leaf.word in _WORDS else leaf.word


def _say_named(named: Named, speech: Speech) -> str:
    name = "".join("*" if part is None else part for part in named.pattern)
    match named.kind:
        case "project":
            return f"#{name}"
        case "label":
            return f"@{name}"
        case "section":
            return f"/{name}"
        case "assignee":
            return "👤 " + (speech.say("You") if name.lower() == "me" else name)
        case kind:
            return speech.say(_WHOSE[kind], person=name)


def _say_dated(dated: Dated, today: dt.date, speech: Speech) -> str:
    days = find_days(dated.days, today, past=dated.column in _PAST)
    when = _say_days(days, dated.side, today, speech) if days else dated.days
    if days is None and dated.side in _SIDES:
        when = speech.say(_SIDES[dated.side], day=when)
    return speech.say(_COLUMNS[dated.column], when=when)


def _say_days(days: Days, side: str, today: dt.date, speech: Speech) -> str:
    def say(day: dt.date) -> str:
        return speech.day(day, year=day.year != today.year)

    if side == "before":
        return speech.say(_SIDES[side], day=say(days.first))
    if side == "after":
        return speech.say(_SIDES[side], day=say(days.last))
    return say(days.first) if days.first == days.last else f"{say(days.first)} {_TO} {say(days.last)}"


def _join_days(parts: tuple[Expr, ...], today: dt.date) -> list[Expr]:
    """The parts, with a day after which and one before which as the days between."""
    out = list(parts)
    for one in parts:
        for other in parts:
            if not (isinstance(one, Dated) and isinstance(other, Dated)) or one.column != other.column:
                continue
            if (one.side, other.side) != ("after", "before") or one not in out or other not in out:
                continue
            begin, end = (find_days(each.days, today, past=each.column in _PAST) for each in (one, other))
            if begin and end and end.first - begin.last > dt.timedelta(days=1):
                first, last = begin.last + dt.timedelta(days=1), end.first - dt.timedelta(days=1)
                out[out.index(one)] = Dated(one.column, "on", f"{first}..{last}", one.position)
                out.remove(other)
    return out
