"""When reminders ring, worked out again whenever a task's time, state or people change."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tasktalk.db import Conn


async def plan_reminders(conn: Conn, *, task_ids: Sequence[UUID], now: datetime) -> None:
    """Sets `ring_at` of every reminder of these tasks, and makes or drops the default ones."""
