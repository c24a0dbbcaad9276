# ruff: noqa: DTZ001  (rules live on wall clocks)

from datetime import date, datetime, time
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from tasktalk.errors import BadRequest
from tasktalk.tasks.model import Recurrence
from tasktalk.tasks.recurrence import check_recurrence, first_occurrence, leave_out, next_occurrence
from tasktalk.tasks.rules import occurrences, read_rule

MADRID = ZoneInfo("Europe/Madrid")
NOW = datetime(2026, 11, 23, 11, 0, tzinfo=MADRID)  # a Monday


def rule(text: str, *, completion: bool = False) -> Recurrence:
    return {"rrule": text, "from": "completion" if completion else "schedule", "text": ""}


@pytest.mark.parametrize(
    ("rrule", "due", "expected"),
    [
        ("FREQ=DAILY", (2026, 11, 23), (2026, 11, 24)),
        ("FREQ=DAILY", (2026, 11, 20), (2026, 11, 24)),  # what lay open is skipped
        ("FREQ=DAILY", (2026, 11, 28), (2026, 11, 29)),  # done ahead of time
        ("FREQ=WEEKLY;BYDAY=MO,FR", (2026, 11, 23), (2026, 11, 27)),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", (2026, 11, 23), (2026, 12, 7)),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", (2026, 11, 30), (2026, 12, 31)),
        ("FREQ=MONTHLY;BYDAY=1FR;INTERVAL=2", (2026, 11, 6), (2027, 1, 1)),
        ("FREQ=YEARLY", (2026, 11, 23), (2027, 11, 23)),
        ("FREQ=WEEKLY;BYDAY=FR", (2026, 11, 25), (2026, 11, 27)),  # moved off its rule
        ("FREQ=DAILY;UNTIL=20261124", (2026, 11, 23), (2026, 11, 24)),
        ("FREQ=DAILY;UNTIL=20261123", (2026, 11, 23), None),
        ("FREQ=DAILY;UNTIL=20261123T225959Z", (2026, 11, 23), None),
        ("FREQ=DAILY;COUNT=1", (2026, 11, 23), None),
        ("FREQ=DAILY;INTERVAL=2", (1990, 1, 1), (2026, 11, 24)),  # long open, and goes on
        ("FREQ=WEEKLY", (1900, 1, 1), (2026, 11, 30)),
        ("FREQ=YEARLY", (2999, 11, 23), None),  # the calendar ends
    ],
)
def test_next_by_schedule(rrule: str, due: tuple[int, int, int], expected: tuple[int, int, int] | None) -> None:
    found = next_occurrence(rule(rrule), due_on=date(*due), due_time=None, now=NOW)
    assert (found and found.on) == (expected and date(*expected))
    assert found is None or found.at is None


def test_a_day_is_left_out_where_there_is_one() -> None:
    here = datetime(2026, 11, 23, 9)
    weekly = leave_out(rule("FREQ=WEEKLY\nEXDATE:20261102,20261207"), date(2026, 11, 30), since=here)
    assert weekly["rrule"] == "FREQ=WEEKLY\nEXDATE:20261130,20261207"  # what is over need not be kept
    assert leave_out(weekly, date(2026, 11, 30), since=here) == weekly
    for day in (date(2026, 12, 1), date(2026, 11, 16), date(2026, 11, 23), date(9999, 12, 31)):
        with pytest.raises(BadRequest):
            leave_out(weekly, day, since=here)


def test_a_day_that_is_left_out_of_so_many_is_one_less() -> None:
    here = datetime(2026, 11, 23, 9)
    thrice = leave_out(rule("FREQ=DAILY;COUNT=3"), date(2026, 11, 24), since=here)
    assert thrice["rrule"] == "FREQ=DAILY;COUNT=2\nEXDATE:20261124"
    following = next_occurrence(thrice, due_on=here.date(), due_time=None, now=NOW)
    assert following is not None
    assert following.on == date(2026, 11, 25)
    assert next_occurrence(following.recurrence, due_on=following.on, due_time=None, now=NOW) is None
    with pytest.raises(BadRequest):
        leave_out(rule("FREQ=DAILY;COUNT=3"), date(2026, 11, 26), since=here)


def test_until_is_a_whole_local_day() -> None:
    found = next_occurrence(rule("FREQ=DAILY;UNTIL=20261124"), due_on=date(2026, 11, 23), due_time=time(23), now=NOW)
    assert found is not None
    assert (found.on, found.at) == (date(2026, 11, 24), time(23))


def test_from_completion_counts_from_the_day_it_was_done() -> None:
    daily = rule("FREQ=DAILY;INTERVAL=10", completion=True)
    found = next_occurrence(daily, due_on=date(2026, 10, 1), due_time=time(9), now=NOW)
    assert found is not None
    assert (found.on, found.at) == (date(2026, 12, 3), time(9))


def test_hours() -> None:
    found = next_occurrence(rule("FREQ=HOURLY;INTERVAL=12"), due_on=date(2026, 11, 23), due_time=time(6), now=NOW)
    assert found is not None
    assert (found.on, found.at) == (date(2026, 11, 23), time(18))


@pytest.mark.parametrize(
    ("rrule", "due", "expected"),
    [
        ("FREQ=MINUTELY;INTERVAL=30", datetime(2026, 11, 23, 10, 45), datetime(2026, 11, 23, 11, 15)),
        ("FREQ=MINUTELY;INTERVAL=7", datetime(2020, 1, 1, 0, 0), datetime(2026, 11, 23, 11, 1)),
        ("FREQ=MINUTELY;INTERVAL=30;BYMONTH=6", datetime(2026, 11, 23, 10, 45), datetime(2027, 6, 1, 0, 15)),
        ("FREQ=HOURLY;BYHOUR=9,15", datetime(2026, 11, 22, 9, 0), datetime(2026, 11, 23, 15, 0)),
        ("FREQ=DAILY;BYHOUR=8,20;BYMINUTE=30", datetime(2026, 11, 23, 8, 30), datetime(2026, 11, 23, 20, 30)),
        ("FREQ=DAILY\nEXDATE:20261124,20261125", datetime(2026, 11, 23, 9, 0), datetime(2026, 11, 26, 9, 0)),
        ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO", datetime(2026, 11, 23, 9, 0), datetime(2027, 1, 4, 9, 0)),
    ],
)
def test_finer_and_rarer_rules(rrule: str, due: datetime, expected: datetime) -> None:
    found = next_occurrence(rule(rrule), due_on=due.date(), due_time=due.time(), now=NOW)
    assert found is not None
    assert found.at is not None
    assert datetime.combine(found.on, found.at) == expected
    assert found.recurrence["rrule"] == rrule


def test_count_is_what_is_left() -> None:
    recurrence, due, days = rule("FREQ=DAILY;COUNT=4"), date(2026, 11, 23), []
    while found := next_occurrence(recurrence, due_on=due, due_time=None, now=NOW):
        due, recurrence = found.on, found.recurrence
        days.append(due.day)
    assert days == [24, 25, 26]
    late = next_occurrence(rule("FREQ=DAILY;COUNT=5"), due_on=date(2026, 11, 21), due_time=None, now=NOW)
    assert late is not None
    assert (late.on, late.recurrence["rrule"]) == (date(2026, 11, 24), "FREQ=DAILY;COUNT=2")


def test_first() -> None:
    assert first_occurrence(rule("FREQ=WEEKLY;BYDAY=FR"), NOW.date()) == date(2026, 11, 27)
    assert first_occurrence(rule("FREQ=DAILY"), NOW.date()) == date(2026, 11, 23)


def test_normal_form() -> None:
    assert check_recurrence({"rrule": " rrule:freq=weekly;byday=mo; "}) == rule("FREQ=WEEKLY;BYDAY=MO")


RULES = st.builds(
    lambda freq, interval, months, days, weekdays, place: ";".join(
        [
            f"FREQ={freq}",
            f"INTERVAL={interval}",
            *([f"BYMONTH={','.join(map(str, months))}"] if months else []),
            *([f"BYMONTHDAY={','.join(map(str, days))}"] if days and freq != "WEEKLY" else []),
            *([f"BYDAY={','.join(weekdays)}"] if weekdays else []),
            *([f"BYSETPOS={place}"] if place and weekdays and freq in {"YEARLY", "MONTHLY"} else []),
        ]
    ),
    st.sampled_from(["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"]),
    st.integers(1, 5),
    st.lists(st.integers(1, 12), max_size=2, unique=True),
    st.lists(st.integers(1, 31) | st.integers(-31, -1), max_size=2, unique=True),
    st.lists(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), max_size=3, unique=True),
    st.sampled_from([0, 1, 2, -1]),
)


@settings(max_examples=300, deadline=None)
@given(RULES, st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)))
def test_occurrences_are_those_of_another_reader(text: str, start: datetime) -> None:
    start = start.replace(second=0, microsecond=0)
    ours = list(islice(occurrences(read_rule(text)[0], start), 20))
    if ours:  # the other one may search to the year 9999 for what never comes
        assert ours == list(islice(rrulestr(text, dtstart=start), len(ours)))


@pytest.mark.parametrize(
    "text", ["FREQ=MONTHLY;BYDAY=2TU,-1FR", "FREQ=YEARLY;BYDAY=20MO", "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"]
)
def test_ordinals_are_those_of_another_reader(text: str) -> None:
    start = datetime(2026, 11, 23, 9)
    ours = list(islice(occurrences(read_rule(text)[0], start), 20))
    assert ours == list(islice(rrulestr(text, dtstart=start), 20))


@pytest.mark.timeout(5)
@pytest.mark.parametrize(
    "rrule",
    [
        "",
        "DAILY",
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;BYMINUTE=5",
        "FREQ=DAILY;BYHOUR=1,2,3,4,5;BYMINUTE=0,10,20,30,40,50",
        "FREQ=DAILY\nEXDATE:christmas",
        "FREQ=DAILY;EXDATE=20261224",
        "FREQ=WEEKLY;BYWEEKNO=3",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYDAY=XX",
        "FREQ=DAILY;BYMONTH=13",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=99999999999",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;UNTIL=tomorrow",
        "FREQ=DAILY;UNTIL=20260231",
        "FREQ=DAILY;BYSECOND=1",
        "FREQ=DAILY;BYHOUR=25",
        "FREQ=DAILY;FOO=1",
        "FREQ=DAILY\nRDATE:20260101",
        "FREQ=WEEKLY;BYDAY=" + "MO," * 300,
        "FREQ=DAILY;BYSETPOS=0",
        "FREQ=DAILY;WKST=",
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=1",
    ],
)
def test_rules_that_cannot_be(rrule: str) -> None:
    with pytest.raises(BadRequest) as refused:
        check_recurrence({"rrule": rrule})
    assert refused.value.data["field"] == "recurrence"
