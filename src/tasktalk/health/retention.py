"""What the settings do not want kept: messages, history, audit and files after their days, words at once."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from tasktalk.accounts.audit.chain import forget
from tasktalk.db import Pool
from tasktalk.db.content import empty_old, let_go
from tasktalk.db.sql import queries
from tasktalk.queue.upkeep import Job
from tasktalk.settings import Settings

Q = queries(__file__, "retention.sql")

_AT_ONCE = 1000


def list_retention_jobs(settings: Settings) -> Mapping[str, Job]:
    """Those that have something to do by these settings."""

    async def messages(pool: Pool, now: datetime) -> int:
        before = now - timedelta(days=settings.message_days)
        async with pool.acquire() as conn, conn.transaction():
            received: int = await Q.drop_received(conn, before=before, limit=_AT_ONCE)
            sent: int = await Q.drop_sent(conn, before=before, limit=_AT_ONCE)
            here: int = await Q.drop_chat(conn, before=before, limit=_AT_ONCE)
        return received + sent + here

    async def history(pool: Pool, now: datetime) -> int:
        async with pool.acquire() as conn:
            gone: int = await Q.drop_history(conn, before=now - timedelta(days=settings.history_days), limit=_AT_ONCE)
        return gone

    async def audit(pool: Pool, now: datetime) -> int:
        async with pool.acquire() as conn, conn.transaction():
            return await forget(conn, before=now - timedelta(days=settings.audit_days))

    async def old_files(pool: Pool, now: datetime) -> int:
        async with pool.acquire() as conn:
            gone: int = await Q.drop_files(conn, before=now - timedelta(days=settings.attachment_days), limit=_AT_ONCE)
        return gone

    async def content(pool: Pool, now: datetime) -> int:
        async with pool.acquire() as conn, conn.transaction():
            return await let_go(conn, now=now) + await empty_old(conn)

    wanted = {
        "messages": (messages, settings.message_days),
        "history": (history, settings.history_days),
        "audit": (audit, settings.audit_days),
        "old_files": (old_files, settings.attachment_days),
        "content": (content, settings.keep_content == "off"),
    }
    return {name: job for name, (job, is_wanted) in wanted.items() if is_wanted}
