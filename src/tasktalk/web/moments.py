"""Moments that people send: with their offset, and within the calendar."""

import datetime as dt
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime


def _within_reach(moment: dt.datetime) -> dt.datetime:
    """Not so far off that its offset leads out of the calendar."""
    try:
        return moment.astimezone(dt.UTC)
    except OverflowError as error:
        raise ValueError("a moment between the years 1 and 9999") from error


Moment = Annotated[AwareDatetime | None, AfterValidator(lambda at: at and _within_reach(at))]
