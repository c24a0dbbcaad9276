"""`parse --jsonl`: a line out for each line in, whatever it is."""

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasktalk.assistant.parse_lines import parse_lines

NOW = dt.datetime(2026, 11, 24, 10)  # noqa: DTZ001  (on the wall clock of the zone that is given)
TASK = {
    "intent",
    "confidence",
    "title",
    "due",
    "start",
    "deadline",
    "end",
    "duration_minutes",
    "recurrence",
    "priority",
}
TASK |= {"project", "section", "labels", "assignees", "reminders", "notes", "subtasks", "spans"}


def parse(lines: Iterable[bytes | str]) -> list[dict[str, Any]]:
    out = list(parse_lines(lines, now=NOW, tz="Europe/Madrid"))
    assert all(line.endswith(b"\n") and line.count(b"\n") == 1 for line in out)
    return [json.loads(line) for line in out]


def test_a_line_has_the_shape_that_is_promised() -> None:
    (answer,) = parse(['{"text": "Pay rent every month on the 1st at 9am #Home @money !30m before", "zzz": [1]}'])
    assert answer["language"] == "en"
    assert answer["reply"] is None
    (intent,) = answer["intents"]
    assert intent.keys() >= TASK
    assert intent["title"] == "Pay rent"
    assert intent["due"] == {"date": "2026-12-01", "time": "09:00", "datetime": "2026-12-01T09:00:00+01:00"}
    assert intent["recurrence"] == {
        "rrule": "FREQ=MONTHLY;BYMONTHDAY=1", "from": "schedule", "text": "every month on the 1st at 9am",
    }  # fmt: skip
    assert (intent["project"], intent["labels"], intent["reminders"]) == ("Home", ["money"], ["-PT30M"])
    assert [span["kind"] for span in intent["spans"]] == ["recurrence", "project", "label", "reminder"]


def test_a_line_says_its_own_now_zone_and_people() -> None:
    request = {"text": "call tomorrow 9am +Zoe", "tz": "Asia/Tokyo", "people": ["Zoe"], "lang": "xx"}
    request["now"] = "2027-07-01T23:30Z"
    (answer,) = parse([json.dumps(request).encode()])
    assert answer["intents"][0]["due"]["datetime"] == "2027-07-03T09:00:00+09:00"
    assert answer["intents"][0]["assignees"] == ["Zoe"]


UNUSABLE = ["", "\n", "no json", "[]", "null", '"text"', "{}", '{"text": 3}', b"\xff\xfe", "[" * 100_000, "9" * 5000]
BAD_FIELDS = ['"tz": "No/Where"', '"tz": 7', '"now": "soon"', '"people": "Ana"']


@pytest.mark.parametrize("line", [*UNUSABLE, *(f'{{"text": "a", {field}}}' for field in BAD_FIELDS)])
def test_an_unusable_line_gets_a_line_with_its_error(line: str | bytes) -> None:
    (answer,) = parse([line])
    assert answer["intents"] == []
    assert answer["error"]["code"] == "BAD_REQUEST"


def test_half_a_character_is_no_obstacle() -> None:
    assert parse(['{"text": "call \\ud83d mom"}'])[0]["intents"][0]["title"] == "call ? mom"


requests = st.text(max_size=40).map(lambda text: json.dumps({"text": text}))


@settings(deadline=None)  # the first message compiles the rules
@given(st.lists(st.one_of(st.binary(max_size=40), st.text(max_size=40), requests)))
def test_as_many_lines_out_as_in(lines: list[bytes | str]) -> None:
    assert len(parse(lines)) == len(lines)
