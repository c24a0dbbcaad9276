"""The chat of the console: its newest turns are kept as they were shown, for whoever had them."""

import datetime as dt

import msgspec

from tasktalk.accounts.access import Viewer
from tasktalk.assistant.dialogue import Q
from tasktalk.assistant.reply import UNKEEPABLE, Reply
from tasktalk.db import Conn

MOST = 50  # turns that are kept
_LONGEST = 4000  # characters of what was said


class Choice(msgspec.Struct, frozen=True, omit_defaults=True):
    """A button, or a row of a list; `id` comes back as a tap."""

    title: str
    id: str
    description: str = ""


class FileLink(msgspec.Struct, frozen=True):
    """A file that went along, and where the API has it."""

    name: str
    path: str


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """A reply as it is shown; "" and no choices: nothing was to be said."""

    text: str = ""
    buttons: tuple[Choice, ...] = ()
    list_label: str = ""
    rows: tuple[Choice, ...] = ()
    files: tuple[FileLink, ...] = ()


class ChatTurn(msgspec.Struct, frozen=True):
    """What was said, or the title of what was tapped, and what was answered."""

    id: int
    at: dt.datetime
    said: str
    answer: Answer


async def keep_turn(conn: Conn, *, viewer: Viewer, said: str, reply: Reply | None, at: dt.datetime) -> None:
    """Remembers a turn that was taken."""
    answer = msgspec.to_builtins(answer_of(reply))
    kept = UNKEEPABLE.sub("\ufffd", said[:_LONGEST])
    await Q.keep_turn(conn, user_id=viewer.user_id, said=kept, reply=answer, at=at, most=MOST)


async def list_turns(conn: Conn, *, viewer: Viewer, limit: int = MOST) -> list[ChatTurn]:
    """The newest, oldest of them first."""
    rows = [row async for row in Q.list_turns(conn, user_id=viewer.user_id, limit=limit)]
    return [
        ChatTurn(row["id"], row["at"], row["said"], msgspec.convert(row["reply"], Answer)) for row in reversed(rows)
    ]


async def forget_turns(conn: Conn, *, viewer: Viewer) -> None:
    """Clears the chat; what it changed stays changed."""
    await Q.forget_turns(conn, user_id=viewer.user_id)


def answer_of(reply: Reply | None) -> Answer:
    """What a page shows of a reply."""
    if reply is None:
        return Answer()
    return Answer(
        text=reply.text or reply.reaction or "",
        buttons=tuple(Choice(each.title, each.id) for each in reply.buttons),
        list_label=reply.list_label,
        rows=tuple(Choice(each.title, each.id, each.description) for each in reply.rows),
        files=tuple(FileLink(each.name, each.path) for each in reply.files),
    )
