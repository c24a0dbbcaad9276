"""Who is told what of a change: a pure function of a journal row and of the people around it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from tasktalk.tasks.preferences.events import is_told

Row = Mapping[str, Any]

# Every event that comes of a change, the most telling first.
EVENTS = (
    "mentioned",
    "assigned",
    "accepted",
    "declined",
    "completed",
    "commented",
    "invited",
    "joined",
    "added",
    "changed",
)

# Nobody calls a task changed for these.
_UNTOLD = frozenset({"version", "updated_at", "position", "accepted", "due_at", "completed_at"})


@dataclass(frozen=True, slots=True)
class News:
    """A journal row."""

    seq: int
    at: datetime
    change_set: UUID
    actor_id: UUID | None
    subject: str
    subject_id: UUID
    task_id: UUID | None
    project_id: UUID | None
    verb: str
    before: Row | None
    after: Row | None


@dataclass(frozen=True, slots=True)
class Scene:
    """Who is around, as things are now. `insiders`: role by person, of those who see the task or project.

    `creator`, `assignees`, `commenters` are the task's; `assigner` gave it to the person who answers; `invited` is whom
    an invitation is for.
    """

    insiders: Mapping[UUID, str] = field(default_factory=dict)
    creator: UUID | None = None
    assignees: frozenset[UUID] = frozenset()
    commenters: frozenset[UUID] = frozenset()
    assigner: UUID | None = None
    invited: UUID | None = None

    @property
    def concerned(self) -> set[UUID]:
        """The task's creator and assignees."""
        return {*self.assignees} | ({self.creator} if self.creator else set())


@dataclass(frozen=True, slots=True)
class Told:
    """One person hears of one event."""

    user_id: UUID
    event: str
    news: News
    facts: Mapping[str, object] = field(default_factory=dict)


def decide(news: News, scene: Scene) -> list[Told]:
    """Whom a change may be told to, whatever their switches say; never who did it, never who does not see it."""
    outsiders = {scene.invited} if news.subject == "invitation" else set()
    return [
        told
        for told in _candidates(news, scene)
        if told.user_id != news.actor_id and (told.user_id in scene.insiders or told.user_id in outsiders)
    ]


def once(told: Iterable[Told]) -> list[Told]:
    """Each person once about the same task (or thing) in one change set: the most telling event stays."""
    best: dict[tuple[UUID, UUID, UUID], Told] = {}
    for each in told:
        key = (each.user_id, each.news.change_set, each.news.task_id or each.news.subject_id)
        known = best.get(key)
        if known is None or EVENTS.index(each.event) < EVENTS.index(known.event):
            best[key] = each
    return list(best.values())


def wants(event: str, *, project: Mapping[str, bool], own: Mapping[str, bool], muted: bool) -> bool:
    """Whether a person hears of an event: the project's switch before their own before the default."""
    return not muted and project.get(event, is_told(own, event))


def _candidates(news: News, scene: Scene) -> Iterator[Told]:
    match news.subject:
        case "task":
            yield from _of_task(news, scene)
        case "comment" if news.after is not None:
            yield from _of_comment(news, news.after, scene)
        case "attachment" if news.verb == "created":
            yield from _all(news, scene, "changed")
        case "member" if news.before is None and news.after is not None:
            yield from _of_member(news, news.after, scene)
        case "invitation" if news.verb == "created" and scene.invited is not None:
            yield Told(scene.invited, "invited", news, {"invitation_id": str(news.subject_id)})


def _of_task(news: News, scene: Scene) -> Iterator[Told]:
    after, before = news.after or {}, news.before or {}
    for person in _ids(after, "assignees") - _ids(before, "assignees"):
        yield Told(person, "assigned", news)
    if news.verb in {"accepted", "declined"}:
        for giver in {scene.creator, scene.assigner}:
            if giver is not None:
                yield Told(giver, news.verb, news)
    elif news.verb == "completed":
        again = after.get("status") == "open"  # a repeating task moved on
        for person in scene.concerned:
            yield Told(person, "completed", news, {"again": True} if again else {})
    elif news.verb == "created" or before.get("project_id") != after.get("project_id"):
        yield from _all(news, scene, "added")
    elif any(before.get(column) != value for column, value in after.items() if column not in _UNTOLD):
        yield from _all(news, scene, "changed")


def _of_comment(news: News, after: Row, scene: Scene) -> Iterator[Told]:
    facts = {"comment_id": str(news.subject_id)}
    for person in _ids(after, "mentions") - _ids(news.before or {}, "mentions"):
        yield Told(person, "mentioned", news, facts)
    if news.verb == "created":
        for person in scene.concerned | scene.commenters:
            yield Told(person, "commented", news, facts)


def _of_member(news: News, after: Row, scene: Scene) -> Iterator[Told]:
    """Whoever was let in is told who did it; the owners, that they are there."""
    joined = UUID(str(after["user_id"]))
    yield Told(joined, "invited", news, {"role": after.get("role")})
    for person, role in scene.insiders.items():
        if role == "owner" and person != joined:
            yield Told(person, "joined", news, {"member_id": str(joined)})


def _all(news: News, scene: Scene, event: str) -> Iterator[Told]:
    for person in scene.insiders:
        yield Told(person, event, news)


def _ids(row: Row, column: str) -> set[UUID]:
    return {UUID(str(value)) for value in row.get(column) or ()}
