"""How much is understood of what other projects test their own parsers with; skipped where that is not at hand."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from tasktalk.assistant.understand import understand
from tasktalk.assistant.understanding import Context, Draft

CORPORA = Path(__file__).parents[4] / "shared" / "corpora"
pytestmark = pytest.mark.skipif(not CORPORA.is_dir(), reason="the development corpora are not beside the project")
NOW = "2026-11-24T10:00:00"


def read_rows(name: str) -> list[dict[str, Any]]:
    lines = (CORPORA / name).read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["lang"] == "en"]


def read(row: dict[str, Any]) -> Draft:
    now = dt.datetime.fromisoformat(row["reference_now"] or NOW).replace(tzinfo=dt.UTC)
    return understand(row["text"], Context(now=now)).intents[0]


def test_days_ahead() -> None:
    right = total = 0
    for row in read_rows("chrono.jsonl"):
        expected = row["expected"]
        now = row["reference_now"] or NOW
        if (
            len(expected) != 1
            or expected[0]["time_only"]
            or expected[0]["start"] < now[:10]
            or expected[0]["grain"] == "second"
        ):
            continue
        intent = read(row)
        when = intent.due or intent.start or intent.deadline
        total += 1
        right += when is not None and when.date == expected[0]["start"][:10]
    assert right / total >= 0.8, f"{right} of {total}"


def test_dates_that_are_none() -> None:
    rows = read_rows("chrono_negative.jsonl")
    wrong = [row["text"] for row in rows if (intent := read(row)).due or intent.recurrence]
    assert len(wrong) <= 12, wrong


def test_recurrence() -> None:
    rows = [row for row in read_rows("recurrence.jsonl") if row["expected"] and "rrule" in row["expected"]]
    right = 0
    for row in rows:
        intent = read(row)
        rule = (
            dict(part.split("=") for part in intent.recurrence.rrule.splitlines()[0].split(";"))
            if intent.recurrence
            else {}
        )
        wanted = row["expected"]["rrule"]
        right += rule.get("FREQ", "").lower() == wanted["freq"] and int(rule.get("INTERVAL", 1)) == int(
            wanted["interval"]
        )
    assert right / len(rows) >= 0.95, f"{right} of {len(rows)}"
