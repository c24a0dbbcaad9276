"""The history of a template as steps: who wrote and submitted it, what Meta made of it."""

from collections.abc import Sequence

from tasktalk.assistant.replies.speech import Speech, phrase
from tasktalk.console.story import Step
from tasktalk.console.template_words import CATEGORIES, QUALITIES, REASONS, state_of
from tasktalk.messaging.templates.shown import Event

_EVENTS = {
    "created": ("pencil", "good", phrase("Written")),
    "changed": ("pencil", "", phrase("Changed")),
    "found": ("search", "", phrase("Found at WhatsApp")),
    "review_asked": ("user-check", "", phrase("Submitted for approval")),
    "submitted": ("send", "good", phrase("Handed to WhatsApp")),
    "not_taken": ("circle-x", "bad", phrase("WhatsApp did not take it")),
    "refused": ("circle-x", "bad", phrase("WhatsApp refused to send it")),
    "status": ("activity", "", phrase("Its state changed")),
    "category": ("tag", "", phrase("Its category changed")),
    "next_category": ("tag", "warn", phrase("Its category will change")),
    "quality": ("gauge", "", phrase("Its quality changed")),
    "components": ("pencil", "", phrase("Its words changed at WhatsApp")),
}


def tell_history(events: Sequence[Event], speech: Speech) -> list[Step]:
    """What happened, the newest first."""
    return [_step(event, speech) for event in events]


def _step(event: Event, speech: Speech) -> Step:
    glyph, tone, title = _EVENTS.get(event.event, ("circle-dashed", "", event.event))
    detail, said = event.detail, list[str]()
    if event.actor:
        said.append(speech.say("by {name}", name=event.actor))
    if event.event == "changed":
        said.append(", ".join(str(field) for field in detail.get("fields", ())))
    if event.event in {"not_taken", "refused"}:
        code = f" ({detail['code']})" if detail.get("code") else ""
        said.append(f"{detail.get('message', '')}{code}".strip())
    if event.event in {"status", "category", "next_category", "quality"}:
        said.append(_change(event.event, detail, speech))
    if event.event == "status":
        tone = state_of(str(detail.get("to"))).tone.replace("busy", "")
    if reason := detail.get("reason"):
        said.append(speech.say(REASONS[reason]) if reason in REASONS else str(reason))
    return Step(
        title=speech.say(title), at=event.at, glyph=glyph, tone=tone, words=" · ".join(part for part in said if part)
    )


def _change(event: str, detail: dict[str, object], speech: Speech) -> str:
    def named(value: object) -> str:
        if value is None:
            return "\N{EN DASH}"
        if event == "status":
            return speech.say(state_of(str(value)).name)
        if event == "quality":
            return speech.say(QUALITIES[str(value)][0]) if value in QUALITIES else str(value)
        return speech.say(CATEGORIES.get(str(value), str(value)))

    return f"{named(detail.get('from'))} → {named(detail.get('to'))}"
