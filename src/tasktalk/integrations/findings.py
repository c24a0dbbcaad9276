"""What is wrong with a number until it is not: one open finding a kind, told of in the log when it is new."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import NotFound
from tasktalk.ids import new_id
from tasktalk.logs import get_log
from tasktalk.phrases import Told, join, pack, unpack
from tasktalk.whatsapp.explanations import explain

Q = queries(__file__)
log = get_log("integrations.findings")

_REPAIRS: dict[int | None, str] = {133010: "register"}  # by the code that stopped sending

Severity = Literal["critical", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`repair`: what one click can put right. `seen_at`: when it was last so. `resolved_at`: since when no more."""

    id: UUID
    kind: str
    severity: Severity
    message: str
    what_to_do: str | None
    repair: str | None
    found_at: datetime
    seen_at: datetime
    resolved_at: datetime | None


@dataclass(frozen=True, slots=True)
class FindingPage:
    """Findings, newest first; `next`: the cursor of the page after, null on the last."""

    items: list[Finding]
    next: UUID | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """A finding to be opened; its words are phrases, or Told."""

    kind: str
    severity: Severity
    message: str
    what_to_do: str | None = None
    repair: str | None = None


async def open_findings(conn: Conn, *, integration_id: UUID | None, troubles: Sequence[Trouble], now: datetime) -> None:
    """Open them, or bring them up to date. Those that are new are logged: a critical one as an error.

    `integration_id`: whose they are; None: the installation's own.
    """
    for trouble in troubles:
        detail = {
            "message": pack(trouble.message),
            "what_to_do": pack(trouble.what_to_do),
            "repair": trouble.repair,
        }
        is_new = await Q.open_finding(
            conn,
            id=new_id(),
            integration_id=integration_id,
            kind=trouble.kind,
            severity=trouble.severity,
            detail=detail,
            now=now,
        )
        if is_new:
            write = log.error if trouble.severity == "critical" else log.warning
            write("finding_opened", integration_id=_named(integration_id), kind=trouble.kind, severity=trouble.severity)


async def resolve_findings(conn: Conn, *, integration_id: UUID | None, kinds: Sequence[str], now: datetime) -> None:
    """These are right again, if they were not."""
    if not kinds:
        return
    async for row in Q.resolve_findings(conn, integration_id=integration_id, kinds=list(kinds), now=now):
        log.info("finding_resolved", integration_id=_named(integration_id), kind=row["kind"])


async def list_findings(
    conn: Conn, *, integration_id: UUID, resolved: bool = False, after: UUID | None = None, limit: int = 100
) -> FindingPage:
    """Those that are open; with `resolved` also what is over."""
    rows = Q.list_findings(conn, integration_id=integration_id, after=after, with_resolved=resolved, limit=limit + 1)
    found = [
        Finding(
            row["id"],
            row["kind"],
            row["severity"],
            *words_of(row["detail"]),
            row["found_at"],
            row["seen_at"],
            row["resolved_at"],
        )
        async for row in rows
    ]
    return FindingPage(found[:limit], found[limit - 1].id if len(found) > limit else None)


async def dismiss_finding(conn: Conn, *, integration_id: UUID, finding_id: UUID, now: datetime) -> str:
    """Off the list, until it is found again; its kind. Raises NotFound."""
    row = await Q.dismiss_finding(conn, integration_id=integration_id, id=finding_id, now=now)
    if row is None:
        raise NotFound("There is no such finding.")
    kind: str = row["kind"]
    return kind


def words_of(detail: dict[str, Any]) -> tuple[str, str | None, str | None]:
    """What is wrong, what to do, what one click can put right; the sender writes what WhatsApp said, with its code.

    The first two are phrases or Told, to be said in the language of whoever reads them.
    """
    if "message" in detail:
        return unpack(detail["message"]) or "", unpack(detail.get("what_to_do")), detail.get("repair")
    means, said = explain(detail.get("code"), detail.get("subcode")), detail.get("said")
    message = Told("Nothing is sent: {why}", why=Told(means.meaning))
    if said:
        message = join([message, f"({said})"])
    return message, means.what_to_do, _REPAIRS.get(detail.get("code"))


def _named(integration_id: UUID | None) -> str | None:
    return None if integration_id is None else str(integration_id)
