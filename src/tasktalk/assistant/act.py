"""Doing what was understood: the only way words change data. Every function answers what really came of it."""

import textwrap
from collections.abc import Awaitable, Callable
from dataclasses import replace

from tasktalk.assistant import (
    change,
    look,
    personal,
    plan,
    project_changes,
    reminding,
    sending,
    skipping,
    summaries,
    taps,
    undoing,
)
from tasktalk.assistant.comment import comment
from tasktalk.assistant.linking import link_account
from tasktalk.assistant.outcomes import Created, Outcome, Said
from tasktalk.assistant.slots import recurrence_of
from tasktalk.assistant.targets import Found, ask_which, find_targets
from tasktalk.assistant.turn import Turn
from tasktalk.assistant.understanding import Draft, Intent
from tasktalk.tasks.cards import list_tasks_by_ids
from tasktalk.tasks.checks import TITLE_CHARACTERS
from tasktalk.tasks.model import NewTask, Task
from tasktalk.tasks.tasks import create_tasks

_SHORT_TITLE = 200


async def act(turn: Turn, intent: Intent) -> Outcome:
    """Carry out one intent within the turn's transaction."""
    return await _ACTS.get(intent.intent, _not_yet)(turn, intent)


async def create(turn: Turn, intent: Intent) -> Outcome:
    """One task or a pasted list, with subtasks; projects that do not exist yet are made."""
    drafts = list(intent.tasks) if intent.intent == "create_tasks" else [intent]
    drafts = [draft for draft in drafts if draft.title]
    if not drafts:
        return Said("no_title")
    under = await _find_one(turn, intent) if intent.target is not None else None
    if under is not None and not isinstance(under, Task):
        return under
    if under is None and len(drafts) == 1 and (meant := await reminding.find_meant(turn, drafts[0])) is not None:
        return await reminding.remind_of(turn, [meant], await reminding.read_reminders(turn, drafts[0].reminders))
    new: list[NewTask] = []
    for draft in drafts:
        parent = await _new_task(turn, draft)
        if under is not None:
            project_id = under.project.id if under.project else None
            parent = replace(parent, parent_id=under.id, project_id=project_id)
        new.append(parent)
        new += [await _new_task(turn, sub, parent=parent) for sub in draft.subtasks if sub.title]
    made = await create_tasks(turn.conn, viewer=turn.dialogue.viewer, new=new, by=turn.by)
    tops = [task for task in made if task.parent_id == (under.id if under else None)]
    turn.done(tops)
    if len(tops) > 1:
        turn.dialogue.remember_list([task.id for task in tops], turn.now)
    asked = [task.id for task in new if task.reminders]
    ask_when = len(tops) == 1 and not asked and tops[0].due is None and reminding.asks_reminder(turn)
    if ask_when:
        turn.ask("when", ids=(tops[0].id,))
    return Created(
        tuple(tops),
        subtasks=len(made) - len(tops),
        parent=under.title if under else "",
        others=change.list_others(turn, intent, [task.id for task in tops]),
        reminders={id_: await reminding.list_asked(turn, id_) for id_ in asked},
        told=turn.name_others(made),
        ask_when=ask_when,
    )


async def _find_one(turn: Turn, intent: Intent) -> Task | Outcome:
    """The one task that is meant, or what to answer: which, where there are several; that there is none any more."""
    found = await find_targets(turn, intent)
    if not isinstance(found, Found):
        return found
    tasks = await list_tasks_by_ids(turn.conn, viewer=turn.dialogue.viewer, ids=found.ids)
    if len(tasks) > 1:
        return ask_which(turn, intent, tasks)
    return tasks[0] if tasks else Said("which_task")


async def capture(turn: Turn, title: str, notes: str = "") -> Created:
    """Keep words as they are: forwarded text, a place, a card."""
    title, notes = _fit(title, notes)
    new = NewTask(title=title, notes=notes, source_message_id=turn.said.message_id)
    made = await create_tasks(turn.conn, viewer=turn.dialogue.viewer, new=[new], by=turn.by)
    turn.done(made)
    return Created(tuple(made))


async def _new_task(turn: Turn, draft: Draft, parent: NewTask | None = None) -> NewTask:
    project_id = parent.project_id if parent else None
    if draft.project and parent is None:
        project_id = await project_changes.ensure_project(turn, draft.project)
    day, clock = (draft.due.on, draft.due.clock) if draft.due else (None, None)
    title, notes = _fit(draft.title or "", draft.notes or "")
    return NewTask(
        title=title,
        notes=notes,
        priority=draft.priority,
        due_on=day or (turn.today if clock else None),
        due_time=clock,
        start_on=draft.start.on if draft.start else None,
        deadline_on=draft.deadline.on if draft.deadline else None,
        duration_minutes=draft.duration_minutes,
        recurrence=recurrence_of(draft),
        project_id=project_id,
        section=draft.section,
        labels=tuple(draft.labels),
        assignees=turn.dialogue.find_people(draft.assignees),
        parent_id=parent.id if parent else None,
        source_message_id=turn.said.message_id,
        reminders=tuple(await reminding.reminders_of(turn, draft)),
    )


async def _help(_turn: Turn, _intent: Intent) -> Outcome:
    return Said("help")


async def _greet(_turn: Turn, intent: Intent) -> Outcome:
    return Said("thanks" if intent.action == "thanks" else "greeting")


async def _unknown(turn: Turn, _intent: Intent) -> Outcome:
    return Said("unknown", turn.said.text)


async def _no_question(turn: Turn, intent: Intent) -> Outcome:
    """A yes or no to nothing that was asked, unless it is to a task that somebody gave the person."""
    if intent.action not in {"accept", "decline"}:
        return Said("nothing_done" if intent.action == "keep" else "no_question")
    found = await find_targets(turn, intent)
    if not isinstance(found, Found):
        return found
    outcomes = [await taps.answer(turn, task_id, accept=intent.action == "accept") for task_id in found.ids]
    return replace(outcomes[-1], tasks=tuple(task for outcome in outcomes for task in outcome.tasks))


async def _update(turn: Turn, intent: Intent) -> Outcome:
    if intent.clear != ("reminders",):
        return await change.update(turn, intent)
    found = await find_targets(turn, intent)
    if not isinstance(found, Found):
        return found
    return await reminding.silence(turn, found.ids)


async def _search(turn: Turn, intent: Intent) -> Outcome:
    if intent.target is None:
        return await look.search(turn, intent)
    found = await _find_one(turn, intent)
    return await look.show(turn, found.id) if isinstance(found, Task) else found


async def _list(turn: Turn, intent: Intent) -> Outcome:
    if intent.action == "files":
        return await sending.fetch(turn, intent)
    if intent.action != "reminders" or intent.target is None:
        return await look.list_by_query(turn, intent)
    found = await find_targets(turn, intent)
    return await look.show(turn, found.ids[0]) if isinstance(found, Found) else found


async def _not_yet(_turn: Turn, intent: Intent) -> Outcome:
    return Said("not_yet", intent.intent)


def _fit(title: str, notes: str) -> tuple[str, str]:
    """A text too long for a title goes whole into the notes; its beginning is the title."""
    if len(title) <= TITLE_CHARACTERS:
        return title, notes
    short = textwrap.shorten(title, _SHORT_TITLE, placeholder="…")
    if short == "…":  # one word without end
        short = f"{title[: _SHORT_TITLE - 1]}…"
    return short, f"{title}\n{notes}".strip()


_ACTS: dict[str, Callable[[Turn, Intent], Awaitable[Outcome]]] = {
    "create_task": create,
    "create_tasks": create,
    "list_tasks": _list,
    "search": _search,
    "summary": summaries.summarise,
    "plan_day": plan.plan_today,
    "project_status": project_changes.show_status,
    "complete_task": change.complete,
    "reopen_task": change.reopen,
    "reschedule_task": change.update,
    "update_task": _update,
    "assign_task": change.update,
    "comment_task": comment,
    "remind": reminding.remind,
    "snooze": change.snooze,
    "delete_task": skipping.drop,
    "undo": undoing.take_back,
    "create_project": project_changes.create_project,
    "update_project": project_changes.update,
    "list_projects": project_changes.list_names,
    "settings": personal.change_settings,
    "help": _help,
    "greet": _greet,
    "confirm": _no_question,
    "cancel": _no_question,
    "link_account": link_account,
    "unknown": _unknown,
}
