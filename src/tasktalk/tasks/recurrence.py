"""When a recurring task comes next, on the wall clock of its zone.

The rule's own COUNT and UNTIL end it: a task that was its last occurrence is simply done. COUNT is what is left, the
current occurrence included; UNTIL is a local day and belongs to the rule.
"""

import datetime as dt
from collections.abc import Mapping
from itertools import islice, takewhile
from typing import Literal, NamedTuple

from tasktalk.errors import BadRequest
from tasktalk.phrases import phrase
from tasktalk.tasks.due import LAST_YEAR
from tasktalk.tasks.model import Recurrence
from tasktalk.tasks.rules import occurrences, read_rule, spell

_TEXT_CHARACTERS = 200
_LONG_AGO = dt.datetime(1904, 1, 1)  # noqa: DTZ001  (a wall clock; before any UNTIL that hides a good rule)


class Next(NamedTuple):
    """The next occurrence and the rule from there on."""

    on: dt.date
    at: dt.time | None
    recurrence: Recurrence


def check_recurrence(given: Mapping[str, object]) -> Recurrence:
    """The recurrence with its rule in normal form; BadRequest when it cannot be read or never happens."""
    text, mode, said = given.get("rrule"), given.get("from", "schedule"), given.get("text", "")
    if not isinstance(text, str) or not isinstance(said, str):
        raise BadRequest("A recurrence is {rrule, from, text}.", field="recurrence")
    if mode not in {"schedule", "completion"}:
        raise BadRequest("A recurrence counts from schedule or completion.", field="recurrence")
    rule, parts = read_rule(text)
    if next(occurrences(rule, _LONG_AGO), None) is None:
        raise BadRequest(phrase("This recurrence never happens."), field="recurrence")
    from_: Literal["schedule", "completion"] = "completion" if mode == "completion" else "schedule"
    return {"rrule": spell(parts), "from": from_, "text": said[:_TEXT_CHARACTERS].replace("\x00", "")}


def first_occurrence(recurrence: Recurrence, on: dt.date) -> dt.date | None:
    """The rule's first day from `on` on."""
    rule, _ = read_rule(recurrence["rrule"])
    found = next(occurrences(rule, dt.datetime.combine(on, dt.time())), None)
    return found and found.date()


def leave_out(recurrence: Recurrence, on: dt.date, *, since: dt.datetime) -> Recurrence:
    """The recurrence without its occurrence on that day; `since` (naive): the occurrence that is open.

    BadRequest when there is none on that day, or nothing of it would be left.
    """
    rule, parts = read_rule(recurrence["rrule"])
    if on in rule.left_out:
        return recurrence
    following = (found.date() for found in occurrences(rule, since) if found > since)
    ahead = islice(following, None if rule.count is None else rule.count - 1)
    gone = sum(day == on for day in takewhile(lambda day: day <= on, ahead))
    if not gone:
        raise BadRequest(phrase("It does not come on that day."), field="date")
    kept = sorted(f"{day:%Y%m%d}" for day in {*rule.left_out, on} if day > since.date())
    rest = parts if rule.count is None else {**parts, "COUNT": str(rule.count - gone)}
    return check_recurrence({**recurrence, "rrule": spell({**rest, "EXDATE": ",".join(kept)})})


def next_occurrence(
    recurrence: Recurrence, *, due_on: dt.date, due_time: dt.time | None, now: dt.datetime
) -> Next | None:
    """What follows the occurrence that is done `now` (aware, in the task's zone); None: it was the last.

    Occurrences that passed while the task lay open are skipped, so what comes next lies in the future.
    """
    rule, parts = read_rule(recurrence["rrule"])
    wall = now.replace(tzinfo=None, second=0, microsecond=0)
    if recurrence["from"] == "completion":
        start = wall if rule.step else dt.datetime.combine(wall, due_time or dt.time())
        after = start
    else:
        start = dt.datetime.combine(due_on, due_time or dt.time())
        after = max(start, wall if due_time else dt.datetime.combine(wall, dt.time()))
    gone = 0
    if rule.step and after > start and rule.count is None:
        start += (after - start) // rule.step * rule.step  # what was missed in steps need not be walked through
    for found in occurrences(rule, start, beyond=after):
        if gone == 0 and found > start:
            gone = 1  # a task moved off its rule counts as one
        if rule.count is not None and gone >= rule.count:
            return None
        if found.year > LAST_YEAR:
            return None
        if found > after:
            rest = parts if rule.count is None else {**parts, "COUNT": str(rule.count - gone)}
            timed = due_time is not None or rule.step or rule.by_hour
            return Next(found.date(), found.time() if timed else None, {**recurrence, "rrule": spell(rest)})
        gone += 1
    return None
