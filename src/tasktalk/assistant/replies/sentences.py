"""The words of replies."""

from collections.abc import Collection, Sequence
from datetime import datetime

from tasktalk.accounts.users import LANGUAGES
from tasktalk.tasks.journal.undo import Change
from tasktalk.tasks.preferences.preferences import Preferences

VERBS = {
    "completed": "✔️ Done:",
    "reopened": "↩️ Open again:",
    "rescheduled": "📅 Moved:",
    "updated": "✏️ Changed:",
    "dropped": "🗑️ Deleted:",
    "skipped": "⏭️ Skipped:",
    "accepted": "👍 Accepted:",
    "declined": "👎 Declined:",
}
NO_DUE = "⏰ It has no date yet; once it has one, I will remind you."
TOO_LATE = "⏰ That moment has passed, so nothing will ring."
WHEN = "⏰ When shall I remind you?"
ONLY_THIS_TIME = "only this time"
WHOLE_SERIES = "🔁 And all that was to come of it."
ALL_DONE = "Nothing is open. 🎉"
ASK_ONE = "Say _#{} status_ for more of one."

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
• _remind me about milk at 5pm_; _#Home status_
• answer a task's message with _friday 5pm_ or a comment; react 👍 when it is done
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


def undone(changes: Sequence[Change]) -> str:
    """What was taken back."""
    if len(changes) > 1:
        return f"↩️ Undone: {len(changes)} changes"
    change = changes[0]
    named = {"reminder": "a reminder", "project": f"#{change.title[:200]}"}
    return f"↩️ Undone: {named.get(change.subject, change.title[:200])}"


def along(count_of: int) -> str:
    """Subtasks that went with their parent."""
    return f"…and {count(count_of, 'subtask')} with it"


def told(names: Sequence[str]) -> str:
    """Who hears of having been given a task."""
    return f"🔔 {_join(names)} will be told."


def ask_when(title: str) -> str:
    """A reminder for which no moment was named."""
    return f"⏰ When shall I remind you of {title}? Choose, or say _remind me of it at 5pm_."


def project_changed(change: str, was: str, name: str, *, tasks: int) -> str:
    """What became of a project."""
    if change == "rename":
        return f"✏️ #{was} is called #{name} now."
    if change == "archive":
        return f"📦 Archived #{was}. Its tasks stay as they are, and its reminders are silent."
    held = f" with {count(tasks, 'open task')}" if tasks else ""
    return f"🗑️ Deleted #{was}{held}. _undo_ brings it back, for ten minutes."


def project_already(change: str, name: str) -> str:
    """Nothing had to be done to a project."""
    return f"#{name} is {'archived' if change == 'archive' else 'called that'} already."


def shared(project: str, people: Sequence[str], already: Sequence[str]) -> str:
    """Who is in a project from now on."""
    parts = []
    if people:
        parts.append(f"👥 {_join(people)} can now see and change the tasks of #{project}, and will be told.")
    if already:
        parts.append(f"{_join(already)} {'was' if len(already) == 1 else 'were'} in #{project} already.")
    return "\n".join(parts)


def figures(still_open: int, done: int, overdue: int) -> str:
    """How a project stands."""
    late = f", {overdue} overdue" if overdue else ""
    return f"{still_open} open{late}, {done} done this week"


def settled(chosen: Preferences, named: Collection[str], now: datetime) -> str:
    """The settings a person spoke of, as they are now; `now` is on their clock."""
    lines = []
    if "muted" in named:
        lines.append(_MUTED if chosen.muted else _UNMUTED)
    if "timezone" in named:
        lines.append(f"🌍 Your time zone is {chosen.timezone}: it is {now:%H:%M} there.")
    if "language" in named:
        only = "" if chosen.language == "en" else " I still understand and answer English only."
        lines.append(f"🗣️ Your language is {LANGUAGES[chosen.language]}.{only}")
    if "digest_time" in named and chosen.digest_time is not None:
        lines.append(f"☀️ Your daily digest comes at {chosen.digest_time:%H:%M}.")
        if chosen.muted:
            lines.append("You are muted, so it waits until you say _start_.")
    if "quiet_hours" in named and chosen.quiet_hours is not None:
        begin, end = chosen.quiet_hours
        lines.append(f"🌙 Quiet from {begin:%H:%M} to {end:%H:%M}: only what you asked for yourself comes then.")
    return "\n".join(lines)


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
    if kind == "cannot_undo":
        return f"⚠️ {about}"
    return _REMARKS.get(kind, _REMARKS["unknown"]).format(about=about[:80])


def _join(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


_MUTED = (
    "🔕 Muted: no word of what others do, and no digests. "
    "The reminders of your tasks still come. Say _start_ to hear everything again."
)
_UNMUTED = "🔔 You hear of what concerns you again. Say _stop_ to mute it."


_REMARKS = {
    "help": _HELP,
    "greeting": "Hello! Tell me a task, like _buy milk tomorrow 5pm_, or say _help_.",
    "thanks": "You're welcome.",
    "nothing_to_undo": "There is nothing to undo: changes can be taken back for ten minutes.",
    "which_task": "Which task do you mean? Answer its message, or say its name or its number on the last list.",
    "question_over": "That question is over. Please say again what to do.",
    "no_question": "There is no question open. Say _done_, _delete_ or _undo_, with the task's name.",
    "linked_already": "This number is linked already.",
    "no_words": "What shall I write? Say _comment on milk: the blue one_, or answer a task's message.",
    "not_open": "“{about}” is done already. Open it again first: _reopen it_.",
    "no_setting": "Which setting? _timezone Madrid_, _digest at 8:00_, _quiet hours 22 to 7_, _stop_ or _start_.",
    "no_zone": "I know no time zone “{about}”. Say a large city near you, or a name like _Europe/Madrid_.",
    "export": "I cannot export by chat yet. Everything you have is readable over the API, with a token of yours.",
    "forget me": "I cannot delete your account by chat. Ask the person who runs this server; they can.",
    "which_project": "Which project? Say _archive project Home_, for example.",
    "no_project": "You have no project #{about}. Say _projects_ to see them.",
    "name_taken": "There is a project #{about} already.",
    "share_with_whom": "I know nobody of that name. Invite them by e-mail to #{about} in the console.",
    "not_yet": "I understand, but I cannot do that yet. Say _help_ for what I can.",
    "unknown": "I keep tasks, and I did not understand that. Say _help_ for examples.",
}
