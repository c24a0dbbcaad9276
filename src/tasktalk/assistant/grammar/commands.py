"""Commands: what a whole message orders to be done with tasks that exist, or with the account."""

import re

from tasktalk.assistant.grammar.assigning import find_people_at
from tasktalk.assistant.grammar.engine import Engine
from tasktalk.assistant.grammar.expressions import find_expression
from tasktalk.assistant.grammar.intents import change
from tasktalk.assistant.grammar.orders import LIKELY, PERHAPS, READERS, SURE, Order, Reader, reads
from tasktalk.assistant.grammar.phrasebook import Phrasebook
from tasktalk.assistant.grammar.queries import read_query
from tasktalk.assistant.grammar.reading import find_last_times, is_inside_time, read_slots
from tasktalk.assistant.grammar.targets import find_open, find_people, find_people_last, read_target
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.understanding import Context, Intent, Query, Settings, Target


def read_command(text: str, context: Context, engine: Engine, book: Phrasebook) -> Intent | None:
    """The command that the whole message is, or None."""
    folded = fold(text)
    plain = book.polite_end.sub("", folded)  # "2 löschen bitte"
    for words in dict.fromkeys((folded, plain)):
        for command, match in book.find_commands(words):
            intent = READERS[command.name](Order(text, match, context, engine, book))
            if intent is not None:
                return intent
    return None


def _plain(name: str) -> Reader:
    def read(_order: Order) -> Intent:
        return Intent(intent=name, confidence=SURE)  # type: ignore[arg-type]

    return read


for _name in ("help", "undo", "confirm", "cancel", "greet", "plan_day", "list_projects"):
    READERS[_name] = _plain(_name)


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


@reads("search")
def _search(order: Order) -> Intent | None:
    words = (order["text"] or "").strip("\"'“”")
    if words.startswith(":"):
        return None  # the filter language's own word
    if order.book.foreign.search(fold(words)) or order.book.strong.search(fold(words)):
        return None
    return Intent(intent="search", confidence=LIKELY, query=Query(text=words))


@reads("create_project")
def _create_project(order: Order) -> Intent | None:
    name = (order["text"] or "").strip(" \"'“”.:")
    if name and fold(name) in order.book.plain_lists:
        return None
    return Intent(intent="create_project", confidence=LIKELY if name else PERHAPS, project=name or None)


def _change_project(action: str) -> Reader:
    def read(order: Order) -> Intent | None:
        people = find_people(order["people"] or "", order.context.people, order.book)
        if order["people"] is not None and not people:
            return None
        name, title = _known_project(order), order["text"]
        return Intent(
            intent="update_project",
            confidence=LIKELY,
            project=name,
            action=action,
            title=title,
            assignees=tuple(people),
        )

    return read


for _name in ("rename", "archive", "share", "delete"):
    READERS[f"{_name}_project"] = _change_project(_name)


def _known_project(order: Order) -> str | None:
    said = (order["project"] or "").strip(" #\"'“”?.!")
    return next((name for name in order.context.projects if fold(name) == fold(said)), said or None)


@reads("project_status")
def _project_status(order: Order) -> Intent:
    name = _known_project(order)
    return Intent(
        intent="project_status", confidence=LIKELY, project=name, query=Query(filter=f"#{name}" if name else None)
    )


@reads("timezone")
def _timezone(order: Order) -> Intent:
    return Intent(intent="settings", confidence=LIKELY, settings=Settings(timezone=(order["text"] or "").strip(" .")))


@reads("language")
def _language(order: Order) -> Intent | None:
    code = order.book.slots["languages"].get(fold(order["language"] or ""))
    return Intent(intent="settings", confidence=LIKELY, settings=Settings(language=code)) if code else None


@reads("digest")
def _digest(order: Order) -> Intent | None:
    slots = order.when() or order.only_time(f"{order.book.at} {order['when']}")
    if slots is None or slots.due is None or slots.due.time is None:
        return None
    return Intent(intent="settings", confidence=LIKELY, settings=Settings(digest_time=slots.due.time))


@reads("quiet")
def _quiet(order: Order) -> Intent | None:
    hours = []
    for name in ("from", "to"):
        words = order[name] or ""
        slots = read_slots(f"{order.book.at} {words}", order.context, order.engine, keep_time_alone=True)
        if slots.due is None or slots.due.time is None:
            return None
        # "from 10 to 7" is a night: the evening hour first
        hour, minute = map(int, slots.due.time.split(":"))
        bare = words.strip().isdigit()
        if bare and name == "from" and 6 <= hour < 12:  # noqa: PLR2004
            hour += 12
        if bare and name == "to" and 12 < hour < 24 and int(words) < 12:  # noqa: PLR2004
            hour -= 12
        hours.append(f"{hour:02}:{minute:02}")
    return Intent(intent="settings", confidence=LIKELY, settings=Settings(quiet_hours=tuple(hours)))


def _notify(on: bool) -> Reader:  # noqa: FBT001  (on or off is all there is)
    def read(_order: Order) -> Intent:
        return Intent(intent="settings", confidence=LIKELY, settings=Settings(notifications=on))

    return read


READERS["notifications_off"] = _notify(on=False)
READERS["notifications_on"] = _notify(on=True)


@reads("snooze")
def _snooze(order: Order) -> Intent | None:
    if order["when"] is None:
        return Intent(intent="snooze", confidence=LIKELY, target=order.target())
    words = order["when"]
    slots = order.when() or order.only_time(f"{order.book.within} {words}")
    if slots is None:
        return None
    minutes = slots.duration_minutes or _relative_minutes(words or "", order)
    return Intent(
        intent="snooze",
        confidence=LIKELY,
        target=order.target(),
        due=None if minutes else slots.due,
        duration_minutes=minutes,
    )


def _relative_minutes(words: str, order: Order) -> int | None:
    lead = f"{order.book.within}|{order.book.length}"
    bare = re.sub(rf"^(?:{lead})\s+", "", fold(words))
    return read_slots(f"x {order.book.length} {bare}", order.context, order.engine).duration_minutes


def _about_task(name: str, confidence: float) -> Reader:
    def read(order: Order) -> Intent | None:
        target = order.target()
        if target.text and _lacks_accent(order):
            return None
        if target.text and name == "complete_task" and _is_dated(order, target.text):
            return None
        return Intent(intent=name, confidence=confidence, target=target)  # type: ignore[arg-type]

    return read


def _lacks_accent(order: Order) -> bool:
    """Whether it begins with a word that would be done with its accent, and is an order without: "termine"."""
    first = order.text.split(maxsplit=1)[0].lower()
    return first in order.book.accented and order.book.accented[first] != first


def _is_dated(order: Order, words: str) -> bool:
    """Whether it is rather a task with a time ("call Ana tomorrow: done", "water them 3 days after it is done")."""
    if read_slots(words, order.context, order.engine).due is not None:
        return True
    return read_slots(order.text, order.context, order.engine).recurrence is not None


READERS["complete_task"] = _about_task("complete_task", 0.95)
READERS["reopen_task"] = _about_task("reopen_task", 0.95)


@reads("delete_task")
def _delete(order: Order) -> Intent | None:
    words = order["target"] or order["numbers"]
    things = order["things"]
    if things is not None and not order.book.cancellable.search(fold(things)):
        return None
    if words is None and fold(order.text).split()[-1] in order.book.slots["all_words"]:
        return Intent(intent="delete_task", confidence=LIKELY, target=Target(all=True))
    return Intent(intent="delete_task", confidence=LIKELY, target=read_target(words or order["things"], order.book))


def _if_open(name: str) -> Reader:
    """A reader for "finish the report": a command only where such a task is open, otherwise a new one."""

    def read(order: Order) -> Intent | None:
        target = order.target()
        if target.text is None:
            return Intent(intent=name, confidence=LIKELY, target=target)  # type: ignore[arg-type]
        title = find_open(target.text, order.context.open_titles, order.book)
        return Intent(intent=name, confidence=LIKELY, target=target) if title else None  # type: ignore[arg-type]

    return read


READERS["complete_if_open"] = _if_open("complete_task")
READERS["delete_if_open"] = _if_open("delete_task")


@reads("rename")
def _rename(order: Order) -> Intent | None:
    return Intent(intent="update_task", confidence=LIKELY, target=order.target(), title=order["text"])


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
    return Intent(intent="comment_task", confidence=LIKELY, target=order.target(), comment=order["comment"])


@reads("reschedule_task")
def _reschedule(order: Order) -> Intent | None:
    slots = order.when()
    target = order.target()
    if slots is None:
        return _reschedule_split(order)
    begin = order.match.start("numbers" if order["numbers"] else "target") if target.numbers else 0
    if is_inside_time(order.text, begin, order.match.start("when"), order.context, order.engine):
        # "move 3 feb 2031": the number belongs to the date
        whole = order.only_time(order.text[begin:]) if target.numbers else None
        return change(whole, Target(last=True), LIKELY, offset=begin) if whole else None
    if target.text and find_open(target.text, order.context.open_titles, order.book) is None and not _is_strong(order):
        return None
    return change(slots, target, LIKELY, offset=order.match.start("when"))


def _reschedule_split(order: Order) -> Intent | None:
    """Where no small word divides target and time ("sposta la relazione a lunedì"), the times at the end do."""
    if order["target"] is None:
        return None
    begin = order.match.start("target")
    words = order.text[begin : order.match.end("when")]
    at = find_last_times(words, order.context, order.engine)
    slots = order.only_time(words[at:]) if at else None
    target = read_target(words[:at], order.book)
    if slots is None or (
        target.text and find_open(target.text, order.context.open_titles, order.book) is None and not _is_strong(order)
    ):
        return None
    return change(slots, target, LIKELY, offset=begin + (at or 0))


@reads("clear_due")
def _clear_due(order: Order) -> Intent:
    return Intent(intent="reschedule_task", confidence=LIKELY, target=order.target(), clear=("due",))


def _is_strong(order: Order) -> bool:
    """Verbs that only ever speak of a task that exists ("postpone"); "set an alarm for 7" makes a new one."""
    return order.book.strong_moves.search(fold(order.text)) is not None
