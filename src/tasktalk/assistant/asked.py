"""Questions of ours: asking before tasks are taken away or many are changed, and finding what is answered."""

from collections.abc import Sequence

from tasktalk.assistant.dialogue import Q
from tasktalk.assistant.outcomes import Asked
from tasktalk.assistant.questions import Kind, Question, read_question
from tasktalk.assistant.turn import Turn
from tasktalk.assistant.understanding import Intent
from tasktalk.tasks.model import Task


def ask_first(turn: Turn, intent: Intent, *, tasks: Sequence[Task]) -> Asked:
    """Nothing is done before the person says yes; then `intent` is, to just these tasks, of which there is one or more.

    What asks before it is done to a project asks by itself, where the turn is `careful`.
    """
    ids = tuple(task.id for task in tasks)
    question = turn.ask("sure", text=turn.said.text, ids=ids, intent=intent)
    return Asked("delete" if intent.intent == "delete_task" else "change", question, tasks=tuple(tasks))


async def take(turn: Turn, kind: Kind, question_id: str, *, tapped: bool = False) -> Question | None:
    """The question of that id, which nobody else answers any more; None when it is over."""
    dialogue = turn.dialogue
    known = dialogue.asked.get(kind)
    if known is None or known.id != question_id:
        return None
    dialogue.asked.pop(kind)
    if kind in dialogue.fresh:
        dialogue.fresh.discard(kind)
    else:
        asked = await Q.take_question(turn.conn, user_id=dialogue.viewer.user_id, kind=kind, id=question_id)
        if asked is None:
            return None
        known = read_question(asked)
    return known if known.is_open(turn.now, tapped=tapped) else None


def find_newest(turn: Turn, *kinds: Kind) -> Question | None:
    """The question of one of these kinds that was asked last and that words still answer.

    Its buttons do after something else was spoken of, too; a yes by then is an answer to that.
    """
    since = turn.dialogue.moved_on_at
    asked = [question for question in turn.dialogue.asked.values() if question.kind in kinds]
    answerable = (each for each in asked if each.is_open(turn.now) and (since is None or each.at >= since))
    return max(answerable, key=lambda each: each.at, default=None)
