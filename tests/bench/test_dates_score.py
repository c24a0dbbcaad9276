"""The scoreboard counts what is the same as the same, and nothing else."""

import pytest
from bench.dates.cases import Case, list_cases
from bench.dates.peers import Answer
from bench.dates.rules import all_of, begin_alike, days_of, read_rule, unit_of
from bench.dates.score import Tally
from bench.holdout import says


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("FREQ=WEEKLY", "RRULE:INTERVAL=1;FREQ=WEEKLY"),
        ("FREQ=DAILY;BYDAY=MO,TU", "FREQ=WEEKLY;BYDAY=TU,MO"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "FREQ=DAILY"),
        ("FREQ=MONTHLY;BYDAY=FR;BYSETPOS=-1", "DTSTART:20261101\nRRULE:FREQ=MONTHLY;BYDAY=-1FR"),
        ("FREQ=MONTHLY;BYMONTH=8;BYMONTHDAY=20", "FREQ=YEARLY;BYMONTH=8;BYMONTHDAY=20"),
        ("FREQ=DAILY;BYHOUR=9", "FREQ=DAILY;BYHOUR=9;BYMINUTE=0"),
        ("FREQ=DAILY;UNTIL=20261201T000000", "FREQ=DAILY;UNTIL=2026-12-01"),
    ],
)
def test_rules_that_say_the_same(one: str, other: str) -> None:
    assert all_of(read_rule(one)) == all_of(read_rule(other))


def test_rules_differ_by_unit_days_and_bounds() -> None:
    meant = read_rule("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;COUNT=3")
    unit, days, bounds = (
        read_rule(f"FREQ=WEEKLY;{rest}")
        for rest in ("INTERVAL=3;BYDAY=MO;COUNT=3", "INTERVAL=2;BYDAY=TU;COUNT=3", "INTERVAL=2;BYDAY=MO;COUNT=4")
    )
    assert [unit_of(said) == unit_of(meant) for said in (unit, days, bounds)] == [False, True, True]
    assert [days_of(said) == days_of(meant) for said in (unit, days, bounds)] == [False, False, True]
    assert [all_of(said) == all_of(meant) for said in (unit, days, bounds)] == [False, False, False]


def test_a_beginning_is_the_first_day_of_the_rule() -> None:
    meant = {"FREQ": "WEEKLY", "BYDAY": "WE", "DTSTART": "20261101"}
    said = {"FREQ": "WEEKLY", "BYDAY": "WE"}
    assert begin_alike(meant, said, "2026-11-04")
    assert not begin_alike(meant, said, "2026-11-05")
    assert not begin_alike(meant, said, None)


def test_a_tally_tells_the_day_from_the_moment_and_counts_what_is_invented() -> None:
    case = Case("own", "en", "times", "call at 5", "2026-11-24T10:00", "UTC", day="2026-11-24", clock="17:00")
    nothing = Case("own", "en", "literals", "read The 9/11 Report", "2026-11-24T10:00", "UTC")
    tally = Tally()
    for time in ("17:00", "05:00"):
        tally.add(case, Answer("2026-11-24", time, None, 1.0))
    tally.add(nothing, Answer("2026-09-11", None, None, 1.0))
    tally.add(nothing, Answer(None, None, None, 1.0))
    assert (tally.days.right, tally.moments.right, tally.moments.total) == (2, 1, 2)
    assert (tally.invented.right, tally.invented.total) == (1, 2)


def test_our_own_sentences_are_cases_of_every_kind() -> None:
    cases = [case for case in list_cases() if case.source == "own"]
    assert {case.language for case in cases} == {"en", "es", "pt", "fr", "de", "it", "nl"}
    dated = sum(case.day is not None for case in cases)
    ruled = sum(case.rule is not None for case in cases)
    assert min(dated, ruled, len(cases) - dated - ruled) > 300


def test_a_hold_out_counts_what_is_said_and_leaves_the_rest_free() -> None:
    said = {"intent": "create_task", "title": "call", "due": {"date": "2026-11-25", "time": None}, "labels": ["a", "b"]}
    assert says(said, {"intent": "create_task", "due": {"date": "2026-11-25", "time": "null"}})
    assert not says(said, {"title": "call Ana"})
    assert not says(said, {"due": "null"})
    assert not says(said, {"labels": ["a"]})
    assert not says(said, {"project": "Home"})
