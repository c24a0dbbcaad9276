"""What every reply is written with: signed buttons, and a person's own day."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from tasktalk.assistant.actions import Action, encode_action, occurrence_of
from tasktalk.assistant.replies.speech import Speech
from tasktalk.assistant.replies.when import chips, say_due, say_moment
from tasktalk.assistant.reply import Button
from tasktalk.crypto import Keyring
from tasktalk.tasks.model import Task
from tasktalk.tasks.reminders.reminders import Reminder

_TITLE_IN_LINE = 80
_SHORTER = (80, 60, 45, 30, 20)
_IN_BODY = 900  # UTF-16 units: what stays a list or has buttons is no longer than 1,024
TITLE_ALONE = 600


@dataclass(frozen=True, slots=True)
class Pen:
    """`now` is in the person's zone. Buttons are signed for `user_id`; Undo takes `change_set` back."""

    keyring: Keyring
    user_id: UUID
    now: dt.datetime
    change_set: UUID
    speech: Speech

    @property
    def today(self) -> dt.date:
        """The person's day."""
        return self.now.date()

    def due(self, task: Task) -> str:
        """When it is due, or nothing."""
        return say_due(task.due, self.today, self.speech) if task.due else ""

    def rings(self, reminders: Sequence[Reminder], beside: Task | None = None) -> str:
        """`⏰ 17:30`, with the day unless it is the due day of the task it stands `beside`; empty: none will ring."""
        known = beside.due.date if beside is not None and beside.due is not None else None
        moments = sorted(each.next_at.astimezone(self.now.tzinfo) for each in reminders if each.next_at is not None)
        said = [f"{at:%H:%M}" if at.date() == known else say_moment(at, self.today, self.speech) for at in moments]
        return f"⏰ {'; '.join(said)}" if said else ""

    def lines(
        self, tasks: Sequence[Task], *, first: int = 1, reminders: Mapping[UUID, Sequence[Reminder]] | None = None
    ) -> str:
        """Numbered, each with what was understood of it."""
        lines = []
        for number, task in enumerate(tasks, first):
            due, rings = self.due(task), self.rings((reminders or {}).get(task.id, ()), beside=task)
            when = " ".join(part for part in (due, rings) if part)
            rest = chips(task, self.today, self.speech).removeprefix(f"📅 {due}" if due else "").removeprefix(" · ")
            details = " · ".join(part for part in (when, rest) if part)
            lines.append(f"{number}. {short(task.title)}" + (f" — {details}" if details else ""))
        return "\n".join(lines)

    def undo(self) -> Button:
        """Takes back the turn."""
        return self.button(self.speech.label("Undo"), Action("undo", self.change_set))

    def done(self, task: Task) -> Button:
        """Finishes a task; of a repeating one the occurrence that is open now."""
        return self.button(self.speech.label("Done"), Action("done", task.id, occurrence_of(task)))

    def skip(self, task: Task, title: str) -> Button:
        """Leaves out the occurrence that is open now."""
        return self.button(title, Action("skip", task.id, occurrence_of(task)))

    def other_day(self, task: Task, others: Sequence[dt.date] = ()) -> Button:
        """The other reading of an ambiguous date, else tomorrow, else a week on for what is due tomorrow."""
        due = task.due.date if task.due else None
        tomorrow = self.today + dt.timedelta(days=1)
        for other in others:
            if other != due:
                title = self.speech.day(other, year=other.year != self.today.year)
                return self.button(title, Action("due", task.id, other.isoformat()))
        if due == tomorrow:
            later = self.today + dt.timedelta(days=8)
            return self.button(self.speech.label("A week later"), Action("due", task.id, later.isoformat()))
        return self.button(self.speech.label("Tomorrow"), Action("due", task.id, tomorrow.isoformat()))

    def button(self, title: str, action: Action) -> Button:
        """A button that does `action`."""
        return Button(title, self.encode(action))

    def encode(self, action: Action) -> str:
        """The id of a button or row."""
        return encode_action(action, keyring=self.keyring, user_id=self.user_id, now=self.now)


def bold(title: str) -> str:
    """A title in bold, unless a star of its own would end that early: WhatsApp's formatting has no escape."""
    cut = title if len(title) <= TITLE_ALONE else title[: TITLE_ALONE - 1] + "…"
    return cut if "*" in cut or "\n" in cut else f"*{cut}*"


def short(text: str, longest: int = _TITLE_IN_LINE) -> str:
    """What fits on a line."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def fit(titles: Sequence[str], lines: Sequence[str]) -> list[str]:
    """Each title in the `{}` of its line, cut as far as needed for all to stand above a list or buttons."""
    done: list[str] = []
    for longest in _SHORTER:
        done = [line.replace("{}", short(title, longest), 1) for title, line in zip(titles, lines, strict=True)]
        if sum(len(line.encode("utf-16-le", "replace")) // 2 + 1 for line in done) <= _IN_BODY:
            break
    return done
