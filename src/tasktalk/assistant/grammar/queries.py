"""Questions about one's tasks, turned into expressions of the filter language."""

import datetime as dt
import re

from tasktalk.assistant.grammar.calendar import monday_of
from tasktalk.assistant.grammar.engine import Engine
from tasktalk.assistant.grammar.phrasebook import Phrasebook
from tasktalk.assistant.grammar.quickadd import find_marks
from tasktalk.assistant.grammar.resolve import local_now
from tasktalk.assistant.grammar.roles import When as Said
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.grammar.values import Moment, Stretch
from tasktalk.assistant.understanding import Context, Query

WEEK = dt.timedelta(days=7)


def read_query(text: str, context: Context, engine: Engine, book: Phrasebook) -> Query:
    """The filter that a question asks for; None in it for all open tasks."""
    folded = fold(text)
    parts: list[str] = []
    word = _find_list_word(folded, book)
    when = word or _read_when(text, context, engine)
    if when:
        parts.append(when)
    for mark in find_marks(text, context):
        match mark.kind:
            case "project":
                parts.append(f"#{_name(mark.value)}")
            case "label":
                parts.append(f"@{_name(mark.value)}")
            case "section":
                parts.append(f"/{_name(mark.value)}")
            case "priority":
                parts.append(f"p{mark.value}")
            case "assignee":
                parts.append(f"assigned to: {mark.value}")
            case _:
                pass
    if not any(part[0] == "p" and part[1:].isdigit() for part in parts):
        found = book.priority_marks.search(folded) or book.priority_edges.search(folded)
        if found:
            parts.append(f"p{book.slots['priorities'][found.group()]}")
    parts += _find_names(folded, context, parts)
    return Query(filter=" & ".join(parts) or None)


def _name(value: str) -> str:
    """A name as the filter language writes it: signs and spaces of its own are escaped."""
    return re.sub(r"([&|!(),\\* ])", r"\\\1", value) if re.search(r"[&|!(),\\*]", value) else value


def _find_list_word(folded: str, book: Phrasebook) -> str | None:
    words: dict[str, str] = book.slots["list_words"]
    best: tuple[int, str] | None = None
    for word, meant in words.items():
        if word == "late" or len(word) < 4:  # noqa: PLR2004  (too short to be looked for inside a sentence)
            continue
        if re.search(rf"(?<![\w'-]){re.escape(word)}(?![\w-])", folded) and (best is None or len(word) > best[0]):
            best = (len(word), meant)
    return best[1] if best and not _is_other_week(folded) else None


def _is_other_week(folded: str) -> bool:
    return bool(re.search(r"\b(next|last|past|following) week\b", folded)) and "7" not in folded


def _read_when(text: str, context: Context, engine: Engine) -> str | None:
    now = local_now(context)
    for node in engine.read(text, now, []):
        said = node.senses.get("WHEN")
        if not isinstance(said, Said):
            continue
        value = said.value
        if isinstance(value, Stretch) and value.start.on and value.end.on:
            return _between(value.start.on, value.end.on)
        if isinstance(value, Moment) and value.on and value.sure >= 0.4:  # noqa: PLR2004  (questions may be of the past)
            return _as_filter(value, now.date())
    return None


def _as_filter(moment: Moment, today: dt.date) -> str:
    day = moment.on or today
    if moment.grain == "week" and day > today:
        monday = monday_of(day)
        return _between(monday, monday + WEEK - dt.timedelta(days=1))
    if moment.grain == "week":
        return "this week"
    if moment.grain in {"month", "quarter", "year"}:
        first = day.replace(day=1)
        last = (first + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)
        return _between(first, last)
    if day == today:
        return "today"
    if day == today + dt.timedelta(days=1):
        return "tomorrow"
    return f"date: {day.isoformat()}"


def _between(first: dt.date, last: dt.date) -> str:
    before = first - dt.timedelta(days=1)
    after = last + dt.timedelta(days=1)
    return f"(date after: {before.isoformat()} & date before: {after.isoformat()})"


def _find_names(folded: str, context: Context, parts: list[str]) -> list[str]:
    """Projects and people that are named without a sign: "what's on the home list", "tasks for Ana"."""
    out: list[str] = []
    if not any(part.startswith("#") for part in parts):
        for project in context.projects:
            if re.search(rf"(?<!\w){re.escape(fold(project))}(?!\w)", folded):
                out.append(f"#{_name(project)}")
                break
    if not any(part.startswith("assigned") for part in parts):
        for person in context.people:
            if re.search(rf"(?<!\w){re.escape(fold(person))}(?:'s)?(?!\w)", folded):
                out.append(f"assigned to: {person}")
                break
    return out
