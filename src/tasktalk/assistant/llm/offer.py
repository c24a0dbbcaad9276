"""Putting the question: the person's own tasks that a message may be about, each under a ref, and what went before."""

from collections.abc import Sequence
from uuid import UUID

from rapidfuzz import fuzz, process

from tasktalk.assistant.llm.prompt import MAX_TEXT
from tasktalk.assistant.llm.question import Exchange, Offered, Question
from tasktalk.assistant.turn import Turn
from tasktalk.tasks.cards import list_tasks_by_ids
from tasktalk.tasks.model import Task
from tasktalk.tasks.names import fold, list_titles

_LISTED, _ALIKE, _LATEST = 20, 20, 15  # tasks that are offered: of the last list, by their words, touched last
_TITLES = 500
_LEAST = 40.0  # of 100


async def put_question(turn: Turn) -> Question | None:
    """The question for a model, read in the turn's transaction; None for what is too long to ask about."""
    text, dialogue = turn.said.text, turn.dialogue
    if len(text) > MAX_TEXT:
        return None
    titles = await list_titles(turn.conn, viewer=dialogue.viewer, limit=_TITLES)
    focus = [dialogue.focus] if dialogue.focus else []
    listed = dialogue.listed[:_LISTED]
    latest = [id_ for id_, _ in titles[:_LATEST]]
    wanted = [*turn.about, *focus, *listed, *_alike(text, titles), *latest]
    tasks = await list_tasks_by_ids(turn.conn, viewer=dialogue.viewer, ids=list(dict.fromkeys(wanted)))
    refs = {task.id: f"t{number}" for number, task in enumerate(tasks, 1)}
    return Question(
        user_id=dialogue.viewer.user_id,
        text=text,
        context=dialogue.context(turn.said_at),
        tasks=[_offered(refs[task.id], task) for task in tasks],
        listed=[refs[id_] for id_ in listed if id_ in refs],
        focus=refs.get(dialogue.focus) if dialogue.focus else None,
        about=[refs[id_] for id_ in turn.about if id_ in refs],
        recent=[Exchange(each["said"], each["replied"]) for each in dialogue.recent],
    )


def _alike(text: str, titles: Sequence[tuple[UUID, str]]) -> list[UUID]:
    """Tasks that share words with the message, most first."""
    names = [fold(title) for _, title in titles]
    found = process.extract(fold(text), names, scorer=fuzz.token_set_ratio, limit=_ALIKE, score_cutoff=_LEAST)
    return [titles[at][0] for _, _, at in found]


def _offered(ref: str, task: Task) -> Offered:
    due = f"{task.due.date.isoformat()} {task.due.time or ''}".strip() if task.due else None
    return Offered(
        ref=ref,
        id=task.id,
        title=task.title,
        done=task.status != "open",
        due=due,
        repeats=task.recurrence["text"] if task.recurrence else None,
        project=task.project.name if task.project else None,
    )
