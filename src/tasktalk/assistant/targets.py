"""Which tasks are meant: by number of the last list, by reply, by name, all of a kind, or the one in focus."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tasktalk.assistant import look
from tasktalk.assistant.dialogue import Q
from tasktalk.assistant.movable import MINE
from tasktalk.assistant.outcomes import Choose, Listed, Missing, Said
from tasktalk.assistant.turn import Turn
from tasktalk.assistant.understand import speaks_of_all, speaks_of_several, tells_how_many, understand_choice
from tasktalk.assistant.understanding import Intent, Target
from tasktalk.tasks.cards import list_tasks_by_ids
from tasktalk.tasks.model import Task
from tasktalk.tasks.names import match_by_name
from tasktalk.tasks.tasks import BATCH

SURE = 80.0  # of 100: all the words are there
LEAD = 8.0  # so much better than the next one that there is nothing to ask
CHOICES = 9  # that a question offers


@dataclass(frozen=True, slots=True)
class Found:
    """The tasks meant, and the numbers that are on no list."""

    ids: tuple[UUID, ...]
    missing: tuple[int, ...] = ()


async def find_targets(  # noqa: PLR0911  (one a way to name them)
    turn: Turn, intent: Intent
) -> Found | Choose | Listed | Missing | Said:
    """The tasks an intent speaks of, or what to answer: where several fit, the question is open from now on.

    Reopening looks among what is done, everything else among what is open.
    """
    if turn.sure is not None:
        return Found(turn.sure)
    target = intent.target or Target(last=True)
    listed = list(turn.about) if len(turn.about) > 1 else turn.dialogue.listed
    if len(turn.about) > 1 and _says_all(turn, target):
        return await _of_several(turn, intent)
    if target.numbers:
        if len(turn.about) == 1 and list(target.numbers) == [1]:  # a list of one
            return Found(turn.about)
        found = tuple(dict.fromkeys(listed[n - 1] for n in target.numbers if 0 < n <= len(listed)))
        missing = tuple(n for n in target.numbers if not 0 < n <= len(listed))
        return Found(found, missing) if found else Missing(", ".join(map(str, target.numbers)))
    if target.text and not (len(turn.about) == 1 and target.last):
        return await _by_name(turn, target.text, done=intent.intent == "reopen_task")
    if target.all and intent.query is not None and intent.query.filter:
        return await _by_filter(turn, intent.query.filter)
    return _listed(listed) if target.all else await _spoken_of(turn, intent)


def _listed(listed: Sequence[UUID]) -> Found | Said:
    return Found(tuple(listed)) if listed else Said("which_task")


async def _by_filter(turn: Turn, expression: str) -> Found | Listed:
    """All that a filter finds; of no project or person named, what is not given to others. Nothing: the empty list."""
    named = "#" in expression or "assigned to:" in expression
    # One more than can be changed at a time, so that whoever means more of them hears that.
    tasks = await look.list_first(turn, expression if named else f"({expression}) & {MINE}", BATCH + 1)
    if not tasks:
        return await look.list_page(turn, expression)
    rows = Q.list_only_seen(turn.conn, viewer=turn.dialogue.viewer.user_id)
    only_seen = {row["project_id"] async for row in rows}
    own = [task for task in tasks if task.project is None or task.project.id not in only_seen]
    return Found(tuple(task.id for task in own or tasks))


async def _spoken_of(turn: Turn, intent: Intent) -> Found | Choose | Said:
    """Those that "it" and "them" mean: of the message that is answered, else what was spoken of last."""
    dialogue = turn.dialogue
    if len(turn.about) == 1:
        return Found(turn.about)
    if turn.about:
        return await _of_several(turn, intent)
    if turn.said.about_message:  # an answer to a message that shows no task of theirs
        return Said("which_task")
    if dialogue.together and intent.intent != "comment_task" and _speaks_of_several(turn):
        return Found(tuple(dialogue.together))
    return Found((dialogue.focus,)) if dialogue.focus is not None else Said("which_task")


async def _of_several(turn: Turn, intent: Intent) -> Found | Choose | Said:
    """Those of a message of several tasks, if all are meant or one alone is left; else which of them is asked."""
    context = turn.dialogue.context(turn.now)
    if intent.intent != "comment_task" and speaks_of_all(turn.said.text, context, len(turn.about)):
        return Found(turn.about)
    tasks = await list_tasks_by_ids(turn.conn, viewer=turn.dialogue.viewer, ids=turn.about)
    left = [task for task in tasks if (task.status == "open") != (intent.intent == "reopen_task")] or tasks
    if len(left) == 1:
        return Found((left[0].id,))
    return ask_which(turn, intent, left) if left else Said("which_task")


def ask_which(turn: Turn, intent: Intent, tasks: Sequence[Task]) -> Choose:
    """Asks to which of these `intent` is to be done; a number beyond those that are offered is an answer, too."""
    ids = tuple(task.id for task in tasks)
    question = turn.ask("which", text=turn.said.text, part=turn.part, ids=ids, intent=intent)
    return Choose(tuple((task.id, task.title) for task in tasks[:CHOICES]), question)


def _says_all(turn: Turn, target: Target) -> bool:
    """Whether it is of "both", by that name, or as "los dos" are, by what looks like a number of the list."""
    context = turn.dialogue.context(turn.now)
    if target.text:
        return understand_choice(target.text, context).all
    return len(target.numbers) == 1 and tells_how_many(turn.said.text, context)


def _speaks_of_several(turn: Turn) -> bool:
    return speaks_of_several(turn.said.text, turn.dialogue.context(turn.now))


async def _by_name(turn: Turn, text: str, *, done: bool) -> Found | Choose | Missing:
    matches = await match_by_name(
        turn.conn, viewer=turn.dialogue.viewer, text=text, status="done" if done else "open", limit=CHOICES + 1
    )
    if not matches:
        return Missing(text)
    best = matches[0]
    rivals = [match for match in matches[1:] if best.score - match.score < LEAD]
    if not rivals and (best.score >= SURE or len(matches) == 1):
        return Found((best.id,))
    choices = tuple((match.id, match.title) for match in matches[:CHOICES])
    question = turn.ask("which", text=turn.said.text, part=turn.part, ids=tuple(id_ for id_, _ in choices))
    return Choose(choices, question)
