"""What an operator asks of a month with a million messages: figures by the hour, and the log."""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bench.figures import percentile
from bench.system import Running
from bench.wire import Client
from tasktalk.analytics.counting import count_traffic
from tasktalk.db import Conn
from tasktalk.db.embedded import running as running_database
from tasktalk.db.pool import connect, open_pool

_SQL = Path(__file__).with_name("traffic.sql")
_PEOPLE = 2000
_ASKED = {
    "figures of 30 days": "/api/integrations/{id}/analytics?period=30d",
    "figures of 30 days, all numbers": "/api/analytics/system?period=30d",
    "figures of 24 hours": "/api/integrations/{id}/analytics?period=24h",
    "the log": "/api/integrations/{id}/messages?limit=50",
    "the log, what failed": "/api/integrations/{id}/messages?limit=50&status=failed",
    "conversations": "/api/integrations/{id}/conversations?limit=50",
}


@dataclass(slots=True)
class Traffic:
    """Milliseconds an answer. `counting_seconds`: to count all of it once, as is else done quarter by quarter."""

    messages: int
    counting_seconds: float = 0.0
    took: dict[str, list[float]] = field(default_factory=dict)

    def ms(self, name: str, percent: float) -> float:
        """A percentile."""
        return percentile(self.took[name], percent)


def measure(running: Running, *, quick: bool) -> Traffic:
    """Fill the database, then ask."""
    return asyncio.run(_measure(running, quick=quick))


async def _measure(running: Running, *, quick: bool) -> Traffic:
    found = Traffic(50_000 if quick else 1_000_000)
    with running_database(running.folder / "data") as dsn:
        conn = await connect(dsn, application_name="bench")
        try:
            await _fill(conn, found.messages)
            integration_id = await conn.fetchval("select id from integrations order by id limit 1")
        finally:
            await conn.close()
        pool = await open_pool(dsn, min_size=1, max_size=2, application_name="bench")
        began = time.perf_counter()
        while await count_traffic(pool, datetime.now(UTC)):
            pass
        found.counting_seconds = time.perf_counter() - began
        await pool.execute("analyze")  # as the server does by itself when a table has grown
        await pool.close()
        async with Client(running.facts["web"]) as client:
            path = _ASKED["figures of 30 days"].format(id=integration_id)
            totals = (await client.call("GET", path, token=running.facts["api_token"]))["totals"]
            if totals["messagesReceived"] + totals["messagesSent"] < 0.95 * found.messages:  # one in a hundred failed
                raise RuntimeError(f"not all that is there was counted: {totals}")
            for name, path in _ASKED.items():
                found.took[name] = [
                    await _ask(client, path.format(id=integration_id), running.facts["api_token"])
                    for _ in range(4 if quick else 21)
                ][1:]  # the first warms it up
    return found


async def _fill(conn: Conn, messages: int) -> None:
    await conn.execute(f"set bench.messages = {messages}")
    await conn.execute(f"set bench.people = {_PEOPLE}")
    for statement in _SQL.read_text(encoding="utf-8").split(";\n"):
        if statement.strip():  # one by one, for vacuum is in no transaction
            await conn.execute(statement, timeout=900)


async def _ask(client: Client, path: str, token: str) -> float:
    began = time.perf_counter()
    await client.call("GET", path, token=token)
    return (time.perf_counter() - began) * 1000
