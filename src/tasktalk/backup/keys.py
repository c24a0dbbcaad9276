"""Putting a new master secret in the old one's place while everything runs.

Both stand side by side: what is sealed is sealed again, in batches that may be cut short and begun again; what was
signed before holds as long as the old one is kept.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tasktalk.accounts.audit.audit import record
from tasktalk.crypto import CannotUnseal, Keyring
from tasktalk.db import Conn
from tasktalk.db.pool import connect
from tasktalk.db.sql import queries
from tasktalk.errors import Conflict
from tasktalk.settings import KEY_FILE, OLD_KEYS_FILE, Settings, write_key

Q = queries(__file__, "keys.sql")

BATCH = 100

Progress = Callable[[str, int], None]  # a column, and how many of its values were sealed again so far


@dataclass(frozen=True, slots=True)
class Rotation:
    """What was done. `made`: with a new secret, not one begun before. `unreadable`: no secret we have opens these.

    `left`: values in rows that somebody held just then; they are sealed with the old one still.
    """

    made: bool
    sealed: int
    unreadable: int
    left: int


async def rotate(dsn: str, *, settings: Settings, progress: Progress) -> Rotation:
    """Seals everything with the current secret; where all is so already, a new one is made first.

    Raises Conflict where SECRET_KEY is the operator's and no old one is given beside it, or somebody else rotates.
    """
    conn = await connect(dsn)
    try:
        if not await Q.try_lock(conn):
            raise Conflict("The key is being rotated already.")
        keyring = Keyring.kept(settings.read_secrets)
        made = not await _count(conn, keyring) and _make_secret(settings, keyring)
        await Q.announce(conn)
        done, unreadable = await _seal_again(conn, keyring, progress)
        if made or done:
            detail = {"sealed": done, "unreadable": unreadable}
            await record(conn, by=None, action="key.rotated", subject="key", detail=detail)
        return Rotation(made, done, unreadable, await _count(conn, keyring))
    finally:
        await conn.close()


async def drop_old(dsn: str, *, settings: Settings) -> None:
    """Forgets the secrets before the current one. Raises Conflict while anything is sealed with one of them."""
    conn = await connect(dsn)
    try:
        if left := await _count(conn, Keyring.kept(settings.read_secrets)):
            raise Conflict(f"{left} values are sealed with an old key still. Run `tasktalk rotate-key` first.")
        (settings.data / OLD_KEYS_FILE).unlink(missing_ok=True)
        await Q.announce(conn)
        await record(conn, by=None, action="key.dropped", subject="key")
    finally:
        await conn.close()


def _make_secret(settings: Settings, keyring: Keyring) -> bool:
    """Whether one was made. The old ones are written down before it takes their place, so that a crash loses none."""
    if settings.secret_key is not None:
        if keyring.old_ids:
            return False  # both came from the environment, and nothing is left to do
        raise Conflict(
            "SECRET_KEY is yours to change: set a new one, and the one before as SECRET_KEY_OLD, for every process; "
            "start them anew, and run this again."
        )
    write_key(settings.data / OLD_KEYS_FILE, "\n".join(settings.read_secrets()))
    write_key(settings.data / KEY_FILE, secrets.token_urlsafe(48))
    return keyring.look_again()


async def _seal_again(conn: Conn, keyring: Keyring, progress: Progress) -> tuple[int, int]:
    done = unreadable = 0
    for column in [row async for row in Q.list_sealed_columns(conn)]:
        count, bad = await _seal_column(conn, keyring, column, progress)
        done, unreadable = done + count, unreadable + bad
    return done, unreadable


async def _seal_column(conn: Conn, keyring: Keyring, column: Mapping[str, Any], progress: Progress) -> tuple[int, int]:
    """A batch a transaction. Whoever writes a value at the same moment wins; theirs is sealed with the new secret."""
    done, bad = 0, list[tuple[int, int]]()
    while True:
        async with conn.transaction():
            rows = await conn.fetch(column["find"], keyring.old_ids, bad, BATCH)
            for row in rows:
                if not _opens(keyring, row["sealed"]):  # a digest that begins as a key's id does, or changed bytes
                    bad.append(row["place"])
                    continue
                fresh = keyring.seal(keyring.unseal(row["sealed"]))
                await conn.execute(column["replace"], row["place"], row["sealed"], fresh)
                done += 1
        if not rows:
            return done, len(bad)
        progress(column["name"], done)


async def _count(conn: Conn, keyring: Keyring) -> int:
    """How many values are sealed with an older secret, in rows that others hold too; those left out that none opens."""
    left = 0
    for column in [row async for row in Q.list_sealed_columns(conn)]:
        rows = await conn.fetch(column["look"], keyring.old_ids)
        left += sum(_opens(keyring, row["sealed"]) for row in rows)
    return left


def _opens(keyring: Keyring, sealed: bytes) -> bool:
    try:
        keyring.unseal(sealed)
    except CannotUnseal:
        return False
    return True
