"""What an operator must know of a number's sending: that it stopped and why, and that it goes on again."""

from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.ids import new_id

Q = queries(__file__)

KIND = "sender_stopped"  # of the finding
GOING: Final = "going"


@dataclass(frozen=True, slots=True)
class Stop:
    """Why nothing is sent. `critical`: until a person puts something right; `warning`: for a long while."""

    severity: Literal["critical", "warning"]
    code: int | None
    subcode: int | None
    said: str


async def note_stop(conn: Conn, *, integration_id: UUID, stop: Stop) -> None:
    """Open the finding; the one that is open already tells the latest reason."""
    detail = {"code": stop.code, "subcode": stop.subcode, "said": stop.said[:500]}
    await Q.open_finding(
        conn, id=new_id(), integration_id=integration_id, kind=KIND, severity=stop.severity, detail=detail
    )


async def note_going(conn: Conn, *, integration_id: UUID) -> None:
    """Resolve it: a message was accepted."""
    await Q.resolve_finding(conn, integration_id=integration_id, kind=KIND)
