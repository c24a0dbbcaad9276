"""LISTEN that lasts: one connection, opened again whenever it is lost."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg

from tasktalk.db.pool import LOST, connect
from tasktalk.errors import Unavailable
from tasktalk.logs import get_log

_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 10.0
_PULSE_SECONDS = 30.0
_PULSE_PATIENCE_SECONDS = 10.0

_log = get_log(__name__)


@asynccontextmanager
async def listening(dsn: str, channels: Sequence[str], callback: Callable[[str, str], None]) -> AsyncIterator[None]:
    """While the block lasts, call `callback(channel, payload)` for every NOTIFY on `channels`.

    After every connection, the first one too, it is called once a channel with an empty payload, since something may
    have been missed before. A lost or silent server is tried again after 0.1 s, doubling to 10 s. The block begins when
    the first attempt to connect has ended, either way; nothing is raised into it. A callback that raises is logged.
    """
    tried = asyncio.Event()
    task = asyncio.create_task(_keep_listening(dsn, channels, callback, tried), name="listen")
    try:
        await tried.wait()
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _keep_listening(
    dsn: str, channels: Sequence[str], callback: Callable[[str, str], None], tried: asyncio.Event
) -> None:
    def heard(_conn: object, _pid: int, channel: str, payload: object) -> None:
        try:
            callback(channel, str(payload))
        except Exception:  # noqa: BLE001  (whatever it was, the next notice must be heard)
            _log.exception("listen.callback_failed", channel=channel)

    pause = _FIRST_PAUSE_SECONDS
    while True:
        try:
            conn = await connect(dsn, application_name="tasktalk-listen")
            try:
                lost = asyncio.Event()
                conn.add_termination_listener(lambda _conn, lost=lost: lost.set())
                for channel in channels:
                    await conn.add_listener(channel, heard)
                for channel in channels:
                    heard(conn, 0, channel, "")
                tried.set()
                pause = _FIRST_PAUSE_SECONDS
                await _until_lost(conn, lost)
            finally:
                conn.terminate()
        except (Unavailable, asyncpg.PostgresError, *LOST) as error:
            _log.warning("listen.lost", error=str(error), retry_seconds=pause)
        tried.set()
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)


async def _until_lost(conn: "asyncpg.Connection[Any]", lost: asyncio.Event) -> None:
    """Return when the connection has ended; raise when it is silent (a firewall that forgot it, a machine gone)."""
    while not lost.is_set():
        try:
            async with asyncio.timeout(_PULSE_SECONDS):
                await lost.wait()
        except TimeoutError:
            await conn.execute("select 1", timeout=_PULSE_PATIENCE_SECONDS)
