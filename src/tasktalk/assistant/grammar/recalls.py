"""Reminders of all tasks of a kind: "remind me of everything due today at 5"."""

import re
from functools import cache
from typing import Any

from tasktalk.assistant.grammar.capture import capture
from tasktalk.assistant.grammar.engine import Engine
from tasktalk.assistant.grammar.lexicon import get_source
from tasktalk.assistant.grammar.orders import LIKELY
from tasktalk.assistant.grammar.phrasebook import Phrasebook
from tasktalk.assistant.grammar.selections import read_selection
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.understanding import Context, Draft, Intent, Target


def read_recall(text: str, context: Context, engine: Engine, book: Phrasebook) -> Intent | None:
    """What reminds of all of a kind; words that could end it ("… at 5") rather say when to remind."""
    if not book.may_remind.search(fold(text)):
        return None
    untimed: list[Intent] = []

    def read_timed(*said: Any) -> Intent | None:
        intent, is_timed = _read_about_all(*said)
        if intent and not is_timed:
            untimed.append(intent)
        return intent if is_timed else None

    timed = read_selection(text, context, engine, book, read_timed)
    if timed or not untimed:
        return timed
    return read_selection(text, context, engine, book, lambda *said: _read_about_all(*said)[0])


def _read_about_all(text: str, context: Context, engine: Engine, book: Phrasebook) -> tuple[Intent | None, bool]:
    """What reminds of all there is, and whether it says when."""
    places = list(_about(book.language).finditer(fold(text)))
    if not places:
        return None, False
    begin, end = places[-1].span()
    captured = capture(f"{text[:begin].rstrip()} {text[end:]}".strip(), context, engine, book)
    draft = captured.draft
    if not captured.reminded or draft.title or draft.recurrence:
        return None, False
    intent = Intent(
        intent="remind", confidence=LIKELY, target=Target(all=True), due=draft.due, reminders=moments_of(draft)
    )
    return intent, bool(draft.due or draft.reminders)


def moments_of(draft: Draft) -> tuple[str, ...]:
    """Of a task that exists: so long before it is due, else the moment that was said."""
    at = (draft.due.datetime or draft.due.date) if draft.due else None
    return tuple(each for each in draft.reminders if each != "PT0S") or ((at,) if at else ())


@cache
def _about(language: str) -> re.Pattern[str]:
    """The word for all, with what leads it in behind "remind me"."""
    data = get_source(language)["selections"]
    leads = "|".join(re.escape(fold(word)) for word in data["recalls"])
    return re.compile(rf"(?<!\w)(?:(?:{leads})\s+)*{re.escape(fold(data['word']))}(?!\w)\s*")
