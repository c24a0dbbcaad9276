"""Backups by themselves: every night into TASKTALK_BACKUP_DIR, and when an administrator asks for one.

A process of its own makes each, so that packing rows takes nothing from the messages that this one handles.
"""

import asyncio
import datetime as dt
import os
import re
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from tasktalk.backup.runs import INTERRUPTED, Kind
from tasktalk.backup.tables import Q
from tasktalk.db import Pool
from tasktalk.ids import new_id
from tasktalk.logs import get_log
from tasktalk.queue.waiting import first, log_outage
from tasktalk.settings import Settings

log = get_log("backup")

_LOOK_SECONDS = 60.0
_RETRY = dt.timedelta(hours=1)  # after one that failed
_OURS = re.compile(r"tasktalk-\d{8}T\d{6}Z\.(zip|sealed)")
_PART = re.compile(r"\.tasktalk-\d{8}T\d{6}Z\.(zip|sealed)\.\d+\.part")
_PART_SECONDS = 3600.0  # since it was last written to: nobody writes to it any more
_NO_FOLDER = "TASKTALK_BACKUP_DIR is not set where the worker runs."
_POLITE = 10


def name_of(at: dt.datetime, *, sealed: bool) -> str:
    """`tasktalk-20261127T033000Z.zip`; a sealed one ends in `.sealed`."""
    return f"tasktalk-{at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}.{'sealed' if sealed else 'zip'}"


def last_due(now: dt.datetime, *, at: str, zone: str) -> dt.datetime:
    """The latest moment, up to `now`, at which the clock of `zone` showed `at`."""
    local = now.astimezone(ZoneInfo(zone))
    due = dt.datetime.combine(local.date(), dt.time.fromisoformat(at), local.tzinfo)
    if due.astimezone(dt.UTC) > now:
        due = dt.datetime.combine(local.date() - dt.timedelta(days=1), dt.time.fromisoformat(at), local.tzinfo)
    return due.astimezone(dt.UTC)


def sweep(folder: Path, *, keep: int) -> list[str]:
    """Remove all but the newest `keep` of what bears a name of ours, and what is left of those cut short; the names."""
    there = sorted(folder.iterdir(), key=lambda file: file.name)
    long_ago = time.time() - _PART_SECONDS
    gone = [file for file in there if _OURS.fullmatch(file.name)][:-keep]
    gone += [file for file in there if _PART.fullmatch(file.name) and file.stat().st_mtime < long_ago]
    for file in gone:
        file.unlink(missing_ok=True)
    return [file.name for file in gone]


@dataclass(slots=True)
class Keeper:
    """Makes backups when they are due or asked for; of several workers one does."""

    pool: Pool
    dsn: str
    settings: Settings
    stop: asyncio.Event
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)

    async def run(self) -> None:
        """Until `stop`."""
        while not self.stop.is_set():
            self.wake.clear()
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001  (told in its row or the log; the next look goes on)
                log_outage(log, error, retry_seconds=_LOOK_SECONDS)
            await first(_LOOK_SECONDS, self.wake, self.stop)

    async def look(self) -> str | None:
        """Make what is asked for, else what is due; the name of the file, if one was to be made."""
        found = await self._find()
        if found is None:
            return None
        kind, id_ = found
        folder = self.settings.backup_dir
        if folder is None:
            async with self.pool.acquire() as conn:
                await Q.end_run(
                    conn, id=id_, state="error", seconds=0.0, bytes=None, rows=None, files=None, error=_NO_FOLDER
                )
            return None
        await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
        name = name_of(self.clock(), sealed=self.settings.backup_secret is not None)
        await self._make(folder / name, kind, id_)
        gone = await asyncio.to_thread(sweep, folder, keep=self.settings.backup_keep)
        if gone:
            log.info("backups_swept", files=gone)
        return name

    async def _find(self) -> tuple[Kind, UUID] | None:
        """Taken under one lock, so that one worker alone takes each."""
        now = self.clock()
        async with self.pool.acquire() as conn, conn.transaction():
            await Q.lock_due(conn)
            await Q.end_lost(conn, error=INTERRUPTED)
            asked = await Q.take_asked(conn)
            if asked is not None:
                return "console", asked
            if self.settings.backup_dir is None:
                return None
            due = last_due(now, at=self.settings.backup_at, zone=self.settings.timezone)
            if await Q.count_since(conn, kind="nightly", since=due, before=now - _RETRY):
                return None
            id_ = new_id()
            await Q.begin_run(conn, id=id_, kind="nightly", file=None, sealed=False, at=now)
            return "nightly", id_

    async def _make(self, path: Path, kind: Kind, id_: UUID) -> None:
        words = ["backup", str(path), "--run", str(id_), "--kind", kind, "--data", str(self.settings.data)]
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tasktalk", *words),
            env={**os.environ, "DATABASE_URL": self.dsn},
            stdin=asyncio.subprocess.DEVNULL,
            preexec_fn=_be_polite,
        )
        ended = asyncio.create_task(process.wait())
        stopped = asyncio.create_task(self.stop.wait())
        try:
            await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.terminate()
            await ended
        if process.returncode:
            async with self.pool.acquire() as conn:
                await Q.end_if_open(conn, id=id_, error=INTERRUPTED)


def _be_polite() -> None:
    """Messages go first, where who runs us lets us say so."""
    with suppress(PermissionError):
        os.nice(_POLITE)
