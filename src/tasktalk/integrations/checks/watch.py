"""Looking at a number: all checks of it, what is kept of the answers, and the findings that follow."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import aiohttp

from tasktalk.crypto import Keyring
from tasktalk.db import Conn, Pool
from tasktalk.db.sql import queries
from tasktalk.integrations.checks import accounts, numbers, tokens
from tasktalk.integrations.checks.asking import TOKEN_ERRORS, Asked, Json, ask
from tasktalk.integrations.checks.check import Check, failed, ok
from tasktalk.integrations.connections import Integration, list_integrations
from tasktalk.integrations.findings import Trouble, open_findings, resolve_findings
from tasktalk.logs import get_log
from tasktalk.phrases import Told, join, phrase
from tasktalk.settings import Settings
from tasktalk.whatsapp.errors import GraphError
from tasktalk.whatsapp.explanations import explain_error

Q = queries(__file__)
log = get_log("integrations.watch")

_AT_ONCE = 4  # numbers
_NEW = timedelta(days=1)
_IN_TIME = ("deliveries",)  # what is no finding of a new number yet; whoever tests it is told all the same
# Of what Meta told by webhook it does not always tell the end; that it lets the number send is one.
_PROVES = {"sending": ("restriction", "ban", "told_error"), "account": ("account_gone",)}


@dataclass(frozen=True, slots=True)
class Examination:
    """All checks of a number, in the order in which they are best read; `ok`: none failed."""

    ok: bool
    checks: list[Check]


@dataclass(frozen=True, slots=True)
class Place:
    """Where we are: the callback URL that Meta should deliver to ("": not known), and the settings."""

    settings: Settings
    callback: str = ""


def place_of(settings: Settings, *, seen_at: str = "") -> Place:
    """By PUBLIC_URL; else, in the sandbox, by the address that a request came to."""
    url = settings.public_url or (seen_at if settings.sandbox else "")
    return Place(settings, url.rstrip("/") + accounts.PATH if url else "")


async def watch_all(pool: Pool, settings: Settings, keyring: Keyring, now: datetime) -> None:
    """Look at every number in use; one that cannot be looked at keeps no other from it."""
    async with pool.acquire() as conn:
        integrations = [each for each in await list_integrations(conn, keyring=keyring) if each.access_token]
    free = asyncio.Semaphore(_AT_ONCE)

    async def one(session: aiohttp.ClientSession, integration: Integration) -> None:
        async with free:
            try:
                await look(pool, session, integration, place=place_of(settings), now=now)
            except Exception:
                log.exception("number_not_watched", integration_id=str(integration.id))

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(one(session, integration) for integration in integrations))


async def look(
    pool: Pool, session: aiohttp.ClientSession, integration: Integration, *, place: Place, now: datetime
) -> Examination:
    """Check a number and keep what came of it; no connection is held while Meta is asked."""
    async with pool.acquire() as conn:
        known = await Q.get_arrivals(conn, id=integration.id)
    asked = await ask(session, integration, place.settings, now=_now)
    checks = list(judge(integration, asked, place=place, delivered_at=known["delivered_at"], now=now))
    async with pool.acquire() as conn, conn.transaction():
        await _keep(conn, integration, asked, now=now)
        await _find(conn, integration, checks, is_new=now - known["created_at"] < _NEW, now=now)
    return Examination(not any(check.status == "failed" for check in checks), checks)


def judge(
    integration: Integration, asked: Asked, *, place: Place, delivered_at: datetime | None, now: datetime
) -> Iterator[Check]:
    """All checks; what could not be looked at has none."""
    sandbox, settings = place.settings.sandbox, place.settings
    low = numbers.LOW if settings.alert_quality == "yellow" else ("RED",)
    yield from tokens.check_credentials(integration)
    yield from _connection(asked)
    yield from tokens.check_token(integration, asked, now, timedelta(days=settings.alert_token_days))
    yield from numbers.check_number(integration, asked, low)
    yield from accounts.check_account(integration, asked)
    yield from accounts.check_subscription(integration, asked)
    yield from accounts.check_callback(asked, expected=place.callback, sandbox=sandbox)
    yield accounts.check_deliveries(delivered_at, now)
    yield from accounts.check_clock(asked)


def _connection(asked: Asked) -> Iterator[Check]:
    lost = [each for each in asked.errors if each.code is None]
    if lost and not asked.reached:
        means = explain_error(lost[0])
        yield failed("connection", join([Told(means.meaning), f"({lost[0]})"]), means.what_to_do)
    elif asked.reached:
        yield ok("connection", phrase("WhatsApp answers."))


async def _keep(conn: Conn, integration: Integration, asked: Asked, *, now: datetime) -> None:
    number = numbers.facts_of_number(asked.number) if isinstance(asked.number, dict) else None
    per_second = numbers.PER_SECOND.get(number["throughput"]) if number else None
    token: Json | None = None
    if isinstance(asked.token, dict):
        token = tokens.facts_of_token(asked.token)
    elif isinstance(asked.token, GraphError) and asked.token.code in TOKEN_ERRORS:
        token = {"valid": False}
    await Q.learn_number(
        conn,
        id=integration.id,
        number=number,
        token=token,
        per_second=per_second,
        display_phone_number=number["display_phone_number"] if number else None,
        checked_at=now,
    )
    if per_second not in {None, integration.per_second} or (number and not integration.display_phone_number):
        await Q.announce(conn)


async def _find(conn: Conn, integration: Integration, checks: list[Check], *, is_new: bool, now: datetime) -> None:
    troubles = [
        Trouble(
            check.name,
            "critical" if check.status == "failed" else "warning",
            check.message,
            check.what_to_do,
            check.repair,
        )
        for check in checks
        if check.status != "ok" and not (is_new and check.name in _IN_TIME)
    ]
    await open_findings(conn, integration_id=integration.id, troubles=troubles, now=now)
    right = [kind for check in checks if check.status == "ok" for kind in (check.name, *_PROVES.get(check.name, ()))]
    await resolve_findings(conn, integration_id=integration.id, kinds=right, now=now)


def _now() -> datetime:
    return datetime.now(UTC)
