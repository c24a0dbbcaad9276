"""How a person wants to be reminded and told: reading and changing it, with all that follows for what is planned."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from typing_extensions import TypedDict

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.users import change_user
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import BadRequest, Conflict, NotFound
from tasktalk.phrases import Told, phrase
from tasktalk.tasks.preferences.events import Event, all_told
from tasktalk.tasks.preferences.moving import move_floating_tasks, replan
from tasktalk.tasks.reminders.digests import plan_digests
from tasktalk.tasks.reminders.reading import FURTHEST

Q = queries(__file__)

_OF_USER = frozenset({"name", "language", "timezone"})
_OF_DIGESTS = frozenset({"timezone", "digest_time", "review_time", "review_weekday", "notifications", "muted"})
_SUNDAY = 7
MOST_MESSAGES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """Hours are on the person's wall clock, None: never. `review_weekday`: Monday 1 to Sunday 7.

    `default_reminder`: from when a task with a time is due, zero or negative; None: none. `day_starts`: when a reminder
    of a whole day rings. `notifications`: every event and whether it is told. `muted`: nothing of others, no digests.
    `by_email`: what WhatsApp cannot carry of tasks comes by e-mail; `apprise`: an address of Apprise's is named.
    `monthly_messages`: by WhatsApp that were not asked for, None: no bound. `version` counts changes of all of it.
    """

    name: str
    language: str
    timezone: str
    digest_time: dt.time | None
    review_time: dt.time | None
    review_weekday: int
    quiet_hours: tuple[dt.time, dt.time] | None
    default_reminder: dt.timedelta | None
    day_starts: dt.time
    notifications: dict[str, bool]
    muted: bool
    by_email: bool
    apprise: bool
    monthly_messages: int | None
    version: int


class PreferenceChanges(TypedDict, total=False):
    """What to change; a key that is absent stays as it is. `notifications`: only the events to switch."""

    name: str
    language: str
    timezone: str
    digest_time: dt.time | None
    review_time: dt.time | None
    review_weekday: int
    quiet_hours: tuple[dt.time, dt.time] | None
    default_reminder: dt.timedelta | None
    day_starts: dt.time
    notifications: dict[str, bool]
    muted: bool
    by_email: bool
    monthly_messages: int | None


async def get_preferences(conn: Conn, *, viewer: Viewer) -> Preferences:
    """The viewer's. Raises NotFound when they are gone."""
    return _preferences(await _read(conn, viewer=viewer))


async def change_preferences(
    conn: Conn, *, viewer: Viewer, changes: PreferenceChanges, now: dt.datetime, version: int | None = None
) -> Preferences:
    """As they are after the change; what floats goes along with a new zone, what was planned is planned anew.

    Raises BadRequest (`field`) for what cannot be, Conflict for a version that has moved on.
    """
    await Q.keep_row(conn, user_id=viewer.user_id, at=now)
    old = await _read(conn, viewer=viewer)  # locked by the row just kept
    if version is not None and version != old["version"]:
        raise Conflict(phrase("Your preferences were changed meanwhile."), version=old["version"])
    columns = _columns(changes, old)
    if {key: old[key] for key in columns} == columns and all(
        old[key] == value for key, value in changes.items() if key in _OF_USER
    ):
        return _preferences(old)
    await change_user(
        conn,
        user_id=viewer.user_id,
        name=changes.get("name"),
        language=changes.get("language"),
        timezone=changes.get("timezone"),
    )
    await Q.write_preferences(conn, user_id=viewer.user_id, set=columns, at=now)
    new = await _read(conn, viewer=viewer)
    if new["timezone"] != old["timezone"]:
        await move_floating_tasks(conn, user_id=viewer.user_id, zone=new["timezone"], now=now)
    if new["timezone"] != old["timezone"] or new["day_starts"] != old["day_starts"]:
        await replan(conn, query=Q.list_on_the_clock, user_id=viewer.user_id, now=now)
    if new["default_reminder"] != old["default_reminder"]:
        await replan(conn, query=Q.list_own_timed, user_id=viewer.user_id, now=now)
    if changes.keys() & _OF_DIGESTS:
        await plan_digests(conn, user_id=viewer.user_id, now=now)
    return _preferences(new)


async def _read(conn: Conn, *, viewer: Viewer) -> Mapping[str, Any]:
    row: Mapping[str, Any] | None = await Q.read_preferences(conn, user_id=viewer.user_id)
    if row is None:
        raise NotFound(phrase("There is no such user."))
    return row


def _columns(changes: PreferenceChanges, old: Mapping[str, Any]) -> dict[str, Any]:  # noqa: C901  (one case a key)
    """The columns of `preferences` that the changes set."""
    columns: dict[str, Any] = {}
    for key, value in changes.items():
        match key, value:
            case "quiet_hours", None:
                columns |= {"quiet_from": None, "quiet_to": None}
            case "quiet_hours", (dt.time() as begin, dt.time() as end):
                if _minute(begin) == _minute(end):
                    raise BadRequest(phrase("Quiet hours begin and end at different times."), field="quiet_hours")
                columns |= {"quiet_from": _minute(begin), "quiet_to": _minute(end)}
            case "notifications", dict():
                if unknown := value.keys() - set(Event):
                    raise BadRequest(f"There is no event {min(unknown)[:40]!r}.", field="notifications")
                columns["switches"] = old["switches"] | {str(event): told for event, told in value.items()}
            case "default_reminder", dt.timedelta():
                if not -FURTHEST <= value <= dt.timedelta():
                    raise BadRequest(
                        phrase("A default reminder rings when a task is due or before."), field="default_reminder"
                    )
                columns["default_reminder"] = -value  # the column says how long before
            case "review_weekday", int() if not 1 <= value <= _SUNDAY:
                raise BadRequest(phrase("A weekday is 1 (Monday) to 7."), field="review_weekday")
            case "monthly_messages", int() if not 1 <= value <= MOST_MESSAGES:
                raise BadRequest(
                    Told("That is a number from 1 to {most}.", most=MOST_MESSAGES), field="monthly_messages"
                )
            case _, dt.time():
                columns[key] = _minute(value)
            case _ if key not in _OF_USER:
                columns[key] = value
    return columns


def _minute(at: dt.time) -> dt.time:
    return at.replace(second=0, microsecond=0, tzinfo=None)


def _preferences(row: Mapping[str, Any]) -> Preferences:
    before: dt.timedelta | None = row["default_reminder"]
    return Preferences(
        name=row["name"],
        language=row["language"],
        timezone=row["timezone"],
        digest_time=row["digest_time"],
        review_time=row["review_time"],
        review_weekday=row["review_weekday"],
        quiet_hours=None if row["quiet_from"] is None else (row["quiet_from"], row["quiet_to"]),
        default_reminder=None if before is None else -before,
        day_starts=row["day_starts"],
        notifications=all_told(row["switches"]),
        muted=row["muted"],
        by_email=bool(row["by_email"]),
        apprise=row["apprise"],
        monthly_messages=row["monthly_messages"],
        version=row["version"],
    )
