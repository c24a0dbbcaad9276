"""What is said in answer to a question of ours, or to put right what was just understood."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from tasktalk.assistant import asking, change
from tasktalk.assistant.act import act
from tasktalk.assistant.asked import find_newest, take
from tasktalk.assistant.dialogue import Q
from tasktalk.assistant.grammar.answers import Correction
from tasktalk.assistant.outcomes import Outcome
from tasktalk.assistant.questions import Question
from tasktalk.assistant.targets import LEAD, SURE
from tasktalk.assistant.turn import Turn
from tasktalk.assistant.understand import understand_answer, understand_choice, understand_correction
from tasktalk.assistant.understanding import Intent, Target, When
from tasktalk.tasks.cards import list_tasks_by_ids
from tasktalk.tasks.model import Task
from tasktalk.tasks.names import best_matches, fold, match_by_name

Check = Callable[[Task], bool]

_LONGEST, _WIDEST = 12, 200  # words and characters that an answer has at most
_MAYBE_NEW = frozenset({"create_task", "unknown", "list_tasks", "search", "reschedule_task", "update_task"})


async def answer(turn: Turn, intents: list[Intent]) -> Outcome | None:
    """What a message does as an answer; None: it is none, and means what it says."""
    text = turn.said.text
    if len(intents) != 1 or len(text) > _WIDEST or len(text.split()) > _LONGEST:
        return None
    [intent] = intents
    asked = find_newest(turn, "sure", "which", "add", "when")
    if asked is not None and (outcome := await _settle(turn, asked, intent)) is not None:
        return outcome
    if len(turn.about) == 1 or intent.intent not in _MAYBE_NEW:
        return None
    which = find_newest(turn, "which")
    if which is not None and (chosen := await _choose(turn, which)) is not None:
        return await asking.pick(turn, chosen, which.id) if chosen else await asking.say_no(turn, "which", which.id)
    if asked is not None and asked.kind == "when" and (moment := _read_moment(turn)) is not None:
        await take(turn, "when", asked.id)
        return await act(turn, moment)
    return await _correct(turn, intent)


async def _settle(turn: Turn, asked: Question, intent: Intent) -> Outcome | None:
    """Yes, no, and what says as much."""
    choice = understand_choice(turn.said.text, turn.dialogue.context(turn.now))
    is_no = intent.intent == "cancel" or (asked.kind in {"sure", "which"} and choice.none)
    if intent.intent == "undo" and not intent.action and asked.kind in {"sure", "which"}:
        # What we asked about is what they call off.
        is_no = not await _has_changed_since(turn, asked.at)
    if is_no or (asked.kind == "sure" and choice.keep):
        return await asking.say_no(turn, asked.kind, asked.id)
    is_yes = intent.intent == "confirm"
    if asked.kind == "sure" and asked.intent is not None and intent.intent == asked.intent.intent == "delete_task":
        is_yes = asking.is_about_all(intent)
    if asked.kind == "sure" and is_yes:
        return await asking.say_yes(turn, asked.id)
    if asked.kind == "add" and (is_yes or choice.add):
        return await asking.add(turn, asked.id)
    if asked.kind == "which" and is_yes:
        return await asking.choose_again(turn, asked)
    return None


async def _has_changed_since(turn: Turn, at: dt.datetime) -> bool:
    return bool(await Q.has_changed_since(turn.conn, user_id=turn.dialogue.viewer.user_id, at=at))


async def _choose(turn: Turn, which: Question) -> tuple[UUID, ...] | None:  # noqa: PLR0911  (one line a way to choose)
    """Those of the candidates that are meant; empty: none of them; None: it is no answer."""
    choice = understand_choice(turn.said.text, turn.dialogue.context(turn.now))
    if choice.none:
        return ()
    if choice.all:
        return which.ids
    if choice.last:
        return which.ids[-1:]
    if choice.numbers:
        return tuple(which.ids[number - 1] for number in choice.numbers if 0 < number <= len(which.ids)) or None
    tasks = await list_tasks_by_ids(turn.conn, viewer=turn.dialogue.viewer, ids=which.ids)
    if not choice.words:
        return None
    words = fold(choice.words).lstrip("#@/")
    for is_it in (_is_in(words), _is_due(turn, choice.words)):
        fitting = [task.id for task in tasks if is_it(task)]
        if len(fitting) == 1:
            return (fitting[0],)
    matches = best_matches(choice.words, [(task.id, task.title) for task in tasks], limit=2)
    if not matches or matches[0].score < SURE or (len(matches) > 1 and matches[0].score - matches[1].score < LEAD):
        return None
    return (matches[0].id,)


def _is_in(words: str) -> Check:
    def check(task: Task) -> bool:
        places = [task.project.name if task.project else "", task.section or "", *task.labels]
        return words in {fold(place) for place in (*places, *(person.name for person in task.assignees)) if place}

    return check


def _is_due(turn: Turn, words: str) -> Check:
    said = understand_answer(words, turn.dialogue.context(turn.said_at))
    due = said.due if said is not None else None

    def check(task: Task) -> bool:
        if due is None or task.due is None:
            return False
        return (due.date in {None, task.due.date.isoformat()}) and (due.time in {None, task.due.time})

    return check


def _read_moment(turn: Turn) -> Intent | None:
    """A time and nothing else, in answer to when a reminder shall ring."""
    said = understand_answer(turn.said.text, turn.dialogue.context(turn.said_at))
    if said is None or said.due is None:
        return None
    return Intent(intent="remind", target=Target(last=True), due=said.due)


async def _correct(turn: Turn, intent: Intent) -> Outcome | None:  # noqa: PLR0911  (one a way to put it right)
    """Puts right the task that was just spoken of."""
    focus = turn.dialogue.just_spoken_of
    together = not focus and turn.dialogue.together
    if turn.about or turn.said.about_message:
        return None
    correction = understand_correction(turn.said.text, turn.dialogue.context(turn.said_at))
    if correction is None:
        return None
    if correction.subject:
        return await _correct_named(turn, correction)
    if not focus and not together:
        return None
    if correction.other:
        return await _other_day(turn, focus, week=correction.week) if focus else None
    if correction.intent is None or (intent.target is not None and not correction.sure):
        return None
    if correction.intent.title and intent.intent == "update_task" and intent.target and not intent.target.last:
        return None  # "ponle prioridad alta a garaje" names another, and no new name
    return await change.update(turn, correction.intent)


async def _correct_named(turn: Turn, correction: Correction) -> Outcome | None:
    """Puts right the one task that is called so, if it had what is said to be wrong: "the train is on the 15th …"."""
    wrong = correction.instead_of.due if correction.instead_of is not None else None
    if wrong is None or correction.intent is None:
        return None
    matches = await match_by_name(turn.conn, viewer=turn.dialogue.viewer, text=correction.subject)
    sure = [match.id for match in matches if match.score >= SURE]
    tasks = await list_tasks_by_ids(turn.conn, viewer=turn.dialogue.viewer, ids=sure)
    meant = [task for task in tasks if _had(task, wrong)]
    return await change.update(replace(turn, about=(meant[0].id,)), correction.intent) if len(meant) == 1 else None


def _had(task: Task, wrong: When) -> bool:
    if task.due is None or (wrong.date is None and wrong.time is None):
        return False
    return wrong.date in {None, task.due.date.isoformat()} and wrong.time in {None, task.due.time}


async def _other_day(turn: Turn, focus: UUID, *, week: bool) -> Outcome | None:
    """The other reading of the date that the task in focus was just given, or a week later."""
    days = turn.dialogue.asked.get("days")
    tasks = await list_tasks_by_ids(turn.conn, viewer=turn.dialogue.viewer, ids=[focus])
    due = tasks[0].due if tasks else None
    if due is None:
        return None
    others = days.days if days is not None and days.ids == (focus,) and days.is_open(turn.now) else ()
    other = next((day for day in others if day != due.date), None)
    if other is None and week:
        other = due.date + dt.timedelta(days=7)
    return None if other is None else await change.move_to(turn, focus, other)
