"""Integrations as administrators see them: everything but secrets, of which only that they are there."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from asyncpg import Record

from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import NotFound
from tasktalk.phrases import phrase

Q = queries(__file__)


@dataclass(frozen=True, slots=True)
class Secret:
    """A credential that is set: since when, and until when the one before it still counts."""

    set_at: datetime
    old_until: datetime | None


@dataclass(frozen=True, slots=True)
class Credentials:
    """Which are set; null: not yet."""

    access_token: Secret | None
    verify_token: Secret | None
    app_secret: Secret | None


@dataclass(frozen=True, slots=True)
class ShownIntegration:
    """`number` and `token`: what Meta last said of them; `critical`, `warnings`: how many findings are open.

    `per_second`: messages that Meta takes. `delivered_at`: the last delivery from Meta, to the minute.
    """

    id: UUID
    name: str
    business_account_id: str
    phone_number_id: str
    display_phone_number: str
    business_name: str
    app_id: str
    graph_url: str | None
    enabled: bool
    credentials: Credentials
    number: dict[str, Any]
    token: dict[str, Any]
    per_second: int
    monthly_budget: float | None
    currency: str
    critical: int
    warnings: int
    created_at: datetime
    checked_at: datetime | None
    delivered_at: datetime | None
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class IntegrationPage:
    """All of them, on one page."""

    items: list[ShownIntegration]
    next: None = None


async def list_shown(conn: Conn) -> list[ShownIntegration]:
    """All, oldest first, those that are switched off too."""
    return [_shown(row) async for row in Q.show_integrations(conn, id=None)]


async def get_shown(conn: Conn, *, integration_id: UUID) -> ShownIntegration:
    """One. Raises NotFound."""
    async for row in Q.show_integrations(conn, id=integration_id):
        return _shown(row)
    raise NotFound(phrase("There is no such integration."))


def _shown(row: Record) -> ShownIntegration:
    budget: Decimal | None = row["monthly_budget"]
    return ShownIntegration(
        row["id"],
        row["name"],
        row["waba_id"],
        row["phone_number_id"],
        row["display_phone_number"],
        row["business_name"],
        row["app_id"],
        row["graph_url"],
        row["disabled_at"] is None,
        Credentials(*(_secret(row["credentials"].get(k)) for k in ("access_token", "verify_token", "app_secret"))),
        {key: value for key, value in row["number"].items() if key != "told"},
        row["token"],
        row["per_second"],
        None if budget is None else float(budget),
        row["currency"],
        row["critical"],
        row["warnings"],
        row["created_at"],
        row["checked_at"],
        row["delivered_at"],
        row["disabled_at"],
    )


def _secret(kept: dict[str, str] | None) -> Secret | None:
    if kept is None:
        return None
    until = kept["old_until"]
    return Secret(datetime.fromisoformat(kept["set_at"]), datetime.fromisoformat(until) if until else None)
