"""What the assistant makes of a line, as chips above it: each can be turned back into words."""

import datetime as dt
from collections.abc import Container, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from tasktalk.assistant.replies.speech import Speech, phrase
from tasktalk.assistant.understanding import Draft, Intent, Span
from tasktalk.console.when import day_words

_GLYPHS = {
    "due": "calendar",
    "recurrence": "repeat",
    "project": "hash",
    "section": "list-tree",
    "label": "tag",
    "assignee": "user",
    "priority": "flag",
    "reminder": "bell",
    "start": "play",
    "deadline": "alarm-clock",
    "duration": "hourglass",
    "notes": "notebook-text",
}
_ADDS = {"create_task", "create_tasks"}
_DOES = {
    "complete_task": phrase("Marks a task as done"),
    "reopen_task": phrase("Opens a task again"),
    "reschedule_task": phrase("Moves a task"),
    "update_task": phrase("Changes a task"),
    "assign_task": phrase("Gives a task to somebody"),
    "delete_task": phrase("Deletes a task"),
    "comment_task": phrase("Comments on a task"),
    "remind": phrase("Reminds you of a task"),
    "snooze": phrase("Reminds you later"),
    "create_project": phrase("Makes a project"),
    "update_project": phrase("Changes a project"),
    "settings": phrase("Changes your settings"),
    "undo": phrase("Takes back the last change"),
}
_ELSE = phrase("Asks the assistant")


@dataclass(frozen=True, slots=True)
class Chip:
    """`said`: the words it was read from, which begin at `start`; `kind`: which tone it has."""

    kind: str
    glyph: str
    words: str
    said: str
    start: int


@dataclass(frozen=True, slots=True)
class Understood:
    """`does`: what it does where that is not to add a task; `more`: what adding makes beside one task."""

    chips: tuple[Chip, ...]
    title: str = ""
    does: str = ""
    more: str = ""


def understood_of(
    intents: Sequence[Intent], text: str, *, today: dt.date, speech: Speech, projects: Container[str]
) -> Understood:
    """The chips of what was read."""
    if any(each.intent not in _ADDS for each in intents):
        told = [speech.say(_DOES.get(each.intent, _ELSE)) for each in intents if each.intent not in _ADDS]
        return Understood((), does=" · ".join(dict.fromkeys(told)))
    tasks = [task for each in intents for task in (each.tasks or [each])]
    if len(intents) != 1 or intents[0].intent == "create_tasks":
        return Understood((), more=speech.count("{number} task", "{number} tasks", len(tasks)))
    draft = intents[0]
    kinds = [span.kind for span in draft.spans]
    alone = {kind for kind in kinds if kinds.count(kind) == 1}
    chips = tuple(
        _chip(draft, span, text, alone=span.kind in alone, today=today, speech=speech, projects=projects)
        for span in draft.spans
        if span.kind in _GLYPHS
    )
    more = speech.count("{number} subtask", "{number} subtasks", len(draft.subtasks)) if draft.subtasks else ""
    return Understood(chips, title=draft.title or "", more=more)


def marked(text: str, chips: Sequence[Chip], unread: Sequence[tuple[int, int]]) -> Markup:
    """The line with the words that were read set off, to lie behind the field."""
    places = [(chip.start, chip.start + len(chip.said), f"read {chip.kind}") for chip in chips]
    places += [(start, end, "unread") for start, end in unread]
    drawn, at = Markup(), 0
    for start, end, tone in sorted(places):
        if start < at:
            continue
        drawn += escape(text[at:start]) + Markup('<mark class="{}">{}</mark>').format(tone, text[start:end])
        at = end
    return drawn + escape(text[at:])


def _chip(
    draft: Draft, span: Span, text: str, *, alone: bool, today: dt.date, speech: Speech, projects: Container[str]
) -> Chip:
    whole = text[span.start : span.end]
    said = whole.strip()
    start = span.start + len(whole) - len(whole.lstrip())
    words = _words(draft, span.kind, today, speech, projects) if alone else ""
    return Chip(span.kind, _GLYPHS[span.kind], words or said.lstrip("#@+*/"), said, start)


def _words(  # noqa: PLR0911  (one a kind)
    draft: Draft, kind: str, today: dt.date, speech: Speech, projects: Container[str]
) -> str:
    match kind:
        case "due" if draft.due:
            day = day_words(draft.due.on, today, speech) if draft.due.on else ""
            return " ".join(filter(None, (day, draft.due.time)))
        case "start" if draft.start and draft.start.on:
            return speech.say("from {day}", day=day_words(draft.start.on, today, speech))
        case "deadline" if draft.deadline and draft.deadline.on:
            return speech.say("deadline {day}", day=day_words(draft.deadline.on, today, speech))
        case "recurrence" if draft.recurrence:
            first = day_words(draft.due.on, today, speech) if draft.due and draft.due.on else ""
            return f"{draft.recurrence.text} · {first}" if first else draft.recurrence.text
        case "priority" if draft.priority:
            return speech.say("Priority {number}", number=draft.priority)
        case "project" if draft.project:
            return draft.project if draft.project in projects else speech.say("{name} (new)", name=draft.project)
        case "assignee" if draft.assignees:
            return speech.join([speech.say("You") if name == "me" else name for name in draft.assignees])
        case "duration" if draft.duration_minutes:
            return f"{draft.duration_minutes} min"
        case "notes":
            return speech.say("Notes")
    return ""
