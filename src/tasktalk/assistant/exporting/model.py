"""What can be asked for as a document."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import urlencode

Format = Literal["csv", "json", "pdf", "zip"]
FORMATS: tuple[Format, ...] = get_args(Format)
SENT: tuple[Format, ...] = ("csv", "json", "pdf")  # by chat
MEDIA_TYPES: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "pdf": "application/pdf",
    "zip": "application/zip",
}


@dataclass(frozen=True, slots=True)
class Export:
    """What is asked for. `project`: by name, all that is in it; else `filter`; neither: all there is, open and done.

    A project that is named goes before a filter.
    """

    format: Format = "csv"
    project: str | None = None
    filter: str | None = None

    @property
    def expression(self) -> str | None:
        """In the filter language, which speaks of open tasks unless told otherwise."""
        if self.project is None:
            return self.filter
        return f'#"{self.project.replace(chr(34), " ")}" & (open | done | cancelled)'

    @property
    def is_whole(self) -> bool:
        """Whether it is all that there is."""
        return self.project is None and self.filter is None

    def name(self, today: dt.date) -> str:
        """Of the file: `tasks-2026-11-27.csv`."""
        return f"tasks-{today:%Y-%m-%d}.{self.format}"

    @property
    def path(self) -> str:
        """Where the API has it."""
        asked = {"format": self.format, "project": self.project, "filter": self.filter}
        return f"/api/export?{urlencode({name: value for name, value in asked.items() if value is not None})}"
