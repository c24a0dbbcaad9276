"""What the answers to our questions do: yes, no, this one, keep it as a task."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import msgspec

from tasktalk.assistant import look
from tasktalk.assistant.act import act, create
from tasktalk.assistant.asked import take
from tasktalk.assistant.outcomes import Choose, Outcome, Said, Unread
from tasktalk.assistant.questions import Kind, Question
from tasktalk.assistant.reading import read_intents
from tasktalk.assistant.targets import CHOICES
from tasktalk.assistant.turn import Turn
from tasktalk.assistant.understand import understand_task
from tasktalk.assistant.understanding import Intent, Target
from tasktalk.assistant.unread import read_around
from tasktalk.tasks.cards import list_tasks_by_ids


async def say_yes(turn: Turn, question_id: str, *, tapped: bool = False) -> Outcome:
    """What was asked about is done, to what it was asked about."""
    question = await take(turn, "sure", question_id, tapped=tapped)
    if question is None or question.intent is None:
        return Said("question_over")
    said = replace(turn.said, text=question.text)
    async with turn.conn.transaction():  # all of it or nothing
        return await act(replace(turn, said=said, sure=question.ids, careful=False), question.intent)


async def say_no(turn: Turn, kind: Kind, question_id: str) -> Outcome:
    """The question is over, and nothing was done."""
    question = await take(turn, kind, question_id, tapped=True)
    return Said("nothing_done" if question is not None else "question_over")


def offer(turn: Turn) -> Outcome:
    """What was not understood may be kept as a task."""
    text = turn.said.text.strip()
    if not text:
        return Said("unknown")
    return Unread(turn.ask("add", text=text[: look.OFFERED]))


async def add(turn: Turn, question_id: str, *, tapped: bool = False) -> Outcome:
    """The words become a task as if they had been one."""
    question = await take(turn, "add", question_id, tapped=tapped)
    if question is None:
        return Said("question_over")
    draft = understand_task(question.text, turn.dialogue.context(question.at))
    said = replace(turn.said, text=question.text, message_id=question.message_id)
    async with turn.conn.transaction():
        return await create(replace(turn, said=said), draft)


async def add_as_task(turn: Turn) -> Outcome:
    """What was written where tasks are added becomes one, whatever it reads like."""
    context = turn.dialogue.context(turn.said_at)
    draft = read_around(understand_task, turn.said.text, context, turn.said.unread)
    async with turn.conn.transaction():
        return await create(turn, draft)


async def pick(turn: Turn, ids: Sequence[UUID], question_id: str, *, tapped: bool = False) -> Outcome:
    """The answer to "which one?": what was asked then, done to these."""
    question = await take(turn, "which", question_id, tapped=tapped)
    if question is None:
        return Said("question_over")
    intents = [] if question.intent is not None else await read_intents(turn, question.text)
    if question.intent is None and question.part >= len(intents):
        return Said("question_over")
    meant = question.intent or intents[question.part]
    if meant.intent == "unknown" and len(ids) == 1:  # a model asked: what to do, the buttons say
        return await look.show(turn, ids[0])
    said = replace(turn.said, text=question.text)
    chosen = replace(turn, said=said, about=tuple(ids))
    target = Target(last=True) if len(ids) == 1 else Target(all=True)
    async with turn.conn.transaction():
        return await act(chosen, msgspec.structs.replace(meant, target=target))


async def choose_again(turn: Turn, question: Question) -> Outcome:
    """Yes is no answer to "which one?"."""
    tasks = await list_tasks_by_ids(turn.conn, viewer=turn.dialogue.viewer, ids=question.ids)
    return Choose(tuple((task.id, task.title) for task in tasks[:CHOICES]), question.id)


def is_about_all(intent: Intent) -> bool:
    """Whether it names no task of its own: "delete them", in answer to whether they are to be deleted."""
    target = intent.target
    return target is not None and not target.text and not target.numbers and intent.query is None
