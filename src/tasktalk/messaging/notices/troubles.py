"""What is wrong with a number, and that it is over, become notices of the administrators: each once."""

import datetime as dt
from collections import defaultdict
from uuid import UUID

from asyncpg import Record

from tasktalk.db import Conn
from tasktalk.messaging.notices.hear import NewNotice, Q, add_notices
from tasktalk.messaging.notices.quiet import after_quiet
from tasktalk.tasks.preferences.events import is_told
from tasktalk.tasks.reminders.digests import next_digest

LASTED = dt.timedelta(minutes=10)  # what comes back sooner was never over

# Critical, and the number sends all the same; whatever else is critical may keep it from that.
STILL_SENDS = "^(subscription|webhook_fields|callback|name|template|alert_)"

_EVENTS = {"critical": "trouble", "warning": "warning"}
_GONE = frozenset({"dropped"})


async def hear_troubles(conn: Conn, *, now: dt.datetime, gather: dt.timedelta) -> int:
    """Takes findings that are new, worse, or over for good, and notes whom to tell; answers how many there were.

    What is critical leaves at once, warnings with the person's next morning. That one is over is said to whom it was
    told to alone.
    """
    opened = {row["id"]: row["severity"] async for row in Q.take_troubles(conn, now=now)}
    ended = {row["id"]: row["severity"] async for row in Q.take_ends(conn, now=now, before=now - LASTED)}
    if not opened and not ended:
        return 0
    told: dict[tuple[UUID, UUID], set[tuple[str, str]]] = defaultdict(set)
    async for row in Q.list_told(conn, finding_ids=[str(each) for each in (*opened, *ended)]):
        told[row["user_id"], row["finding_id"]].add((row["event"], row["state"]))
    notices = []
    async for admin in Q.list_admins(conn):
        for known, is_over in ((opened, False), (ended, True)):
            for finding_id, severity in known.items():
                event, before = _EVENTS[severity], told[admin["id"], finding_id]
                if is_over:
                    wanted = any(state == "sent" for _, state in before)
                else:
                    wanted = not any(name == event and state not in _GONE for name, state in before)
                if wanted and not admin["muted"] and is_told(admin["switches"], event):
                    leave_at = now + gather if severity == "critical" else _morning(admin, after=now)
                    facts = {"finding_id": str(finding_id)}
                    name = "mended" if is_over else event
                    notices.append(NewNotice(admin["id"], name, _after_quiet(admin, leave_at), facts=facts))
    await add_notices(conn, notices, now=now)
    return len(opened) + len(ended)


def _morning(admin: Record, *, after: dt.datetime) -> dt.datetime:
    """When their next day starts: all that waits until then is one message."""
    return next_digest(admin["day_starts"], admin["timezone"], after=after, weekday=None)


def _after_quiet(admin: Record, moment: dt.datetime) -> dt.datetime:
    return after_quiet(moment, quiet_from=admin["quiet_from"], quiet_to=admin["quiet_to"], zone=admin["timezone"])
