"""The fixed words of the filter language, and how they may be written."""

import re

from tasktalk.tasks.filters.expressions import Word

END = r"(?=\s|[&|!(),]|$)"

# What a task has or lacks: `has X`, `no X`.
_THINGS = {
    "date": "(?:due ?)?date|due",
    "time": "(?:due )?time",
    "start": "start(?: date)?",
    "deadline": "deadline",
    "duration": "duration",
    "priority": "priority",
    "label": "labels?",
    "section": "section",
    "notes": "notes?|description",
    "comments": "comments?",
    "attachments": "attachments?|files?",
    "subtasks": "sub-?tasks?",
    "reminders": "reminders?",
}
_WORDS = {
    "all": "all|view all|all tasks",
    "today": "(?:due )?(?:today|tod)",
    "overdue": "overdue|over due|od",
    "tomorrow": "(?:due )?(?:tomorrow|tom)",
    "yesterday": "(?:due )?yesterday",
    "this week": "(?:due )?this week",
    "next week": "(?:due )?next week",
    "this weekend": "(?:due )?(?:this )?weekend",
    "this month": "(?:due )?this month",
    "next month": "(?:due )?next month",
    **{f"{which} {thing}": f"{which} (?:{written})" for thing, written in _THINGS.items() for which in ("no", "has")},
    "undated": "undated",
    "recurring": "recurring|repeating",
    "moved": "moved",
    "inbox": "inbox|no project",
    "subtask": "sub-?tasks?",
    "blocked": "blocked",
    "blocking": "blocking",
    "shared": "shared",
    "assigned": "assigned(?! (?:to|by))|has assignees?",
    "unassigned": "unassigned|not assigned|no assignees?",
    "accepted": "accepted",
    "done": "done|completed?",
    "cancelled": "cancell?ed",
    "open": "open|active|not done",
    "trash": "trash|deleted",
}
_SAME = {"undated": "no date"}

_FIXED = re.compile("|".join(f"(?P<w{n}>(?:{words}){END})" for n, words in enumerate(_WORDS.values())), re.IGNORECASE)
_PRIORITY = re.compile(rf"(?:priority )?p([1-4]){END}", re.IGNORECASE)
_COMING = re.compile(rf"(?:due )?(?:in )?(?:the )?(?:next )?(\d{{1,4}}) days?{END}", re.IGNORECASE)
_NAMES = list(_WORDS)


def match_word(text: str, at: int = 0) -> tuple[Word, int] | None:
    """The word that `text` goes on with at `at`, and where it ends."""
    if found := _FIXED.match(text, at):
        word = _NAMES[int((found.lastgroup or "w0")[1:])]
        return Word(_SAME.get(word, word)), found.end()
    if found := _PRIORITY.match(text, at):
        return Word("priority", int(found[1])), found.end()
    if found := _COMING.match(text, at):
        return Word("days", int(found[1])), found.end()
    return None
