"""What goes in and what comes out, whatever the channel: an Utterance, a Reply."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from tasktalk.assistant.exporting.model import Export
from tasktalk.assistant.llm.question import Thought
from tasktalk.tasks.attachments.attachments import Kept

UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")  # no database takes these

Need = Literal["file", "heard", "thought"]
FileKind = Literal["photo", "video", "audio", "voice"]


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file that came with it, in the store already; `most_bytes` is what all files of the person may have.

    `kind`: what it is called where its sender gave it no name.
    """

    kept: Kept
    most_bytes: int
    kind: FileKind | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """What did not go well before the turn, said after its reply: a sentence of ours in English, and its `{most}`."""

    sentence: str
    most: float = 0


@dataclass(frozen=True, slots=True)
class Utterance:
    """What a person said, tapped or reacted.

    `literal`: a capture to keep word for word (forwarded text, a location, a contact card); it is never read as an
    instruction. `about`: the tasks shown by the message replied or reacted to; `about_message`: that message's id, for
    when it was the person's own. A reaction that was taken back has `reaction` "". `said_at`: when it left the phone.
    `thought`: what a language model made of it, where the grammar did not take it and one was asked.
    `heard`: the text is what we heard in a voice note. `phone_id`: the linked phone that it was said on.
    `unread`: places in the text that mean nothing, see unread.py. `adds`: it was written where tasks are added, so
    what is not understood becomes one.
    """

    channel: str
    text: str = ""
    literal: bool = False
    tap: str | None = None
    reaction: str | None = None
    about: tuple[UUID, ...] = ()
    about_message: str | None = None
    message_id: str | None = None
    said_at: datetime | None = None
    thought: Thought | None = None
    heard: bool = False
    file: Enclosed | None = None
    trouble: Trouble | None = None
    phone_id: UUID | None = None
    unread: tuple[tuple[int, int], ...] = ()
    adds: bool = False


@dataclass(frozen=True, slots=True)
class Button:
    """A choice that comes back as a tap with `id` (signed, see actions.py)."""

    title: str
    id: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list that can be tapped."""

    title: str
    id: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Sending:
    """A file that goes along: an export, else what lies with a task. `path`: where the API has it."""

    name: str
    path: str
    export: Export | None = None
    attachment_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """One message to the person: text with up to three buttons, or with a list of up to ten rows; or a reaction alone.

    `task_ids` are the tasks it shows, in order: a later reply to it speaks of them. `files` go along.
    """

    text: str = ""
    buttons: tuple[Button, ...] = ()
    list_label: str = ""
    rows: tuple[Row, ...] = ()
    task_ids: tuple[UUID, ...] = ()
    reaction: str | None = None
    files: tuple[Sending, ...] = ()


@dataclass(frozen=True, slots=True)
class Needs:
    """In place of a reply: the turn was not taken, for it needs something that takes its time.

    `carried`: what whoever gets it must know, as JSON has it.
    """

    what: Need
    carried: Mapping[str, Any] = field(default_factory=dict)
