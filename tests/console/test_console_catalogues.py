"""Every sentence of the console is there in every language, by its own catalogues or those of the replies."""

import io
import re
from pathlib import Path
from string import Formatter

import pytest
from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from tasktalk.accounts.users import LANGUAGES
from tasktalk.assistant.replies.speech import CATALOGUES as REPLIES
from tasktalk.assistant.replies.speech import SOURCE
from tasktalk.console.words import CATALOGUES, speech_of

CONSOLE = CATALOGUES.parent
KEYWORDS = {"say": None, "phrase": None, "Told": None, "count": (1, 2)}
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
SHOWN_AS_IT_IS = {"patterns.html"}  # for who builds screens
_NOT_WORDS = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{(?:\"[^\"]*\"|.)*?\}\}|<pre.*?</pre>", re.DOTALL)
_NO_WORDS = re.compile(r"(· )?(Tasktalk|CSV|JSON|PDF|API)|.*\b[a-z-]+=\".*", re.DOTALL)
OTHERS = sorted(LANGUAGES.keys() - {SOURCE})


def sentences() -> set[str]:
    """The English of all that the console says."""
    found = set()
    for file, _, message, _, _ in extract_from_dir(CONSOLE, METHODS, keywords=KEYWORDS):
        if Path(file).name not in SHOWN_AS_IT_IS and message:
            found.add(message if isinstance(message, str) else message[0])
    return found


def read(path: Path) -> Catalog:
    return read_po(io.BytesIO(path.read_bytes()), locale=path.stem)


def keys(path: Path) -> set[str]:
    return {message.id if isinstance(message.id, str) else message.id[0] for message in read(path)} - {""}


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def test_much_is_said() -> None:
    assert len(sentences()) > 150


@pytest.mark.parametrize("language", OTHERS)
def test_all_that_is_said_is_translated_and_nothing_else(language: str) -> None:
    own, said = keys(CATALOGUES / f"{language}.po"), sentences()
    assert sorted(said - own - keys(REPLIES / f"{language}.po")) == []
    assert sorted(own - said) == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_is_there_and_keeps_its_places(language: str) -> None:
    for message in read(CATALOGUES / f"{language}.po"):
        ids = (message.id,) if isinstance(message.id, str) else message.id
        texts = (message.string,) if isinstance(message.string, str) else message.string
        if not ids[0]:
            continue
        assert not message.fuzzy
        most = set.union(*(places(english) for english in ids))
        for form, text in enumerate(texts):
            assert text.strip(), ids
            assert places(ids[min(form, len(ids) - 1)]) <= places(text) <= most, text


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_speaks_its_own_words(language: str) -> None:
    """A few may be the same as in English; most are not."""
    same = [key for key in keys(CATALOGUES / f"{language}.po") if speech_of(language).say(key) == key]
    assert len(same) < len(sentences()) / 10, same


def test_no_template_has_words_that_nobody_translates() -> None:
    """Words between tags, outside of `say`: each of them would stay English."""
    bare = {}
    for path in sorted((CONSOLE / "templates").glob("*.html")):
        if path.name in SHOWN_AS_IT_IS | {"api.html"}:
            continue
        text = _NOT_WORDS.sub("", path.read_text(encoding="utf-8"))
        words = [found for found in re.findall(r">([^<>]*)<", text) if re.search(r"[A-Za-z]{3,}", found)]
        bare[path.name] = [word.strip() for word in words if not _NO_WORDS.fullmatch(word.strip())]
    assert {name: words for name, words in bare.items() if words} == {}
