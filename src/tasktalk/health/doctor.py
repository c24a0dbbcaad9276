"""`tasktalk doctor`: this machine, what runs on it, and every connected number, each with what to do."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

import aiohttp
import asyncpg

from tasktalk.crypto import Keyring
from tasktalk.db import Pool, migrate
from tasktalk.db.place import find_dsn, find_home
from tasktalk.db.pool import LOST, open_pool
from tasktalk.errors import AppError
from tasktalk.integrations.checks.check import Check, failed, ok, warning
from tasktalk.integrations.checks.watch import look, place_of
from tasktalk.integrations.connections import list_integrations
from tasktalk.logs import describe
from tasktalk.queue.control import Figures, get_figures
from tasktalk.settings import Settings
from tasktalk.web.counters import Counters

_GIB = 1024**3
_LITTLE, _NEXT_TO_NOTHING = 2 * _GIB, _GIB // 4
_SECONDS_APART = 5.0
_LONG_SECONDS = 60.0  # that an item may wait
_WEB_SECONDS = 5.0
_OK = 200


@dataclass(frozen=True, slots=True)
class Part:
    """What belongs together: this machine, or one number."""

    name: str
    checks: list[Check]


@dataclass(frozen=True, slots=True)
class Report:
    """`ok`: nothing failed. `sandbox`: there is a simulator, and what it says of its number is not Meta's word."""

    ok: bool
    sandbox: bool
    parts: list[Part] = field(default_factory=list)


class Database(Protocol):
    """Opens the database of these settings for as long as the block lasts; gives its dsn."""

    def __call__(self, settings: Settings) -> AbstractContextManager[str]: ...  # noqa: D102  (said above)


async def examine(settings: Settings, database: Database, *, web: str) -> Report:
    """Look at everything. `web`: where our own web process should answer."""
    parts = [Part("settings", list(check_settings(settings))), Part("data folder", list(check_folder(settings)))]
    if settings.redis_url is not None:
        parts.append(Part("redis", [await _ask_redis(settings.redis_url.get_secret_value())]))
    here = list(_find_database(settings))
    parts.append(Part("database", here))
    if not here:
        try:
            with database(settings) as dsn:
                await _examine_database(settings, dsn, parts, web)
        except (AppError, *LOST, asyncpg.PostgresError) as error:
            said = error.message if isinstance(error, AppError) else describe(error)
            here.append(failed("database", f"It cannot be reached: {said}", "Look at DATABASE_URL, and at todo.log."))
    good = not any(check.status == "failed" for part in parts for check in part.checks)
    return Report(good, settings.sandbox, parts)


def check_settings(settings: Settings) -> Iterator[Check]:
    """Whether the settings go together."""
    try:
        settings.master_secret  # noqa: B018  (it is read, and made at the first start)
        yield ok("secret_key", "The master key is there.")
    except (AppError, OSError) as error:
        yield failed("secret_key", str(error), "Set SECRET_KEY, or put back secret.key from your backup.")
    url = settings.public_url
    if settings.sandbox:
        yield ok("mode", "Sandbox: a simulator stands in for WhatsApp. TASKTALK_SANDBOX=false runs without it.")
    if url and not url.startswith("https://") and not settings.sandbox:
        yield failed("public_url", f"PUBLIC_URL is {url}.", "WhatsApp delivers to https addresses alone: correct it.")
    elif url:
        yield ok("public_url", f"People and WhatsApp reach it at {url}.")
    elif not settings.sandbox:
        yield warning("public_url", "PUBLIC_URL is not set.", "Set it to the https address that WhatsApp delivers to.")


def check_folder(settings: Settings) -> Iterator[Check]:
    """Whether the data folder can be written, and has room."""
    folder = settings.data.absolute()
    if not folder.is_dir():
        yield failed("folder", f"{folder} is not there.", "Run `tasktalk up` once, or name another with --data.")
        return
    if os.access(folder, os.W_OK | os.X_OK):
        yield ok("folder", f"{folder} can be written.")
    else:
        yield failed("folder", f"{folder} cannot be written.", "Run as the account that it belongs to.")
    free = shutil.disk_usage(folder).free
    message = f"{free / _GIB:.1f} GiB are free."
    if free < _NEXT_TO_NOTHING:
        yield failed("disk", message, "Free some, or move the data folder: nothing can be stored soon.")
    elif free < _LITTLE:
        yield warning("disk", message, "Free some, or move the data folder.")
    else:
        yield ok("disk", message)


def _find_database(settings: Settings) -> Iterator[Check]:
    """What keeps us from opening it: a look must not make one."""
    if settings.database_url is None:
        data = settings.data.absolute()
        try:
            if find_dsn(data) is None and not (find_home(data) / "data").is_dir():
                yield failed("database", "There is none in this data folder yet.", "Run `tasktalk up` once.")
        except AppError as error:
            yield failed("database", error.message, "Run as the account that it belongs to.")


async def _examine_database(settings: Settings, dsn: str, parts: list[Part], web: str) -> None:
    async with _open(dsn) as pool:
        async with pool.acquire() as conn:
            apart = (datetime.now(UTC) - await conn.fetchval("select clock_timestamp()")).total_seconds()
            checks = parts[-1].checks
            checks.append(ok("database", f"PostgreSQL {conn.get_server_version().major} answers."))
            checks += _clock(apart)
            try:
                await migrate.check(conn)
            except AppError as error:
                checks.append(failed("schema", error.message, "Run `tasktalk migrate`, or the release it was made by."))
                return
            checks.append(ok("schema", "The schema is this release's."))
            parts.append(Part("processes", [await _ask_web(web), *check_work(await get_figures(conn))]))
        await _examine_numbers(settings, pool, parts, web)


@asynccontextmanager
async def _open(dsn: str) -> AsyncIterator[Pool]:
    pool = await open_pool(dsn, max_size=2, application_name="tasktalk-doctor")
    try:
        yield pool
    finally:
        await pool.close()


def _clock(apart: float) -> Iterator[Check]:
    if abs(apart) > _SECONDS_APART:
        message = f"The clocks of this machine and of the database are {abs(apart):.0f} s apart."
        yield warning("database_clock", message, "Keep both by NTP.")
    else:
        yield ok("database_clock", "The clocks of this machine and of the database agree.")


async def _ask_redis(url: str) -> Check:
    if await Counters(url).answers():
        return ok("redis", "Redis answers.")
    todo = "Start it, or take REDIS_URL away: until then each web process counts requests for itself."
    return warning("redis", "Redis does not answer.", todo)


async def _ask_web(web: str) -> Check:
    """Our own address, whatever proxy the environment names."""
    try:
        timeout = aiohttp.ClientTimeout(total=_WEB_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(f"{web}/readyz") as answer:
            if answer.status == _OK:
                return ok("web", f"The console answers at {web}.")
            said = f"HTTP {answer.status}"
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        said = type(error).__name__
    todo = "Run `tasktalk up` or `tasktalk serve`; see todo.log."
    if web.startswith("https://"):
        todo += " Where `tasktalk healthcheck` says ready, look at the name, the certificate and the proxy."
    return failed("web", f"{web} does not answer ({said}).", todo)


def check_work(figures: Figures) -> Iterator[Check]:
    """Whether what arrives is handled, and what is to be sent is sent."""
    if not figures.workers:
        yield failed("worker", "No worker runs: nothing is answered.", "Run `tasktalk up` or `tasktalk worker`.")
    else:
        yield ok("worker", f"{figures.workers} at work." if figures.workers > 1 else "The worker is at work.")
    if figures.status == "paused":
        yield warning("queue", "The workers are paused.", "Resume them under Workers.")
    elif figures.oldest_seconds > _LONG_SECONDS:
        message = f"{figures.size} items wait, the oldest for {figures.oldest_seconds:.0f} s."
        yield warning("queue", message, "Look at todo.log; more workers help where there is simply much.")
    else:
        yield ok("queue", f"{figures.size} items wait.")
    if figures.failed:
        message = f"{figures.failed} items were given up after errors."
        yield warning("given_up", message, "Look at them under Workers; they can be tried again.")
    if figures.breaker != "closed":
        yield warning("sender", f"Sending rests: {figures.breaker_reason}", "See below what is wrong with the number.")
    if figures.model != "closed":
        yield warning("model", f"The language model rests: {figures.model_reason}", "Look at TASKTALK_MODEL_URL.")


async def _examine_numbers(settings: Settings, pool: Pool, parts: list[Part], web: str) -> None:
    async with pool.acquire() as conn:
        integrations = await list_integrations(conn, keyring=Keyring.kept(settings.read_secrets))
    if not integrations:
        todo = "Connect one: docs/how-to/connect-a-number.md."
        parts.append(Part("numbers", [warning("numbers", "No WhatsApp number is connected.", todo)]))
    async with aiohttp.ClientSession() as session:
        for integration in integrations:
            place = place_of(settings, seen_at=web)
            examined = await look(pool, session, integration, place=place, now=datetime.now(UTC))
            simulated = " (simulated)" if integration.graph_url and settings.sandbox else ""
            parts.append(Part(f"{integration.name}{simulated}", examined.checks))
