"""How dates, times and numbers are written in JSON. Pydantic would take more: seconds since 1970, `true`, `"1"`."""

import datetime as dt
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema


def _is_text(value: object) -> object:
    if isinstance(value, str | dt.date | dt.time | None):
        return value
    raise ValueError("dates and times are text, like 2026-12-01, 09:00 and 2026-12-01T09:00")


def _is_number(value: object) -> object:
    if isinstance(value, bool | str):
        raise ValueError("a number is not in quotes, and neither true nor false")  # noqa: TRY004  (what pydantic asks for)
    return value


def _on_the_wall(time: dt.time) -> dt.time:
    if time.tzinfo is not None:
        raise ValueError("a time has no offset: it is on the wall clock, like 09:00")
    return time


Day = Annotated[dt.date, BeforeValidator(_is_text)]
Clock = Annotated[
    dt.time,
    BeforeValidator(_is_text),
    AfterValidator(_on_the_wall),
    WithJsonSchema(
        {"type": "string", "pattern": r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$", "examples": ["09:00"]}
    ),
]
Moment = Annotated[dt.datetime, BeforeValidator(_is_text)]
Whole = Annotated[int, BeforeValidator(_is_number)]
Number = Annotated[float, BeforeValidator(_is_number)]
