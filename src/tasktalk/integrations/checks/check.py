"""One thing that was looked at."""

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warning", "failed"]
Repair = Literal["subscribe", "callback", "fields", "register"]


@dataclass(frozen=True, slots=True)
class Check:
    """`name`: what was looked at, always the same for the same thing; `repair`: what one click can put right.

    `register` takes a PIN as well. The words are phrases, or Told: they are said in their reader's language.
    """

    name: str
    status: Status
    message: str
    what_to_do: str | None = None
    repair: Repair | None = None


def ok(name: str, message: str) -> Check:
    """As it should be."""
    return Check(name, "ok", message)


def warning(name: str, message: str, what_to_do: str, *, repair: Repair | None = None) -> Check:
    """It works, but not for ever or not altogether."""
    return Check(name, "warning", message, what_to_do, repair)


def failed(name: str, message: str, what_to_do: str, *, repair: Repair | None = None) -> Check:
    """It does not work."""
    return Check(name, "failed", message, what_to_do, repair)
