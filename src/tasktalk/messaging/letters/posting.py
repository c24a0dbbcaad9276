"""The loop that sends letters: taken for a while, sent outside any transaction, then settled; by many workers."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from asyncpg import Record

from tasktalk.crypto import CannotUnseal, Keyring
from tasktalk.db import Pool
from tasktalk.logs import get_log
from tasktalk.messaging.letters.carriers import Carry, Letter, Refused
from tasktalk.messaging.letters.letters import Q, Way
from tasktalk.queue.waiting import keep_looking

log = get_log("messaging.letters")

_ROWS = 10
_LEASE_SECONDS = 300.0  # longer than any carrier takes
_LOOK_SECONDS = 10.0
_MOST = 6  # attempts
_RETRY_SECONDS, _GROWTH, _LONGEST_SECONDS = 60.0, 4.0, 3600.0
_NO_ADDRESS = "There is no address to send it to."
_NO_WAY = "This way is not set up any more."


@dataclass(frozen=True, slots=True)
class _Answer:
    """How an attempt ended; a column each of `settle_letters`."""

    state: str
    error: str | None = None
    delay: float = 0.0


@dataclass(slots=True)
class Postman:
    """Sends what is due, by `carriers`."""

    pool: Pool
    keyring: Keyring
    carriers: Mapping[Way, Carry]
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Until `stop`."""
        await keep_looking(self.look, log=log, pause_seconds=1.0, wake=self.wake, stop=self.stop)

    async def look(self) -> float:
        """Sends all that is due; answers in how many seconds to look again."""
        while await self.post() and not self.stop.is_set():
            pass
        return await self._seconds_to_next()

    async def post(self) -> int:
        """Sends some letters that are due; answers how many were tried."""
        async with self.pool.acquire() as conn:
            rows = [row async for row in Q.take_letters(conn, rows=_ROWS, lease_seconds=_LEASE_SECONDS)]
        if rows:
            answers = await asyncio.gather(*(self._send(row) for row in rows))
            async with self.pool.acquire() as conn:
                await Q.settle_letters(
                    conn,
                    ids=[row["id"] for row in rows],
                    numbers=[row["attempts"] for row in rows],
                    states=[answer.state for answer in answers],
                    errors=[answer.error for answer in answers],
                    delays=[answer.delay for answer in answers],
                )
        return len(rows)

    async def _send(self, row: Record) -> _Answer:
        try:
            await self._carry(row)
        except Refused as error:
            again = not error.permanent and row["attempts"] < _MOST
            log.warning("letter_refused", letter_id=str(row["id"]), way=row["way"], again=again)
            delay = min(_RETRY_SECONDS * _GROWTH ** (row["attempts"] - 1), _LONGEST_SECONDS)
            return _Answer("waiting" if again else "refused", str(error)[:500], delay if again else 0.0)
        except Exception as error:  # a bug of ours must not be tried for ever
            log.exception("letter_broke", letter_id=str(row["id"]))
            return _Answer("refused", type(error).__name__)
        return _Answer("sent")

    async def _carry(self, row: Record) -> None:
        carry = self.carriers.get(row["way"])
        if carry is None:
            raise Refused(_NO_WAY, permanent=True)
        address = row["email"]
        if row["way"] == "apprise":
            try:
                address = self.keyring.unseal(row["apprise_url"]) if row["apprise_url"] is not None else None
            except CannotUnseal:
                address = None
        if not address:
            raise Refused(_NO_ADDRESS, permanent=True)
        columns = ("id", "user_id", "name", "language", "subject", "body", "created_at")
        await carry(Letter(address=address, **{name: row[name] for name in columns}))

    async def _seconds_to_next(self) -> float:
        async with self.pool.acquire() as conn:
            due: float | None = await Q.get_next_try(conn)
        return _LOOK_SECONDS if due is None else min(max(due, 0.05), _LOOK_SECONDS)
