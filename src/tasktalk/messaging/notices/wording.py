"""One message of all that a person is told at one moment."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from tasktalk.assistant.actions import Action
from tasktalk.assistant.replies.pen import Pen, short
from tasktalk.assistant.replies.sentences import more
from tasktalk.assistant.replies.when import chips, say_due
from tasktalk.assistant.reply import Button, Reply
from tasktalk.messaging.notices import sentences
from tasktalk.messaging.notices.digests import Digest
from tasktalk.messaging.notices.reading import Notice
from tasktalk.tasks.model import Due, Task
from tasktalk.whatsapp.graphemes import count_units

_MOST_LINES = 25
_MOST_UNITS = 3400  # of 4096; one line more and the last ones must fit
_IN_DIGEST = 10
_LATER_MINUTES = "60"
_SHOWS_DUE = frozenset({"reminder", "assigned", "added", "changed"})


@dataclass(frozen=True, slots=True)
class Message:
    """What one person is told. `numbered`: `reply.task_ids` are in the order of the numbers that its lines have."""

    reply: Reply
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes to one person, with their pen."""

    pen: Pen

    def write(self, notices: Sequence[Notice], digests: Mapping[UUID, Digest]) -> Message:
        """The message; `digests` by the notice's id. Several tasks are numbered, those of a digest always."""
        told = list_once(notices)
        if len(told) == 1 and not told[0].is_digest:
            return Message(self._one(told[0]))
        page = _Page()
        for notice in told:
            if notice.is_digest:
                self._add_digest(page, digests[notice.id])
        news = [each for each in told if not each.is_digest and not (each.event == "reminder" and page.has(each.task))]
        tasks = {each.task.id for each in news if each.task} | page.numbers.keys()
        if news and not page.lines:
            page.lines.append(sentences.heading([each.event for each in news], self.pen.speech))
        for place, notice in enumerate(news):
            if page.is_full:
                page.lines.append(more(len(news) - place, self.pen.speech))
                break
            page.add(self._line(notice), notice.task if len(tasks) > 1 else None)
        if len(tasks) == 1 and not page.numbers:
            only = next(each.task.id for each in news if each.task)
            return Message(Reply("\n".join(page.lines), buttons_for(news, self.pen), task_ids=(only,)))
        if page.numbers:
            page.lines += ["", sentences.next_step(len(page.numbers), self.pen.speech)]
        return Message(Reply("\n".join(page.lines), task_ids=tuple(page.numbers)), numbered=bool(page.numbers))

    def _one(self, notice: Notice) -> Reply:
        if notice.task is None:
            return Reply(notice.alone)
        text = notice.alone
        details = (
            chips(shown_here(notice.task, self.pen), self.pen.today, self.pen.speech)
            if notice.event in _SHOWS_DUE
            else ""
        )
        if details:
            text += f"\n{details}"
        return Reply(text, buttons_for([notice], self.pen), task_ids=(notice.task.id,))

    def _add_digest(self, page: "_Page", digest: Digest) -> None:
        page.lines += ["", digest.heading] if page.lines else [digest.heading]
        for task in digest.tasks[:_IN_DIGEST]:
            page.add(self._titled(short(task.title), task), task)
        if len(digest.tasks) > _IN_DIGEST:
            page.lines.append(more(len(digest.tasks) - _IN_DIGEST, self.pen.speech))

    def _line(self, notice: Notice) -> str:
        shows_due = notice.task is not None and notice.event in _SHOWS_DUE
        return self._titled(notice.line, notice.task) if shows_due else notice.line

    def _titled(self, text: str, task: Task | None) -> str:
        due = shown_here(task, self.pen).due if task else None
        return f"{text} — {say_due(due, self.pen.today, self.pen.speech)}" if due else text


def buttons_for(notices: Sequence[Notice], pen: Pen) -> tuple[Button, ...]:
    """What can be done at once about one task; its reminder before its being given."""
    events = {each.event: each.task.id for each in notices if each.task}
    label = pen.speech.label
    if task_id := events.get("reminder"):
        tomorrow = (pen.today + dt.timedelta(days=1)).isoformat()
        return (
            pen.button(label("Done"), Action("done", task_id)),
            pen.button(label("In 1 hour"), Action("later", task_id, _LATER_MINUTES)),
            pen.button(label("Tomorrow"), Action("due", task_id, tomorrow)),
        )
    if task_id := events.get("assigned"):
        accept, decline = Action("accept", task_id), Action("decline", task_id)
        return (pen.button(label("Accept"), accept), pen.button(label("Decline"), decline))
    return ()


def shown_here(task: Task, pen: Pen) -> Task:
    """The task with its hour on the clock of who reads it."""
    if task.due is None or task.due.datetime is None or pen.now.tzinfo is None:
        return task
    here = task.due.datetime.astimezone(pen.now.tzinfo)
    return replace(task, due=Due(here.date(), f"{here:%H:%M}", here))


@dataclass(slots=True)
class _Page:
    """Lines so far; `numbers` of the tasks on them."""

    lines: list[str] = field(default_factory=list)
    numbers: dict[UUID, int] = field(default_factory=dict)
    _last: UUID | None = None

    @property
    def is_full(self) -> bool:
        return len(self.lines) > _MOST_LINES or sum(map(count_units, self.lines)) > _MOST_UNITS

    def has(self, task: Task | None) -> bool:
        return task is not None and task.id in self.numbers

    def add(self, line: str, task: Task | None) -> None:
        """A line, with its task's number if it is to have one."""
        if task is None:
            self.lines.append(line)
            return
        number = self.numbers.setdefault(task.id, len(self.numbers) + 1)
        self.lines.append(sentences.numbered(number, line))


def list_once(notices: Sequence[Notice]) -> list[Notice]:
    """Digests, then reminders as their tasks came to be, then the rest as it came; the same again is said once."""
    seen: dict[tuple[object, ...], Notice] = {}
    for notice in sorted(notices, key=_place):  # stable
        about = notice.task.id if notice.task else notice.project.id if notice.project else None
        seen.setdefault((notice.event, about, notice.line), notice)
    return list(seen.values())


def _place(notice: Notice) -> tuple[int, int]:
    if notice.event == "reminder" and notice.task is not None:
        return 1, notice.task.id.int
    return (0, 0) if notice.is_digest else (2, 0)
