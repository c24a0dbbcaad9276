"""From what was committed to one message: text, and at most three buttons or one list."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tasktalk.assistant.actions import MAX_ARGUMENT, Action, encode_action
from tasktalk.assistant.outcomes import (
    Changed,
    Choose,
    Created,
    Listed,
    Missing,
    Outcome,
    ProjectMade,
    Projects,
    Said,
    Shown,
    Undone,
)
from tasktalk.assistant.replies import sentences
from tasktalk.assistant.replies.when import chips, say_day, say_due
from tasktalk.assistant.reply import Button, Reply, Row
from tasktalk.crypto import Keyring
from tasktalk.tasks.model import Task

_MAX_BUTTONS = 3
_TITLE_IN_LINE = 80
_TITLE_ALONE = 600


@dataclass(frozen=True, slots=True)
class Renderer:
    """`now` is in the person's zone; buttons are signed for `user_id`; Undo takes `change_set` back."""

    keyring: Keyring
    user_id: UUID
    now: dt.datetime
    change_set: UUID

    def render(self, outcomes: Sequence[Outcome]) -> Reply:
        """One reply for a turn; of several outcomes the texts stand below each other and Undo takes all back."""
        replies = [self._one(outcome) for outcome in outcomes]
        if len(replies) == 1:
            return replies[0]
        changed = any(isinstance(outcome, Created | Changed | ProjectMade) for outcome in outcomes)
        question = next((r for r, o in zip(replies, outcomes, strict=True) if isinstance(o, Choose)), None)
        return Reply(
            text="\n\n".join(reply.text for reply in replies),
            buttons=question.buttons if question else (self._undo(),) if changed else (),
            list_label=question.list_label if question else "",
            rows=question.rows if question else (),
            task_ids=tuple(dict.fromkeys(task_id for reply in replies for task_id in reply.task_ids)),
        )

    def refuse(self, why: str) -> Reply:
        """Nothing was done; `why` is a sentence."""
        return Reply(text=f"⚠️ {why}")

    def _one(self, outcome: Outcome) -> Reply:  # noqa: C901, PLR0911  (one line a kind of outcome)
        match outcome:
            case Created():
                return self._created(outcome)
            case Changed():
                return self._changed(outcome)
            case Listed():
                return self._listed(outcome)
            case Shown(task):
                return Reply(self._card(task), self._task_buttons(task), task_ids=(task.id,))
            case Choose():
                return self._choose(outcome)
            case Missing(text):
                return Reply(sentences.missing(text))
            case ProjectMade(name, existed):
                return Reply(sentences.project_made(name, existed=existed), () if existed else (self._undo(),))
            case Projects(names):
                return Reply(sentences.projects(names))
            case Undone(titles):
                return Reply(sentences.undone(titles))
            case Said(remark, about):
                return Reply(sentences.remark(remark, about))

    def _created(self, made: Created) -> Reply:
        ids = tuple(task.id for task in made.tasks)
        if len(made.tasks) > 1:
            text = f"📝 Added {len(made.tasks)} tasks\n{self._lines(made.tasks)}"
            return Reply(text, (self._undo(),), task_ids=ids)
        task = made.tasks[0]
        text = f"📝 Added {_bold(task.title)}"
        if details := chips(task, self.now.date()):
            text += f"\n{details}"
        if made.subtasks:
            text += f"\n{sentences.count(made.subtasks, 'subtask')}"
        if made.asked_to_ring:
            text += f"\n{sentences.NO_RINGING}"
        other = self._other_day(task, made.others)
        return Reply(text, (self._button("Done", Action("done", task.id)), other, self._undo()), task_ids=ids)

    def _changed(self, outcome: Changed) -> Reply:
        tasks, verb = outcome.tasks, sentences.VERBS[outcome.change]
        ids = tuple(task.id for task in (*tasks, *outcome.already))
        parts = []
        if len(tasks) == 1:
            parts.append(self._changed_one(outcome.change, tasks[0]))
        elif tasks:
            parts.append(f"{verb} {len(tasks)} tasks\n" + "\n".join(f"• {_short(task.title)}" for task in tasks))
        parts += [sentences.already(outcome.change, _short(task.title)) for task in outcome.already]
        if outcome.missing:
            parts.append(sentences.no_such_numbers(outcome.missing))
        buttons: tuple[Button, ...] = (self._undo(),) if tasks else ()
        if len(tasks) == 1 and outcome.change not in {"completed", "dropped"} and tasks[0].status == "open":
            buttons = (self._button("Done", Action("done", tasks[0].id)), *buttons)
        if not tasks and len(outcome.already) == 1 and outcome.change == "completed":
            buttons = (self._button("Reopen", Action("reopen", outcome.already[0].id)),)
        return Reply("\n".join(parts), buttons, task_ids=ids)

    def _changed_one(self, change: str, task: Task) -> str:
        text = f"{sentences.VERBS[change]} {_bold(task.title)}"
        today = self.now.date()
        if change == "completed" and task.status == "open" and task.due is not None:
            return f"{text}\n🔁 Next: {say_due(task.due, today)}"
        if change == "rescheduled":
            return f"{text}\n📅 {say_due(task.due, today)}" if task.due else f"{text}\nNo date any more."
        if change in {"updated", "reopened"} and (details := chips(task, today)):
            return f"{text}\n{details}"
        return text

    def _listed(self, page: Listed) -> Reply:
        title = sentences.list_title(page.filter, page.searched)
        if not page.tasks:
            return Reply(sentences.nothing_listed(page.filter, page.searched))
        text = f"*{title}*\n{self._lines(page.tasks, first=page.first)}"
        rows = [
            Row(
                f"{number}. {task.title}",
                self._encode(Action("show", task.id)),
                " · ".join(part for part in (_short(task.title), self._due(task)) if part),
            )
            for number, task in enumerate(page.tasks, page.first)
        ]
        after = page.first - 1 + len(page.tasks)
        argument = f"{after}:{page.filter}"
        if page.more:
            text += "\n…"
            if len(argument) <= MAX_ARGUMENT:
                rows.append(Row("More …", self._encode(Action("list", argument=argument)), f"From number {after + 1}"))
        ids = tuple(task.id for task in page.tasks)
        return Reply(text, list_label="Open a task", rows=tuple(rows), task_ids=ids)

    def _choose(self, outcome: Choose) -> Reply:
        if len(outcome.candidates) <= _MAX_BUTTONS:
            lines = "\n".join(f"{n}. {_short(title)}" for n, (_, title) in enumerate(outcome.candidates, 1))
            buttons = tuple(
                self._button(f"{n}. {title}", Action("pick", task_id, outcome.question))
                for n, (task_id, title) in enumerate(outcome.candidates, 1)
            )
            return Reply(f"Which one?\n{lines}", buttons)
        rows = tuple(
            Row(title, self._encode(Action("pick", task_id, outcome.question)), _short(title))
            for task_id, title in outcome.candidates
        )
        return Reply("Which one?", list_label="Choose", rows=rows)

    def _card(self, task: Task) -> str:
        text = f"{_bold(task.title)}"
        if task.status != "open":
            text = f"✔️ {text}"
        if details := chips(task, self.now.date()):
            text += f"\n{details}"
        return f"{text}\n\n{task.notes[:_TITLE_ALONE]}" if task.notes else text

    def _task_buttons(self, task: Task) -> tuple[Button, ...]:
        if task.status != "open":
            return (self._button("Reopen", Action("reopen", task.id)),)
        done, delete = self._button("Done", Action("done", task.id)), self._button("Delete", Action("drop", task.id))
        return (done, self._other_day(task, ()), delete)

    def _other_day(self, task: Task, others: Sequence[dt.date]) -> Button:
        """The other reading of an ambiguous date, else tomorrow, else a week on for what is due tomorrow."""
        today, due = self.now.date(), task.due.date if task.due else None
        tomorrow = today + dt.timedelta(days=1)
        for other in others:
            if other != due:
                return self._button(say_day(other, today), Action("due", task.id, other.isoformat()))
        if due == tomorrow:
            later = today + dt.timedelta(days=8)
            return self._button("A week later", Action("due", task.id, later.isoformat()))
        return self._button("Tomorrow", Action("due", task.id, tomorrow.isoformat()))

    def _lines(self, tasks: Sequence[Task], *, first: int = 1) -> str:
        return "\n".join(
            f"{number}. {_short(task.title)}" + (f" — {due}" if (due := self._due(task)) else "")
            for number, task in enumerate(tasks, first)
        )

    def _due(self, task: Task) -> str:
        return say_due(task.due, self.now.date()) if task.due else ""

    def _undo(self) -> Button:
        return self._button("Undo", Action("undo", self.change_set))

    def _button(self, title: str, action: Action) -> Button:
        return Button(title, self._encode(action))

    def _encode(self, action: Action) -> str:
        return encode_action(action, keyring=self.keyring, user_id=self.user_id, now=self.now)


def _bold(title: str) -> str:
    short = title if len(title) <= _TITLE_ALONE else title[: _TITLE_ALONE - 1] + "…"
    # A star of its own would end the bold early; there is no escape in WhatsApp's formatting.
    return short if "*" in short or "\n" in short else f"*{short}*"


def _short(title: str) -> str:
    return title if len(title) <= _TITLE_IN_LINE else title[: _TITLE_IN_LINE - 1] + "…"
