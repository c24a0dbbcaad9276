"""Commands that look tasks up: lists, those of a label or a person, what is called so, one task."""

import re

from tasktalk.assistant.grammar import named
from tasktalk.assistant.grammar.expressions import find_expression
from tasktalk.assistant.grammar.orders import LIKELY, READERS, SURE, Order, reads
from tasktalk.assistant.grammar.queries import REMINDERS, read_query
from tasktalk.assistant.grammar.targets import find_people, read_target
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.understanding import Intent, Query

_SUM = re.compile(r"\d\s*[-+*/]\s*\d")
_MOST = 100  # on a list: "what's 911" asks for none of them


@reads("filter_tasks")
def _filter(order: Order) -> Intent | None:
    filter_ = find_expression(order["filter"] or "", order.context)
    return Intent(intent="list_tasks", confidence=SURE, query=Query(filter=filter_)) if filter_ else None


@reads("list_tasks")
def _list(order: Order) -> Intent | None:
    words = order["when"]
    if words is not None and fold(words).strip(" .?!") not in order.book.slots["list_words"] and order.when() is None:
        return None
    query = read_query(order.text, order.context, order.engine, order.book)
    return Intent(intent="list_tasks", confidence=SURE, query=query)


@reads("list_day")
def _list_day(order: Order) -> Intent | None:
    """Read "show me tomorrow"; "show at 8", "show every monday" is something to do."""
    slots = order.when()
    plain = slots is not None and slots.due is not None and not slots.due.time and not slots.recurrence
    return _list(order) if plain or fold(order["when"] or "").strip(" .?!") in order.book.slots["list_words"] else None


READERS["list_spans"] = READERS["list_plain"] = _list


@reads("reminder_list")
def _list_reminders(_order: Order) -> Intent:
    """Read "which reminders do I have": the tasks that have one to come."""
    return Intent(intent="list_tasks", confidence=SURE, query=Query(filter=REMINDERS))


@reads("label_tasks")
def _list_label(order: Order) -> Intent | None:
    """Read "tasks with the label money"."""
    said = (order["label"] or "").strip("@\"'“” .!?")
    label = next((known for known in order.context.labels if fold(known) == fold(said)), said)
    if not label or " " in label:
        return None
    return Intent(intent="list_tasks", confidence=LIKELY, query=Query(filter=f"@{label}"))


@reads("listed_task")
def _list_named(order: Order) -> Intent | None:
    """Read "is milk on my shopping list": the tasks that are called so."""
    words = read_target(order["text"], order.book).text
    book, said = order.book, fold(words or "")
    if not words or book.own.search(said) or book.question.match(said) or book.frame.match(fold(order.text)):
        return None
    if order.is_dated(words):
        return None
    return named.ask_for(words)


@reads("person_tasks")
def _list_person(order: Order) -> Intent | None:
    """Read "what does Ben have to do"."""
    people = find_people(order["people"] or "", order.context.people, order.book)
    filter_ = " | ".join(f"assigned to: {person}" for person in people)
    return Intent(intent="list_tasks", confidence=LIKELY, query=Query(filter=filter_)) if filter_ else None


@reads("show_task")
def _show(order: Order) -> Intent | None:
    """Read "show 2", "when is it": all there is to say of one task; "what is 4 + 5" is a sum."""
    target = order.target()
    if _SUM.search(order.text) or any(number > _MOST for number in target.numbers):
        return None
    return Intent(intent="search", confidence=LIKELY, action="show", target=target)


@reads("search")
def _search(order: Order) -> Intent | None:
    words = (order["text"] or "").strip("\"'“”")
    if words.startswith(":"):
        return None  # the filter language's own word
    if order.book.foreign.search(fold(words)):
        return None
    return Intent(intent="search", confidence=LIKELY, query=Query(text=words))
