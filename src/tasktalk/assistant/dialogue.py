"""What a person and the assistant are talking about: the task in focus, the last list, a question that is open."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypedDict
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from tasktalk.accounts.access import Viewer
from tasktalk.assistant.questions import Kind, Question, read_questions, write_questions
from tasktalk.assistant.understanding import ME, Context
from tasktalk.db import Conn
from tasktalk.db.sql import queries

Q = queries(__file__)

_FOCUS_LIFE = timedelta(hours=1)
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
    `now`: when the turn that is on is taken. `together`: the several tasks that were spoken of last, if no single one
    was since. `asked`: the questions that are open; `fresh`: the kinds of those that no other turn can have seen yet.
    `parted`: the phones that were unlinked just now.
    """

    viewer: Viewer
    focus: UUID | None = None
    listed: list[UUID] = field(default_factory=list)
    listed_at: datetime | None = None
    focus_at: datetime | None = None
    together: list[UUID] = field(default_factory=list)
    asked: dict[Kind, Question] = field(default_factory=dict)
    fresh: set[Kind] = field(default_factory=set)
    now: datetime | None = None
    page: str | None = None
    projects: dict[str, UUID] = field(default_factory=dict)
    people: dict[str, UUID] = field(default_factory=dict)
    recent: list[Exchange] = field(default_factory=list)
    touched: bool = False
    parted: set[UUID] = field(default_factory=set)

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
        """One task is in focus from now on ("it"); or several are meant together ("them")."""
        if len(task_ids) == 1:
            self.focus, self.focus_at, self.together = task_ids[0], self.now, []
        elif task_ids:
            self.together = list(task_ids)
        self.touched = True

    def part_from(self) -> None:
        """No one task is in focus any more."""
        self.focus, self.focus_at, self.touched = None, self.now, True

    @property
    def moved_on_at(self) -> datetime | None:
        """When tasks were last shown or changed: a question from before that is not what words answer."""
        return max(filter(None, (self.focus_at, self.listed_at)), default=None)

    @property
    def just_spoken_of(self) -> UUID | None:
        """The task in focus, when it came there so lately that a word or two may correct it."""
        is_late = self.now is None or self.focus_at is None or self.now - self.focus_at > _FOCUS_LIFE
        return None if is_late else self.focus

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

    def ask(self, question: Question) -> str:
        """This question is open from now on, in the place of the last one of its kind; answers what names it."""
        self.asked[question.kind] = question
        self.fresh.add(question.kind)
        self.touched = True
        return question.id

    def find_project(self, name: str) -> UUID | None:
        """The project of that name, whatever its case."""
        return _find(self.projects, name)

    def find_people(self, names: Iterable[str]) -> tuple[UUID, ...]:
        """Those of `names` that are known, in full or by first name; and "me"."""
        first_names = {name.split()[0]: person for name, person in self.people.items() if name.split()}
        mine = {ME: self.viewer.user_id}
        found = (_find(self.people, name) or _find(first_names, name) or mine.get(name) for name in names)
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
            focus_at=row["focus_at"],
            together=list(row["together"]),
            asked=read_questions(row["asked"]),
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
        recents=[msgspec.json.encode(d.recent).decode() for d in touched],
        focus_ats=[d.focus_at for d in touched],
        togethers=["{" + ",".join(map(str, d.together)) + "}" for d in touched],
        askeds=[write_questions([d.asked[kind] for kind in d.fresh if kind in d.asked]) for d in touched],
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


def _find(names: dict[str, UUID], name: str) -> UUID | None:
    folded = name.casefold()
    return next((known for each, known in names.items() if each.casefold() == folded), None)
