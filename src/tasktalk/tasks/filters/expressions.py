"""What a filter says, as a tree."""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Word:
    """A fixed word in its canonical form, such as "overdue"; `number` for `7 days` and priorities."""

    word: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class Named:
    """What has a name: `kind` is "project", "section", "label", or whose task it is: "assignee", "assigner", "adder".

    In `pattern` None stands for anything.
    """

    kind: str
    pattern: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Dated:
    """A date of the task: `column` "due", "deadline", …; `side` "on", "before" or "after"; `days` as it was written."""

    column: str
    side: str
    days: str
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Search:
    """Words that must all be in the title, the notes or the comments."""

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


Leaf = Word | Named | Dated | Search
Expr = Leaf | Not | All | Any

TRASH = Word("trash")
_STATUSES = frozenset({"done", "cancelled", "open", "trash"})
_FEW = frozenset(
    {"days", "today", "tomorrow", "yesterday", "this week", "next week", "this weekend", "trash", "blocked"}
)


def list_leaves(expr: Expr) -> Iterator[Leaf]:
    """All that is asked for, from left to right."""
    match expr:
        case All(parts) | Any(parts):
            for part in parts:
                yield from list_leaves(part)
        case Not(part):
            yield from list_leaves(part)
        case _:
            yield expr


def speaks_of_status(expr: Expr) -> bool:
    """Whether the expression itself says if tasks are open or done, so that "open" is not implied."""
    return any(
        (isinstance(leaf, Word) and leaf.word in _STATUSES) or (isinstance(leaf, Dated) and leaf.column == "completed")
        for leaf in list_leaves(expr)
    )


def status_of(expr: Expr) -> str | None:
    """The one status that all it matches have; None where that is not known."""
    if not speaks_of_status(expr):
        return "open"
    parts = expr.parts if isinstance(expr, All) else (expr,)
    said = [part.word for part in parts if isinstance(part, Word) and part.word in _STATUSES]
    return said[0] if said and said[0] != "trash" else None


def is_narrow(expr: Expr) -> bool:
    """Whether little of what a person has can match, and an index leads there."""
    match expr:
        case All(parts):
            return any(is_narrow(part) for part in parts)
        case Any(parts):
            return all(is_narrow(part) for part in parts)
        case Word(word):
            return word in _FEW
        case Named(kind):
            return kind in {"project", "section"}
        case Dated(column, side):
            return side == "on" and column in {"due", "deadline"}
        case _:
            return False
