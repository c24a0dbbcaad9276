"""Every sentence that the user guides show is understood, as `user_guides.json` says.

After a change of a guide `python tests/docs/test_user_guides.py` writes that file anew: read what changed in it.
"""

import json
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from documents import code, read

from tasktalk.assistant.understand import understand
from tasktalk.assistant.understanding import Context, Intent

GUIDES = {"docs/user-guide.md": "en", "docs/user-guide.es.md": "es", "docs/user-guide.pt.md": "pt"}
EXPECTED = Path(__file__).with_name("user_guides.json")
WORDS = {"!!!", "urgent"}  # parts of a sentence, not sentences
OPEN = {
    "en": ("buy milk", "pay rent", "gym", "bake cake"),
    "es": ("comprar leche", "hacer la tarta"),
    "pt": ("comprar leite", "fazer o bolo"),
}


def said(page: str) -> list[str]:
    """Every code span, and what is pasted."""
    text = read(page)
    pasted = list(re.findall(r"```text\n(.*?)```", text, re.DOTALL))
    spans = list(code(re.sub(r"```.*?```", "", text, flags=re.DOTALL)))
    return [span.replace("\\|", "|") for span in dict.fromkeys(spans) if span not in WORDS] + pasted


@cache
def heard(page: str) -> dict[str, list[str]]:
    language = GUIDES[page]
    context = Context(
        now=datetime(2026, 11, 23, 10, tzinfo=UTC),
        tz="UTC",
        language=language,
        people=("Ana", "Ben"),
        projects=("Home", "Garden", "Casa", "Jardín", "Jardim"),
        open_titles=OPEN[language],
    )
    return {text: [_short(intent) for intent in understand(text, context).intents] for text in said(page)}


def _short(intent: Intent) -> str:
    """What it is, and what of it can be got wrong."""
    due, target = intent.due, intent.target
    known = {
        "title": intent.title,
        "due": " ".join(filter(None, (due.date, due.time))) if due else None,
        "deadline": intent.deadline,
        "rrule": intent.recurrence.rrule if intent.recurrence else None,
        "minutes": intent.duration_minutes,
        "target": target.text or list(target.numbers) or ("last" if target.last else None) if target else None,
        "filter": (intent.query.filter or intent.query.text) if intent.query else None,
        "project": intent.project,
        "labels": list(intent.labels or ()) or None,
        "for": list(intent.assignees or ()) or None,
        "priority": intent.priority,
        "reminders": list(intent.reminders or ()) or None,
        "action": intent.action,
        "tasks": [each.title for each in intent.tasks] if intent.tasks else None,
    }
    return " ".join([intent.intent, *(f"{name}={value}" for name, value in known.items() if value is not None)])


@pytest.mark.parametrize("page", GUIDES)
def test_what_the_guide_shows_is_understood(page: str) -> None:
    assert heard(page) == json.loads(EXPECTED.read_text(encoding="utf-8"))[page]


@pytest.mark.parametrize("page", GUIDES)
def test_nothing_that_the_guide_shows_is_beyond_us(page: str) -> None:
    assert [text for text, intents in heard(page).items() if not intents or intents[0] == "unknown"] == []


@pytest.mark.parametrize("page", list(GUIDES)[1:])
def test_the_guides_are_of_one_build(page: str) -> None:
    def shape(name: str) -> int:
        return len(re.findall(r"^## ", read(name), re.MULTILINE))

    assert shape(page) == shape("docs/user-guide.md")


if __name__ == "__main__":
    EXPECTED.write_text(
        json.dumps({page: heard(page) for page in GUIDES}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
