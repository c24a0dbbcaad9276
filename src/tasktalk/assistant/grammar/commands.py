"""Commands: what a whole message orders to be done with tasks that exist, or with the account."""

import re

# The readers of the first of these join those of this file.
from tasktalk.assistant.grammar import (  # noqa: F401
    clearing,
    labelling,
    lookups,
    moves,
    named,
    personal,
    projects,
    skips,
    subtasks,
    supplies,
)
from tasktalk.assistant.grammar.assigning import find_people_at
from tasktalk.assistant.grammar.changes import read_answer, read_change
from tasktalk.assistant.grammar.engine import Engine
from tasktalk.assistant.grammar.intents import change
from tasktalk.assistant.grammar.orders import LIKELY, READERS, SURE, Order, Reader, reads
from tasktalk.assistant.grammar.phrasebook import Phrasebook
from tasktalk.assistant.grammar.queries import find_when, read_query
from tasktalk.assistant.grammar.selections import read_selection
from tasktalk.assistant.grammar.targets import find_open, find_people, find_people_last, read_target
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.understanding import ME, Context, Intent, Query, Target

_STATES = frozenset({"complete_task", "reopen_task"})


def read_command(text: str, context: Context, engine: Engine, book: Phrasebook) -> Intent | None:
    """The command that the whole message is, or None."""
    if (moved := _read_same_time(text, context, engine, book)) is not None:
        return moved
    selected = read_selection(text, context, engine, book, _read_order_or_change)
    return selected or _read_order(text, context, engine, book)


def _read_same_time(text: str, context: Context, engine: Engine, book: Phrasebook) -> Intent | None:
    """Read "move the dentist to wednesday, same time": a day alone keeps the hour."""
    said = book.same_time.search(fold(text))
    if said is None or not (rest := f"{text[: said.start()].rstrip(' ,;')} {text[said.end() :]}".strip()):
        return None
    readings = (read_command, read_change, read_answer)
    order = next((found for read in readings if (found := read(rest, context, engine, book))), None)
    due = order.due if order and order.intent in {"reschedule_task", "update_task"} and order.target else None
    return order if due is not None and due.on and not due.clock else None


def _read_order_or_change(text: str, context: Context, engine: Engine, book: Phrasebook) -> Intent | None:
    return _read_order(text, context, engine, book) or read_change(text, context, engine, book)


def _read_order(text: str, context: Context, engine: Engine, book: Phrasebook) -> Intent | None:
    folded = fold(text)
    plain = book.polite_end.sub("", folded)  # "2 löschen bitte"
    for words in dict.fromkeys((folded, plain)):
        for command, match in book.find_commands(words):
            order = Order(text, match, context, engine, book)
            asked = _is_asked(order, command.name)
            intent = _read_asked(order, command.name) if asked else READERS[command.name](order)
            if intent is not None:
                return intent
    return None


def _is_asked(order: Order, name: str) -> bool:
    """Whether it rather asks: what would be the name of a task is the beginning of a question, "is the report done"."""
    folded = fold(order.text)
    if order["target"] is None or folded[: order.match.start("target")].strip(" ¿¡"):
        return False
    return order.book.question.match(folded) is not None or (name in _STATES and folded.rstrip().endswith("?"))


def _read_asked(order: Order, name: str) -> Intent | None:
    """Read "is the report done?" as the wish to see it; what else is asked is read as any question is."""
    words = order["target"] or ""
    asks = order.book.question.match(fold(words))
    rest = words[asks.end() :] if asks else words
    text = read_target(rest, order.book).text
    if name not in _STATES or not text or order.book.own.search(fold(rest)) or order.book.question.match(fold(rest)):
        return None
    return Intent(intent="search", confidence=LIKELY, action="show", query=Query(text=text))


def _plain(name: str) -> Reader:
    def read(_order: Order) -> Intent:
        return Intent(intent=name, confidence=SURE)  # type: ignore[arg-type]

    return read


for _name in ("help", "undo", "confirm", "cancel", "greet", "list_projects"):
    READERS[_name] = _plain(_name)


@reads("redo")
def _redo(_order: Order) -> Intent:
    """What was just undone is to be so again."""
    return Intent(intent="undo", confidence=SURE, action="redo")


@reads("plan_day")
def _plan_day(order: Order) -> Intent:
    """A plan of today; of tomorrow where that is named."""
    days = read_query(order.text, order.context, order.engine, order.book).filter
    return Intent(intent="plan_day", confidence=SURE, action="tomorrow" if days == "tomorrow" else None)


@reads("plan_tomorrow")
def _plan_tomorrow(_order: Order) -> Intent:
    return Intent(intent="plan_day", confidence=SURE, action="tomorrow")


@reads("thanks")
def _thanks(_order: Order) -> Intent:
    return Intent(intent="greet", confidence=LIKELY, action="thanks")


def _action(name: str) -> Reader:
    def read(_order: Order) -> Intent:
        return Intent(intent="settings", confidence=SURE, action=name)

    return read


for _name, _value in {"stop": "stop", "start": "start", "export": "export", "forget": "forget me"}.items():
    READERS[_name] = _action(_value)


def _summary(period: str) -> Reader:
    def read(_order: Order) -> Intent:
        return Intent(intent="summary", confidence=SURE, action=period, query=Query())

    return read


for _value in ("daily", "weekly", "monthly"):
    READERS[f"summary_{_value}"] = _summary(_value)


@reads("link_account")
def _link(order: Order) -> Intent | None:
    code = order["code"]
    if code is None:
        return Intent(intent="link_account", confidence=SURE)
    if not (any(char.isdigit() for char in code) or code.isupper()):
        return None
    return Intent(intent="link_account", confidence=SURE, query=Query(text=code))


@reads("unlink_account")
def _unlink(_order: Order) -> Intent:
    return Intent(intent="link_account", confidence=SURE, action="unlink")


def _about_task(name: str, confidence: float) -> Reader:
    def read(order: Order) -> Intent | None:
        target = order.target()
        if target.text and _lacks_accent(order):
            return None
        if target.text and name == "complete_task" and order.is_dated(target.text):
            return None
        if target.text and name == "complete_task" and _asks_task(order):
            return None
        return Intent(intent=name, confidence=confidence, target=target)  # type: ignore[arg-type]

    return read


def _asks_task(order: Order) -> bool:
    """Whether it rather asks for a task: "i need to get it done", "put milk on my list because it is finished"."""
    folded, book = fold(order.text), order.book
    if order.match.start("target") == 0 and book.asks_capture(folded):
        return True
    if order.match.start("target") == 0 and book.brings_about.match(folded) and not order.known_target():
        return True
    places = (pattern.search(folded) for pattern in book.into_list)
    return any(place and place.start() < order.match.end("target") for place in places)


def _lacks_accent(order: Order) -> bool:
    """Whether it begins with a word that would be done with its accent, and is an order without: "termine"."""
    first = order.text.split(maxsplit=1)[0].lower()
    return first in order.book.accented and order.book.accented[first] != first


READERS["complete_task"] = _about_task("complete_task", 0.95)
READERS["reopen_task"] = _about_task("reopen_task", 0.95)
READERS["reopen_ticked"] = READERS["reopen_task"]


@reads("delete_task")
def _delete(order: Order) -> Intent | None:
    words = order["target"] or order["numbers"]
    if words and order.book.may_do.match(fold(order.text)) and not order.known_target() and order.is_dated(words):
        return None
    things = order["things"]
    if things is not None and not order.book.cancellable.search(fold(things)):
        return None
    if words is None and fold(order.text).split()[-1] in order.book.slots["all_words"]:
        return Intent(intent="delete_task", confidence=LIKELY, target=Target(all=True))
    return Intent(intent="delete_task", confidence=LIKELY, target=read_target(words or order["things"], order.book))


def _if_open(name: str, action: str | None = None, *, sure: float = LIKELY, by_name: bool = False) -> Reader:
    """A reader for "finish the report": a command only where such a task is open, otherwise a new one.

    `by_name`: only by its words; "read it" may be an order as well as what was done.
    """

    def read(order: Order) -> Intent | None:
        target = None if name == "complete_task" and order.text.endswith("?") else order.known_target()
        if by_name and target is not None and target.text is None:
            return None
        return Intent(intent=name, confidence=sure, target=target, action=action) if target else None  # type: ignore[arg-type]

    return read


READERS["complete_if_open"] = _if_open("complete_task")
READERS["done_if_open"] = _if_open("complete_task", sure=0.95, by_name=True)
READERS["delete_if_open"] = _if_open("delete_task")
READERS["skip_if_open"] = READERS["skip_next"] = _if_open("delete_task", "skip")
READERS["accept"] = _if_open("confirm", "accept")
READERS["decline"] = _if_open("cancel", "decline")
READERS["show_reminders"] = _if_open("list_tasks", "reminders")


@reads("help_how")
def _help_how(order: Order) -> Intent | None:
    """Read "how do I delete a task": of what is theirs, not "how do I make pancakes"."""
    folded, book = fold(order.text), order.book
    if not book.own.search(folded) or find_when(order["rest"] or "", order.context, order.engine):
        return None
    return Intent(intent="help", confidence=SURE)


@reads("retitle")
def _retitle(order: Order) -> Intent | None:
    """Read "change the title to call mum"; where it names another task first, it is of that one."""
    text = order["text"] or ""
    first = read_target(text.split(" a ")[0], order.book) if " a " in text else None
    if first and (first.numbers or first.last or find_open(first.text or "", order.context.open_titles, order.book)):
        return None
    return Intent(intent="update_task", confidence=LIKELY, title=text.strip("\"'“”„«»"), target=Target(last=True))


@reads("rename")
def _rename(order: Order) -> Intent | None:
    words, title = order["target"] or order["numbers"], order["text"]
    if order["target"]:
        words, title = _cut_at_open(order) or (words, title)
    return Intent(intent="update_task", confidence=LIKELY, target=read_target(words, order.book), title=title)


def _cut_at_open(order: Order) -> tuple[str, str] | None:
    """Where the word between old and new name is in the old one, too ("renombra llamar a mamá a llamar a papá")."""
    begin, end = order.match.start("target"), order.match.end("text")
    between = order.text[order.match.end("target") : order.match.start("text")]
    whole, titles = order.text[begin:end], set(map(fold, order.context.open_titles))
    for found in re.finditer(re.escape(between), whole) if between.strip() else ():
        old = whole[: found.start()]
        if fold(old) in titles:
            return old, whole[found.end() :].strip()
    return None


@reads("assign_me")
def _assign_me(order: Order) -> Intent | None:
    """Read "assign 3 to me": whoever writes is to do it."""
    target = order.known_target()
    return Intent(intent="assign_task", confidence=LIKELY, target=target, assignees=(ME,)) if target else None


@reads("assign_task")
def _assign(order: Order) -> Intent | None:
    people = find_people(order["people"] or "", order.context.people, order.book)
    if people:
        return Intent(intent="assign_task", confidence=LIKELY, target=order.target(), assignees=tuple(people))
    people, rest = find_people_last(order["people"] or "", order.context.people, order.book)
    if people and order["target"]:  # "weise den Bericht Ben zu": nothing stands between them
        target = read_target(f"{order['target']} {rest}", order.book)
        return Intent(intent="assign_task", confidence=LIKELY, target=target, assignees=tuple(people))
    # "assign 2 to Ben tomorrow"
    said = find_people_at(fold(order.text), order.match.start("people"), order.context.people, order.book)
    slots = order.only_time(order.text[said.end :]) if said else None
    if said is None or slots is None:
        return None
    slots.assignees += said.names
    return change(slots, order.target(), LIKELY, offset=said.end)


@reads("comment_task")
def _comment(order: Order) -> Intent:
    title, colon, rest = (order["comment"] or "").partition(":")
    told = order["target"] or order["numbers"]
    if colon and rest.strip() and not told and find_open(title, order.context.open_titles, order.book):
        # "commenta preventivo tetto: vuole 900", where such a task is open
        target = read_target(title, order.book)
        return Intent(intent="comment_task", confidence=LIKELY, target=target, comment=rest.strip())
    return Intent(intent="comment_task", confidence=LIKELY, target=order.target(), comment=order["comment"])
