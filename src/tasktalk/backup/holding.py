"""What was on its way when a backup was made may have left since: after a restore it does not leave by itself."""

import datetime as dt

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.audit.audit import record
from tasktalk.backup.tables import Q
from tasktalk.db import Conn
from tasktalk.messaging.notices.sentences import RESTORED

_IMMINENT = dt.timedelta(minutes=1)


async def hold_pending(conn: Conn, *, made_at: dt.datetime) -> int:
    """Hold what waits to leave; how much that is. Reminders and what is due later are told when they are due, once."""
    held: int = 0
    for hold in (Q.hold_messages, Q.hold_letters, Q.hold_documents):
        held += await hold(conn)
    held += await Q.hold_notices(conn, why=RESTORED, before=made_at + _IMMINENT)
    return int(held)


async def count_held(conn: Conn) -> int:
    """How much waits for an operator's word."""
    found: int = await Q.count_held(conn, why=RESTORED)
    return found


async def resume_sending(conn: Conn, *, by: Viewer | None) -> int:
    """All of it leaves now; how much it was. Whoever got it before the restore gets it again."""
    count = await count_held(conn)
    for resume in (Q.resume_messages, Q.resume_letters, Q.resume_documents):
        await resume(conn)
    await Q.resume_notices(conn, why=RESTORED)
    await Q.announce_resumed(conn)
    if count:
        await record(conn, by=by, action="backup.sending_resumed", subject="backup", detail={"messages": count})
    return count


async def forget_held(conn: Conn, *, by: Viewer | None, at: dt.datetime) -> int:
    """None of it leaves; how much it was."""
    count = await count_held(conn)
    for forget in (Q.forget_messages, Q.forget_letters, Q.forget_documents):
        await forget(conn)
    await Q.forget_notices(conn, why=RESTORED, at=at)
    if count:
        await record(conn, by=by, action="backup.sending_dropped", subject="backup", detail={"messages": count})
    return count
