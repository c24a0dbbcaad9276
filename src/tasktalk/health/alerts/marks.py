"""Whether a rule's alert is to be opened or ended: what comes and goes within its time does neither."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tasktalk.health.alerts.rules import Sign


@dataclass(frozen=True, slots=True)
class Mark:
    """Since when a rule is bad, or well; both None in between, and before it was looked at."""

    bad_since: datetime | None = None
    well_since: datetime | None = None


def step(before: Mark, sign: Sign, *, now: datetime) -> tuple[Mark, Literal["open", "end", "keep"]]:
    """The mark from now on, and what becomes of the alert."""
    if sign.verdict == "bad":
        mark = Mark(bad_since=before.bad_since or now)
        return mark, "open" if now - (mark.bad_since or now) >= sign.opens_after else "keep"
    if sign.verdict == "well":
        mark = Mark(well_since=before.well_since or now)
        return mark, "end" if now - (mark.well_since or now) >= sign.ends_after else "keep"
    return Mark(), "keep"
