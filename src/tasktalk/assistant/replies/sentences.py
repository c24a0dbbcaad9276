"""The sentences of replies, in the language of whom they are said to."""

import datetime as dt
from collections.abc import Sequence

from tasktalk.assistant.outcomes import Change, Undone
from tasktalk.assistant.replies.filters import say_filter
from tasktalk.assistant.replies.speech import Speech, phrase
from tasktalk.tasks.journal import undo as journal

_VERBS: dict[Change, str] = {
    "completed": phrase("✔️ Done: {what}"),
    "reopened": phrase("↩️ Open again: {what}"),
    "rescheduled": phrase("📅 Moved: {what}"),
    "updated": phrase("✏️ Changed: {what}"),
    "dropped": phrase("🗑️ Deleted: {what}"),
    "skipped": phrase("⏭️ Skipped: {what}"),
    "accepted": phrase("👍 Accepted: {what}"),
    "declined": phrase("👎 Declined: {what}"),
}
_ALREADY: dict[str, str] = {
    "completed": phrase("“{title}” was done already."),
    "reopened": phrase("“{title}” was open already."),
    "rescheduled": phrase("“{title}” was on that day already."),
    "dropped": phrase("“{title}” was gone already."),
}
_SO_ALREADY = phrase("“{title}” was so already.")
_NAMED = 10  # of what is there again
_THERE_AGAIN, _ALL_THERE_AGAIN = phrase("↪️ There again: {what}"), phrase("↪️ There again:")
_DONE_AGAIN, _ALL_DONE_AGAIN = phrase("↪️ Done again: {what}"), phrase("↪️ Done again:")
_SOON = frozenset({"today", "tomorrow", "overdue", "overdue | today", "today | overdue"})


def tasks(number: int, speech: Speech) -> str:
    """`1 task`, `2 tasks`."""
    return speech.count("{number} task", "{number} tasks", number)


def subtasks(number: int, speech: Speech) -> str:
    """`1 subtask`, `2 subtasks`."""
    return speech.count("{number} subtask", "{number} subtasks", number)


def changed(change: Change, what: str, speech: Speech) -> str:
    """What became of a task, or of a number of them."""
    return speech.say(_VERBS[change], what=what)


def already(change: str, title: str, speech: Speech) -> str:
    """Nothing had to be done to a task."""
    return speech.say(_ALREADY.get(change, _SO_ALREADY), title=title)


def no_such_numbers(numbers: Sequence[int], speech: Speech) -> str:
    """Numbers that the last list did not have."""
    said = str(numbers[0])
    for number in numbers[1:]:
        said = speech.say("{one} or {other}", one=said, other=number)
    return speech.say("There is no {numbers} on the last list.", numbers=said)


def missing(text: str, speech: Speech) -> str:
    """No task fits."""
    if not text:
        return speech.say("That task is not there any more.")
    return speech.say("I found no task “{text}”. Say _all_ to see your tasks.", text=text[:80])


def no_ring(*, has_date: bool, speech: Speech) -> str:
    """A reminder that will not ring as things are."""
    if has_date:
        return speech.say("⏰ That moment has passed, so nothing will ring.")
    return speech.say("⏰ It has no date yet; once it has one, I will remind you.")


def undone(outcome: Undone, speech: Speech) -> str:
    """What was taken back."""
    changes = outcome.changes
    if outcome.again:
        return _done_again(outcome, speech)
    if outcome.settings:
        return speech.say("↩️ Undone: {what}", what=speech.say("your settings"))
    if outcome.left is not None:
        project, people = outcome.left
        return speech.count(
            "↩️ Undone: {people} is not in #{project} any more.",
            "↩️ Undone: {people} are not in #{project} any more.",
            len(people),
            people=speech.join(people),
            project=project,
        )
    if len(changes) > 1:
        return speech.count("↩️ Undone: {number} change", "↩️ Undone: {number} changes", len(changes))
    return speech.say("↩️ Undone: {what}", what=_name(changes[0], speech))


def _done_again(outcome: Undone, speech: Speech) -> str:
    """What is there again, or is again as it had been made."""
    names = [_name(each, speech) for each in outcome.changes] or [speech.say("your settings")]
    there = all(each.verb == "restored" for each in outcome.changes) and not outcome.settings
    if len(names) == 1:
        return speech.say(_THERE_AGAIN if there else _DONE_AGAIN, what=names[0])
    head = speech.say(_ALL_THERE_AGAIN if there else _ALL_DONE_AGAIN)
    lines = [f"• {name}" for name in dict.fromkeys(names)]
    return "\n".join([head, *lines[:_NAMED], *(["…"] if len(lines) > _NAMED else [])])


def _name(change: journal.Change, speech: Speech) -> str:
    """The task, the project, or what it is."""
    if change.subject == "reminder":
        return speech.say("a reminder")
    title = change.title[:200]
    return f"#{title}" if change.subject == "project" else title


def along(number: int, speech: Speech) -> str:
    """Subtasks that went with their parent."""
    return speech.count("…and {number} subtask with it", "…and {number} subtasks with it", number)


def told(names: Sequence[str], speech: Speech) -> str:
    """Who hears of having been given a task."""
    return speech.count("🔔 {people} will be told.", "🔔 {people} will be told.", len(names), people=speech.join(names))


def ask_when(title: str, speech: Speech) -> str:
    """A reminder for which no moment was named."""
    return speech.say(
        "⏰ When shall I remind you of {title}? Choose, or say _remind me of it at 5pm_.",
        title=title,
    )


def list_title(filter_text: str, searched: str | None, today: dt.date, speech: Speech) -> str:
    """The heading of a list."""
    if searched:
        return speech.say("Found for “{text}”", text=searched[:60])
    return say_filter(filter_text, today, speech)


def nothing_listed(filter_text: str, searched: str | None, today: dt.date, speech: Speech) -> str:
    """An empty list, and what could be said next."""
    if searched:
        return speech.say("Nothing found for “{text}”. Say _all_ to see your tasks.", text=searched[:80])
    if filter_text == "all":
        return speech.say("Nothing to do. Tell me a task, like _buy milk tomorrow 5pm_.")
    title = list_title(filter_text, None, today, speech)
    if filter_text in _SOON:
        return speech.say("{list}: nothing. 🎉 Say _7 days_ to look ahead.", list=title)
    return speech.say("{list}: nothing. 🎉 Say _all_ to see your tasks.", list=title)


def overdue(number: int, speech: Speech) -> str:
    """`2 overdue`."""
    return speech.count("{number} overdue", "{number} overdue", number)


def ahead(number: int, speech: Speech) -> str:
    """What the next days bring."""
    return speech.count("{number} due in the next seven days", "{number} due in the next seven days", number)


def all_clear(speech: Speech) -> str:
    """Nothing to do for days."""
    return speech.say("Nothing is overdue, and nothing due in the next seven days. Enjoy it!")


def more(number: int, speech: Speech) -> str:
    """What a list leaves out."""
    return speech.count("…and {number} more", "…and {number} more", number)
