"""Personal settings in words: zone, language, digest, quiet hours, and how much a person wants to hear."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any
from zoneinfo import available_timezones

import msgspec
from msgspec import UNSET

from tasktalk.assistant import sending
from tasktalk.assistant.outcomes import Outcome, Said, Settled
from tasktalk.assistant.turn import Turn
from tasktalk.assistant.understanding import Intent, Settings
from tasktalk.tasks.names import fold
from tasktalk.tasks.preferences.preferences import PreferenceChanges, change_preferences, get_preferences

_MUTED = {"stop": True, "start": False}


async def change_settings(turn: Turn, intent: Intent) -> Outcome:
    """Changes what was named; from then on the dialogue is in the new zone and language."""
    if intent.action == "export":
        return await sending.export(turn, intent)
    if intent.action == "forget me":
        return Said("forget me")
    changes: PreferenceChanges = {}
    if intent.action in _MUTED:
        changes["muted"] = _MUTED[intent.action]
    elif intent.settings is not None:
        changes = _named(intent.settings)
        if intent.settings.timezone is not None:
            zone = find_zone(intent.settings.timezone)
            if zone is None:
                return Said("no_zone", intent.settings.timezone)
            changes["timezone"] = zone
    changes |= _switched_off(intent)
    if not changes:
        return Said("no_setting")
    viewer = turn.dialogue.viewer
    before = await get_preferences(turn.conn, viewer=viewer)
    now = await change_preferences(turn.conn, viewer=viewer, changes=changes, now=turn.by.at)
    turn.dialogue.viewer = replace(viewer, timezone=now.timezone, language=now.language)
    if before.version != now.version or before != now:
        was = msgspec.to_builtins({key: getattr(before, key) for key in changes})
        turn.ask("settings", before=was)
    return Settled(now, frozenset(changes))


def as_changes(before: Mapping[str, Any]) -> PreferenceChanges:
    """What makes preferences as they were, from what was kept of them as JSON."""
    return msgspec.convert(before, PreferenceChanges)


def find_zone(said: str) -> str | None:
    """The IANA zone that a person means by its name or by the name of its city, as "Europe/Madrid" or "new york"."""
    return _zones().get(_plain(said)) or _zones().get(_plain(said.partition(",")[0]))


@cache
def _zones() -> dict[str, str]:
    """Zones by name and by city; of several of one city the one named shortest."""
    names = sorted(available_timezones(), key=lambda name: (name.count("/"), len(name), name))
    zones = {_plain(name): name for name in names}
    for name in names:
        area, _, city = name.rpartition("/")
        if area and not area.startswith(("Etc", "SystemV", "posix", "right")):
            zones.setdefault(_plain(city), name)
    return zones


def _plain(name: str) -> str:
    return " ".join(re.split(r"[\s_-]+", fold(name).strip(" .!?")))


def _switched_off(intent: Intent) -> PreferenceChanges:
    changes: PreferenceChanges = {}
    if "quiet_hours" in intent.clear:
        changes["quiet_hours"] = None
    if "digest_time" in intent.clear:
        changes["digest_time"] = None
    if "monthly_messages" in intent.clear:
        changes["monthly_messages"] = None
    return changes


def _named(settings: Settings) -> PreferenceChanges:
    changes: PreferenceChanges = {}
    if settings.language is not None:
        changes["language"] = settings.language
    if settings.digest_time is not None:
        changes["digest_time"] = dt.time.fromisoformat(settings.digest_time)
    if settings.quiet_hours is not None:
        begin, end = (dt.time.fromisoformat(hour) for hour in settings.quiet_hours)
        changes["quiet_hours"] = (begin, end)
    if settings.notifications is not None:
        changes["muted"] = not settings.notifications
    if settings.by_email is not UNSET:
        changes["by_email"] = settings.by_email
    if settings.monthly_messages is not UNSET:
        changes["monthly_messages"] = settings.monthly_messages
    return changes
