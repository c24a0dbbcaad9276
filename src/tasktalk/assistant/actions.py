"""What buttons carry: a verb, a task, an argument, an expiry, signed for one person. Fits Meta's 200 characters."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args
from uuid import UUID

from tasktalk.crypto import Keyring
from tasktalk.errors import AppError
from tasktalk.phrases import phrase
from tasktalk.tasks.model import Task

Verb = Literal[
    "done",
    "reopen",
    "due",
    "undo",
    "show",
    "pick",
    "list",
    "drop",
    "accept",
    "decline",
    "later",
    "skip",
    "remind",
    "plan",
    "rest",
    "finished",
    "yes",
    "no",
    "add",
]
LIFE = timedelta(days=30)
MAX_ARGUMENT = 120


class BadTap(AppError):  # noqa: D101  (as in errors.py)
    __doc__ = phrase("This button is not one of ours for you, or it is too old.")

    status = 400
    code = "BAD_REQUEST"


@dataclass(frozen=True, slots=True)
class Action:
    """`subject`: the task, or for `undo` the change set.

    `argument`: the new date for `due`, offset and filter for `list`, offset, days and project for `finished`, the tasks
    to move for `rest`, the minutes from now for `later`, the moment for `remind`, the question for `pick`, `yes`, `no`
    and `add`; for `done` and `skip` of a repeating task which occurrence, see `occurrence_of`.
    """

    verb: Verb
    subject: UUID | None = None
    argument: str = ""


def occurrence_of(task: Task) -> str:
    """Which occurrence of a repeating task is open, by its date: a second tap must not take the next one too."""
    return task.due.date.isoformat() if task.recurrence and task.due else ""


def encode_action(action: Action, *, keyring: Keyring, user_id: UUID, now: datetime) -> str:
    """`verb.subject.expiry.signature.argument`."""
    subject = base64.urlsafe_b64encode(action.subject.bytes).decode().rstrip("=") if action.subject else ""
    head = f"{action.verb}.{subject}.{int((now + LIFE).timestamp()) // 3600:x}"
    signature = keyring.sign(_signed(head, action.argument, user_id), purpose="tap")
    return f"{head}.{signature}.{action.argument}"


def decode_action(text: str, *, keyring: Keyring, user_id: UUID, now: datetime) -> Action:
    """The action of a tap. Raises BadTap for a forged, foreign or expired one."""
    parts = text.split(".", 4)
    if len(parts) != 5:  # noqa: PLR2004
        raise BadTap
    verb, subject, expiry, signature, argument = parts
    head = f"{verb}.{subject}.{expiry}"
    if not keyring.check(_signed(head, argument, user_id), signature, purpose="tap") or verb not in get_args(Verb):
        raise BadTap
    try:
        expired = int(expiry, 16) * 3600 < now.timestamp()
        task_id = UUID(bytes=base64.urlsafe_b64decode(subject + "==")) if subject else None
    except (ValueError, binascii.Error) as error:
        raise BadTap from error
    if expired:
        raise BadTap(phrase("That button has expired. Say it in words and I will do it."))
    return Action(verb, task_id, argument)  # type: ignore[arg-type]  # checked against Verb above


def _signed(head: str, argument: str, user_id: UUID) -> bytes:
    return f"{head}.{argument}.{user_id}".encode()
