"""Ringing: reminders and digests whose time has come become notices."""

import datetime as dt

from tasktalk.db import Conn
from tasktalk.messaging.notices.hear import NewNotice, Q, add_notices, read_people
from tasktalk.messaging.notices.quiet import after_quiet
from tasktalk.messaging.notices.ways import MARGIN
from tasktalk.tasks.due import get_zone
from tasktalk.tasks.preferences.events import is_told
from tasktalk.tasks.reminders.digests import take_due_digests, take_early_digests
from tasktalk.tasks.reminders.due import take_due_reminders

ROWS = 500
AHEAD = dt.timedelta(hours=2)  # a digest may come so long before its hour
LEAD = dt.timedelta(minutes=10)  # before the window closes


async def ring(conn: Conn, *, now: dt.datetime, rows: int = ROWS) -> int:
    """Takes what is due; answers how much that was.

    A reminder that a person set, or a digest at the hour they chose, leaves in quiet hours too; a default reminder
    waits until they end.
    """
    rings = await take_due_reminders(conn, now=now, limit=rows)
    people = await read_people(conn, {each.user_id for each in rings}) if rings else {}
    notices = []
    for each in rings:
        person = people.get(each.user_id)
        if person is None or not is_told(person["switches"], "reminder"):
            continue
        leave_at = now
        if each.is_default:
            quiet_from, quiet_to = person["quiet_from"], person["quiet_to"]
            leave_at = after_quiet(now, quiet_from=quiet_from, quiet_to=quiet_to, zone=person["timezone"])
        facts = {"reminder_id": str(each.reminder_id)}
        notices.append(NewNotice(each.user_id, "reminder", leave_at, task_id=each.task_id, facts=facts))
    digests = await take_due_digests(conn, now=now, limit=rows)
    notices += [NewNotice(each.user_id, each.kind, now) for each in digests]
    await add_notices(conn, notices, now=now)
    return max(len(rings), len(digests))


async def ring_early(conn: Conn, *, now: dt.datetime) -> int:
    """Digests whose hour will find the window closed, when it is about to close; answers how many.

    Only on the same day, in nobody's quiet hours, and a little early: who did not ask for it at dawn is not woken.
    """
    closing = Q.list_closing(conn, now=now, ahead=now + AHEAD, open_until=now + MARGIN, lead=now + LEAD, margin=MARGIN)
    wanted = []
    async for row in closing:
        zone = get_zone(row["timezone"])
        quiet_end = after_quiet(now, quiet_from=row["quiet_from"], quiet_to=row["quiet_to"], zone=row["timezone"])
        if quiet_end == now and now.astimezone(zone).date() == row["next_at"].astimezone(zone).date():
            wanted.append((row["user_id"], row["kind"]))
    digests = await take_early_digests(conn, wanted=wanted, now=now) if wanted else []
    await add_notices(conn, [NewNotice(each.user_id, each.kind, now) for each in digests], now=now)
    return len(digests)
