"""From what was committed to one message: text, and at most three buttons or one list."""

from collections.abc import Sequence

from tasktalk.assistant import outcomes as came
from tasktalk.assistant import overviews
from tasktalk.assistant.outcomes import Outcome
from tasktalk.assistant.replies import (
    of_files,
    of_overviews,
    of_plans,
    of_projects,
    of_questions,
    of_settings,
    of_tasks,
    remarks,
    sentences,
)
from tasktalk.assistant.replies.pen import Pen
from tasktalk.assistant.replies.speech import Speech
from tasktalk.assistant.reply import Reply

# What can be taken back, where it happened at all.
_CHANGES = (
    came.Created,
    came.Changed,
    came.Reminded,
    came.Commented,
    came.ProjectMade,
    came.ProjectChanged,
    came.Shared,
)


def render(outcomes: Sequence[Outcome], pen: Pen) -> Reply:
    """One reply for a turn; of several outcomes the texts stand below each other and Undo takes all back."""
    replies = [_one(outcome, pen) for outcome in outcomes]
    if len(replies) == 1:
        return replies[0]
    changed = any(isinstance(outcome, _CHANGES) for outcome in outcomes)
    asking = (came.Choose, came.Asked, came.AskWhen)
    question = next((r for r, o in zip(replies, outcomes, strict=True) if isinstance(o, asking)), None)
    return Reply(
        text="\n\n".join(reply.text for reply in replies),
        buttons=question.buttons if question else (pen.undo(),) if changed else (),
        list_label=question.list_label if question else "",
        rows=question.rows if question else (),
        task_ids=tuple(dict.fromkeys(task_id for reply in replies for task_id in reply.task_ids)),
        files=tuple(file for reply in replies for file in reply.files),
    )


def refuse(why: str, speech: Speech) -> Reply:
    """Nothing was done; `why` is a sentence in English, said in the person's language where we have it in that."""
    return Reply(text=f"⚠️ {speech.say(why)}")


def _one(outcome: Outcome, pen: Pen) -> Reply:  # noqa: C901, PLR0911, PLR0912  (one line a kind of outcome)
    match outcome:
        case came.Created():
            return of_tasks.created(outcome, pen)
        case came.Changed():
            return of_tasks.changed(outcome, pen)
        case came.Reminded():
            return of_tasks.reminded(outcome, pen)
        case came.Silenced():
            return of_tasks.silenced(outcome, pen)
        case came.AskWhen(task):
            return of_tasks.ask_when(task, pen)
        case came.Commented():
            return of_tasks.commented(outcome, pen)
        case came.Listed():
            return of_tasks.listed(outcome, pen)
        case came.Shown():
            return of_tasks.card(outcome, pen)
        case came.Choose():
            return of_tasks.choose(outcome, pen)
        case came.Asked():
            return of_questions.asked(outcome, pen)
        case came.Unread():
            return of_questions.unread(outcome, pen)
        case came.Missing(text):
            return Reply(sentences.missing(text, pen.speech))
        case came.ProjectMade():
            return of_projects.made(outcome, pen)
        case came.ProjectChanged():
            return of_projects.changed(outcome, pen)
        case came.Projects(names):
            return of_projects.named(names, pen)
        case came.Shared():
            return of_projects.shared(outcome, pen)
        case came.Standing():
            return of_projects.standing(outcome, pen)
        case came.Standings(projects):
            return of_projects.standings(projects, pen)
        case overviews.Day():
            return of_overviews.day(outcome, pen)
        case overviews.Report():
            return of_overviews.report(outcome, pen)
        case overviews.Finished():
            return of_overviews.finished(outcome, pen)
        case overviews.Plan():
            return of_plans.planned(outcome, pen)
        case came.Settled(preferences, named):
            return Reply(of_settings.settled(preferences, named, pen.now, pen.speech))
        case came.Exported():
            return of_files.exported(outcome, pen.speech)
        case came.Fetched():
            return of_files.fetched(outcome, pen.speech)
        case came.Undone():
            return Reply(sentences.undone(outcome, pen.speech))
        case came.Said(remark, about):
            return Reply(remarks.remark(remark, about, pen.speech))
