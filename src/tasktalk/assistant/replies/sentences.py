"""The words of replies."""

from collections.abc import Sequence

VERBS = {
    "completed": "✔️ Done:",
    "reopened": "↩️ Open again:",
    "rescheduled": "📅 Moved:",
    "updated": "✏️ Changed:",
    "dropped": "🗑️ Deleted:",
    "noted": "📝 Noted on",
}
NO_RINGING = "I cannot ring you yet; it stands in your list for that time."

_ALREADY = {"completed": "done", "reopened": "open", "rescheduled": "on that day", "updated": "so", "dropped": "gone"}
_LISTS = {
    "today": "Today",
    "tomorrow": "Tomorrow",
    "overdue": "Overdue",
    "this week": "This week",
    "7 days": "Next 7 days",
    "all": "All open tasks",
    "no date": "Without a date",
    "overdue | today": "Today and overdue",
    "today | overdue": "Today and overdue",
}
_HELP = """*What you can say*
• _buy milk tomorrow 5pm #Home p1_ — adds a task
• _today_, _overdue_, _this week_, _all_ — lists; then _done 1 3_
• _done milk_, _reopen milk_, _move milk to friday_
• answer a task's message with _friday 5pm_ or a note; react 👍 when it is done
• _undo_ takes the last change back, for ten minutes"""


def count(number: int, noun: str) -> str:
    """`1 subtask`, `2 subtasks`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def already(change: str, title: str) -> str:
    """Nothing had to be done to a task."""
    return f"“{title}” was {_ALREADY.get(change, 'so')} already."


def no_such_numbers(numbers: Sequence[int]) -> str:
    """Numbers that the last list did not have."""
    return f"There is no {' or '.join(map(str, numbers))} on the last list."


def missing(text: str) -> str:
    """No task fits."""
    return (
        f"I found no task “{text[:80]}”. Say _all_ to see your tasks." if text else "That task is not there any more."
    )


def project_made(name: str, *, existed: bool) -> str:
    """A project is there."""
    return f"There is a project #{name} already." if existed else f"📁 New project #{name}"


def projects(names: Sequence[str]) -> str:
    """The projects by name."""
    if not names:
        return "You have no projects yet. _buy paint #Home_ makes one."
    return "*Projects*\n" + "\n".join(f"• #{name}" for name in names)


def undone(titles: Sequence[str]) -> str:
    """What was taken back."""
    if len(titles) == 1:
        return f"↩️ Undone: {titles[0][:200]}"
    return f"↩️ Undone: {len(titles)} changes"


def list_title(filter_text: str, searched: str | None) -> str:
    """The heading of a list."""
    return f"Found for “{searched[:60]}”" if searched else _LISTS.get(filter_text, filter_text[:100])


def nothing_listed(filter_text: str, searched: str | None) -> str:
    """An empty list."""
    if searched:
        return f"Nothing found for “{searched[:80]}”."
    if filter_text == "all":
        return "Nothing to do. Tell me a task, like _buy milk tomorrow 5pm_."
    return f"{list_title(filter_text, None)}: nothing. 🎉"


def remark(kind: str, about: str) -> str:
    """Nothing changed; why."""
    return f"⚠️ {about}" if kind == "cannot_undo" else _REMARKS.get(kind, _REMARKS["unknown"])


_REMARKS = {
    "help": _HELP,
    "greeting": "Hello! Tell me a task, like _buy milk tomorrow 5pm_, or say _help_.",
    "thanks": "You're welcome.",
    "nothing_to_undo": "There is nothing to undo: changes can be taken back for ten minutes.",
    "which_task": "Which task do you mean? Answer its message, or say its name or its number on the last list.",
    "question_over": "That question is over. Please say again what to do.",
    "linked_already": "This number is linked already.",
    "not_yet": "I understand, but I cannot do that yet. Say _help_ for what I can.",
    "unknown": "I keep tasks, and I did not understand that. Say _help_ for examples.",
}
