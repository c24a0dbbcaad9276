"""Everything we say is there in every language, and fits where it stands."""

import ast
import io
import re
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import tasktalk
from tasktalk.accounts.users import LANGUAGES
from tasktalk.assistant.replies.speech import CATALOGUES, SOURCE, get_speech
from tasktalk.whatsapp.graphemes import count_units
from tasktalk.whatsapp.render import MAX_BUTTON_TITLE

PACKAGE = Path(tasktalk.__file__).parent
ELSEWHERE = ("console", "analytics")  # these are said by the console, which has catalogues of its own
METHODS = [*((f"{room}/**.py", "ignore") for room in ELSEWHERE), ("**.py", "python")]
KEYWORDS = {"say": None, "label": None, "phrase": None, "Told": None, "count": (1, 2)}
OTHERS = sorted(LANGUAGES.keys() - {SOURCE})

# English for these is as good as any.
SAME = {
    "{day} {month}",
    "{weekday} {day} {month}",
    "{weekday} {day} {month} {year}",
    "{number} open",  # Dutch
    "📎 {number} file",  # Italian
    "📄 #{project}: {tasks}.",
}
LONGEST = {"time": "18:00"}


@cache
def sentences_of(*keywords: str) -> set[str]:
    """The literal first arguments of all calls of `keywords`, wherever they stand."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        if path.relative_to(PACKAGE).parts[0] in ELSEWHERE:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            least = 2 if name == "count" else 1  # what has one counts in a text
            if name in keywords and len(node.args) >= least and isinstance(node.args[0], ast.Constant):
                found.add(node.args[0].value)
    return found


def read(language: str) -> Catalog:
    return read_po(io.BytesIO((CATALOGUES / f"{language}.po").read_bytes()), locale=language)


def pairs(language: str) -> list[tuple[str, str]]:
    """Every English sentence with its translation, plural forms each for itself."""
    found = []
    for message in read(language):
        if isinstance(message.id, str):
            if message.id:
                found.append((message.id, str(message.string)))
        else:
            found += [(message.id[0 if form == 0 else 1], text) for form, text in enumerate(message.string)]
    return found


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def test_all_our_languages_have_a_catalogue() -> None:
    assert sorted(path.stem for path in CATALOGUES.glob("*.po")) == OTHERS
    assert len(LANGUAGES) == 7


def test_what_pybabel_extracts_is_all_there_is() -> None:
    """A sentence inside an f-string would be said and never translated."""
    extracted = set()
    for _, _, message, _, _ in extract_from_dir(PACKAGE, METHODS, keywords=KEYWORDS):
        extracted.add(message if isinstance(message, str) else message[0])
    assert sentences_of(*KEYWORDS) == extracted
    assert len(extracted) > 150


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_has_what_is_said_and_nothing_else(language: str) -> None:
    known = {message.id if isinstance(message.id, str) else message.id[0] for message in read(language)} - {""}
    said = sentences_of(*KEYWORDS)
    assert said - known == set()
    assert known - said == set()


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_is_there_and_another(language: str) -> None:
    assert not any(message.fuzzy for message in read(language) if message.id)
    assert [english for english, text in pairs(language) if not text.strip()] == []
    assert {english for english, text in pairs(language) if text == english} <= SAME


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_keeps_places_lines_and_formatting(language: str) -> None:
    for message in read(language):
        if not message.id:
            continue
        ids = (message.id,) if isinstance(message.id, str) else message.id
        texts = (message.string,) if isinstance(message.string, str) else message.string
        most = set.union(*(places(english) for english in ids))
        for form, text in enumerate(texts):
            english = ids[min(form, len(ids) - 1)]
            assert places(english) <= places(text) <= most, text
            for mark in "*_\n#":
                assert text.count(mark) == english.count(mark), (text, mark)
            emoji, end = re.match(r"[^\w“*_{ ¿¡«„…]*", english), re.search(r"\s*$", english)
            assert emoji is not None
            assert end is not None
            assert text.startswith(emoji[0])
            assert re.search(r"\s*$", text) == end or text.endswith(end[0])


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_stands_on_a_button_fits(language: str) -> None:
    speech = get_speech(language)
    for english in sentences_of("label"):
        values = {name: LONGEST[name] for name in places(english)}
        assert count_units(speech.label(english, **values)) <= MAX_BUTTON_TITLE, english


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_button_that_names_a_day_fits(language: str) -> None:
    speech = get_speech(language)
    weekday, month = max(speech.days, key=len), max(speech.months, key=len)
    longest = speech.say("{weekday} {day} {month} {year}", weekday=weekday, day=24, month=month, year=2027)
    assert count_units(longest) <= MAX_BUTTON_TITLE


def test_a_language_that_we_do_not_speak_is_english() -> None:
    for language in ("sv", "../es", ""):
        assert get_speech(language).say("Which one?") == "Which one?"
        assert get_speech(language).language == SOURCE


def test_what_is_no_sentence_of_ours_stays_as_it_is() -> None:
    speech = get_speech("es")
    assert speech.say("A {brace} of somebody else's") == "A {brace} of somebody else's"
    assert speech.say("") == ""
    assert speech.say("📝 Added {what}", what="{title} 100%") == "📝 Apuntado: {title} 100%"
