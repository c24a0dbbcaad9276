"""Quick-add marks: `#Project /Section @label +person p1 !4 !30m before {deadline} // notes`.

Todoist's and Vikunja's together, told apart by what is known: `@x` and `+x` are a person where one has that name.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Literal, NamedTuple

from tasktalk.assistant.grammar.lexicon import get_source, list_languages
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.understanding import Context

MarkKind = Literal["project", "section", "label", "assignee", "priority", "deadline", "reminder", "notes"]
# Vikunja counts urgency upwards, 5 is "do now"; ours counts downwards, 1 is the highest.
_EXCLAMATIONS = {"5": 1, "4": 1, "3": 2, "2": 3, "1": 4}
_MINUTES = {"minute": 1, "hour": 60, "day": 1440, "week": 10080}


class Mark(NamedTuple):
    """A mark at `[start, end)` and its value as a string; a priority is its figure, a reminder ISO 8601 or a time."""

    start: int
    end: int
    kind: MarkKind
    value: str


_NAME = r"""(?:"(?P<quoted>[^"\n]+)"|'(?P<single>[^'\n]+)'|(?P<name>[^\W\d_][\w&.'\u2019-]*))"""
_SIGNED = re.compile(rf"(?<![\w/#@+*])(?P<sign>[#@+]){_NAME}(?:/(?P<section>[^\W\d_][\w-]*))?")
_STAR = re.compile(r"(?<![\w*])\*(?P<name>[^\W\d_][\w-]*)(?![\w*])(?!\S*\*)")
_SECTION = re.compile(r"(?<!\S)/(?P<name>[^\W\d_][\w-]*)(?!\S)")
_PRIORITY = re.compile(
    r"(?<![\w/.-])(?:[pP](?P<p>[1-4])|!(?P<bang>[1-5]))(?![\w/:.-]*\w)(?!\s*(?:m|min|h|hr|d|am|pm)\b)"
)
_BRACES = re.compile(r"\{(?P<inside>[^{}\n]{1,40})\}")
_NOTES = re.compile(r"(?<![:\w/])//\s*(?P<text>\S.*)$", re.DOTALL)


def as_duration(minutes: int) -> str:
    """Minutes before the due moment as an ISO 8601 duration: 30 → `-PT30M`, 60 → `-PT1H`, 1440 → `-P1D`."""
    if not minutes:
        return "PT0S"
    days, rest = divmod(minutes, 1440)
    hours, left = divmod(rest, 60)
    date = f"{days}D" if days else ""
    time = (f"{hours}H" if hours else "") + (f"{left}M" if left else "")
    return f"-P{date}" + (f"T{time}" if time else "")


def find_marks(text: str, context: Context) -> list[Mark]:
    """The marks of a message in their order, none inside another. A known name takes its own spelling."""
    if not any(sign in text for sign in "#@+*/!{") and "p" not in text and "P" not in text:
        return []
    marks: list[Mark] = []
    folded = fold(text)
    notes = _NOTES.search(text)
    if notes:
        marks.append(Mark(notes.start(), len(text), "notes", notes["text"].strip()))
    marks += [Mark(found.start(), found.end(), "deadline", found["inside"]) for found in _BRACES.finditer(text)]
    for found in _find_reminder().finditer(folded) if "!" in text else ():
        value = found["clock"] or as_duration(int(found["amount"]) * _MINUTES[_list_units()[found["unit"]]])
        marks.append(Mark(found.start(), found.end(), "reminder", value))
    marks += [
        Mark(found.start(), found.end(), "priority", found["p"] or str(_EXCLAMATIONS[found["bang"]]))
        for found in _PRIORITY.finditer(text)
    ]
    marks += _find_names(text, context)
    return _without_overlaps(marks)


@cache
def _list_units() -> dict[str, str]:
    """What every language calls minutes, hours, days and weeks, and the letters they begin with in English."""
    words = {"m": "minute", "h": "hour", "d": "day", "w": "week"}
    for language in list_languages():
        for word, unit in get_source(language)["UNIT"].items():
            if unit in _MINUTES:
                words.setdefault(fold(word.lstrip("~")), unit)
    return words


@cache
def _find_reminder() -> re.Pattern[str]:
    """`!30m`, `!2 hours before`, `!1 Tag vorher`, `!14:30`, in the words of any language."""
    units, befores = (
        "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
        for words in (
            _list_units(),
            {fold(word) for language in list_languages() for word in get_source(language)["slots"]["before_words"]},
        )
    )
    amount = rf"(?P<amount>\d{{1,3}})\s?(?P<unit>{units})(?!\w)(?:\s+(?:{befores})(?!\w))?"
    return re.compile(rf"(?<!\S)!(?:{amount}|(?P<clock>\d{{1,2}}:\d{{2}})\b)")


def _find_names(text: str, context: Context) -> list[Mark]:
    marks: list[Mark] = []
    for found in _SIGNED.finditer(text):
        sign = found["sign"]
        start, end = found.span()
        if sign == "#":
            name, end = _known_or_said(text, found, context.projects)
            marks.append(Mark(start, end, "project", name))
            if found["section"] and end <= found.start("section"):
                marks.append(Mark(end, found.end(), "section", found["section"]))
            continue
        person, person_end = _known_or_said(text, found, context.people)
        if fold(person) in {fold(each) for each in context.people}:
            marks.append(Mark(start, person_end, "assignee", person))
        else:
            kind: MarkKind = "project" if sign == "+" else "label"
            known = context.projects if sign == "+" else context.labels
            name, end = _known_or_said(text, found, known)
            marks.append(Mark(start, end, kind, name))
    marks += [Mark(found.start(), found.end(), "label", found["name"]) for found in _STAR.finditer(text)]
    if any(mark.kind == "project" for mark in marks):
        marks += [Mark(found.start(), found.end(), "section", found["name"]) for found in _SECTION.finditer(text)]
    return marks


def _known_or_said(text: str, found: re.Match[str], known: Sequence[str]) -> tuple[str, int]:
    """The longest known name at this place, which may have spaces in it, else the word as it was written."""
    quoted = found["quoted"] or found["single"]
    if quoted:
        name, end = quoted, found.end() - (len(found["section"]) + 1 if found["section"] else 0)
    else:
        name = found["name"].rstrip(".'\u2019-&")
        end = found.start("name") + len(name)
        after = fold(text[found.start("name") :])
        for each in sorted(known, key=len, reverse=True):
            if after.startswith(fold(each)) and not after[len(each) : len(each) + 1].isalnum():
                return each, found.start("name") + len(each)
    for each in known:
        if fold(each) == fold(name):
            return each, end
    return name, end


def _without_overlaps(marks: list[Mark]) -> list[Mark]:
    out: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: (mark.start, -mark.end)):
        if not out or mark.start >= out[-1].end:
            out.append(mark)
    return out
