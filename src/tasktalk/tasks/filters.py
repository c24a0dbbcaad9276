"""The filter language that web, chat and API share, read into an expression; `filter_sql` turns that into SQL.

    today & p1          both                    (overdue | today) & #Home     brackets
    #Home, #Work        either, as with |       !@waiting                     not
    #"Salt & Pepper"    quoted: literal         @home*                        * stands for anything

Words      all today overdue tomorrow yesterday `7 days` `this week` `next week` `weekend` `this month`
           `next month` `no date` `no time` recurring p1 p2 p3 p4 `no priority` `no label` inbox `no section`
           subtask shared assigned unassigned done cancelled open
Names      #Project /Section @label +Person (also `assigned to: Ana`, me, others); unknown names match nothing
Dates      date: D, due before: D, due after: D; so too deadline, start, created, completed, updated; a bare date
           is `date:`
Text       search: words, all of which must be in the title or the notes

Open tasks are implied unless the expression speaks of a status or of `completed`. `this week` reaches from today to
Sunday, `7 days` over today and the six days after it. `&` may be left out where the next term is plain. The errors are
BadRequest with `position`, counted in characters from 0.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import NoReturn

from tasktalk.errors import BadRequest
from tasktalk.tasks.days import find_days

LONGEST = 1000  # characters
DEEPEST = 30  # brackets and negations within each other

_SAMPLE_DAY = date(2024, 1, 1)  # any day: whether a date can be read does not depend on it


@dataclass(frozen=True, slots=True)
class Word:
    """A fixed word in its canonical form, such as "overdue"; `number` for `7 days`."""

    word: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class Named:
    """What has a name: `kind` is "project", "section", "label" or "assignee"; in `pattern` None stands for anything."""

    kind: str
    pattern: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Dated:
    """A date of the task: `column` "due", "deadline", …; `side` "on", "before" or "after"; `days` as it was written."""

    column: str
    side: str
    days: str


@dataclass(frozen=True, slots=True)
class Search:
    """Words that must all be in the title or the notes."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Everything else."""

    part: "Expr"


@dataclass(frozen=True, slots=True)
class All:
    """What every part matches."""

    parts: "tuple[Expr, ...]"


@dataclass(frozen=True, slots=True)
class Any:
    """What some part matches."""

    parts: "tuple[Expr, ...]"


Expr = Word | Named | Dated | Search | Not | All | Any

_WORDS = {
    "all": "all|view all|all tasks",
    "today": "(?:due )?(?:today|tod)",
    "overdue": "overdue|over due|od",
    "tomorrow": "(?:due )?(?:tomorrow|tom)",
    "yesterday": "(?:due )?yesterday",
    "this week": "(?:due )?this week",
    "next week": "(?:due )?next week",
    "this weekend": "(?:due )?(?:this )?weekend",
    "this month": "(?:due )?this month",
    "next month": "(?:due )?next month",
    "no date": "no (?:due ?)?date|no due|undated",
    "no time": "no time",
    "recurring": "recurring|repeating",
    "no priority": "no priority",
    "no label": "no labels?",
    "inbox": "inbox|no project",
    "no section": "no section",
    "subtask": "subtasks?",
    "shared": "shared",
    "assigned": "assigned(?! to)",
    "unassigned": "unassigned|not assigned|no assignees?",
    "done": "done|completed?",
    "cancelled": "cancell?ed",
    "open": "open|active|not done",
}
_STATUSES = frozenset({"done", "cancelled", "open"})
_KINDS = {"##": "project", "#": "project", "/": "section", "@": "label", "+": "assignee"}
_LABELLED = {"project": "project", "section": "section", "label": "label", "assigned to": "assignee"}

_END = r"(?=\s|[&|!(),]|$)"
_FIXED = re.compile("|".join(f"(?P<w{n}>(?:{words}){_END})" for n, words in enumerate(_WORDS.values())), re.IGNORECASE)
_PRIORITY = re.compile(rf"(?:priority )?p([1-4]){_END}", re.IGNORECASE)
_COMING = re.compile(rf"(?:due )?(?:in )?(?:the )?(?:next )?(\d{{1,4}}) days?{_END}", re.IGNORECASE)
_FIELD = re.compile(
    r"(date|due date|due|deadline|start|created|completed|updated)(?: (before|after|on))? ?:", re.IGNORECASE
)
_LABELLED_BY = re.compile(r"(project|section|label|assigned to) ?:", re.IGNORECASE)
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
        raise BadRequest(f"A filter has at most {LONGEST} characters.", field="filter", position=LONGEST)
    # What the database cannot hold, nothing in it can match.
    return _Reader(text.replace("\x00", " ").encode(errors="replace").decode()).read()


def speaks_of_status(expr: Expr) -> bool:
    """Whether the expression itself says if tasks are open or done, so that "open" is not implied."""
    if isinstance(expr, All | Any):
        return any(speaks_of_status(part) for part in expr.parts)
    if isinstance(expr, Not):
        return speaks_of_status(expr.part)
    return (isinstance(expr, Word) and expr.word in _STATUSES) or (
        isinstance(expr, Dated) and expr.column == "completed"
    )


class _Reader:
    """Reads an expression from left to right: `,` binds least, then `|`, then `&`, then `!`."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0

    def read(self) -> Expr:
        expr = self._either()
        if self.at < len(self.text):
            self._fail("A bracket is closed that was not opened.")
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
            self._fail("This is nested too deeply.")
        if self._take("!"):
            expr: Expr = Not(self._one())
        elif self._take("("):
            expr = self._either()
            if not self._take(")"):
                self._fail("This bracket is not closed.", start)
        else:
            expr = self._term()
        self.depth -= 1
        return expr

    def _term(self) -> Expr:  # noqa: PLR0911  (one a kind of term)
        start = self._skip()
        if start == len(self.text) or self.text[start] in "&|,)":
            self._fail("Something to look for is missing here.")
        if self.text[start] == '"':
            quoted = self._quoted().strip()
            return _fixed(quoted) or _search(quoted) or self._fail("There is nothing between these quotes.", start)
        if found := self._match(_SIGIL):
            return Named(_KINDS[found[0]], self._name(start))
        if found := self._match(_FIELD):
            column = {"date": "due", "due date": "due"}.get(found[1].lower(), found[1].lower())
            return self._dated(column, (found[2] or "on").lower())
        if found := self._match(_LABELLED_BY):
            return Named(_LABELLED[found[1].lower()], self._name(start))
        if self._match(_SEARCH):
            return _search(self._literal(_TEXT)) or self._fail("Say what to search for.", start)
        for pattern in (_FIXED, _PRIORITY, _COMING):
            if found := self._match(pattern):
                return _word(pattern, found)
        written = self._literal(_RUN)
        if find_days(written, _SAMPLE_DAY):
            return Dated("due", "on", written)
        return self._fail(f"“{written[:50]}” is not a filter. To look for text write search: {written[:50]}", start)

    def _dated(self, column: str, side: str) -> Dated:
        self._skip()
        start = self.at
        written = self._literal(_RUN)
        if not find_days(written, _SAMPLE_DAY):
            self._fail(f"“{written[:50]}” is not a date. Write it as in 2026-11-20, tomorrow or next friday.", start)
        return Dated(column, side, written)

    def _name(self, start: int) -> tuple[str | None, ...]:
        """A name's parts; None where a bare * stands for anything."""
        if self._peek() == '"':
            name = self._quoted().strip()
            return (name,) if name else self._fail("The name is missing.", start)
        found = self._match(_RUN)
        parts: list[str | None] = []
        for literal, star in _PIECE.findall(" ".join(found[0].split()) if found else ""):
            parts.append(None if star else literal.removeprefix("\\"))
        return tuple(parts) if parts else self._fail("The name is missing.", start)

    def _literal(self, pattern: re.Pattern[str]) -> str:
        """Quoted text, or what stands before the next operator; a backslash makes the next character plain."""
        if self._peek() == '"':
            return self._quoted().strip()
        found = self._match(pattern)
        return re.sub(r"\\(.)", r"\1", found[0]).strip() if found else ""

    def _quoted(self) -> str:
        found = self._match(_QUOTED)
        return found[1].replace('""', '"') if found else self._fail("This quote is not closed.")

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
    for pattern in (_FIXED, _PRIORITY, _COMING):
        if found := pattern.fullmatch(text):
            return _word(pattern, found)
    return None


def _word(pattern: re.Pattern[str], found: re.Match[str]) -> Word:
    if pattern is _PRIORITY:
        return Word("priority", int(found[1]))
    if pattern is _COMING:
        return Word("days", int(found[1]))
    return Word(list(_WORDS)[int((found.lastgroup or "w0")[1:])])


def _search(text: str) -> Search | None:
    return Search(tuple(text.split())) if text.split() else None
