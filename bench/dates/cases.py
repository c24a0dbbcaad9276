"""Sentences with the day, time or rule that is meant: our own utterances, and other people's where they are at hand."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_ROOT = Path(__file__).parents[2]
UTTERANCES = _ROOT / "tests" / "utterances"
CORPORA = _ROOT.parent / "shared" / "corpora"
SPOKEN = ("en", "es", "pt", "fr", "de", "it", "nl")
NOW = "2026-11-24T10:00:00"
_WHEN = ("recurrence", "start", "deadline", "end")
_WHOLE_DAYS = frozenset({"day", "week", "month", "year"})


@dataclass(frozen=True, slots=True)
class Case:
    """One sentence. `source` is whose it is, `tag` what it is about; `now` a wall clock in `tz`.

    `day` is None where no date is meant; `clock` is None where the time does not matter; `rule` has the parts of an
    RRULE by their names in capitals.
    """

    source: str
    language: str
    tag: str
    text: str
    now: str
    tz: str
    day: str | None = None
    clock: str | None = None
    rule: dict[str, str] | None = None


def list_cases() -> list[Case]:
    """All, those with dates and those without; ours first."""
    cases = list(_own())
    if CORPORA.is_dir():
        cases += [*_chrono(), *_chrono_without(), *_recurrent()]
    return cases


def read_utterances() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Language, tag and row of each of our own sentences; `now` and `tz` of the file are in the row."""
    for path in sorted(UTTERANCES.glob("*.yaml")):
        language, _, tag = path.stem.partition("_")
        file = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
        for row in [*file["utterances"], *file.get("not_yet", ())]:
            yield row.get("language", language), tag, {"now": file["now"], "tz": file["tz"], **row}


def _own() -> Iterator[Case]:
    for language, tag, row in read_utterances():
        expected = row["expect"]
        if isinstance(expected, list):
            continue
        source = "holdout" if tag == "holdout" else "own"
        case = (source, language, row.get("tag", tag), row["text"], row["now"], row["tz"])
        due, recurrence = expected.get("due"), expected.get("recurrence")
        if isinstance(recurrence, dict) and "\n" not in recurrence.get("rrule", "\n"):
            yield Case(*case, rule=dict(part.split("=", 1) for part in recurrence["rrule"].split(";")))
        elif isinstance(due, dict) and due.get("date", "null") != "null":
            clock = due.get("time", "null")
            yield Case(*case, day=due["date"], clock=None if clock == "null" else clock)
        elif due == "null" and not any(expected.get(slot, "null") != "null" for slot in _WHEN):
            yield Case(*case)


def _chrono() -> Iterator[Case]:
    for row in _read("chrono.jsonl"):
        expected, now = row["expected"], row["reference_now"] or NOW
        if len(expected) != 1 or expected[0]["time_only"] or expected[0]["grain"] == "second":
            continue
        meant = expected[0]
        if meant["start"] < now[:10]:  # ours looks ahead
            continue
        clock = None if meant["grain"] in _WHOLE_DAYS else meant["start"][11:16]
        yield Case("chrono", row["lang"], _test_of(row), row["text"], now, "UTC", meant["start"][:10], clock)


def _chrono_without() -> Iterator[Case]:
    for row in _read("chrono_negative.jsonl"):
        yield Case("chrono", row["lang"], "without", row["text"], NOW, "UTC")


def _recurrent() -> Iterator[Case]:
    for row in _read("recurrence.jsonl"):
        rule = (row["expected"] or {}).get("rrule")
        if rule:
            parts = {name.upper(): str(value).upper() for name, value in rule.items()}
            now = row["reference_now"] or NOW
            yield Case("recurrent", row["lang"], "rules", row["text"], now, "UTC", rule=parts)


def _test_of(row: dict[str, Any]) -> str:
    """`test/en/en_time_exp.test.ts` is about `time_exp`."""
    stem = str(row["source"]).split(" :: ")[0].rpartition("/")[2].removesuffix(".test.ts")
    return stem.partition("_")[2] or "other"


def _read(name: str) -> Iterator[dict[str, Any]]:
    for line in (CORPORA / name).read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["lang"] in SPOKEN:
            yield row
