"""What a person may write into a task; everything else is a BadRequest that names the field."""

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from uuid import UUID

from tasktalk.errors import BadRequest
from tasktalk.phrases import Told, phrase
from tasktalk.tasks.due import check_day
from tasktalk.tasks.recurrence import check_recurrence

TITLE_CHARACTERS = 1000
NOTES_CHARACTERS = 100_000
NAME_CHARACTERS = 200
LABEL_CHARACTERS = 100
LABELS = 50
ASSIGNEES = 50
DURATION_MINUTES = 366 * 24 * 60
COLOURS = (
    *("charcoal", "grey", "red", "salmon", "orange", "yellow", "olive", "lime", "green", "mint"),
    *("teal", "sky", "blue", "indigo", "violet", "lavender", "magenta", "pink", "brown", "taupe"),
)

# Controls but tab and newline; the marks that turn the reading direction of what follows; lone surrogates.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_SPACE = re.compile(r"\s+")
_UNSEEN = frozenset({"Cf", "Zs"})  # of width zero, and spaces
_RGB = re.compile(r"#[0-9a-f]{6}")


def clean_line(text: str, *, field: str, longest: int) -> str:
    """One line without control characters, its white space made single; 1 to `longest` characters."""
    line = _SPACE.sub(" ", _CONTROL.sub("", text)).strip()
    if all(unicodedata.category(character) in _UNSEEN for character in line):
        raise BadRequest(Told("The {field} is empty.", field=Told(field)), field=field)
    if len(line) > longest:
        raise BadRequest(
            Told("The {field} is longer than {longest} characters.", field=Told(field), longest=longest),
            field=field,
            longest=longest,
        )
    return line


def clean_title(text: str) -> str:
    """A task's title: one line of 1 to 1000 characters."""
    return clean_line(text, field=phrase("title"), longest=TITLE_CHARACTERS)


def clean_notes(text: str, *, field: str = phrase("notes")) -> str:
    """Text in Markdown: lines stay, other control characters go."""
    if len(text) > NOTES_CHARACTERS:
        raise BadRequest(
            Told("The {field} has more than {most} characters.", field=Told(field), most=NOTES_CHARACTERS), field=field
        )
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def clean_text(text: str, *, field: str, longest: int) -> str:
    """Markdown that says something: as notes, without empty lines around it; 1 to `longest` characters."""
    clean = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).rstrip().lstrip("\n")
    if not clean:
        raise BadRequest(Told("The {field} is empty.", field=Told(field)), field=field)
    if len(clean) > longest:
        raise BadRequest(
            Told("The {field} is longer than {longest} characters.", field=Told(field), longest=longest),
            field=field,
            longest=longest,
        )
    return clean


def clean_colour(colour: str | None) -> str | None:
    """One of COLOURS, or `#rrggbb`, in small letters; None: no colour of its own."""
    if colour is None:
        return None
    plain = colour.strip().lower()
    if plain not in COLOURS and not _RGB.fullmatch(plain):
        raise BadRequest(Told("A colour is #rrggbb or one of {names}.", names=", ".join(COLOURS)), field="colour")
    return plain


def clean_labels(labels: Iterable[str]) -> tuple[str, ...]:
    """Labels without their @, each once whatever its case, in the order given."""
    kept: dict[str, str] = {}
    for label in labels:
        line = clean_line(label.strip().removeprefix("@"), field=phrase("labels"), longest=LABEL_CHARACTERS)
        kept.setdefault(line.casefold(), line)
    if len(kept) > LABELS:
        raise BadRequest(Told("A task has at most {most} labels.", most=LABELS), field="labels")
    return tuple(kept.values())


def checked(values: Mapping[str, object]) -> dict[str, object]:
    """The same keys with clean values; a key that is not of a task passes untouched."""
    return {key: _check(key, value) for key, value in values.items()}


def _check(key: str, value: object) -> object:  # noqa: C901, PLR0911  (one line a column)
    match key, value:
        case "title", str():
            return clean_title(value)
        case "notes", str():
            return clean_notes(value)
        case "labels", list() | tuple():
            return clean_labels(value)
        case (("assignees" | "accepted"), list() | tuple()):
            return _people(value)
        case "status", _ if value not in {"open", "done", "cancelled"}:
            raise BadRequest(phrase("A status is open, done or cancelled."), field="status")
        case "priority", int() if not 1 <= value <= 4:  # noqa: PLR2004  (p1 to p4)
            raise BadRequest(phrase("A priority is 1 (highest) to 4."), field="priority")
        case "duration_minutes", int() if not 1 <= value <= DURATION_MINUTES:
            raise BadRequest(phrase("A duration is one minute to a year."), field="duration_minutes")
        case (("start_on" | "deadline_on"), dt.date()):
            return check_day(value, field=key.removesuffix("_on"))
        case "recurrence", dict():
            return check_recurrence(value)
        case "position", float() if not math.isfinite(value):
            raise BadRequest("A position is a finite number.", field="position")
        case _:
            return value


def _people(ids: Iterable[UUID]) -> tuple[UUID, ...]:
    people = tuple(dict.fromkeys(ids))
    if len(people) > ASSIGNEES:
        raise BadRequest(Told("A task has at most {most} assignees.", most=ASSIGNEES), field="assignees")
    return people
