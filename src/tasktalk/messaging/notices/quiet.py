"""Quiet hours, on a person's own wall clock."""

import datetime as dt
from zoneinfo import ZoneInfo

_DAY = dt.timedelta(days=1)


def after_quiet(moment: dt.datetime, *, quiet_from: dt.time | None, quiet_to: dt.time | None, zone: str) -> dt.datetime:
    """`moment` itself, or the end of the quiet hours that it falls into, which may reach over midnight.

    The beginning is quiet, the end is not; the same hour for both means no quiet at all. An end that the clock skips in
    spring is read with the offset before the change; of one that comes twice in autumn the first is meant, unless it
    is over.
    """
    if quiet_from is None or quiet_to is None or quiet_from == quiet_to:
        return moment
    here = moment.astimezone(ZoneInfo(zone))
    clock = here.time()
    over_midnight = quiet_from > quiet_to
    inside = (clock >= quiet_from or clock < quiet_to) if over_midnight else quiet_from <= clock < quiet_to
    if not inside:
        return moment
    day = here.date() + _DAY if over_midnight and clock >= quiet_from else here.date()
    ends = (dt.datetime.combine(day, quiet_to.replace(fold=fold), ZoneInfo(zone)) for fold in (0, 1))
    return next((end.astimezone(dt.UTC) for end in ends if end.astimezone(dt.UTC) > moment), moment)
