"""Quiet hours on a person's clock: over midnight, when clocks change, in another zone."""

import datetime as dt

import pytest

from tasktalk.messaging.notices.quiet import after_quiet


@pytest.mark.parametrize(
    ("moment", "hours", "zone", "leaves"),
    [
        ("2026-11-23T21:59:59", "22:00-07:00", "UTC", "2026-11-23T21:59:59"),
        ("2026-11-23T22:00:00", "22:00-07:00", "UTC", "2026-11-24T07:00:00"),
        ("2026-11-24T03:00:00", "22:00-07:00", "UTC", "2026-11-24T07:00:00"),
        ("2026-11-24T07:00:00", "22:00-07:00", "UTC", "2026-11-24T07:00:00"),
        ("2026-11-24T13:30:00", "13:00-15:00", "UTC", "2026-11-24T15:00:00"),
        ("2026-11-24T15:30:00", "13:00-15:00", "UTC", "2026-11-24T15:30:00"),
        ("2026-11-24T13:30:00", "13:00-13:00", "UTC", "2026-11-24T13:30:00"),
        # 22:30 in New York
        ("2026-11-24T03:30:00", "22:00-07:00", "America/New_York", "2026-11-24T12:00:00"),
        # The last Sunday of March: 02:00 becomes 03:00, and the night is an hour shorter.
        ("2027-03-27T23:00:00", "22:00-07:00", "Europe/Madrid", "2027-03-28T05:00:00"),
        # It ends within the hour that is skipped.
        ("2027-03-27T23:00:00", "22:00-02:30", "Europe/Madrid", "2027-03-28T01:30:00"),
        # The last Sunday of October: 03:00 becomes 02:00; 02:30 comes twice, and quiet is over the first time.
        ("2027-10-30T22:00:00", "22:00-02:30", "Europe/Madrid", "2027-10-31T00:30:00"),
        ("2027-10-31T01:15:00", "22:00-02:30", "Europe/Madrid", "2027-10-31T01:30:00"),
    ],
)
def test_when_it_leaves(moment: str, hours: str, zone: str, leaves: str) -> None:
    quiet_from, quiet_to = (dt.time.fromisoformat(each) for each in hours.split("-"))
    found = after_quiet(_utc(moment), quiet_from=quiet_from, quiet_to=quiet_to, zone=zone)
    assert found == _utc(leaves)


def test_without_quiet_hours_at_once() -> None:
    moment = _utc("2026-11-23T03:00:00")
    assert after_quiet(moment, quiet_from=None, quiet_to=None, zone="Europe/Madrid") == moment


def _utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)
