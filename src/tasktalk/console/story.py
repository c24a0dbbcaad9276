"""The story of one message as steps, each with its moment, in plain words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tasktalk.analytics.messages import words
from tasktalk.analytics.messages.rows import Row
from tasktalk.assistant.replies.speech import Speech, phrase
from tasktalk.console.log import KINDS
from tasktalk.console.when import length_words
from tasktalk.whatsapp.explanations import UNKNOWN, explain

_OUTCOMES = {
    "accepted": ("check", "good", phrase("WhatsApp took it")),
    "refused": ("circle-x", "bad", phrase("WhatsApp refused it")),
    "retry": ("rotate-cw", "warn", phrase("It did not go through")),
    "unknown": ("circle-dashed", "warn", phrase("The answer never came")),
}
_UNKNOWN = phrase(
    "It may have arrived. Before sending it again, Tasktalk waits whether WhatsApp reports a status for it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """`address` and `link` lead to what the step speaks of; `said`: the words of a message, where they may be seen."""

    title: str
    at: datetime | None
    glyph: str
    tone: str = ""
    words: str = ""
    said: str = ""
    address: str = ""
    link: str = ""


def tell_received(row: Row, answers: Sequence[Row], speech: Speech) -> list[Step]:
    """From the delivery to the replies."""
    say = speech.say
    stored = say("Stored, then acknowledged.")
    steps = [Step(title=say("Received"), at=row["received_at"], glyph="arrow-down-left", tone="good", words=stored)]
    error = row["error"] or say("no reason given")
    if row["state"] == "waiting" and row["attempts"]:
        why = speech.count("{number} try failed: {why}", "{number} tries failed: {why}", row["attempts"], why=error)
        steps.append(Step(title=say("Next try"), at=row["next_try_at"], glyph="rotate-cw", tone="warn", words=why))
    elif row["state"] == "waiting":
        turn = say("A worker takes it in its turn.")
        steps.append(Step(title=say("Waiting"), at=None, glyph="hourglass", words=turn))
    elif row["state"] == "dead":
        why = speech.count("After {number} try: {why}", "After {number} tries: {why}", row["attempts"], why=error)
        steps.append(Step(title=say("Given up"), at=row["finished_at"], glyph="circle-x", tone="bad", words=why))
    else:
        took = ""
        if row["finished_at"] is not None:
            seconds = max(0.0, (row["finished_at"] - row["received_at"]).total_seconds())
            took = say("in {time}", time=length_words(seconds, speech))
        said = " · ".join(filter(None, (say(row["note"] or ""), took)))
        steps.append(Step(title=say("Handled"), at=row["finished_at"], glyph="check", tone="good", words=said))
    return steps + [_answer(answer, speech) for answer in answers]


def tell_sent(row: Row, attempts: Sequence[Row], statuses: Sequence[Row], speech: Speech) -> list[Step]:
    """From what caused it to the last status."""
    say = speech.say
    cause = f"/messages/{row['inbox_seq']}" if row["inbox_seq"] else ""
    link = say("See what it answers") if cause else ""
    steps = [Step(title=say("Written"), at=row["created_at"], glyph="corner-down-right", address=cause, link=link)]
    steps += [_attempt(attempt, speech) for attempt in attempts]
    for status in statuses:
        glyph, title, meaning = words.status_words(status["status"])
        failed = status["status"] == "failed"
        told = why_words(row["error_code"], status["error"], speech) if failed else say(meaning)
        tone = "bad" if failed else "good"
        steps.append(Step(title=say(title), at=status["at"], glyph=glyph, tone=tone, words=told))
    if row["state"] == "waiting":
        later = row["attempts"] > 0
        title, at = (say("Next try"), row["next_try_at"]) if later else (say("Waiting"), None)
        steps.append(Step(title=title, at=at, glyph="hourglass", tone="warn" if later else ""))
    return steps


def why_words(code: int | None, said: str | None, speech: Speech) -> str:
    """As `words.error_words`, in the language of who looks."""
    if code is None:
        return said or speech.say("No reason was given.")
    told = explain(code)
    why = f"{speech.say(told.meaning)} {speech.say(told.what_to_do)}" if told is not UNKNOWN else said
    return speech.say("{why} (code {code})", why=why or speech.say(told.meaning), code=code)


def _answer(answer: Row, speech: Speech) -> Step:
    fate, tone = words.outbound_fate(answer)
    kind = speech.say(KINDS.get(answer["kind"], answer["kind"].capitalize()))
    code = answer["error_code"]
    return Step(
        title=f"{kind}: {speech.say(fate).lower()}",
        at=answer["created_at"],
        glyph="arrow-up-right",
        tone={"accent": "good", "busy": ""}.get(tone, tone),
        words=why_words(code, None, speech) if code is not None else "",
        address=f"/messages/out/{answer['seq']}",
        link=speech.say("Follow the reply"),
    )


def _attempt(attempt: Row, speech: Speech) -> Step:
    glyph, tone, title = _OUTCOMES.get(attempt["outcome"], ("send", "", phrase("On its way")))
    why = ""
    if attempt["outcome"] in {"refused", "retry"}:
        why = why_words(attempt["error_code"], attempt["error"], speech)
    elif attempt["outcome"] == "unknown":
        why = speech.say(_UNKNOWN)
    named = speech.say("Try {number}: {outcome}", number=attempt["number"], outcome=speech.say(title))
    return Step(title=named, at=attempt["finished_at"] or attempt["started_at"], glyph=glyph, tone=tone, words=why)
