"""A person as the API shows them to themselves."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from tasktalk.accounts.access import Role
from tasktalk.accounts.users import User
from tasktalk.tasks.preferences.preferences import Preferences
from tasktalk.tasks.reminders.reading import spell_offset


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPreferences:
    """Hours are "HH:MM" on the person's wall clock, null: never. `review_weekday`: Monday 1 to Sunday 7.

    `default_reminder`: ISO 8601, from when a task with a time is due; null: none. `day_starts`: when a reminder of a
    whole day rings. `notifications`: every event and whether it is told. `muted`: nothing of others, no digests.
    `by_email`: what WhatsApp cannot carry of tasks comes by e-mail; `apprise`: an address of Apprise's is named.
    `monthly_messages`: by WhatsApp that were not asked for; null: no bound.
    """

    digest_time: str | None
    review_time: str | None
    review_weekday: int
    quiet_hours: tuple[str, str] | None
    default_reminder: str | None
    day_starts: str
    notifications: dict[str, bool]
    muted: bool
    by_email: bool
    apprise: bool
    monthly_messages: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Myself:
    """A person as they see themselves. `version` counts changes of all of it."""

    id: UUID
    name: str
    email: str | None
    role: Role
    language: str
    timezone: str
    preferences: ShownPreferences
    version: int


def show(user: User, preferences: Preferences) -> Myself:
    """Both in one."""
    quiet, default = preferences.quiet_hours, preferences.default_reminder
    return Myself(
        id=user.id,
        name=user.name,
        email=user.email,
        role=user.role,
        language=user.language,
        timezone=user.timezone,
        preferences=ShownPreferences(
            digest_time=_hour(preferences.digest_time),
            review_time=_hour(preferences.review_time),
            review_weekday=preferences.review_weekday,
            quiet_hours=None if quiet is None else (f"{quiet[0]:%H:%M}", f"{quiet[1]:%H:%M}"),
            default_reminder=None if default is None else spell_offset(default),
            day_starts=f"{preferences.day_starts:%H:%M}",
            notifications=preferences.notifications,
            muted=preferences.muted,
            by_email=preferences.by_email,
            apprise=preferences.apprise,
            monthly_messages=preferences.monthly_messages,
        ),
        version=preferences.version,
    )


def _hour(at: dt.time | None) -> str | None:
    return None if at is None else f"{at:%H:%M}"
