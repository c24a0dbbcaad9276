"""When a recurring task comes next. Rules are RFC 5545 without DTSTART, on the wall clock of the task's zone.

The rule's own COUNT and UNTIL end it: a task that was its last occurrence is simply done. COUNT is what is left, the
current occurrence included; UNTIL is a local day and belongs to the rule. Nothing is searched beyond a horizon, so a
rule that never comes ("30 February") costs no time.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from dateutil.rrule import rrule, rrulestr

from tasktalk.errors import BadRequest
from tasktalk.tasks.model import Recurrence

_PART = re.compile(r"[A-Z]+=[A-Z0-9,+\-]+")
_YEARS_AHEAD = {"YEARLY": 50, "MONTHLY": 25, "WEEKLY": 10, "DAILY": 10, "HOURLY": 1}
_LONGEST = 500  # characters of a rule; ours have under 100
_MOST = 100_000  # occurrences looked at: an hourly task left alone for eleven years
_LONG_AGO = dt.datetime(1904, 1, 1)  # noqa: DTZ001  (a wall clock; before any UNTIL that hides a good rule)


class Next(NamedTuple):
    """The next occurrence and the rule from there on."""

    on: dt.date
    at: dt.time | None
    recurrence: Recurrence


def check_recurrence(given: Mapping[str, object]) -> Recurrence:
    """The recurrence with its rule in normal form; BadRequest when it cannot be read or never happens."""
    rule, mode, text = given.get("rrule"), given.get("from", "schedule"), given.get("text", "")
    if not isinstance(rule, str) or not isinstance(text, str):
        raise BadRequest("A recurrence is {rrule, from, text}.", field="recurrence")
    if mode not in {"schedule", "completion"}:
        raise BadRequest("A recurrence counts from schedule or completion.", field="recurrence")
    parts = _parts(rule)
    if next(_occurrences(parts, _LONG_AGO), None) is None:
        raise BadRequest("This recurrence never happens.", field="recurrence")
    return {"rrule": _spell(parts), "from": "completion" if mode == "completion" else "schedule", "text": text[:200]}


def first_occurrence(recurrence: Recurrence, on: dt.date) -> dt.date | None:
    """The rule's first day from `on` on."""
    found = next(_occurrences(_parts(recurrence["rrule"]), dt.datetime.combine(on, dt.time())), None)
    return found and found.date()


def next_occurrence(
    recurrence: Recurrence, *, due_on: dt.date, due_time: dt.time | None, now: dt.datetime
) -> Next | None:
    """What follows the occurrence that is done `now` (aware, in the task's zone); None: it was the last.

    Occurrences that passed while the task lay open are skipped, so what comes next lies in the future.
    """
    parts = _parts(recurrence["rrule"])
    wall = now.replace(tzinfo=None)
    if recurrence["from"] == "completion":
        hour = due_time or dt.time()
        start = wall.replace(second=0, microsecond=0) if parts["FREQ"] == "HOURLY" else dt.datetime.combine(wall, hour)
        after = start
    else:
        start = dt.datetime.combine(due_on, due_time or dt.time())
        after = max(start, wall if due_time else dt.datetime.combine(wall, dt.time()))
    left = int(parts["COUNT"]) if "COUNT" in parts else None
    gone = 0 if next(_occurrences(parts, start), None) == start else 1  # a task moved off its rule counts as one
    for gone_by, found in enumerate(islice(_occurrences(parts, start), _MOST), gone):
        if left is not None and gone_by >= left:
            return None
        if found > after:
            rest = parts if left is None else {**parts, "COUNT": str(left - gone_by)}
            timed = due_time is not None or parts["FREQ"] == "HOURLY"
            return Next(found.date(), found.time() if timed else None, {**recurrence, "rrule": _spell(rest)})
    return None


def _occurrences(parts: Mapping[str, str], start: dt.datetime) -> Iterator[dt.datetime]:
    """Occurrences from `start` on, to the horizon; COUNT is left to the caller."""
    kept = {key: value for key, value in parts.items() if key not in {"COUNT", "UNTIL"}}
    horizon = start + dt.timedelta(days=366 * _YEARS_AHEAD[parts["FREQ"]])
    try:
        if "UNTIL" in parts:
            last = dt.date.fromisoformat(parts["UNTIL"][:8])
            horizon = min(horizon, dt.datetime.combine(last, dt.time.max))
        rule = rrulestr(_spell(kept), dtstart=start)
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise BadRequest("This recurrence cannot be read.", field="recurrence") from error
    if not isinstance(rule, rrule):  # a rule set needs several lines, and a rule has one
        raise BadRequest("This recurrence cannot be read.", field="recurrence")
    yield from rule.replace(until=horizon)


def _parts(rule: str) -> dict[str, str]:
    text = rule.strip().upper().removeprefix("RRULE:").rstrip(";")
    listed = text.split(";")
    if len(text) > _LONGEST or not all(_PART.fullmatch(part) for part in listed):
        raise BadRequest("This recurrence cannot be read.", field="recurrence")
    parts = dict(part.split("=", 1) for part in listed)
    if parts.get("FREQ") not in _YEARS_AHEAD:
        raise BadRequest("A task recurs hourly, daily, weekly, monthly or yearly.", field="recurrence")
    for key in ("COUNT", "INTERVAL"):
        if key in parts and not re.fullmatch(r"[1-9]\d{0,3}", parts[key]):
            raise BadRequest(f"{key} is a number from 1 to 9999.", field="recurrence")
    if parts.keys() & {"BYSECOND", "BYMINUTE", "BYEASTER"}:
        raise BadRequest("The time of day is the task's own, not its recurrence's.", field="recurrence")
    if "UNTIL" in parts and not re.fullmatch(r"[12]\d{3}(0[1-9]|1[0-2])([0-2]\d|3[01])(T\d{6}Z?)?", parts["UNTIL"]):
        raise BadRequest("UNTIL is a day, as in 20261231.", field="recurrence")
    return parts


def _spell(parts: Mapping[str, str]) -> str:
    return ";".join(f"{key}={value}" for key, value in parts.items())
