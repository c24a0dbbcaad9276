"""Where a task came from: the message, what was understood of it, the change, the reply and its delivery.

Words are shown to whoever said them, or were answered, and to nobody else; an administrator may follow the message.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from tasktalk.accounts.access import Viewer
from tasktalk.analytics.messages import words
from tasktalk.analytics.messages.rows import Q, Row, is_own, list_writers, message_of, payload_of, sent_message
from tasktalk.assistant.replies.speech import Speech
from tasktalk.assistant.replies.when import say_recurrence
from tasktalk.console.log import own_contact_ids
from tasktalk.console.story import Step, why_words
from tasktalk.console.when import day_words
from tasktalk.db import Conn
from tasktalk.tasks.journal.history import Creation, find_creation
from tasktalk.tasks.model import Task
from tasktalk.whatsapp.delivery import message_key

_REPLIES = 3


async def tell_origin(
    conn: Conn, *, task: Task, viewer: Viewer, speech: Speech, projects: Mapping[UUID, str], now: dt.datetime
) -> list[Step]:
    """The steps, first things first; none where the viewer may know nothing of it."""
    made = await find_creation(conn, viewer=viewer, task_id=task.id)
    wamid = task.source.message_id if task.source else None
    row: Row | None = await Q.find_by_key(conn, key=message_key(wamid)) if wamid else None
    writer = (await list_writers(conn, [row]))[row["seq"]] if row is not None else None
    steps: list[Step] = []
    own = row is not None and is_own(writer, row["received_at"], viewer)
    if row is not None and (made is not None or own):
        steps.append(_message(row, made, viewer, speech, own=own))
    if made is not None:
        steps += _change(made, viewer, speech, projects, now, heard=wamid is not None)
    if row is not None and (own or viewer.is_admin):
        steps += await _replies(conn, row, own_contact_ids(writer), speech, own=own)
    return steps


def _message(row: Row, made: Creation | None, viewer: Viewer, speech: Speech, *, own: bool) -> Step:
    message = message_of(payload_of(row))
    kind = speech.say(words.kind_words(message))
    who = made.actor.name if made and made.actor else speech.say("Somebody")
    seen = own or viewer.is_admin
    return Step(
        title=speech.say("You wrote on WhatsApp") if own else speech.say("{name} wrote on WhatsApp", name=who),
        at=row["received_at"],
        glyph="message-circle",
        tone="good",
        words="" if own and words.text_of(message) else kind,
        said=words.plain_text_of(message) or "" if own else "",
        address=f"/messages/{row['seq']}" if seen else "",
        link=speech.say("Follow the message") if seen else "",
    )


def _change(
    made: Creation, viewer: Viewer, speech: Speech, projects: Mapping[UUID, str], now: dt.datetime, *, heard: bool
) -> list[Step]:
    understood = Step(
        title=speech.say("Understood"),
        at=None,
        glyph="sparkles",
        words=" · ".join(_facts(made.after, speech, projects, now.astimezone(ZoneInfo(viewer.timezone)).date())),
    )
    own = made.actor is not None and made.actor.id == viewer.user_id
    name = made.actor.name if made.actor else speech.say("The system")
    where = {"whatsapp": "WhatsApp", "web": speech.say("console"), "api": "API"}.get(made.channel, made.channel)
    title = speech.say("You added it") if own else speech.say("{name} added it", name=name)
    added = Step(title=title, at=made.at, glyph="plus", words="" if heard else where)
    return [understood, added] if heard else [added]


def _facts(after: Mapping[str, Any], speech: Speech, projects: Mapping[UUID, str], today: dt.date) -> list[str]:
    """What the task was when it was made, as its row in the journal has it."""
    said = [str(after.get("title", ""))]
    if after.get("due_on"):
        day = day_words(dt.date.fromisoformat(after["due_on"]), today, speech)
        said.append(f"{day} {after['due_time'][:5]}" if after.get("due_time") else day)
    if after.get("recurrence"):
        said.append(say_recurrence(after["recurrence"], speech))
    if after.get("deadline_on"):
        day = day_words(dt.date.fromisoformat(after["deadline_on"]), today, speech)
        said.append(speech.say("deadline {day}", day=day))
    if after.get("priority"):
        said.append(f"p{after['priority']}")
    if after.get("project_id") and (name := projects.get(UUID(after["project_id"]))):
        said.append(f"#{name}")
    return [each for each in [*said, *(f"@{label}" for label in after.get("labels") or ())] if each]


async def _replies(conn: Conn, row: Row, contacts: list[UUID], speech: Speech, *, own: bool) -> list[Step]:
    steps = []
    seqs = [each["seq"] async for each in Q.list_answers(conn, inbox_seq=row["seq"], contacts=contacts)]
    for seq in seqs[:_REPLIES]:
        sent = await Q.find_outbound(conn, seq=seq)
        if sent is None or sent["kind"] == "reaction":
            continue
        fate, tone = words.outbound_fate(sent)
        code = sent["error_code"]
        steps.append(
            Step(
                title=speech.say("Tasktalk answered"),
                at=sent["created_at"],
                glyph="corner-down-right",
                said=words.plain_text_of(sent_message(sent)) or "" if own else "",
            )
        )
        steps.append(
            Step(
                title=speech.say(fate),
                at=sent["read_at"] or sent["delivered_at"] or sent["failed_at"] or sent["finished_at"],
                glyph="check-check" if tone in {"good", "accent"} else "circle-alert" if tone == "bad" else "hourglass",
                tone={"accent": "good", "busy": ""}.get(tone, tone),
                words=why_words(code, sent["error"], speech) if code is not None else "",
                address=f"/messages/out/{seq}",
                link=speech.say("Follow the reply"),
            )
        )
    return steps
