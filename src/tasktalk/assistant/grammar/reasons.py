"""Orders with the reason for them: "move it to sunday because it's raining", "it's raining, so move it to sunday".

A reason is cut off only where nothing else can be meant: the order is one by its verb and says of what, and the reason
is no order, no task, no correction, and no part of what is called so.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import islice

from msgspec import structs

from tasktalk.assistant.grammar.changes import read_change
from tasktalk.assistant.grammar.commands import read_command
from tasktalk.assistant.grammar.engine import Engine
from tasktalk.assistant.grammar.lexicon import get_source
from tasktalk.assistant.grammar.phrasebook import Phrasebook
from tasktalk.assistant.grammar.resolve import local_now
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.understanding import Context, Intent, Target

_LONGEST = 300  # characters
_MOST = 2  # places that are tried: whoever gives more reasons than that tells a story
_TO_TASKS = frozenset(
    {"complete_task", "reopen_task", "delete_task", "update_task", "reschedule_task", "snooze", "assign_task", "undo"}
)
_ASKS = frozenset({"list_tasks", "search", "plan_day"})
_FEWEST = 2  # words: a verb, and of what
_KEPT = frozenset({"comment_task", "update_project", "create_project", "settings"})  # their words are kept whole


Read = Callable[[str], list[Intent]]


@dataclass(frozen=True, slots=True)
class _Signs:
    """Where a reason begins behind an order, where one that comes first ends, and what has only its beginning."""

    behind: re.Pattern[str]
    first: re.Pattern[str]
    cut: re.Pattern[str]


def read_reasoned(text: str, context: Context, engine: Engine, book: Phrasebook, read: Read) -> list[Intent]:
    """The orders without their reason, each as `read` reads it; none where there is no reason, or no order."""
    folded, signs = fold(text), _signs(book.language)
    behind, first = list(islice(signs.behind.finditer(folded), _MOST)), signs.first.match(folded)
    if len(text) > _LONGEST or "\n" in text or not (behind or first):
        return []
    whole = read_command(text, context, engine, book)
    if whole is not None and (whole.intent in _KEPT or whole.title is not None):
        return []
    reader = _Reader(context, engine, book, read)
    for reason in behind:
        said = reason["why"] is not None
        if orders := reader.find_order(text[: reason.start()], text[reason.end() :], said=said):
            return orders
    return reader.find_behind(text, first) if first else []


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the parts of one message."""

    context: Context
    engine: Engine
    book: Phrasebook
    read: Read

    def find_order(self, order: str, why: str, *, said: bool) -> list[Intent]:
        """What an order says before its reason, which `said` that it is one, or only may be."""
        if not self._is_clear(order, all_too=said):
            return []
        if not said and self._is_clear(why, all_too=False, named=True):  # "delete 2, I finished 3"
            return [*self.read(order), *self.read(why)]
        orders = self.read(order) if self._may_be_why(why, said=said) else []
        return orders if _are_to_tasks(orders) else []

    def find_behind(self, text: str, first: re.Match[str]) -> list[Intent]:
        """What an order says behind its reason, for which it is asked, done or shown."""
        why, rest, said = text[: first.end("why")], text[first.end() :], first["so"] is not None
        concludes = said or first["runs_on"] is not None
        if not (first["is_one"] is not None or said) or not self._may_be_why(why, said=said):
            return []
        asks, creates = self.book.question.match(fold(rest)), self.book.asks_capture(fold(rest))
        if (asks or creates) and not concludes:
            return []
        if not (asks or creates or (self._is_clear(rest, all_too=concludes) and not rest.rstrip().endswith("?"))):
            return []
        orders = self.read(" " * first.end() + rest)  # so that places stay
        if creates:
            return [_with_reason(each, why) for each in orders] if _create(orders) else []
        return orders if _are_to_tasks(orders, _ASKS if asks else frozenset()) else []

    def _may_be_why(self, why: str, *, said: bool) -> bool:
        """Whether it may tell why: no title has it, and what is not led in as a reason is no task, time or number."""
        folded = fold(why).strip(" ,;.!")
        if any(folded in title for title in map(fold, self.context.open_titles)):
            return False
        if self.book.asks_capture(folded) or self.book.task_verb.match(folded):
            return False
        if said:
            return True
        if any(character.isdigit() for character in why):
            return False
        row = self.engine.read(why.split(None, 1)[-1], local_now(self.context), [])  # it may begin with "ya", "já"
        return not any("WHEN" in node.senses for node in row)

    def _is_clear(self, order: str, *, all_too: bool, named: bool = False) -> bool:
        """Whether it is an order by its verb, and says of what: no "done", no "the report is done", no "delete".

        `named`: by a number or a name, not by "it".
        """
        said = (order, self.context, self.engine, self.book)
        found = read_command(*said) or read_change(*said)
        if found is None or not _are_to_tasks([found]):
            return False
        target, words = found.target, fold(order).split()
        if found.intent == "undo":
            return True
        if len(words) < _FEWEST or target is None or (target.all and not all_too) or (named and target.last):
            return False
        # "mark the sink as done" begins with a verb, "the sink is done" with its name.
        first = target.text is not None and fold(order).lstrip().startswith(fold(target.text))
        states = target.last or first or words[0][0].isdigit() or self.book.article.match(fold(order).lstrip())
        return not (found.intent == "complete_task" and states)


def without_reason(text: str, book: Phrasebook) -> str:
    """What comes before the reason for it, where one comes behind."""
    found = _signs(book.language).behind.search(fold(text))
    return text[: found.start()] if found else text


def ends_in_reason(target: Target | None, book: Phrasebook) -> bool:
    """Whether it was cut off within the reason: "buy milk because it" of "buy milk because it is finished"."""
    return bool(target and target.text and _signs(book.language).cut.search(fold(target.text)))


def _create(orders: list[Intent]) -> bool:
    return all(order.intent == "create_task" and order.title for order in orders)


def _are_to_tasks(orders: list[Intent], more: frozenset[str] = frozenset()) -> bool:
    """Whether each changes what there is already, and says nothing of its own that might go on into the reason."""
    return all(
        (order.intent in _TO_TASKS or order.intent in more) and not (order.title or order.comment or order.notes)
        for order in orders
    )


def _with_reason(intent: Intent, why: str) -> Intent:
    """A task keeps why it is to be done as its note."""
    return structs.replace(intent, notes=why.strip()) if not intent.notes else intent


@cache
def _signs(language: str) -> _Signs:
    data = get_source(language)["reasons"]
    why, since, so, clause = ("|".join(data[each]) for each in ("why", "since", "so", "clauses"))
    end = r"(?:(?<=')|(?!\w))"
    clause = rf"(?:{clause}){end}"
    apart = r"\s*[,;.!\u2026]\s+|\s+[-\u2013\u2014]\s+"
    return _Signs(
        behind=re.compile(rf"(?<=\w)(?:[\s,;.!\u2026-]+(?P<why>{why}){end}|(?:{apart})(?={clause}))"),
        first=re.compile(
            rf"\s*(?P<why>(?P<is_one>(?:{since}){end}|(?={clause}))?[^,;.!?]+?)"
            rf"(?:(?:{apart})(?P<so>(?:{so})\s*,?\s+)?|\s+(?P<runs_on>(?:{so})\s+))(?=\w)"
        ),
        cut=re.compile(rf"(?<=\w)[\s,]+(?:{why})(?:\s+[\w']+)?$"),
    )
