"""What was read as an intent: a new task, or a change of one."""

from msgspec import structs

from tasktalk.assistant.grammar.capture import slot_values
from tasktalk.assistant.grammar.slots import Slots
from tasktalk.assistant.understanding import Draft, Intent, IntentName, Span, Target


def change(slots: Slots, target: Target, confidence: float, *, offset: int = 0) -> Intent:
    """A change of a task: of its date alone `reschedule_task`, of anything else `update_task`.

    `offset` is where in the message the words of `slots` begin.
    """
    values = slot_values(slots)
    values["spans"] = tuple(
        Span(start=span.start + offset, end=span.end + offset, kind=span.kind)
        for span in sorted(slots.spans, key=lambda span: span.start)
    )
    more = slots.has_marks or slots.recurrence or slots.reminders or slots.deadline or slots.start
    name: IntentName = "update_task" if more or not (slots.due or slots.no_date) else "reschedule_task"
    clear = ("due",) if slots.no_date else ()
    return Intent(**{**values, "intent": name, "confidence": confidence, "target": target, "clear": clear})  # type: ignore[arg-type]


def as_intent(draft: Draft, confidence: float) -> Intent:
    """A captured task as the intent to create it."""
    return Intent(**{**structs.asdict(draft), "intent": "create_task", "confidence": confidence})
