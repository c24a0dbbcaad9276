"""Every utterance of tests/utterances is understood as its file says; a file names only what matters about a row."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
import yaml

from tasktalk.assistant.understand import understand
from tasktalk.assistant.understanding import Context

FOLDER = Path(__file__).parents[2] / "utterances"
PEOPLE, PROJECTS, LABELS = ("Ana", "Ben"), ("Home", "Work", "House Move"), ("money",)


def list_rows(path: Path) -> Iterator[dict[str, Any]]:
    # The base loader keeps everything as text: YAML would read 17:00 as a number of seconds.
    file = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
    for row in file["utterances"]:
        yield {"now": file["now"], "tz": file["tz"], "language": path.stem.split("_")[0], **row}


def read_context(row: dict[str, Any]) -> Context:
    now = dt.datetime.fromisoformat(row["now"])
    if now.tzinfo is None:
        now = now.replace(tzinfo=ZoneInfo(row["tz"]))
    known = row.get("context", {})
    return Context(
        now=now,
        tz=row["tz"],
        language=row["language"],
        people=PEOPLE,
        projects=tuple(known.get("projects", PROJECTS)),
        labels=LABELS,
        open_titles=tuple(known.get("open_titles", ())),
    )


def list_differences(expected: Any, actual: Any, path: str = "") -> Iterator[str]:
    """Where `actual` is not what `expected` says; keys that `expected` does not name are free."""
    if isinstance(expected, dict):
        if not isinstance(actual, dict):
            yield f"{path}: expected {expected}, got {actual}"
            return
        for key, value in expected.items():
            yield from list_differences(value, actual.get(key, "no such key"), f"{path}.{key}")
    elif isinstance(expected, list):
        if not isinstance(actual, list | tuple) or len(actual) != len(expected):
            yield f"{path}: expected {expected}, got {actual}"
            return
        for at, (each, other) in enumerate(zip(expected, actual, strict=True)):
            yield from list_differences(each, other, f"{path}[{at}]")
    else:
        said = "null" if actual is None else str(actual).lower() if isinstance(actual, bool) else str(actual)
        if said != expected:
            yield f"{path}: expected {expected}, got {said}"


def say_what_is_wrong(row: dict[str, Any]) -> str:
    intents = msgspec.to_builtins(understand(row["text"], read_context(row)))["intents"]
    actual = intents if isinstance(row["expect"], list) else intents[0]
    return "; ".join(list_differences(row["expect"], actual))


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_utterances(path: Path) -> None:
    """A file a test: of ten thousand rows each as a test of its own, the tests would take longer than the rows."""
    said = [(row["text"], say_what_is_wrong(row)) for row in list_rows(path)]
    assert said
    assert [f"{text!r}: {wrong}" for text, wrong in said if wrong] == []
