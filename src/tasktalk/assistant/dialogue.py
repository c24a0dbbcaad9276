"""What a person and the assistant are talking about: the task in focus, the last list, a question that is open."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import TypedDict
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from tasktalk.accounts.access import Viewer
from tasktalk.assistant.understanding import Context
from tasktalk.db import Conn
from tasktalk.db.sql import queries

Q = queries(__file__)

_EXCHANGES = 6
_EXCHANGE_CHARACTERS = 300


class Exchange(TypedDict):
    """Something said and what was answered, both cut short."""

    said: str
    replied: str


@dataclass(slots=True)
class Dialogue:
    """One person's, the same on every channel. `projects` and `people` map the names a message may use to ids.

    `recent`: the last exchanges, kept only where a language model may be asked what comes next.
    """

    viewer: Viewer
    focus: UUID | None = None
    listed: list[UUID] = field(default_factory=list)
    listed_at: datetime | None = None
    pending: str | None = None
    page: str | None = None
    projects: dict[str, UUID] = field(default_factory=dict)
    people: dict[str, UUID] = field(default_factory=dict)
    recent: list[Exchange] = field(default_factory=list)
    touched: bool = False

    @property
    def zone(self) -> ZoneInfo:
        """The person's time zone."""
        return ZoneInfo(self.viewer.timezone)

    def context(self, now: datetime, open_titles: Sequence[str] = ()) -> Context:
        """What the reading of this person's message depends on."""
        return Context(
            now=now.astimezone(self.zone),
            tz=self.viewer.timezone,
            language=self.viewer.language,
            people=tuple(self.people),
            projects=tuple(self.projects),
            open_titles=open_titles,  # type: ignore[arg-type]  # any sequence will do
        )

    def speak_of(self, task_ids: Sequence[UUID]) -> None:
        """One task is in focus from now on; several are a list whose numbers can be named."""
        if len(task_ids) == 1:
            self.focus = task_ids[0]
        self.touched = True

    def remember_list(self, task_ids: Sequence[UUID], now: datetime) -> None:
        """The numbers of this list are good until the next one, days later too."""
        self.listed, self.listed_at, self.page, self.touched = list(task_ids), now, None, True

    def note_exchange(self, said: str, replied: str) -> None:
        """What was said and answered last, of which a few are kept."""
        exchange = Exchange(said=said[:_EXCHANGE_CHARACTERS], replied=replied[:_EXCHANGE_CHARACTERS])
        self.recent, self.touched = [*self.recent[1 - _EXCHANGES :], exchange], True

    def forget_exchanges(self) -> None:
        """None are kept."""
        if self.recent:
            self.recent, self.touched = [], True

    def ask(self, text: str, part: int) -> str:
        """Ask back which task part `part` of `text` means; what the answers carry, so that each fits its question."""
        self.pending, self.touched = text, True
        return f"{part}.{_digest(text)}"

    def answered(self, question: str) -> tuple[str, int] | None:
        """The text and part that an answer to `question` is for, if that is still the question."""
        part, _, digest = question.partition(".")
        if not self.pending or _digest(self.pending) != digest:
            return None
        text, self.pending, self.touched = self.pending, None, True
        return text, int(part)

    def find_project(self, name: str) -> UUID | None:
        """The project of that name, whatever its case."""
        return _find(self.projects, name)

    def find_people(self, names: Iterable[str]) -> tuple[UUID, ...]:
        """Those of `names` that are known, in full or by first name."""
        first_names = {name.split()[0]: person for name, person in self.people.items() if name.split()}
        found = (_find(self.people, name) or _find(first_names, name) for name in names)
        return tuple(person for person in found if person is not None)


async def load_dialogues(conn: Conn, viewers: Iterable[Viewer]) -> dict[UUID, Dialogue]:
    """The dialogues of `viewers` in one statement, by user id."""
    by_id = {viewer.user_id: viewer for viewer in viewers}
    if not by_id:
        return {}
    return {
        row["id"]: Dialogue(
            by_id[row["id"]],
            focus=row["focus"],
            listed=list(row["listed"]),
            listed_at=row["listed_at"],
            pending=row["pending"],
            page=row["page"],
            projects={name: UUID(project_id) for name, project_id in row["projects"].items()},
            people={name: UUID(user_id) for name, user_id in row["people"].items()},
            recent=row["recent"],
        )
        async for row in Q.load_dialogues(conn, user_ids=list(by_id))
    }


async def save_dialogues(conn: Conn, dialogues: Iterable[Dialogue]) -> None:
    """Write those that changed, in one statement."""
    touched = [each for each in dialogues if each.touched]
    if not touched:
        return
    await Q.save_dialogues(
        conn,
        user_ids=[d.viewer.user_id for d in touched],
        focuses=[d.focus for d in touched],
        listeds=["{" + ",".join(map(str, d.listed)) + "}" for d in touched],
        listed_ats=[d.listed_at for d in touched],
        pendings=[d.pending for d in touched],
        recents=[msgspec.json.encode(d.recent).decode() for d in touched],
        pages=[d.page for d in touched],
    )


async def note_shown(
    conn: Conn, *, lists: Mapping[UUID, Sequence[UUID]], focuses: Mapping[UUID, UUID], now: datetime
) -> None:
    """People (by id) were shown a numbered list, or one task, without having asked: what they say next may mean these.

    Writes nothing else of a dialogue, so that a turn under way loses nothing by it.
    """
    people = sorted({*lists, *focuses})
    if people:
        await Q.note_shown(
            conn,
            user_ids=people,
            focuses=[focuses.get(user_id) for user_id in people],
            lists=["{" + ",".join(map(str, lists[user_id])) + "}" if user_id in lists else None for user_id in people],
            now=now,
        )


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "replace"), digest_size=6).hexdigest()


def _find(names: dict[str, UUID], name: str) -> UUID | None:
    folded = name.casefold()
    return next((known for each, known in names.items() if each.casefold() == folded), None)
