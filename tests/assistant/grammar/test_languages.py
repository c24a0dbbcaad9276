"""In which language a message is read: the person's, unless the words say clearly that it is another."""

from collections import Counter
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml

from tasktalk.assistant.grammar.engine import get_engine
from tasktalk.assistant.grammar.languages import choose_languages
from tasktalk.assistant.grammar.lexicon import get_source, list_languages
from tasktalk.assistant.grammar.lookback import get_lookback
from tasktalk.assistant.grammar.phrasebook import get_phrasebook
from tasktalk.assistant.understand import understand
from tasktalk.assistant.understanding import Context

FOLDER = Path(__file__).parents[2] / "utterances"
PEOPLE = ("Ana", "Ben")
SPOKEN = ("de", "en", "es", "fr", "it", "nl", "pt")


def read_texts(language: str) -> list[str]:
    files = [yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader) for path in FOLDER.glob(f"{language}_*.yaml")]
    return [row["text"] for file in files for row in file["utterances"] if row.get("language", language) == language]


def test_seven_languages_are_spoken() -> None:
    assert list_languages() == SPOKEN


@pytest.mark.parametrize("language", SPOKEN)
def test_a_lexicon_has_what_the_english_one_has(language: str) -> None:
    def list_keys(source: dict[str, Any]) -> set[str]:
        tables = ("macros", "commands", "questions", "capture", "slots", "weak")
        return {name for name in source if name.isupper()} | {
            f"{table}.{key}" for table in tables for key in source[table]
        }

    # What one language has words for another may say otherwise; what people can ask for is the same.
    missing = list_keys(get_source("en")) - list_keys(get_source(language))
    assert not {key for key in missing if key.startswith("commands.")}, missing


@pytest.mark.parametrize("language", SPOKEN)
def test_all_that_is_compiled_when_it_is_first_needed_can_be(language: str) -> None:
    book, words = get_phrasebook(language), get_lookback(language)
    commands = [command.template for _, command in chain(book._anywhere, *book._by_head.values())]
    led = [lead.template for lead in book.lead_ins] + [template for _, template in words.periods]
    asked = (words.more, words.all, words.finished, words.completed, words.place, words.since, words.last)
    templates = {*commands, *led, *book.answers.rename, *book.answers.project, *chain(*asked)}
    assert len(templates) > 200
    assert all(template.lead("") == 0 for template in templates)
    rules = [rule for stage in get_engine((language,))._machine._stages for rule in stage.rules]
    assert len(rules) > 300
    assert all(rule.regex.search("") is None for rule in rules)


@pytest.mark.parametrize("language", SPOKEN)
def test_ones_own_language_is_kept_and_others_are_found(language: str) -> None:
    texts = read_texts(language)
    assert len(texts) >= 100
    lost = [text for text in texts if choose_languages(text, language, PEOPLE)[0] != language]
    assert len(lost) <= len(texts) * 0.01, lost
    found: Counter[str] = Counter()
    for own in set(SPOKEN) - {language}:
        found.update(choose_languages(text, own, PEOPLE)[0] for text in texts)
    # Much of what is said is short, or names alone; then the person's own language is the better guess.
    assert found[language] >= found.total() * 0.65, found


@pytest.mark.parametrize(
    ("text", "own", "expected"),
    [
        ("call mama ma\u00f1ana a las 5", "en", ("es",)),
        ("regar as plantas no s\u00e1bado", "en", ("en", "pt")),
        ("buy milk tomorrow", "es", ("en",)),
        ("Milch kaufen \u00fcbermorgen", "en", ("de",)),
        ("meeting mit Ben am Freitag", "en", ("de",)),
        ("buy May flowers in March", "de", ("en",)),
        ("Ben", "nl", ("nl",)),
        ("a\u00f1ade leche a la lista de la compra", "en", ("es",)),
        ("qu\u00e9 hay en la lista de la compra", "en", ("es",)),
        ("idioma espa\u00f1ol", "en", ("es",)),
        ("taal nederlands", "fr", ("nl",)),
        ("sushi bar", "en", ("en",)),
        ("\u043a\u0443\u043f\u0438\u0442\u044c \u043c\u043e\u043b\u043e\u043a\u043e", "en", ("en",)),
        ("", "fr", ("fr",)),
    ],
)
def test_examples(text: str, own: str, expected: tuple[str, ...]) -> None:
    assert choose_languages(text, own, PEOPLE) == expected


COMMANDS = {
    "today": "list_tasks",
    "This week": "list_tasks",
    "daily summary": "summary",
    "weekly report": "summary",
    "project status": "project_status",
    "export": "settings",
    "forget me!": "settings",
    "undo": "undo",
    "done 1 3": "complete_task",
}


@pytest.mark.parametrize("language", SPOKEN)
def test_commands_are_known_in_english_whatever_one_speaks(language: str) -> None:
    context = Context(now=datetime(2026, 11, 22, 10, tzinfo=UTC), language=language)
    read = {text: understand(text, context).intents[0].intent for text in COMMANDS}
    assert read == COMMANDS
