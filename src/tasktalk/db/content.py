"""Whether the words of messages are kept once they are handled or sent. Triggers of the schema see to it.

It is a setting of the database, so that no statement of ours can forget it; connections opened before do not know it.
"""

from datetime import datetime, timedelta

import asyncpg

from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import AppError

Q = queries(__file__, "content.sql")

DEAD_KEPT = timedelta(days=1)  # messages that were given up: to look why, and to try again
OPEN_KEPT = timedelta(hours=1)  # questions to a person that were not answered
_AT_ONCE = 1000


async def keep_content(conn: Conn, *, keep: bool) -> None:
    """Puts it down for every connection from now on. Raises AppError where that is not ours to do."""
    if bool(await Q.keeps_content(conn)) == keep:
        return
    statement = await Q.spell_setting(conn, keep=keep)
    try:
        await conn.execute(statement)
    except asyncpg.InsufficientPrivilegeError as error:
        raise AppError(
            f"TASKTALK_KEEP_CONTENT cannot be put down: let the database's owner run `{statement}`"
        ) from error


async def empty_old(conn: Conn) -> int:
    """Empties some of what was kept before; how much. Called again until there is no more."""
    received: int = await Q.empty_received(conn, limit=_AT_ONCE)
    sent: int = await Q.empty_sent(conn, limit=_AT_ONCE)
    if not received + sent:
        await Q.empty_others(conn)
    return received + sent


async def let_go(conn: Conn, *, now: datetime) -> int:
    """Of what waits for somebody: dead letters and open questions whose time is over; how many dead letters."""
    await Q.forget_open(conn, before=now - OPEN_KEPT)
    gone: int = await Q.give_up_dead(conn, before=now - DEAD_KEPT)
    return gone
