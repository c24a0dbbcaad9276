"""Which hours are asked for: those of a wall clock, and when each of them began and ended."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from tasktalk.errors import BadRequest

Period = Literal["24h", "7d", "30d"]

QUARTER, HOUR, DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)
LONGEST = timedelta(days=93)
_HOURS: dict[Period, int] = {"24h": 24, "7d": 7 * 24, "30d": 30 * 24}
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_FIRST_YEAR, _LAST_YEAR = 2000, 2999


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour as a clock on the wall shows it. One that the clock repeats in autumn is one, and as long as both."""

    on: date
    hour: int
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Window:
    """From the beginning of an hour to the end of one, with every hour in between. `since` and `until` are in UTC."""

    since: datetime
    until: datetime
    zone: ZoneInfo
    hours: tuple[Hour, ...]


def whole_days(since: datetime, until: datetime) -> dict[str, datetime]:
    """The whole days of UTC within: where the first begins and the last ends; both are `until` where there is none."""
    first, last = -(-(since - _EPOCH) // DAY) * DAY + _EPOCH, (until - _EPOCH) // DAY * DAY + _EPOCH
    return {"first_day": first, "last_day": last} if first < last else {"first_day": until, "last_day": until}


def open_window(
    *, period: Period | None, since: datetime | None, until: datetime | None, zone: ZoneInfo, now: datetime
) -> Window:
    """The last hours up to this one; or from the hour of `since` to that of `until` (else this one), both included.

    Raises BadRequest for both ways at once, the wrong order, and more than 93 days.
    """
    if period is not None and (since is not None or until is not None):
        raise BadRequest("Give a period, or since and until.", field="period")
    if since is None and until is not None:
        raise BadRequest("Until what is known, since what is not.", field="since")
    for field, moment in (("since", since), ("until", until)):
        if moment is not None and not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
            raise BadRequest(f"{field} lies too far off.", field=field)
    ends = _floor(now, zone) + HOUR
    if since is None:
        return _window(ends - _HOURS[period or "24h"] * HOUR, ends, zone)
    begins = _floor(since, zone)
    if until is not None:
        ends = _floor(until - timedelta(microseconds=1), zone) + HOUR
    if not begins < ends:
        raise BadRequest("until lies before since.", field="until")
    if ends - begins > LONGEST:
        raise BadRequest(f"More than {LONGEST.days} days at once.", field="since")
    return _window(begins, ends, zone)


def _floor(moment: datetime, zone: ZoneInfo) -> datetime:
    wall = moment.astimezone(zone)
    past = timedelta(minutes=wall.minute, seconds=wall.second, microseconds=wall.microsecond)
    return moment.astimezone(UTC) - past


def _window(since: datetime, until: datetime, zone: ZoneInfo) -> Window:
    hours: list[Hour] = []
    for step in range((until - since) // QUARTER):
        at = since + step * QUARTER
        wall = at.astimezone(zone)
        if hours and (hours[-1].on, hours[-1].hour) == (wall.date(), wall.hour):
            hours[-1] = Hour(hours[-1].on, hours[-1].hour, hours[-1].begins, at + QUARTER)
        else:
            hours.append(Hour(wall.date(), wall.hour, at, at + QUARTER))
    return Window(since, until, zone, tuple(hours))
