"""Who is to do a task, told in words: "… assigned to Ben". Only people that are known are anybody's name."""

from collections.abc import Sequence
from typing import NamedTuple

from tasktalk.assistant.grammar.engine import Engine
from tasktalk.assistant.grammar.phrasebook import Phrasebook
from tasktalk.assistant.grammar.reading import read_slots
from tasktalk.assistant.grammar.slots import Slots
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.understanding import Context, Span

_NOTHING = " \t\n.,;:!?()"


class People(NamedTuple):
    """The people named at a place and where their names end."""

    names: tuple[str, ...]
    end: int


def find_people_at(folded: str, at: int, people: Sequence[str], book: Phrasebook) -> People | None:
    """The known people whose names come after `at` ("ben and ana tomorrow"); None when that is nobody we know."""
    names: list[str] = []
    end = at
    at = _skip(folded, at)
    while True:
        found = next((each for each in sorted(people, key=len, reverse=True) if _is_at(folded, at, fold(each))), None)
        if found is None:
            return People(tuple(names), end) if names else None
        names.append(found)
        end = at + len(found)
        joint = book.people_joins.match(folded, end)
        if joint is None:
            return People(tuple(names), end)
        at = _skip(folded, joint.end())


def _skip(folded: str, at: int) -> int:
    while at < len(folded) and folded[at] in " @":
        at += 1
    return at


def _is_at(folded: str, at: int, name: str) -> bool:
    after = folded[at + len(name) : at + len(name) + 1]
    return bool(name) and folded.startswith(name, at) and not (after.isalnum() or after in {"'", "-", "_"})


def read_slots_and_people(
    text: str, context: Context, engine: Engine, book: Phrasebook, *, keep_time_alone: bool = False
) -> Slots:
    """The slots of `text`, "assigned to Ben" among them where nothing but slots comes after it.

    "for Ben" at the end stays in the title, for it also says who profits ("a present for Ben"); what stands before it
    is the end of the task all the same.
    """
    folded = fold(text)
    for found in book.assigned.finditer(folded):
        said = find_people_at(folded, found.end(), context.people, book)
        if said is None:
            continue
        slots = read_slots(_blank(text, found.start(), said.end), context, engine, keep_time_alone=keep_time_alone)
        if _is_covered(text, said.end, slots.spans):
            slots.assignees += [name for name in said.names if name not in slots.assignees]
            slots.spans.append(Span(start=found.start(), end=said.end, kind="assignee"))
            slots.spans.sort(key=lambda span: span.start)
            return slots
    for found in book.for_whom.finditer(folded):
        said = find_people_at(folded, found.end(), context.people, book)
        if said is not None and not folded[said.end :].strip(_NOTHING):
            text = _blank(text, found.start(), said.end)
    return read_slots(text, context, engine, keep_time_alone=keep_time_alone)


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]


def _is_covered(text: str, at: int, spans: Sequence[Span]) -> bool:
    for span in spans:
        text = _blank(text, span.start, span.end)
    return not text[at:].strip(_NOTHING)
