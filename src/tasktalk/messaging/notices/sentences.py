"""The words of notices. Whoever translates them changes this file alone."""

from collections.abc import Sequence

from tasktalk.assistant.replies.pen import TITLE_ALONE, bold, short

NO_PHONE = "No phone is linked: it leaves as soon as one is, and has written."
WINDOW_CLOSED = "Outside WhatsApp's 24-hour window: it leaves as soon as you write."
TOO_OLD = "It waited for seven days. "  # and what for
TAKEN_BACK = "Taken back before it left."
UNSAID = "It could not be put into words; the log says why."
REFUSED = "WhatsApp did not take it: {}"
MUTED = "You muted notices."
SWITCHED_OFF = "This account is switched off."
GONE = "The task is gone, or not yours to see any more."
FINISHED = "The task was finished before it left."
REOPENED = "The task was opened again before it left."
GIVEN_ELSEWHERE = "The task was given to somebody else before it left."
ANSWERED = "You answered before it left."
REMINDER_GONE = "The reminder was taken away before it left."
REMINDER_MOVED = "The reminder was moved to a later time before it left."
COMMENT_GONE = "The comment was deleted before it left."
PLACE_GONE = "The project is gone, or not yours to see any more."
NOTHING_DUE = "Nothing was due: an empty digest is not sent."

DONE = "Done"
LATER = "In 1 hour"
TOMORROW = "Tomorrow"
ACCEPT = "Accept"
DECLINE = "Decline"

REMINDERS = "⏰ *Reminders*"
NEWS = "🔔 *News*"
NEXT_STEP = "Say _done 1 3_, or _move 2 to friday_."
NEXT_STEP_ONE = "Say _done 1_, or _move 1 to friday_."

_SOMEBODY = "Somebody"
_UNSEEN = "a task that is not there any more, or not yours to see"
_COMMENT = 100

_OF_TASKS = {
    "reminder": "⏰ {title}",
    "assigned": "👤 {actor} gave you {title}",
    "accepted": "👍 {actor} accepted {title}",
    "declined": "👎 {actor} declined {title}",
    "completed": "✔️ {actor} completed {title}",
    "mentioned": "💬 {actor} mentioned you on {title}",
    "commented": "💬 {actor} on {title}",
    "added": "🆕 {actor} added {title}",
    "changed": "✏️ {actor} changed {title}",
}


def of_task(
    event: str, *, actor: str | None, title: str | None, comment: str | None = None, alone: bool = False
) -> str:
    """What happened to a task, on one line; `alone`: it is the whole message and may be longer."""
    name = _UNSEEN if title is None else bold(title) if alone else short(title)
    said = _OF_TASKS[event].format(actor=short(actor or _SOMEBODY), title=name)
    if comment is None:
        return said
    return f"{said}:\n{short(comment, TITLE_ALONE)}" if alone else f"{said}: {_one_line(comment)}"


def of_project(event: str, *, actor: str | None, project: str | None, member: str | None, invitation: bool) -> str:
    """What happened to a project."""
    place = f"#{short(project)}" if project else "a project"
    if event == "joined":
        return f"👥 {short(member or _SOMEBODY)} joined {place}"
    if invitation:
        return f"✉️ {short(actor or _SOMEBODY)} invites you to {place}. Accept or decline in the console."
    return f"👥 {short(actor or _SOMEBODY)} let you into {place}"


def of_digest(event: str) -> str:
    """A digest, in a list of notices."""
    return "☀️ Your day" if event == "digest" else "🗓️ Your week"


def day_heading(day: str, *, due: int, overdue: int) -> str:
    """The head of a daily digest; `day` is today's date."""
    figures = [f"{overdue} overdue"] if overdue else []
    figures += [f"{due} due today"] if due else []
    return f"☀️ *{day}* — {', '.join(figures)}"


def week_heading(*, done: int, overdue: int, coming: int) -> str:
    """The head of a weekly review; friendly where there is nothing to do."""
    finished = f"🗓️ *Your week* — {done} done"
    if overdue or coming:
        return f"{finished}, {overdue} overdue, {coming} due in the next seven days"
    return f"{finished}. Nothing is overdue, and nothing due in the next seven days. Enjoy it!"


def more(count: int) -> str:
    """What a list leaves out."""
    return f"…and {count} more"


def numbered(number: int, line: str) -> str:
    """A line of a list whose numbers can be named."""
    return f"{number}. {line}"


def heading(events: Sequence[str]) -> str:
    """What stands above several lines."""
    return REMINDERS if set(events) == {"reminder"} else NEWS


def _one_line(comment: str) -> str:
    return short(" ".join(comment.split()), _COMMENT)
