"""The sentences of notices, in the language of whom they are for."""

from collections.abc import Sequence
from typing import Any

from tasktalk.assistant.replies import sentences as told
from tasktalk.assistant.replies.pen import TITLE_ALONE, bold, short
from tasktalk.assistant.replies.speech import Speech, phrase
from tasktalk.integrations.findings import words_of
from tasktalk.whatsapp.graphemes import shorten

NO_PHONE = phrase("No phone is linked: it leaves as soon as one is, and has written.")
WINDOW_CLOSED = phrase("Outside WhatsApp's 24-hour window: it leaves as soon as you write.")
UNREACHED = phrase("Nothing would take it: it leaves as soon as you write.")
CLOSED = phrase("WhatsApp's 24-hour window is closed.")
UNLINKED = phrase("No phone is linked.")
NO_TEMPLATE = phrase("There is no approved template for it.")
STOPPED = phrase("WhatsApp's number is stopped.")
BUDGET_SPENT = phrase("This month's budget for WhatsApp is used up.")
MESSAGES_SPENT = phrase("Your WhatsApp messages of this month are used up.")
REFUSED_BEFORE = phrase("It was refused before.")
GIVEN_UP = phrase("It was refused again and again.")
MAYBE = phrase("No answer came: it may have arrived.")
TOO_OLD = phrase("It waited for seven days. ")  # and what for
RESTORED = phrase("Restored from a backup: it may have been told before, and leaves when an administrator says so.")
TAKEN_BACK = phrase("Taken back before it left.")
UNSAID = phrase("It could not be put into words; the log says why.")
MUTED = phrase("You muted notices.")
SWITCHED_OFF = phrase("This account is switched off.")
GONE = phrase("The task is gone, or not yours to see any more.")
FINISHED = phrase("The task was finished before it left.")
REOPENED = phrase("The task was opened again before it left.")
GIVEN_ELSEWHERE = phrase("The task was given to somebody else before it left.")
ANSWERED = phrase("You answered before it left.")
REMINDER_GONE = phrase("The reminder was taken away before it left.")
REMINDER_MOVED = phrase("The reminder was moved to a later time before it left.")
COMMENT_GONE = phrase("The comment was deleted before it left.")
PLACE_GONE = phrase("The project is gone, or not yours to see any more.")
OVER = phrase("It was over before it left.")
NOT_YOURS = phrase("It is not yours to see any more.")
RELINK = phrase(
    "📵 Somebody else may have the phone you linked, so nothing goes there any more. To link yours again, sign in to "
    "Tasktalk in a browser, choose _Account_, _Phones_, then _Link my phone_, and send me the code it "
    "shows."
)
WEBHOOK_OFF = phrase(
    "🔌 Your webhook “{name}” is switched off: its address did not take what it was told. In the console, under "
    "_Account_, then _Webhooks_, you see why and can switch it on again."
)
NOTHING_DUE = phrase("Nothing was due: an empty digest is not sent.")

_COMMENT = 100
_TROUBLE, _TROUBLE_ALONE = 300, 900  # characters
_MARKS = {"trouble": "🔴", "warning": "🟡", "mended": "🟢"}

_OF_TASKS = {
    "reminder": "⏰ {title}",
    "assigned": phrase("👤 {actor} gave you {title}"),
    "accepted": phrase("👍 {actor} accepted {title}"),
    "declined": phrase("👎 {actor} declined {title}"),
    "completed": phrase("✔️ {actor} completed {title}"),
    "mentioned": phrase("💬 {actor} mentioned you on {title}"),
    "commented": phrase("💬 {actor} on {title}"),
    "added": phrase("🆕 {actor} added {title}"),
    "changed": phrase("✏️ {actor} changed {title}"),
}


def say_why(why: str | None, speech: Speech) -> str | None:
    """What is stored as the reason of a notice's fate, which is in English, as its person reads it."""
    if why is None or not why.startswith(TOO_OLD):
        return speech.say(why) if why else why
    return f"{speech.say(TOO_OLD)}{speech.say(why.removeprefix(TOO_OLD))}"


def of_task(
    event: str, *, actor: str | None, title: str | None, comment: str | None = None, alone: bool = False, speech: Speech
) -> str:
    """What happened to a task, on one line; `alone`: it is the whole message and may be longer."""
    if title is None:
        name = speech.say("a task that is not there any more, or not yours to see")
    else:
        name = bold(title) if alone else short(title)
    said = speech.say(_OF_TASKS[event], actor=_name(actor, speech), title=name)
    if comment is None:
        return said
    return f"{said}:\n{short(comment, TITLE_ALONE)}" if alone else f"{said}: {_one_line(comment)}"


def of_project(
    event: str, *, actor: str | None, project: str | None, member: str | None, invitation: bool, speech: Speech
) -> str:
    """What happened to a project."""
    place = f"#{short(project)}" if project else speech.say("a project")
    if event == "joined":
        return speech.say("👥 {actor} joined {project}", actor=_name(member, speech), project=place)
    who = _name(actor, speech)
    if invitation:
        return speech.say(
            "✉️ {actor} invites you to {project}. Accept or decline in the console.", actor=who, project=place
        )
    return speech.say("👥 {actor} let you into {project}", actor=who, project=place)


def of_trouble(event: str, *, number: str | None, detail: dict[str, Any] | None, alone: bool, speech: Speech) -> str:
    """What is wrong with a number or here, or that it is over; on one line."""
    mark = _MARKS[event]
    if number is None or detail is None:
        return mark
    found, what_to_do, _ = words_of(detail)
    problem, todo = speech.say(found), speech.say(what_to_do) if what_to_do else ""
    if event == "mended":
        return speech.say(
            "{mark} {number}, over by now: {problem}", mark=mark, number=bold(number), problem=short(problem)
        )
    said = f"{mark} {bold(number)}: {problem}" + (f" → {todo}" if todo else "")
    return shorten(" ".join(said.split()), _TROUBLE_ALONE if alone else _TROUBLE)


def of_digest(event: str, speech: Speech) -> str:
    """A digest, in a list of notices."""
    return speech.say("☀️ Your day") if event == "digest" else speech.say("🗓️ Your week")


def day_heading(day: str, *, due: int, overdue: int, speech: Speech) -> str:
    """The head of a daily digest; `day` is today's date."""
    figures = [told.overdue(overdue, speech)] if overdue else []
    figures += [speech.count("{number} due today", "{number} due today", due)] if due else []
    return f"☀️ *{day}* — {', '.join(figures)}"


def week_heading(*, done: int, overdue: int, coming: int, speech: Speech) -> str:
    """The head of a weekly review; friendly where there is nothing to do."""
    finished = speech.count("🗓️ *Your week* — {number} done", "🗓️ *Your week* — {number} done", done)
    if overdue or coming:
        return f"{finished}, {told.overdue(overdue, speech)}, {told.ahead(coming, speech)}"
    return f"{finished}. {told.all_clear(speech)}"


def next_step(numbers: int, speech: Speech) -> str:
    """What can be said to a list with so many numbers."""
    if numbers > 2:  # noqa: PLR2004  (it names 1, 2 and 3)
        return speech.say("Say _done 1 3_, or _move 2 to friday_.")
    return speech.say("Say _done 1_, or _move 1 to friday_.")


def numbered(number: int, line: str) -> str:
    """A line of a list whose numbers can be named."""
    return f"{number}. {line}"


def heading(events: Sequence[str], speech: Speech) -> str:
    """What stands above several lines."""
    return speech.say("⏰ *Reminders*") if set(events) == {"reminder"} else speech.say("🔔 *News*")


def _name(name: str | None, speech: Speech) -> str:
    return short(name) if name else speech.say("Somebody")


def _one_line(comment: str) -> str:
    return short(" ".join(comment.split()), _COMMENT)
