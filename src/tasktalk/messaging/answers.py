"""How calls to Meta ended, and writing that down: many in one commit, none lost for what is odd about another."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import asyncpg

from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.logs import get_log

Q = queries(__file__)
log = get_log("messaging.sender")

# The database refuses an answer for what is in it; ValueError: asyncpg, before it is sent.
_UNFIT = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, ValueError)


@dataclass(frozen=True, slots=True)
class Answer:
    """How one call ended; a column each of `record_attempts`."""

    id: UUID
    number: int
    outcome: str
    http_status: int | None = None
    code: int | None = None
    error: str | None = None
    wamid: str | None = None
    delay: float = 0.0


async def record(conn: Conn, answers: list[Answer]) -> list[Answer]:
    """Write `answers` down, and take from the list what is written: they are all that is known of these calls."""
    batch = list(answers)
    if not batch:
        return batch
    try:
        await _write(conn, batch)
        del answers[: len(batch)]
    except _UNFIT as error:
        log.warning("answers_split", answers=len(batch), error=type(error).__name__)
        for answer in batch:
            await _write_alone(conn, answer)
            answers.remove(answer)
    return batch


async def _write(conn: Conn, answers: Sequence[Answer]) -> None:
    await Q.record_attempts(
        conn,
        ids=[a.id for a in answers],
        numbers=[a.number for a in answers],
        outcomes=[a.outcome for a in answers],
        http_statuses=[a.http_status for a in answers],
        codes=[a.code for a in answers],
        errors=[a.error for a in answers],
        wamids=[a.wamid for a in answers],
        delays=[a.delay for a in answers],
    )


async def _write_alone(conn: Conn, answer: Answer) -> None:
    """One odd answer must not hold up the number: what it means is kept, even if its particulars cannot be."""
    try:
        await _write(conn, [answer])
    except _UNFIT as error:
        log.exception("answer_unfit", outbox_id=str(answer.id), wamid=answer.wamid, code=answer.code)
        said = f"What WhatsApp answered cannot be stored ({type(error).__name__})"
        await _write(conn, [replace(answer, http_status=None, code=None, wamid=None, error=said)])
