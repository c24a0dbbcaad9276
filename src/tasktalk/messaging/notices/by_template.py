"""One message of an approved template, for somebody whose window is closed; a tap on its button opens it again."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tasktalk.assistant.actions import MAX_ARGUMENT, Action
from tasktalk.assistant.look import quoted
from tasktalk.assistant.replies.pen import Pen
from tasktalk.assistant.replies.when import say_day
from tasktalk.messaging.notices.digests import DAY, REVIEW, Digest, is_overdue
from tasktalk.messaging.notices.reading import Notice
from tasktalk.messaging.notices.wording import buttons_for, list_once, shown_here
from tasktalk.messaging.templates.choosing import Purpose, Template, render_template

Find = Callable[[Purpose], Awaitable[Template | None]]

_PURPOSES: Mapping[str, Purpose] = {
    "reminder": "reminder",
    "assigned": "assigned",
    "invited": "invitation",
    "commented": "comment",
    "mentioned": "comment",
    "completed": "update",
    "accepted": "update",
    "declined": "update",
    "joined": "update",
    "added": "update",
    "changed": "update",
}
_JOIN = "; "


@dataclass(frozen=True, slots=True)
class Filled:
    """The template, the message it became, the notices that it carries, and the task it is about if it is but one."""

    template: Template
    message: dict[str, Any]
    notices: Sequence[Notice]
    task_id: UUID | None = None


async def fill(pen: Pen, notices: Sequence[Notice], digests: Mapping[UUID, Digest], find: Find) -> Filled | None:
    """What a template can say of these; None: there is none for it.

    One thing is said by its own template, several by the digest's, which names them; what others did to shared tasks is
    one piece of news, however much it is. Where a template is missing the first one goes alone.
    """
    told = list_once(notices)
    alone = len(told) == 1 and not told[0].is_digest
    if all(_PURPOSES.get(each.event) == "update" for each in told) and (template := await find("update")):
        return _fill_news(pen, template, notices, told)
    if not alone and (
        any(each.is_digest or each.event in _PURPOSES for each in told) and (template := await find("digest"))
    ):
        return _fill_digest(pen, template, notices, told, digests)
    for notice in told:
        purpose = _PURPOSES.get(notice.event)
        if purpose is not None and (template := await find(purpose)):
            same = [each for each in notices if (each.event, each.line) == (notice.event, notice.line)]
            return _fill_one(pen, template, notice, notices if alone else same)
    return None


def _fill_one(pen: Pen, template: Template, notice: Notice, carried: Sequence[Notice]) -> Filled:
    task = shown_here(notice.task, pen) if notice.task else None
    place = notice.project or (task.project if task else None)
    values = {
        "task": task.title if task else "",
        "due": pen.due(task) if task else "",
        "actor": notice.actor or "",
        "project": place.name if place else "",
        "comment": str(notice.names["comment"] or ""),
    }
    buttons = [button.id for button in buttons_for([notice], pen)]
    if task and not buttons:
        buttons = [pen.encode(Action("show", task.id))]
    return Filled(template, render_template(template, values, buttons), carried, task.id if task else None)


def _fill_news(pen: Pen, template: Template, carried: Sequence[Notice], told: Sequence[Notice]) -> Filled:
    """Its button shows the task, or, of several, what is open in the first one's project."""
    tasks = {each.task.id: each.task for each in told if each.task}
    project = next((place for each in told if (place := each.project or (each.task and each.task.project))), None)
    listed = f"0:#{quoted(project.name)}" if project else f"0:{DAY}"
    if len(tasks) == 1 and all(each.task for each in told):
        action = Action("show", next(iter(tasks)))
    else:
        action = Action("list", argument=listed if len(listed) <= MAX_ARGUMENT else f"0:{DAY}")
    values = {"news": _JOIN.join(each.line for each in told)}
    message = render_template(template, values, [pen.encode(action)])
    return Filled(template, message, carried, action.subject)


def _fill_digest(
    pen: Pen, template: Template, carried: Sequence[Notice], told: Sequence[Notice], digests: Mapping[UUID, Digest]
) -> Filled:
    found = [digests[each.id] for each in told if each.is_digest]
    tasks = {task.id: task for digest in found for task in digest.tasks}
    if not found:
        tasks = {each.task.id: each.task for each in told if each.task}
    here = [shown_here(task, pen) for task in tasks.values()]
    overdue = [task for task in here if is_overdue(task, today=pen.today, now=pen.now)]
    due = [task for task in here if task.due and task.due.date == pen.today and task not in overdue]
    first = [task.title for task in here[:1]] if found else []
    values = {
        "date": say_day(pen.today, pen.today, pen.speech),
        "due_count": str(len(due)),
        "overdue_count": str(len(overdue)),
        "first_task": _JOIN.join([*first, *(each.line for each in told if not each.is_digest)]),
    }
    listed = REVIEW if any(each.event == "review" for each in told) else DAY
    payload = pen.encode(Action("list", argument=f"0:{listed}"))
    return Filled(template, render_template(template, values, [payload]), carried)
