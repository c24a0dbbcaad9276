"""LISTEN that survives the loss of its connection."""

import asyncio

from tasktalk.db import Pool
from tasktalk.db.notify import listening


class Heard:
    def __init__(self) -> None:
        self.queue: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    def __call__(self, channel: str, payload: str) -> None:
        self.queue.put_nowait((channel, payload))

    async def next(self) -> tuple[str, str]:
        async with asyncio.timeout(5):
            return await self.queue.get()


async def test_it_hears_and_after_a_lost_connection_hears_again(pool: Pool, database: str) -> None:
    heard = Heard()
    async with listening(database, ["inbox", "outbox"], heard):
        assert [await heard.next(), await heard.next()] == [("inbox", ""), ("outbox", "")]
        await pool.execute("select pg_notify('inbox', 'first')")
        assert await heard.next() == ("inbox", "first")

        await pool.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'tasktalk-listen'"
        )
        assert [await heard.next(), await heard.next()] == [("inbox", ""), ("outbox", "")]
        await pool.execute("select pg_notify('outbox', 'second')")
        assert await heard.next() == ("outbox", "second")


async def test_a_callback_that_raises_does_not_end_it(pool: Pool, database: str) -> None:
    heard = Heard()

    def callback(channel: str, payload: str) -> None:
        heard(channel, payload)
        if payload == "bad":
            raise ValueError(payload)

    async with listening(database, ["inbox"], callback):
        assert await heard.next() == ("inbox", "")
        for payload in ("bad", "good"):
            await pool.execute("select pg_notify('inbox', $1)", payload)
            assert await heard.next() == ("inbox", payload)


async def test_a_server_that_is_not_there_yet_is_waited_for_outside() -> None:
    async with asyncio.timeout(5), listening("postgresql://127.0.0.1:1/tt", ["inbox"], lambda *_: None):
        pass
