"""Questions about one's tasks, turned into expressions of the filter language."""

import datetime as dt
import re

from tasktalk.assistant.grammar.calendar import DAY, monday_of
from tasktalk.assistant.grammar.chart import Node
from tasktalk.assistant.grammar.engine import Engine
from tasktalk.assistant.grammar.phrasebook import Phrasebook
from tasktalk.assistant.grammar.quickadd import find_marks
from tasktalk.assistant.grammar.resolve import local_now
from tasktalk.assistant.grammar.roles import Value
from tasktalk.assistant.grammar.roles import When as Said
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.grammar.values import Moment, Stretch
from tasktalk.assistant.understanding import Context, Query

WEEK = DAY * 7
REMINDERS = "has reminders"  # in the filter language: those to come
SEARCH = "search: "  # in the filter language: what has the words behind it
_PRIORITY = re.compile(r"p\d")


def read_query(text: str, context: Context, engine: Engine, book: Phrasebook) -> Query:
    """The filter that a question asks for; None in it for all open tasks."""
    folded = fold(text)
    parts = _read_days(text, folded, context, engine, book) + list_marked(text, context)
    if not any(part[0] == "p" and part[1:].isdigit() for part in parts):
        found = book.priority_marks.search(folded) or book.priority_edges.search(folded)
        if found:
            parts.append(f"p{book.slots['priorities'][found.group()]}")
    parts += _find_names(folded, context, parts)
    if not parts and book.reminders.search(folded):
        parts.append(REMINDERS)
    return Query(filter=" & ".join(parts) or None)


def list_marked(text: str, context: Context) -> list[str]:
    """The filters that the quick-add marks of a text are."""
    signs = {"project": "#", "label": "@", "section": "/"}
    parts: list[str] = []
    for mark in find_marks(text, context):
        match mark.kind:
            case "project" | "label" | "section":
                parts.append(f"{signs[mark.kind]}{as_name(mark.value)}")
            case "priority":
                parts.append(f"p{mark.value}")
            case "assignee":
                parts.append(f"assigned to: {mark.value}")
            case _:
                pass
    return parts


def name_days(folded: str, found: tuple[Node, Said], context: Context, book: Phrasebook) -> str:
    """The filter of the time that `find_when` found: due then, before it, created on it."""
    return _read_side(folded, found, context, book) or _as_filter(found[1].value, local_now(context).date())


def _read_days(text: str, folded: str, context: Context, engine: Engine, book: Phrasebook) -> list[str]:
    """The list's word ("overdue") and the days that are named, as far as they say different things."""
    said = find_when(text, context, engine)
    sided = _read_side(folded, said, context, book) if said else None
    if said and sided:
        rest = folded[: said[0].start] + " " * (said[0].end - said[0].start) + folded[said[0].end :]
        word = _find_list_word(rest, book)
        return [word, sided] if word else [sided]
    longer = said is not None and isinstance(said[1].value, Moment) and said[1].value.days > 1
    word = _find_list_word(folded, book, said[0] if said else None, longer=longer)
    if word:
        return [word]
    return [_as_filter(said[1].value, local_now(context).date())] if said else []


def as_name(value: str) -> str:
    """A name as the filter language writes it: signs and spaces of its own are escaped."""
    return re.sub(r"([&|!(),\\* ])", r"\\\1", value) if re.search(r"[&|!(),\\*]", value) else value


def _find_list_word(folded: str, book: Phrasebook, when: Node | None = None, *, longer: bool = False) -> str | None:
    """What the longest list word means; none where it only ends a time: "the day after tomorrow", "fin de semana".

    `longer`: that time is of several days, so that no word within it says the same.
    """
    words: dict[str, str] = book.slots["list_words"]
    best: tuple[int, str] | None = None
    for word, meant in words.items():
        # Too short to be looked for inside a sentence; and what is of a priority may be of a day as well.
        if word == "late" or len(word) < 4 or _PRIORITY.fullmatch(meant):  # noqa: PLR2004
            continue
        found = re.search(rf"(?<![\w'-]){re.escape(word)}(?![\w-])", folded)
        inside = when is not None and found is not None and when.start < found.start() < when.end
        if found and not (inside and (longer or meant == "tomorrow")) and (best is None or len(word) > best[0]):
            best = (len(word), meant)
    other = book.other_week.search(folded) and "7" not in folded
    return best[1] if best and not other else None


def find_when(text: str, context: Context, engine: Engine) -> tuple[Node, Said] | None:
    """The first time in the text that says on which days."""
    for node in engine.read(text, local_now(context), []):
        said: Said | None = node.senses.get("WHEN")
        if said is None:
            continue
        value = said.value
        if isinstance(value, Stretch) and value.start.on and value.end.on:
            return node, said
        if isinstance(value, Moment) and value.on and value.sure >= 0.4:  # noqa: PLR2004  (questions may be of the past)
            return node, said
    return None


def _read_side(folded: str, found: tuple[Node, Said], context: Context, book: Phrasebook) -> str | None:
    """What is due before, after or by a day, or was created or completed then; None for what is simply due then."""
    node, said = found
    column = said.slot if said.slot == "deadline" else _find_column(folded[: node.start], book)
    side = next((side for side, words in book.sides.items() if words.match(folded, node.start)), "on")
    if side == "on" and column == "due":
        return None
    first, last = list_days(said.value, local_now(context).date())
    timed = isinstance(said.value, Moment) and said.value.clock is not None  # the day itself is in it, then
    match side:
        case "before" if not timed:
            return f"{column} before: {first.isoformat()}"
        case "before" | "by":
            return f"{column} before: {(last + DAY).isoformat()}"
        case "after":
            return f"{column} after: {(last - DAY * timed).isoformat()}"
        case _ if first == last:
            return f"{column}: {first.isoformat()}"
        case _:
            return between(first, last, column)


def _find_column(before: str, book: Phrasebook) -> str:
    return next((column for column, words in book.columns.items() if words.search(before)), "due")


def list_days(value: Value, today: dt.date) -> tuple[dt.date, dt.date]:
    """The first and the last day of a time that names days."""
    if isinstance(value, Stretch):
        return value.start.on or today, value.end.on or today
    day = (value.on if isinstance(value, Moment) else None) or today
    grain = value.grain if isinstance(value, Moment) else "day"
    if grain == "week":
        monday = monday_of(day)
        return max(monday, min(today, day)), monday + WEEK - DAY
    if grain in {"month", "quarter", "year"}:
        first = day.replace(day=1)
        return first, (first + DAY * 32).replace(day=1) - DAY
    if isinstance(value, Moment) and value.clock is None:
        return day, day + DAY * (value.days - 1)
    return day, day


def _as_filter(value: Value, today: dt.date) -> str:
    first, last = list_days(value, today)
    if isinstance(value, Moment) and value.grain == "week" and first <= today:
        return "this week"
    if first != last or isinstance(value, Stretch):
        return between(first, last)
    if first == today:
        return "today"
    if first == today + DAY:
        return "tomorrow"
    return f"date: {first.isoformat()}"


def between(first: dt.date, last: dt.date, column: str = "date") -> str:
    """From one day to another, both included."""
    before = first - DAY
    after = last + DAY
    return f"({column} after: {before.isoformat()} & {column} before: {after.isoformat()})"


def _find_names(folded: str, context: Context, parts: list[str]) -> list[str]:
    """Projects and people that are named without a sign: "what's on the home list", "tasks for Ana"."""
    out: list[str] = []
    if not any(part.startswith("#") for part in parts):
        for project in context.projects:
            if re.search(rf"(?<!\w){re.escape(fold(project))}(?!\w)", folded):
                out.append(f"#{as_name(project)}")
                break
    if not any(part.startswith("assigned") for part in parts):
        for person in context.people:
            if re.search(rf"(?<!\w){re.escape(fold(person))}(?:'s)?(?!\w)", folded):
                out.append(f"assigned to: {person}")
                break
    return out
