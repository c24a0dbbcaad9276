"""Replies that ask, before anything is done, or offer what else could be."""

from tasktalk.assistant.actions import Action
from tasktalk.assistant.outcomes import Asked, Unread
from tasktalk.assistant.replies import remarks, sentences
from tasktalk.assistant.replies.pen import Pen, bold, short
from tasktalk.assistant.reply import Button, Reply

_NAMED = 20


def asked(question: Asked, pen: Pen) -> Reply:
    """What would be done, with a button that does it and one that does not."""
    speech = pen.speech
    if question.act == "share":
        text = speech.say(
            "Share #{project} with {people}? They could see and change all its tasks.",
            project=question.project,
            people=speech.join(question.people),
        )
        return Reply(text, _yes_or_no(speech.label("Share"), speech.label("Do not share"), question, pen))
    if question.act == "archive":
        text = speech.say("Archive #{project}?", project=question.project)
        return Reply(text, _yes_or_no(speech.label("Archive"), speech.label("Keep"), question, pen))
    if question.act == "unlink":
        text = speech.say("Unlink this phone? I will tell you nothing here any more, nor do what it says.")
        return Reply(text, _yes_or_no(speech.label("Unlink"), speech.label("Keep"), question, pen))
    if question.project:
        text = speech.count(
            "Delete #{project} with {number} open task?",
            "Delete #{project} with {number} open tasks?",
            question.number,
            project=question.project,
        )
        return Reply(text, _yes_or_no(speech.label("Delete project"), speech.label("Keep"), question, pen))
    tasks, number = question.tasks, len(question.tasks)
    ids = tuple(task.id for task in tasks)
    if number == 1 and question.act == "delete":
        text = speech.say("Delete {what}?", what=bold(tasks[0].title))
        return Reply(text, _yes_or_no(speech.label("Delete"), speech.label("Keep"), question, pen), task_ids=ids)
    yes = speech.count("Delete {number} task", "Delete {number} tasks", number)
    ask, no = speech.say("Delete {what}?", what=sentences.tasks(number, speech)), speech.label("Keep")
    if question.act == "change":
        ask = speech.say("Do that with {what}?", what=sentences.tasks(number, speech))
        yes, no = speech.label("Yes"), speech.label("No")
    lines = [f"• {short(task.title)}" for task in tasks[:_NAMED]] + (["…"] if number > _NAMED else [])
    return Reply("\n".join([ask, *lines]), _yes_or_no(yes, no, question, pen), task_ids=ids)


def unread(offer: Unread, pen: Pen) -> Reply:
    """Not understood, and what can be done about it."""
    text = remarks.remark("unknown", "", pen.speech)
    return Reply(text, (pen.button(pen.speech.label("Add as a task"), Action("add", argument=offer.question)),))


def _yes_or_no(yes: str, no: str, question: Asked, pen: Pen) -> tuple[Button, ...]:
    return (
        pen.button(yes, Action("yes", argument=question.question)),
        pen.button(no, Action("no", argument=question.question)),
    )
