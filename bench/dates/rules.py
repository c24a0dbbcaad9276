"""Whether two rules say the same: their parts, brought into one form."""

import datetime as dt

from dateutil.rrule import rrulestr

_EVERY_DAY = frozenset({"MO", "TU", "WE", "TH", "FR", "SA", "SU"})
_DAYS = ("BYDAY", "BYMONTHDAY", "BYMONTH", "BYYEARDAY", "BYWEEKNO")
_BOUNDS = ("COUNT", "UNTIL")

Parts = dict[str, object]


def read_rule(text: str | None) -> dict[str, str]:
    """The parts of the first RRULE in `text`; an empty dict of none."""
    for line in (text or "").splitlines():
        if "FREQ=" in line:
            return dict(part.split("=", 1) for part in line.removeprefix("RRULE:").split(";") if "=" in part)
    return {}


def unit_of(rule: dict[str, str]) -> Parts:
    """Unit and interval."""
    return {name: part for name, part in _normal(rule).items() if name in {"FREQ", "INTERVAL"}}


def days_of(rule: dict[str, str]) -> Parts:
    """Unit, interval and days."""
    return {name: part for name, part in _normal(rule).items() if name not in _BOUNDS}


def all_of(rule: dict[str, str]) -> Parts:
    """All of it: with how often, and until when."""
    return _normal(rule)


def begin_alike(meant: dict[str, str], said: dict[str, str], first: str | None) -> bool:
    """Where a beginning is meant, whether both have the same first day; the one that was said begins at `first`."""
    if "DTSTART" not in meant:
        return True
    return bool(said and first) and _first(meant, meant["DTSTART"][:8]) == _first(said, str(first).replace("-", ""))


def _first(rule: dict[str, str], start: str) -> dt.datetime | None:
    text = ";".join(f"{name}={part}" for name, part in rule.items() if name not in {"DTSTART", "EXDATE", "EXRULE"})
    return next(iter(rrulestr(text, dtstart=dt.datetime.strptime(start, "%Y%m%d"))), None)  # noqa: DTZ007


def _normal(rule: dict[str, str]) -> Parts:
    """One form for what can be said in several. The hour stands beside a rule of ours, so it is left out here."""
    if not rule:
        return {}
    freq, interval = rule.get("FREQ", ""), int(rule.get("INTERVAL") or 1)
    days, place = _weekdays(rule)
    if freq == "WEEKLY" and days == _EVERY_DAY and interval == 1:
        freq, days = "DAILY", set()
    if freq == "DAILY" and days and interval == 1:
        freq = "WEEKLY"
    if freq == "MONTHLY" and rule.get("BYMONTH") and interval == 1:
        freq = "YEARLY"
    normal: Parts = {"FREQ": freq, "INTERVAL": interval}
    for name in _DAYS:
        values = days if name == "BYDAY" else set(filter(None, rule.get(name, "").split(",")))
        if values:
            normal[name] = frozenset(values)
    if place:
        normal["BYSETPOS"] = frozenset(place.split(","))
    if rule.get("COUNT"):
        normal["COUNT"] = int(rule["COUNT"])
    if rule.get("UNTIL"):
        normal["UNTIL"] = rule["UNTIL"].replace("-", "")[:8]
    return normal


def _weekdays(rule: dict[str, str]) -> tuple[set[str], str | None]:
    """Weekdays, and the place in the month or year where it is not said with the day: `FR` in place 1 is `1FR`."""
    days = {day.removeprefix("+") for day in rule.get("BYDAY", "").split(",") if day}
    place = rule.get("BYSETPOS")
    if place and "," not in place and len(days) == 1:
        return {f"{int(place)}{day}" for day in days}, None
    return days, place
