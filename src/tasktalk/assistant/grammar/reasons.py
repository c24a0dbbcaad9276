"""Orders with the reason for them: "move it to sunday because it's raining", "it's raining, so move it to sunday"."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from msgspec import structs

from tasktalk.assistant.grammar.changes import read_change
from tasktalk.assistant.grammar.commands import read_command
from tasktalk.assistant.grammar.engine import Engine
from tasktalk.assistant.grammar.lexicon import get_source
from tasktalk.assistant.grammar.phrasebook import Phrasebook
from tasktalk.assistant.grammar.reading import find_last_times
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.understanding import Context, Intent, Target

_LONGEST = 300  # characters
_TO_TASKS = frozenset(
    {"complete_task", "reopen_task", "delete_task", "update_task", "reschedule_task", "snooze", "assign_task", "undo"}
)
_ASKS = frozenset({"list_tasks", "search", "plan_day", "remind"})


@dataclass(frozen=True, slots=True)
class _Signs:
    """Where a reason begins behind an order, where one that comes first ends, and what has only its beginning."""

    behind: re.Pattern[str]
    first: re.Pattern[str]
    cut: re.Pattern[str]


def read_reasoned(
    text: str, context: Context, engine: Engine, book: Phrasebook, read: Callable[[str], list[Intent]]
) -> list[Intent]:
    """The orders without their reason, each as `read` reads it; none where there is no reason, or no order."""
    if len(text) > _LONGEST or "\n" in text:
        return []
    folded, signs = fold(text), _signs(book.language)
    for reason in signs.behind.finditer(folded):
        order = text[: reason.start()]
        changes = read_command(order, context, engine, book) or read_change(order, context, engine, book)
        if changes and _are_to_tasks([changes]) and _are_to_tasks(orders := read(order)):
            return [*orders, *_more(read_command(text[reason.end() :], context, engine, book))]
    first = signs.first.match(folded)
    if first is None or (first["is_one"] is None and not first["so"]):
        return []
    order, concludes = " " * first.end() + text[first.end() :], bool(first["so"] or first["runs_on"])
    if not book.asks_capture(folded[first.end() :]):
        orders = read(order)
        return orders if _are_to_tasks(orders, _ASKS if concludes else frozenset()) else []
    # A day that is told in the reason is the task's own.
    if not concludes or find_last_times(first["why"], context, engine) is not None:
        return []
    return [_with_reason(each, text[: first.end("why")]) for each in read(order)]


def without_reason(text: str, book: Phrasebook) -> str:
    """What comes before the reason for it, where one comes behind."""
    found = _signs(book.language).behind.search(fold(text))
    return text[: found.start()] if found else text


def ends_in_reason(target: Target | None, book: Phrasebook) -> bool:
    """Whether it was cut off within the reason: "buy milk because it" of "buy milk because it is finished"."""
    return bool(target and target.text and _signs(book.language).cut.search(fold(target.text)))


def _more(order: Intent | None) -> list[Intent]:
    """What looks like a reason and is one more order: "2 is done, I finished 3, too"."""
    is_other = order is not None and order.intent in _TO_TASKS and order.target and not order.target.last
    return [order] if order and is_other else []


def _are_to_tasks(orders: list[Intent], more: frozenset[str] = frozenset()) -> bool:
    """Whether each changes what there is already, and says nothing of its own that might go on into the reason."""
    return all(
        (order.intent in _TO_TASKS or order.intent in more) and not (order.title or order.comment or order.notes)
        for order in orders
    )


def _with_reason(intent: Intent, why: str) -> Intent:
    """A task keeps why it is to be done as its note."""
    return structs.replace(intent, notes=why.strip()) if intent.intent == "create_task" and not intent.notes else intent


@cache
def _signs(language: str) -> _Signs:
    data = get_source(language)["reasons"]
    why, since, so, clause = ("|".join(data[each]) for each in ("why", "since", "so", "clauses"))
    end = r"(?:(?<=')|(?!\w))"
    clause = rf"(?:{clause}){end}"
    apart = r"\s*[,;.!\u2026]\s+|\s+[-\u2013\u2014]\s+"
    return _Signs(
        behind=re.compile(rf"(?<=\w)(?:[\s,;.!\u2026-]+(?:{why}){end}|(?:{apart})(?={clause}))"),
        first=re.compile(
            rf"\s*(?P<why>(?P<is_one>(?:{since}){end}|(?={clause}))?[^,;.!?]+?)"
            rf"(?:(?:{apart})(?P<so>(?:{so})\s*,?\s+)?|\s+(?P<runs_on>(?:{so})\s+))(?=\w)"
        ),
        cut=re.compile(rf"(?<=\w)[\s,]+(?:{why})(?:\s+[\w']+)?$"),
    )
