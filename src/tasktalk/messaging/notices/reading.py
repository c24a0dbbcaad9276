"""Notices with what they speak of, as it is now and as their person sees it; and which of them came too late."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from asyncpg import Record

from tasktalk.assistant.replies.speech import Speech, get_speech
from tasktalk.db import Conn
from tasktalk.messaging.notices import sentences
from tasktalk.messaging.notices.hear import Q
from tasktalk.tasks.cards import task_of
from tasktalk.tasks.model import Ref, Task

# Told of a task that is open, or not at all.
_OF_OPEN_TASKS = frozenset({"reminder", "assigned", "added", "changed"})
_OF_PROJECTS = frozenset({"invited", "joined"})
_OF_NUMBERS = frozenset({"trouble", "warning", "mended"})
_DIGESTS = frozenset({"digest", "review"})


@dataclass(frozen=True, slots=True)
class Notice:
    """A row of `notices`. `task` and `project` are None where they are gone or not the person's to see.

    `names` has what else it speaks of: a row of `read_others`. `speech` is the person's.
    """

    id: UUID
    user_id: UUID
    event: str
    task: Task | None
    accepted: bool
    project: Ref | None
    names: Record
    facts: dict[str, Any]
    state: str
    speech: Speech

    @property
    def is_digest(self) -> bool:
        """Whether it is a list of tasks rather than news of one."""
        return self.event in _DIGESTS

    @property
    def is_trouble(self) -> bool:
        """Whether it is of a connected number."""
        return self.event in _OF_NUMBERS

    @property
    def of_account(self) -> bool:
        """Whether it concerns the account, or what its person looks after, rather than tasks."""
        return self.is_trouble or self.event in {"relink", "webhook_off"}

    @property
    def line(self) -> str:
        """The notice in one sentence."""
        return self._say(alone=False)

    @property
    def alone(self) -> str:
        """The sentence where it is all there is to say."""
        return self._say(alone=True)

    @property
    def actor(self) -> str | None:
        """Who did it, by name."""
        name: str | None = self.names["actor"]
        return name

    def _say(self, *, alone: bool) -> str:
        if self.is_digest:
            return sentences.of_digest(self.event, self.speech)
        if self.event in _OF_PROJECTS:
            return sentences.of_project(
                self.event,
                actor=self.actor,
                project=self.project.name if self.project else None,
                member=self.names["member"] if self.project else None,
                invitation="invitation_id" in self.facts,
                speech=self.speech,
            )
        if self.is_trouble:
            return sentences.of_trouble(
                self.event, number=self.names["number"], detail=self.names["trouble"], alone=alone, speech=self.speech
            )
        if self.event == "relink":
            return self.speech.say(sentences.RELINK)
        if self.event == "webhook_off":
            return self.speech.say(sentences.WEBHOOK_OFF, name=self.names["webhook"] or "")
        title = self.task.title if self.task else None
        comment = self.names["comment"] if self.task else None
        return sentences.of_task(
            self.event, actor=self.actor, title=title, comment=comment, alone=alone, speech=self.speech
        )


async def read_notices(conn: Conn, rows: Sequence[Record], *, now: dt.datetime) -> list[Notice]:
    """The rows, in their order, with what they speak of."""
    about = list({(row["user_id"], row["task_id"]) for row in rows if row["task_id"]})
    tasks: dict[tuple[UUID, UUID], Task] = {}
    accepted: set[tuple[UUID, UUID]] = set()
    pairs = {"user_ids": [user_id for user_id, _ in about], "task_ids": [task_id for _, task_id in about]}
    async for seen in Q.read_tasks(conn, **pairs):
        tasks[seen["viewer_id"], seen["id"]] = task_of(seen)
        if seen["viewer_id"] in seen["accepted"]:
            accepted.add((seen["viewer_id"], seen["id"]))
    others = {other["id"]: other async for other in Q.read_others(conn, ids=[row["id"] for row in rows], now=now)}
    return [
        Notice(
            row["id"],
            row["user_id"],
            row["event"],
            task=tasks.get((row["user_id"], row["task_id"])),
            accepted=(row["user_id"], row["task_id"]) in accepted,
            project=_project(row, others[row["id"]]),
            names=others[row["id"]],
            facts=row["facts"],
            state=row["state"],
            speech=get_speech(row["language"]),
        )
        for row in rows
    ]


def too_late(notice: Notice) -> str | None:
    """Why it is not worth telling any more; None: it is."""
    if notice.is_digest:
        return None
    if notice.of_account:
        return _late_in_account(notice)
    return _late_in_project(notice) if notice.event in _OF_PROJECTS else _too_late_for(notice)


def _too_late_for(notice: Notice) -> str | None:
    if notice.task is None:
        return sentences.GONE
    is_open = notice.task.status == "open"
    if notice.event in _OF_OPEN_TASKS and not is_open:
        return sentences.FINISHED
    if notice.event == "completed" and is_open and not notice.facts.get("again"):
        return sentences.REOPENED
    return _late_in_task(notice, notice.task)


def _late_in_task(notice: Notice, task: Task) -> str | None:
    names = notice.names
    reasons = {
        sentences.GIVEN_ELSEWHERE: notice.event == "assigned"
        and notice.user_id not in {who.id for who in task.assignees},
        sentences.ANSWERED: notice.event == "assigned" and notice.accepted,
        sentences.COMMENT_GONE: "comment_id" in notice.facts and names["comment"] is None,
        sentences.REMINDER_GONE: "reminder_id" in notice.facts and not names["reminder_there"],
        sentences.REMINDER_MOVED: "reminder_id" in notice.facts and names["reminder_moved"],
    }
    return next((why for why, holds in reasons.items() if holds), None)


def _late_in_account(notice: Notice) -> str | None:
    if notice.event == "relink":
        return None if notice.names["suspended"] else sentences.OVER
    if notice.event == "webhook_off":
        return sentences.OVER if notice.names["webhook"] is None else None
    if notice.names["number"] is None:  # no administrator any more
        return sentences.NOT_YOURS
    return sentences.OVER if notice.event != "mended" and notice.names["trouble_over"] else None


def _late_in_project(notice: Notice) -> str | None:
    if notice.project is None:
        return sentences.PLACE_GONE if "invitation_id" not in notice.facts else sentences.ANSWERED
    if "member_id" in notice.facts and not notice.names["member_there"]:
        return sentences.PLACE_GONE
    if "invitation_id" in notice.facts and notice.names["role"] is not None:
        return sentences.ANSWERED
    return None


def _project(row: Record, names: Record) -> Ref | None:
    """Its project: a member's to see, and while the invitation is open, that of whom it invites."""
    if row["project_id"] is None or names["place_deleted"]:
        return None
    if names["role"] is None and not names["invitation_open"]:
        return None
    return Ref(row["project_id"], names["project"])
