"""Reads a filter from left to right into an expression."""

import re
from datetime import UTC, date, datetime
from typing import NoReturn

from tasktalk.errors import BadRequest
from tasktalk.phrases import Told, phrase
from tasktalk.tasks.filters.days import find_days, find_moment
from tasktalk.tasks.filters.expressions import All, Any, Dated, Expr, Named, Not, Search, Word
from tasktalk.tasks.filters.words import match_word

LONGEST = 1000  # characters
DEEPEST = 30  # brackets and negations within each other

# Whether a date can be read does not depend on the day it is read.
_SAMPLE_DAY = date(2024, 1, 1)
_SAMPLE_MOMENT = datetime(2024, 1, 1, tzinfo=UTC)

_KINDS = {"##": "project", "#": "project", "/": "section", "@": "label", "+": "assignee"}
_LABELLED = {
    "project": "project",
    "section": "section",
    "label": "label",
    "assigned to": "assignee",
    "assigned by": "assigner",
    "added by": "adder",
    "created by": "adder",
}
_COLUMNS = {"date": "due", "due date": "due", "start date": "start", "added": "created"}
_WHOLE_DAYS = {"deadline", "start"}

_FIELD = re.compile(
    r"(date|due date|due|deadline|start date|start|created|added|completed|updated)(?: (before|after|on))? ?:",
    re.IGNORECASE,
)
_LABELLED_BY = re.compile(rf"({'|'.join(_LABELLED)}) ?:", re.IGNORECASE)
_SEARCH = re.compile(r"search ?:", re.IGNORECASE)
_SIGIL = re.compile(r"##|[#/@]|\+(?! ?\d)")  # `+3 days` is a date
# A name or date ends at an operator, or where white space leads to a sigil.
_RUN = re.compile(r"(?:\\.|(?!\s+(?:##|[#/@+])\S)[^&|!(),\"\\])+", re.DOTALL)
_PIECE = re.compile(r"(\\.|[^\\*]+)|(\*)", re.DOTALL)
_TEXT = re.compile(r"(?:\\.|[^&|(),\"\\])+", re.DOTALL)
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')


def parse(text: str) -> Expr:
    """The expression that `text` spells; raises BadRequest with `position` where it cannot be read."""
    if len(text) > LONGEST:
        raise BadRequest(
            Told("A filter has at most {most} characters.", most=LONGEST), field="filter", position=LONGEST
        )
    # What the database cannot hold, nothing in it can match.
    return _Reader(text.replace("\x00", " ").encode(errors="replace").decode()).read()


class _Reader:
    """Reads an expression from left to right: `,` binds least, then `|`, then `&`, then `!`."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0

    def read(self) -> Expr:
        expr = self._either()
        if self.at < len(self.text):
            self._fail(phrase("A bracket is closed that was not opened."))
        return expr

    def _either(self) -> Expr:
        parts = [self._both()]
        while self._take("|") or self._take(","):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Any(tuple(parts))

    def _both(self) -> Expr:
        parts = [self._one()]
        while self._take("&") or (self._peek() and self._peek() not in "|,)"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _one(self) -> Expr:
        start = self._skip()
        self.depth += 1
        if self.depth > DEEPEST:
            self._fail(phrase("This is nested too deeply."))
        if self._take("!"):
            expr: Expr = Not(self._one())
        elif self._take("("):
            expr = self._either()
            if not self._take(")"):
                self._fail(phrase("This bracket is not closed."), start)
        else:
            expr = self._term()
        self.depth -= 1
        return expr

    def _term(self) -> Expr:  # noqa: PLR0911  (one a kind of term)
        start = self._skip()
        if start == len(self.text) or self.text[start] in "&|,)":
            self._fail(phrase("Something to look for is missing here."))
        if self.text[start] == '"':
            quoted = self._quoted().strip()
            return (
                _fixed(quoted) or _search(quoted) or self._fail(phrase("There is nothing between these quotes."), start)
            )
        if found := self._match(_SIGIL):
            return Named(_KINDS[found[0]], self._name(start))
        if found := self._match(_FIELD):
            column = found[1].lower()
            return self._dated(_COLUMNS.get(column, column), (found[2] or "on").lower())
        if found := self._match(_LABELLED_BY):
            return Named(_LABELLED[found[1].lower()], self._name(start))
        if self._match(_SEARCH):
            return _search(self._literal(_TEXT)) or self._fail(phrase("Say what to search for."), start)
        if word := match_word(self.text, start):
            self.at = word[1]
            return word[0]
        written = self._literal(_RUN)
        if find_days(written, _SAMPLE_DAY):
            return Dated("due", "on", written, start)
        return self._fail(
            Told("“{words}” is not a filter. To look for text write search: {words}", words=written[:50]), start
        )

    def _dated(self, column: str, side: str) -> Dated:
        self._skip()
        start = self.at
        written = self._literal(_RUN)
        if find_days(written, _SAMPLE_DAY):
            return Dated(column, side, written, start)
        if not find_moment(written, _SAMPLE_MOMENT):
            self._fail(
                Told(
                    "“{words}” is not a date. Write it as in 2026-11-20, tomorrow or next friday.", words=written[:50]
                ),
                start,
            )
        if side == "on":
            self._fail(phrase("With a time say before or after, as in due before: today 5pm."), start)
        if column in _WHOLE_DAYS:
            self._fail(Told("A {column} is a day, without a time.", column=column), start)
        return Dated(column, side, written, start)

    def _name(self, start: int) -> tuple[str | None, ...]:
        """A name's parts; None where a bare * stands for anything."""
        if self._peek() == '"':
            name = self._quoted().strip()
            return (name,) if name else self._fail(phrase("The name is missing."), start)
        found = self._match(_RUN)
        parts: list[str | None] = []
        for literal, star in _PIECE.findall(" ".join(found[0].split()) if found else ""):
            parts.append(None if star else literal.removeprefix("\\"))
        return tuple(parts) if parts else self._fail(phrase("The name is missing."), start)

    def _literal(self, pattern: re.Pattern[str]) -> str:
        """Quoted text, or what stands before the next operator; a backslash makes the next character plain."""
        if self._peek() == '"':
            return self._quoted().strip()
        found = self._match(pattern)
        return re.sub(r"\\(.)", r"\1", found[0]).strip() if found else ""

    def _quoted(self) -> str:
        found = self._match(_QUOTED)
        return found[1].replace('""', '"') if found else self._fail(phrase("This quote is not closed."))

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self._skip())
        if found:
            self.at = found.end()
        return found

    def _take(self, operator: str) -> bool:
        if self._peek() != operator:
            return False
        self.at += 1
        return True

    def _peek(self) -> str:
        return self.text[self._skip() : self.at + 1]

    def _skip(self) -> int:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1
        return self.at

    def _fail(self, message: str, position: int | None = None) -> NoReturn:
        raise BadRequest(message, field="filter", position=self.at if position is None else position)


def _fixed(text: str) -> Word | None:
    found = match_word(text)
    return found[0] if found and found[1] == len(text) else None


def _search(text: str) -> Search | None:
    return Search(tuple(text.split())) if text.split() else None
