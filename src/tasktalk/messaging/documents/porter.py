"""The loop that brings files to Meta: read and uploaded outside any transaction, then the message is written.

Whoever works at a file holds its row for a few seconds and renews that; when it dies, another takes over. The message
is written with the row's end, in one transaction: killed before it, the file is uploaded once more, which nobody sees;
after it, the message is in the outbox, once.
"""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
from asyncpg import Record

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.users import find_viewer
from tasktalk.assistant.replies.speech import get_speech, phrase
from tasktalk.assistant.reply import Sending
from tasktalk.db import Pool
from tasktalk.errors import AppError, NotFound, TooLarge
from tasktalk.integrations.connections import Directory, Integration
from tasktalk.logs import get_log
from tasktalk.messaging.documents.documents import Q
from tasktalk.messaging.documents.making import Made, make
from tasktalk.messaging.outbox import Outgoing, add_messages
from tasktalk.queue.waiting import keep_looking
from tasktalk.tasks.attachments.store import Store
from tasktalk.whatsapp import render
from tasktalk.whatsapp.errors import GraphError
from tasktalk.whatsapp.graph import Graph

log = get_log("messaging.documents")

_ROWS = 4
_HELD_SECONDS, _RENEW_SECONDS = 10.0, 3.0
_UPLOAD_SECONDS = 120.0
_LOOK_SECONDS = 5.0
_WORTH_SECONDS = 24 * 3600.0  # as long as WhatsApp's service window lasts
_MOST_BUGS = 3
_RETRY_SECONDS, _LONGEST_SECONDS = 5.0, 480.0

_GONE = phrase("📎 That file is not there any more.")
_TOO_LARGE = phrase("📎 That file is too large for WhatsApp. It is in the console.")
_NOT_SENT = phrase("📎 I could not send you that file. It is in the console.")


@dataclass(frozen=True, slots=True)
class _Ended:
    """How an attempt ended. `said`: a sentence in place of the file; `message`: what shows it."""

    state: str
    error: str | None = None
    delay: float = 0.0
    said: str | None = None
    message: dict[str, Any] | None = None


@dataclass(slots=True)
class Porter:
    """Brings what is due. `graph_of`: Meta's side of a number."""

    pool: Pool
    store: Store
    directory: Directory
    graph_of: Callable[[Integration], Graph]
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Until `stop`."""
        await keep_looking(self.look, log=log, pause_seconds=1.0, wake=self.wake, stop=self.stop)

    async def look(self) -> float:
        """Brings all that is due; answers in how many seconds to look again."""
        while await self.carry() and not self.stop.is_set():
            pass
        async with self.pool.acquire() as conn:
            due: float | None = await Q.seconds_to_next(conn)
        return _LOOK_SECONDS if due is None else min(max(due, 1.0), _LOOK_SECONDS)

    async def carry(self) -> int:
        """Brings some that are due; answers how many were tried."""
        async with self.pool.acquire() as conn:
            rows = [row async for row in Q.take_documents(conn, rows=_ROWS, seconds=_HELD_SECONDS)]
        await asyncio.gather(*map(self._carry, rows))
        return len(rows)

    async def _carry(self, row: Record) -> None:
        viewer: Viewer | None = None
        try:
            async with asyncio.timeout(_UPLOAD_SECONDS), self._held(row):
                async with self.pool.acquire() as conn:
                    viewer = await find_viewer(conn, user_id=row["user_id"])
                ended = await self._try(row, viewer)
        except TimeoutError:
            ended = _again(row, "It took too long.")
        except GraphError as error:
            log.warning("upload_failed", document_id=str(row["id"]), code=error.code)
            again = error.fate != "refused" and (error.retries is None or row["attempts"] <= error.retries)
            ended = (
                _again(row, str(error), error.retry_after) if again else _Ended("refused", str(error), said=_NOT_SENT)
            )
        except NotFound as error:
            ended = _Ended("refused", error.message, said=_GONE)
        except TooLarge as error:
            ended = _Ended("refused", error.message, said=_TOO_LARGE)
        except AppError as error:  # the store, or the database
            log.warning("file_not_read", document_id=str(row["id"]), error=error.message)
            ended = _again(row, error.message)
        except Exception as error:  # a bug of ours must not be tried for ever
            log.exception("document_broke", document_id=str(row["id"]))
            name = type(error).__name__
            ended = _again(row, name) if row["attempts"] < _MOST_BUGS else _Ended("refused", name, said=_NOT_SENT)
        await self._settle(row, ended, viewer)

    async def _try(self, row: Record, viewer: Viewer | None) -> _Ended:
        integration = next((each for each in await self.directory.all() if each.id == row["integration_id"]), None)
        if integration is None or not integration.access_token:
            return _again(row, "The number has no access token.")
        if viewer is None:
            return _Ended("refused", "The person is not there any more.")
        file = msgspec.convert(row["file"], Sending)
        made: Made = await make(self.pool, self.store, file, viewer=viewer, now=dt.datetime.now(dt.UTC))
        media_id = await self.graph_of(integration).upload(
            integration.phone_number_id, made.content, name=made.name, mime_type=made.mime_type
        )
        return _Ended("sent", message=made.message(media_id, row["caption"]))

    async def _settle(self, row: Record, ended: _Ended, viewer: Viewer | None) -> None:
        messages = [ended.message] if ended.message is not None else []
        if ended.said is not None and viewer is not None:
            messages = render.text(get_speech(viewer.language).say(ended.said))
        async with self.pool.acquire() as conn, conn.transaction():
            settled = await Q.settle_document(
                conn,
                id=row["id"],
                number=row["attempts"],
                state=ended.state,
                error=ended.error and ended.error[:500],
                delay=ended.delay,
            )
            if settled is None:
                log.info("document_taken_over", document_id=str(row["id"]))
                return
            kind, shown = ("document", tuple(row["task_ids"])) if ended.message is not None else ("reply", ())
            outgoing = [
                Outgoing(row["integration_id"], row["contact_id"], kind, each, row["inbox_seq"], shown)  # type: ignore[arg-type]
                for each in messages
            ]
            for outbox_id in await add_messages(conn, outgoing):
                await Q.note_message(conn, id=row["id"], outbox_id=outbox_id)

    @asynccontextmanager
    async def _held(self, row: Record) -> AsyncIterator[None]:
        """Holds the row while the block lasts."""

        async def renew() -> None:
            while True:
                await asyncio.sleep(_RENEW_SECONDS)
                async with self.pool.acquire() as conn:
                    await Q.hold_document(conn, id=row["id"], number=row["attempts"], seconds=_HELD_SECONDS)

        renewing = asyncio.create_task(renew())
        try:
            yield
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)


def _again(row: Record, error: str, seconds: float | None = None) -> _Ended:
    """Later, as long as it is worth it."""
    if row["age_seconds"] > _WORTH_SECONDS:
        return _Ended("refused", error, said=_NOT_SENT)
    delay = min(_RETRY_SECONDS * 2.0 ** min(row["attempts"] - 1, 10), _LONGEST_SECONDS)
    return _Ended("waiting", error, delay if seconds is None else min(seconds, _WORTH_SECONDS))
