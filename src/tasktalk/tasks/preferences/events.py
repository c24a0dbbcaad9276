"""What a person can be told of, and whether they are unless they say otherwise."""

from collections.abc import Mapping
from enum import StrEnum


class Event(StrEnum):
    """The API's names of them."""

    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    COMMENTED = "commented"
    MENTIONED = "mentioned"
    COMPLETED = "completed"
    ADDED = "added"
    CHANGED = "changed"
    JOINED = "joined"
    INVITED = "invited"
    DIGEST = "digest"
    REVIEW = "review"
    REMINDER = "reminder"
    TROUBLE = "trouble"  # these two of connected numbers, to administrators
    WARNING = "warning"


_OFF = frozenset({Event.ADDED, Event.CHANGED})


def is_told(switches: Mapping[str, bool], event: str) -> bool:
    """Whether `switches`, as a person's or a project member's row has them, tell of `event`."""
    return switches.get(event, event not in _OFF)


def all_told(switches: Mapping[str, bool]) -> dict[str, bool]:
    """Every event, and whether it is told."""
    return {event.value: is_told(switches, event) for event in Event}
