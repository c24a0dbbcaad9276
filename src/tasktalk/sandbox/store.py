"""SQLite with one writer and shared commits: whoever waits for `committed` may tell the world.

Safe against the end of this process at any moment; a power cut may lose the last second, which a simulator may.
"""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

_SCHEMA = """
create table if not exists person (wa_id text primary key, user_id text not null, name text not null, username text);
create table if not exists item (
    seq integer primary key, id text not null, wa_id text not null, direction text not null, at integer not null,
    status text not null, kind text not null, opaque text, message blob not null, extra text);
create index if not exists item_of_person on item (wa_id, seq);
create table if not exists delivery (
    seq integer primary key, created_at integer not null, lane text not null, field text not null,
    part text not null, contact text not null, content text not null, item_id text);
create table if not exists media (
    id text primary key, mime_type text not null, sha256 text not null, size integer not null, filename text,
    created_at integer not null, expires_at integer not null);
create table if not exists template (id text primary key, document text not null);
create table if not exists document (key text primary key, value text not null);
"""
_LAZY_SECONDS = 0.05


class Store:
    """The database. Everything runs in the event loop: a commit costs less than a hop to a thread."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, cached_statements=256)
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = off")
        self._db.executescript(_SCHEMA)
        self._pending: list[tuple[str, tuple[Any, ...]]] = []
        self._soon: asyncio.Future[None] | None = None
        self._later: asyncio.TimerHandle | None = None

    def write(self, sql: str, *values: Any) -> None:
        """Put one statement into the next commit; nothing happens before `committed` or the next lazy commit."""
        self._pending.append((sql, values))
        if self._later is None and self._soon is None:
            self._later = asyncio.get_running_loop().call_later(_LAZY_SECONDS, self.flush)

    def committed(self) -> asyncio.Future[None]:
        """Resolves when all that was written before this call is in the database."""
        if self._soon is None:
            loop = asyncio.get_running_loop()
            self._soon = loop.create_future()
            loop.call_soon(self.flush)
        return self._soon

    def read(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows, including everything written so far."""
        if self._pending:
            self.flush()
        return self._db.execute(sql, values).fetchall()

    def flush(self) -> None:
        """Commit what is pending and wake those who wait for it; a failure goes to them."""
        if self._later is not None:
            self._later.cancel()
            self._later = None
        waiting, self._soon = self._soon, None
        pending, self._pending = self._pending, []
        try:
            if pending:
                execute = self._db.execute
                execute("begin")
                for sql, values in pending:
                    execute(sql, values)
                execute("commit")
        except sqlite3.Error as error:
            if self._db.in_transaction:
                self._db.execute("rollback")
            if waiting is None or waiting.done():
                raise
            waiting.set_exception(error)
        else:
            if waiting is not None and not waiting.done():
                waiting.set_result(None)

    def close(self) -> None:
        """Commit and close."""
        self.flush()
        self._db.close()
