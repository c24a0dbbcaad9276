"""The story of one message as steps, each with its moment, in plain words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tasktalk.analytics.messages import words
from tasktalk.analytics.messages.rows import Row
from tasktalk.assistant.replies.speech import Speech
from tasktalk.console.when import length_words

_OUTCOMES = {
    "accepted": ("check", "good", "WhatsApp took it"),
    "refused": ("circle-x", "bad", "WhatsApp refused it"),
    "retry": ("rotate-cw", "warn", "It did not go through"),
    "unknown": ("circle-dashed", "warn", "The answer never came"),
}
_UNKNOWN = "It may have arrived. Before sending it again, Tasktalk waits whether WhatsApp reports a status for it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """`address` and `link` lead to what the step speaks of."""

    title: str
    at: datetime | None
    glyph: str
    tone: str = ""
    words: str = ""
    address: str = ""
    link: str = ""


def tell_received(row: Row, answers: Sequence[Row], speech: Speech) -> list[Step]:
    """From the delivery to the replies."""
    steps = [
        Step(
            title="Received",
            at=row["received_at"],
            glyph="arrow-down-left",
            tone="good",
            words="Stored, then acknowledged.",
        )
    ]
    if row["state"] == "waiting" and row["attempts"]:
        why = f"{_tries(row['attempts'])} failed: {row['error'] or 'no reason given'}"
        steps.append(Step(title="Next try", at=row["next_try_at"], glyph="rotate-cw", tone="warn", words=why))
    elif row["state"] == "waiting":
        steps.append(Step(title="Waiting", at=None, glyph="hourglass", words="A worker takes it in its turn."))
    elif row["state"] == "dead":
        why = f"After {_tries(row['attempts'])}: {row['error'] or 'no reason given'}"
        steps.append(Step(title="Given up", at=row["finished_at"], glyph="circle-x", tone="bad", words=why))
    else:
        took = ""
        if row["finished_at"] is not None:
            seconds = max(0.0, (row["finished_at"] - row["received_at"]).total_seconds())
            took = f"in {length_words(seconds, speech)}"
        said = " · ".join(filter(None, (row["note"], took)))
        steps.append(Step(title="Handled", at=row["finished_at"], glyph="check", tone="good", words=said))
    for answer in answers:
        fate, tone = words.outbound_fate(answer)
        steps.append(
            Step(
                title=f"{answer['kind'].capitalize()}: {fate.lower()}",
                at=answer["created_at"],
                glyph="arrow-up-right",
                tone={"accent": "good", "busy": ""}.get(tone, tone),
                words=words.error_words(answer["error_code"], None) if answer["error_code"] is not None else "",
                address=f"/messages/out/{answer['seq']}",
                link="Follow the reply",
            )
        )
    return steps


def tell_sent(row: Row, attempts: Sequence[Row], statuses: Sequence[Row]) -> list[Step]:
    """From what caused it to the last status."""
    asked = {"address": f"/messages/{row['inbox_seq']}", "link": "See what it answers"} if row["inbox_seq"] else {}
    steps = [Step(title="Written", at=row["created_at"], glyph="corner-down-right", **asked)]
    for attempt in attempts:
        glyph, tone, title = _OUTCOMES.get(attempt["outcome"], ("send", "", "On its way"))
        why = ""
        if attempt["outcome"] in {"refused", "retry"}:
            why = words.error_words(attempt["error_code"], attempt["error"])
        elif attempt["outcome"] == "unknown":
            why = _UNKNOWN
        at = attempt["finished_at"] or attempt["started_at"]
        steps.append(Step(title=f"Try {attempt['number']}: {title}", at=at, glyph=glyph, tone=tone, words=why))
    for status in statuses:
        glyph, title, meaning = words.status_words(status["status"])
        failed = status["status"] == "failed"
        if failed:
            meaning = words.error_words(row["error_code"], status["error"])
        steps.append(Step(title=title, at=status["at"], glyph=glyph, tone="bad" if failed else "good", words=meaning))
    if row["state"] == "waiting":
        later = row["attempts"] > 0
        title, at = ("Next try", row["next_try_at"]) if later else ("Waiting", None)
        steps.append(Step(title=title, at=at, glyph="hourglass", tone="warn" if later else ""))
    return steps


def _tries(number: int) -> str:
    return "1 try" if number == 1 else f"{number} tries"
