"""What is done once an hour: sweeping out what has had its time, and a look at every connected number."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from tasktalk.accounts.sessions import forget_expired
from tasktalk.analytics.counting import count_traffic
from tasktalk.assistant.llm.budget import KEPT_DAYS, forget_usage
from tasktalk.crypto import Keyring
from tasktalk.db import Pool
from tasktalk.health.retention import list_retention_jobs
from tasktalk.integrations.checks.watch import watch_all
from tasktalk.interop.importing.drafts import forget_drafts
from tasktalk.interop.webhooks.deliveries import forget_deliveries, shorten_logs
from tasktalk.messaging.documents.documents import forget_documents
from tasktalk.messaging.letters.letters import KEPT as LETTERS_KEPT
from tasktalk.messaging.letters.letters import forget_letters
from tasktalk.messaging.notices.history import KEPT as NOTICES_KEPT
from tasktalk.messaging.notices.history import forget_settled
from tasktalk.messaging.templates.sync import sync_due
from tasktalk.queue.upkeep import Job
from tasktalk.settings import Settings
from tasktalk.tasks.attachments.purge import purge_files
from tasktalk.tasks.attachments.store import open_store
from tasktalk.tasks.journal.trash import purge_trash
from tasktalk.web.idempotency import KEPT, forget_idempotency

_FILES_AT_ONCE = 100


def list_jobs(settings: Settings) -> Mapping[str, Job]:  # noqa: C901  (one function a job)
    """By name, in the order in which they are best done: files become free with the trash."""
    store, kept = open_store(settings), timedelta(days=settings.trash_days)

    async def trash(pool: Pool, now: datetime) -> int:
        async with pool.acquire() as conn, conn.transaction():
            return await purge_trash(conn, before=now - kept)

    async def files(pool: Pool, now: datetime) -> int:
        async with pool.acquire() as conn:
            return await purge_files(conn, store, before=now - kept, limit=_FILES_AT_ONCE)

    async def idempotency(pool: Pool, now: datetime) -> int:
        async with pool.acquire() as conn:
            await forget_idempotency(conn, before=now - KEPT)
        return 0

    async def sessions(pool: Pool, now: datetime) -> int:
        async with pool.acquire() as conn, conn.transaction():
            await forget_expired(conn, now=now)
        return 0

    async def notices(pool: Pool, now: datetime) -> int:
        async with pool.acquire() as conn:
            return await forget_settled(conn, before=now - NOTICES_KEPT)

    async def letters(pool: Pool, now: datetime) -> int:
        async with pool.acquire() as conn:
            return await forget_letters(conn, before=now - LETTERS_KEPT)

    async def documents(pool: Pool, now: datetime) -> int:
        async with pool.acquire() as conn:
            return await forget_documents(conn, now=now)

    async def webhooks(pool: Pool, now: datetime) -> int:
        async with pool.acquire() as conn, conn.transaction():
            await forget_drafts(conn, now=now)
            await shorten_logs(conn)
            return await forget_deliveries(conn, now=now)

    async def model_usage(pool: Pool, now: datetime) -> int:
        async with pool.acquire() as conn:
            return await forget_usage(conn, before=now.date() - timedelta(days=KEPT_DAYS))

    async def numbers(pool: Pool, now: datetime) -> int:
        await watch_all(pool, settings, Keyring.kept(settings.read_secrets), now)
        return 0

    async def templates(pool: Pool, now: datetime) -> int:
        await sync_due(pool, settings, Keyring.kept(settings.read_secrets), now)
        return 0

    jobs = {"trash": trash, "files": files, "idempotency": idempotency, "sessions": sessions}
    jobs |= {"notices": notices, "letters": letters, "documents": documents, "model_usage": model_usage}
    jobs |= {"webhooks": webhooks}
    # Files become free with what they hung on.
    return {
        **list_retention_jobs(settings),
        **jobs,
        "numbers": numbers,
        "templates": templates,
        "traffic": count_traffic,
    }
