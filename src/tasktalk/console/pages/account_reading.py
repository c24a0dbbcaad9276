"""One's notification settings as a form has them: every field a text, a switch "on" or ""."""

import datetime as dt
import re
from collections.abc import Collection, Mapping
from contextlib import suppress

from tasktalk.assistant.replies.speech import Speech, phrase
from tasktalk.errors import BadRequest
from tasktalk.tasks.preferences.events import Event
from tasktalk.tasks.preferences.preferences import PreferenceChanges, Preferences
from tasktalk.tasks.reminders.reading import read_offset, spell_offset

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?")
_NUMBER = re.compile(r"[0-9]{1,9}")
_BEFORE = ("PT0S", "-PT5M", "-PT10M", "-PT15M", "-PT30M", "-PT1H", "-PT2H", "-P1D")
_MINUTE, _HOUR, _DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)

# In the order of the page. What a person hears of others, and what administrators hear of the numbers.
OF_OTHERS = {
    Event.ASSIGNED: phrase("Somebody gives you a task"),
    Event.ACCEPTED: phrase("A task that you gave is accepted"),
    Event.DECLINED: phrase("A task that you gave is declined"),
    Event.COMMENTED: phrase("A comment on your task"),
    Event.MENTIONED: phrase("Somebody mentions you"),
    Event.COMPLETED: phrase("Somebody completes a task"),
    Event.ADDED: phrase("Somebody adds a task"),
    Event.CHANGED: phrase("Somebody changes a task"),
    Event.JOINED: phrase("Somebody joins a project"),
    Event.INVITED: phrase("You are invited to a project"),
}
OF_NUMBERS = {
    Event.TROUBLE: phrase("A connected number is in trouble"),
    Event.WARNING: phrase("A connected number gives a warning"),
}


def write_form(chosen: Preferences) -> dict[str, str]:
    """Every field of the form, `on_EVENT` the switch of an event."""
    begin, end = chosen.quiet_hours or (None, None)
    before = chosen.default_reminder
    return {
        "digest_time": _clock(chosen.digest_time),
        "review_time": _clock(chosen.review_time),
        "review_weekday": str(chosen.review_weekday),
        "quiet_from": _clock(begin),
        "quiet_to": _clock(end),
        "default_reminder": "" if before is None else spell_offset(before),
        "day_starts": _clock(chosen.day_starts),
        "muted": _switch(on=chosen.muted),
        "by_email": _switch(on=chosen.by_email),
        "monthly_messages": "" if chosen.monthly_messages is None else str(chosen.monthly_messages),
    } | {f"on_{event}": _switch(on=told) for event, told in chosen.notifications.items()}


def read_changes(form: Mapping[str, str], *, before: Preferences, events: Collection[Event]) -> PreferenceChanges:
    """What the form says otherwise; what was never chosen stays so. It has the switches of `events`.

    Raises BadRequest (`field`) for what cannot be read; whether it can be is for `change_preferences` to say.
    """
    starts, budget = _read_clock(form, "day_starts"), form["monthly_messages"].strip()
    if starts is None:
        raise BadRequest(phrase("A day starts at some hour."), field="day_starts")
    if budget and not _NUMBER.fullmatch(budget):
        raise BadRequest(phrase("Write a number, or leave it empty."), field="monthly_messages")
    weekday, offset = form["review_weekday"], form["default_reminder"]
    switches = {event.value: form[f"on_{event}"] == "on" for event in events}
    changes = PreferenceChanges(
        digest_time=_read_clock(form, "digest_time"),
        review_time=_read_clock(form, "review_time"),
        review_weekday=int(weekday) if _NUMBER.fullmatch(weekday) else 0,
        quiet_hours=_read_quiet(form),
        default_reminder=read_offset(offset, field="default_reminder") if offset else None,
        day_starts=starts,
        notifications=before.notifications | switches,
        muted=form["muted"] == "on",
        by_email=form["by_email"] == "on",
        monthly_messages=int(budget) if budget else None,
    )
    turned: PreferenceChanges = {key: new for key, new in changes.items() if getattr(before, key) != new}  # type: ignore[assignment]  # the same keys
    if "notifications" in turned:
        turned["notifications"] = {event: on for event, on in switches.items() if before.notifications[event] != on}
    return turned


def list_reminders(chosen: str, speech: Speech) -> list[tuple[str, str]]:
    """What can be chosen as a reminder by default, in words; what is chosen by now is among it."""
    offsets = {each: read_offset(each, field="default_reminder") for each in _BEFORE}
    if chosen not in {"", *_BEFORE}:
        with suppress(BadRequest):  # of a form that is shown again, with what is wrong beside it
            offsets[chosen] = read_offset(chosen, field="default_reminder")
    nearest_first = sorted(offsets.items(), key=lambda each: -each[1])
    return [("", speech.say("None")), *((each, _before_words(-offset, speech)) for each, offset in nearest_first)]


def _before_words(before: dt.timedelta, speech: Speech) -> str:
    if not before:
        return speech.say("When it is due")
    if before % _DAY == dt.timedelta():
        return speech.count("{number} day before", "{number} days before", before // _DAY)
    if before % _HOUR == dt.timedelta():
        return speech.count("{number} hour before", "{number} hours before", before // _HOUR)
    return speech.count("{number} minute before", "{number} minutes before", before // _MINUTE)


def _read_quiet(form: Mapping[str, str]) -> tuple[dt.time, dt.time] | None:
    begin = _read_clock(form, "quiet_from", field="quiet_hours")
    end = _read_clock(form, "quiet_to", field="quiet_hours")
    if begin is None and end is None:
        return None
    if begin is None or end is None:
        raise BadRequest(
            phrase("Quiet hours have a beginning and an end; leave both empty for none."), field="quiet_hours"
        )
    return begin, end


def _read_clock(form: Mapping[str, str], name: str, *, field: str = "") -> dt.time | None:
    text = form[name].strip()
    if not text:
        return None
    if not _CLOCK.fullmatch(text):
        raise BadRequest(phrase("An hour is written like 09:00."), field=field or name)
    return dt.time.fromisoformat(text)


def _clock(at: dt.time | None) -> str:
    return "" if at is None else f"{at:%H:%M}"


def _switch(*, on: bool) -> str:
    return "on" if on else ""
