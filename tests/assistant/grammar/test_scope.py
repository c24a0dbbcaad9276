"""The scope models are what their sentences make of them, and say little about words they have never seen."""

import json
import runpy
from pathlib import Path
from typing import Any

import pytest

from tasktalk.assistant.grammar.lexicon import list_languages
from tasktalk.assistant.grammar.scope import FOLDER, MADE_FROM, get_model

ROOT = Path(__file__).parents[3]
LANGUAGES = sorted(path.stem for path in (ROOT / "tests" / "utterances" / "scope").glob("*.yaml"))
QUICKEST = "pt"
LARGEST = 260_000  # bytes of a model


@pytest.fixture(scope="module")
def trainer() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "scripts" / "train_scope.py"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_model_was_made_from_these_very_sentences(language: str, trainer: dict[str, Any]) -> None:
    text = (FOLDER / f"{language}.json").read_text(encoding="utf-8")
    assert json.loads(text)[MADE_FROM] == trainer["digest"](language), f"run: python scripts/train_scope.py {language}"
    assert len(text.encode()) < LARGEST


@pytest.mark.parametrize(
    "language", [pytest.param(each, marks=() if each == QUICKEST else pytest.mark.slow) for each in LANGUAGES]
)
def test_the_model_is_what_its_sentences_make(language: str, trainer: dict[str, Any]) -> None:
    """One of them in every run: to train them all takes a minute."""
    text = trainer["write"](trainer["train"](language), trainer["digest"](language))
    assert (FOLDER / f"{language}.json").read_text(encoding="utf-8") == text


def test_every_language_has_a_model() -> None:
    assert tuple(LANGUAGES) == tuple(sorted(list_languages()))


@pytest.mark.parametrize("language", LANGUAGES)
def test_unknown_words_are_a_task(language: str) -> None:
    shares = get_model(language).judge("flurbel wompo")
    assert max(shares, key=lambda kind: shares[kind]) == "task"
    assert sum(shares.values()) == pytest.approx(1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_is_too_long_or_too_odd(language: str) -> None:
    model = get_model(language)
    for text in ("", "?", "\0", "play " * 2000, "🎵"):
        assert model.judge(text)
