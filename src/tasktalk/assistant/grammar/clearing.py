"""Commands that empty something of a task: its date, its deadline, its labels, its repetition, who does it."""

from tasktalk.assistant.grammar.expressions import find_expression
from tasktalk.assistant.grammar.orders import LIKELY, READERS, Order, Reader, reads
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.understanding import Intent, Target


@reads("clear_slot")
def _clear(order: Order) -> Intent | None:
    """Read "no deadline for 2", "remove the date": the lexicon says which slot a word names."""
    slot = order.book.slots["emptied"].get(fold(order["emptied"] or ""))
    is_filter = find_expression(order.text, order.context) is not None  # "no label"
    is_day = (
        slot == "due" and order["target"] is not None and order.only_time(order["target"])
    )  # "clear my day on the 9th"
    return _emptied(order.target(), slot) if slot and not is_filter and not is_day else None


@reads("clear_label")
def _clear_label(order: Order) -> Intent | None:
    """Read "remove @shop from 3"."""
    names = order.book.people_joins.split(order["labels"] or "")
    labels = tuple(filter(None, (_name_label(name.strip(" @*.\"'"), order) for name in names)))
    people = {fold(person) for person in order.context.people}
    if not labels or any(fold(label) in people for label in labels):
        return None
    return _emptied(order.target(), "labels", labels=labels)


def _name_label(said: str, order: Order) -> str:
    return next((label for label in order.context.labels if fold(label) == fold(said)), said)


@reads("unassign")
def _unassign(order: Order) -> Intent | None:
    """Read "take Ben off 3", "nobody does 3"."""
    people, target = order.people(), order.target() if order["people"] else order.known_target()
    return None if people is None or target is None else _emptied(target, "assignees", assignees=people)


@reads("clear_reminders")
def _clear_reminders(order: Order) -> Intent | None:
    """Read "remove the reminders of 2"; "the reminder of 8 o'clock" is none of a task."""
    if order["numbers"] and order.only_time(order["numbers"]):
        return None
    return _emptied(order.target(), "reminders")


@reads("clear_reminder_of")
def _clear_reminder_of(order: Order) -> Intent | None:
    """Read "cancel the reminder of the dentist", where such a task is open: the reminder goes, the task stays."""
    target = order.known_target()
    if target is None or order.only_time(order["target"] or ""):
        return None
    return _emptied(target, "reminders")


def _empty(slot: str) -> Reader:
    def read(order: Order) -> Intent | None:
        target = order.known_target()
        return _emptied(target, slot) if target else None

    return read


READERS["clear_due"] = _empty("due")
READERS["stop_repeating"] = _empty("recurrence")


def _emptied(target: Target, slot: str, *, labels: tuple[str, ...] = (), assignees: tuple[str, ...] = ()) -> Intent:
    """A change that empties a slot; of labels and people only those that are named, all where none is."""
    return Intent(
        intent="reschedule_task" if slot == "due" else "update_task",
        confidence=LIKELY,
        target=target,
        clear=(slot,),
        labels=labels,
        assignees=assignees,
    )
