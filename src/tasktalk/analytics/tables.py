"""Figures as CSV (RFC 4180), for a spreadsheet that must not take a name for a formula."""

import csv
import io
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel

from tasktalk.analytics.shown import Analytics, CategoryCost, HourFigures, PersonCost
from tasktalk.web.spreadsheets import guard

Table = Literal["hours", "categories", "people"]


def write_table(figures: Analytics, table: Table) -> str:
    """The hours, or what messages cost by category or person; the first row has the names of the columns."""
    if table == "hours":
        return _write(HourFigures, figures.hourly_data)
    if table == "categories":
        return _write(CategoryCost, figures.cost.by_category)
    return _write(PersonCost, figures.cost.by_person)


def _write(model: type[BaseModel], rows: Sequence[BaseModel]) -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([field.alias or name for name, field in model.model_fields.items()])
    writer.writerows([_cell(value) for _, value in row] for row in rows)
    return file.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, str):
        return guard(value)
    return "" if value is None else value
