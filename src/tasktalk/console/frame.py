"""What surrounds a signed-in page: who, where, their projects and how much waits."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import phonenumbers

from tasktalk.accounts.request import Visit
from tasktalk.console.colours import ARCHIVED, hues_of
from tasktalk.console.log import Q
from tasktalk.db import Conn
from tasktalk.tasks.projects.projects import list_places

SIDE = 50  # projects that every page lists


@dataclass(frozen=True, slots=True)
class Counts:
    """To a thousand each; `today` counts what is overdue too.

    `invited`: invitations that wait for an answer; `alerts`: those that are open, for administrators.
    """

    today: int
    overdue: int
    inbox: int
    invited: int
    alerts: int


async def load_frame(conn: Conn, visit: Visit, *, here: str, title: str, now: datetime) -> dict[str, Any]:
    """The context of `frame.html`. `here` marks the place in the navigation; `title` is in the viewer's language."""
    viewer = visit.viewer
    zone = ZoneInfo(viewer.timezone)
    today = now.astimezone(zone).date()
    row = await Q.count_open(conn, viewer=viewer.user_id, is_admin=viewer.is_admin, today=today, now=now)
    places = await list_places(conn, viewer=viewer)
    hues = hues_of([place.colour for place in places])
    drawn = {place.id: hue for place, hue in zip(places, hues, strict=True)}

    def hue(project_id: UUID) -> str | int:
        return drawn.get(project_id, ARCHIVED)

    side = [place for number, place in enumerate(places) if number < SIDE or str(place.id) == here]
    opened = {row["id"]: row["open"] async for row in Q.count_in_projects(conn, ids=[place.id for place in side])}
    return {
        "viewer": viewer,
        "csrf": visit.csrf,
        "here": here,
        "title": title,
        "counts": Counts(row["today"] + row["overdue"], row["overdue"], row["inbox"], row["invited"], row["alerts"]),
        "projects": places,
        "side": [(place, opened[place.id]) for place in side],
        "hue": hue,
        "live": "",
        "now": now,
        "zone": zone,
    }


async def find_number(conn: Conn) -> str | None:
    """The WhatsApp number to write to, as people write it."""
    number: str | None = await Q.find_number(conn)
    if not number:
        return None
    try:
        parsed = phonenumbers.parse("+" + number.lstrip("+"), None)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
