"""What is said like an order or a task and is none of ours: of other people's business, or to another machine."""

from msgspec import structs

from tasktalk.assistant.grammar.named import names_open
from tasktalk.assistant.grammar.orders import LIKELY
from tasktalk.assistant.grammar.phrasebook import Phrasebook
from tasktalk.assistant.grammar.queries import SEARCH
from tasktalk.assistant.grammar.scope import get_model
from tasktalk.assistant.grammar.selections import is_loose, leaves_out
from tasktalk.assistant.grammar.targets import find_open
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.understanding import Context, Intent, Target

# Readings of orders so wide that they take in what is meant for others: "find a hotel", "delete this song".
_WIDE = frozenset({"search", "delete_task", "list_tasks", "reopen_task", "create_project"})
_MOVING = frozenset({"reschedule_task", "update_task"})  # "change the volume to 19"
_UNDOABLE = frozenset({"delete_task", "complete_task", "reschedule_task", "update_task", "snooze", "assign_task"})
_FEWEST = 3  # words: fewer say too little of what they are about
_TRULY, _ALMOST, _SURELY, _RATHER, _THIRD = 0.98, 0.9, 0.75, 0.65, 0.3


def refuse(command: Intent, plain: str, context: Context, book: Phrasebook) -> Intent | None:
    """What becomes of an order that is none of ours, or about what nobody knows; None where it may be done."""
    if _is_for_others(command, plain, context, book) or leaves_out(command, plain, book):
        return Intent(intent="unknown", confidence=LIKELY)
    return _of_none(command, plain, book) if is_loose(command, plain, context, book) else None


def _of_none(command: Intent, plain: str, book: Phrasebook) -> Intent:
    """An order about a kind that nobody knows: not understood, but "clear all my appointments" is of none so called."""
    if command.intent != "delete_task" or book.task_words & set(fold(plain).split()):
        return Intent(intent="unknown", confidence=LIKELY)
    named = command.target.text if command.target else None
    return structs.replace(command, target=Target(text=named or plain))


def _is_for_others(command: Intent, plain: str, context: Context, book: Phrasebook) -> bool:
    """Whether a command of many meanings is none of ours, by the model."""
    model = get_model(book.language)
    folded = fold(plain)
    if command.intent == "project_status" and command.project and "#" not in plain:
        return command.project not in context.projects and model.judge(folded)["other"] >= _ALMOST
    words = _find_words(command)
    if words is None or len(folded.split()) < _FEWEST or not _is_wide(command, folded, book):
        return False
    if words and (find_open(words, context.open_titles, book) or names_open(words.split(), context.open_titles)):
        return False
    if command.intent == "search" and words and model.knows(fold(words)) <= _RATHER:  # a name, say, of a task of theirs
        return False
    return model.judge(folded)["other"] >= _enough(command, folded, book)


def _find_words(command: Intent) -> str | None:
    """What the thing is called that it is about; "" of all there is, None where it needs no name: the last, a day."""
    target, query = command.target, command.query
    if target is not None:
        return target.text
    if query is None or query.filter is None:
        return (query.text if query else None) or ""
    return query.filter.removeprefix(SEARCH) if query.filter.startswith(SEARCH) else None


def _is_wide(command: Intent, folded: str, book: Phrasebook) -> bool:
    """Whether its reading takes in what is meant for others."""
    if command.intent == "complete_task":
        return book.question.match(folded) is not None
    return command.intent in _WIDE or (command.intent in _MOVING and book.foreign.search(folded) is not None)


def _enough(command: Intent, folded: str, book: Phrasebook) -> float:
    """How sure the model must be."""
    if command.query is not None and command.query.filter is not None:  # a name is one's own or the world's
        return _ALMOST
    if command.intent != "delete_task":
        return _SURELY
    if book.foreign.search(folded):
        return _RATHER
    return _TRULY if book.own.search(folded) else _SURELY


def is_somebody(text: str, context: Context, book: Phrasebook) -> bool:
    """Whether a machine's name at the beginning is rather that of a person in a title: "Olly haircut"."""
    folded = fold(text)
    called = book.machine.match(folded)
    if called is None or called.groupdict().get("bare") is None:
        return False
    rest = folded[called.end() :]
    if any(name.split()[0] == called["bare"] for name in map(fold, context.people)):
        return True
    return not (book.asks_capture(rest) or book.task_verb.match(rest) or book.alarm.search(rest))


def is_for_machine(intent: Intent, text: str, context: Context, book: Phrasebook) -> bool:
    """Whether what would be a task is said to another assistant by its name, and is not of lists, dates and alarms."""
    folded = fold(text)
    called = book.machine.match(folded)
    if called is None or intent.intent not in {"create_task", "create_tasks", "search"}:
        return False
    if any(name.split()[0] in called.group() for name in map(fold, context.people)):
        return False
    model = get_model(book.language)
    if called.groupdict().get("bare") and model.judge(folded[called.end() :])["other"] < _THIRD:
        return False
    rest = folded[called.end() :] if called.end() < len(folded) else folded
    return not (book.asks_capture(rest) or book.own.search(rest) or book.alarm.search(rest))


def is_negated(intent: Intent, text: str, book: Phrasebook) -> bool:
    """Whether it is an order not to do it: "don't delete 2"."""
    if intent.intent not in _UNDOABLE or intent.clear or intent.action:
        return False
    return book.negated.match(fold(text).strip()) is not None
