"""Two web processes and two workers on one PostgreSQL that is not theirs, with one Redis; members are killed.

Meta is a small server of this test: it takes messages slowly, so that some are on their way when a worker dies, and
posts what became of each to whichever web process answers, as a load balancer would pass it on.
"""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from product_kit import HOOK, SECRET, Product, Someone, delivery, message, open_product, status, until
from redis_kit import fake_redis, free_port, is_installed, real_redis
from tasktalk.db import Pool
from tasktalk.whatsapp.signature import sign

pytestmark = pytest.mark.chaos

NUMBER = re.compile(r"errand (\d+)")
READY_SECONDS = 100  # on a machine that is busy with other things
BUSY = (
    "select (select count(*) from inbox where state = 'waiting') + "
    "(select count(*) from outbox where state in ('waiting', 'sending', 'doubtful') "
    "or status is distinct from 'delivered')"
)


class Cluster:
    """The processes, by name, and whoever posts to them."""

    def __init__(self, folder: Path, session: aiohttp.ClientSession, env: dict[str, str]) -> None:
        self.folder, self.session = folder, session
        self.env = {
            name: value for name, value in os.environ.items() if not name.startswith(("TASKTALK_", "WHATS"))
        } | env
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.webs: list[str] = []

    def start(self, name: str, *words: str) -> None:
        command = [sys.executable, "-m", "tasktalk", *words, "--data", str(self.folder / name)]
        with (self.folder / f"{name}.out").open("wb") as out:
            self.processes[name] = subprocess.Popen(command, env=self.env, stdout=out, stderr=out)

    def start_web(self, name: str) -> None:
        port = free_port()
        self.webs.append(f"http://127.0.0.1:{port}")
        self.start(name, "serve", "--port", str(port))

    def start_again(self, kind: str, name: str) -> None:
        if kind == "web":
            self.start_web(name)
        else:
            self.start(name, "worker")

    def kill(self, name: str) -> None:
        self.processes[name].send_signal(signal.SIGKILL)
        self.processes[name].wait()

    async def deliver(self, body: dict[str, Any], *, first: int = 0) -> None:
        """Until one of the web processes has answered 200."""
        raw = json.dumps(body).encode()
        headers = {"X-Hub-Signature-256": sign(raw, SECRET), "Content-Type": "application/json"}

        async def taken() -> bool:
            for url in self.webs[first:] + self.webs[:first]:
                try:
                    async with self.session.post(url + HOOK, data=raw, headers=headers) as answer:
                        if answer.status == 200:
                            return True
                except aiohttp.ClientError:
                    continue
            return False

        await until(taken, seconds=READY_SECONDS)

    async def is_ready(self) -> bool:
        for url in self.webs:
            try:
                async with self.session.get(f"{url}/readyz") as answer:
                    if answer.status != 200:
                        return False
            except aiohttp.ClientError:
                return False
        return True


class Meta:
    """Takes messages; each is told to be delivered."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.news: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def answer(self, request: web.Request) -> web.Response:
        if request.method != "POST" or not request.path.endswith("/messages"):
            return web.json_response({"error": {"message": "not here", "code": 100}}, status=400)
        asked = await request.json()
        if asked.get("status") == "read":
            return web.json_response({"success": True})
        self.sent.append(asked)
        wamid = f"wamid.OUT{len(self.sent)}"
        for word in ("sent", "delivered"):
            self.news.put_nowait(status(wamid, word, opaque=asked.get("biz_opaque_callback_data")))
        await asyncio.sleep(0.05)  # on its way back
        return web.json_response({"messaging_product": "whatsapp", "messages": [{"id": wamid}]})

    async def tell(self, cluster: Cluster) -> None:
        while True:
            await cluster.deliver(delivery(statuses=[await self.news.get()]), first=len(self.sent) % 2)


@asynccontextmanager
async def meta_at_work() -> AsyncIterator[tuple[Meta, str]]:
    meta = Meta()
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", meta.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port := free_port())
    await site.start()
    try:
        yield meta, f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def cluster_of(product: Product, folder: Path, redis: int, **settings: object) -> AsyncIterator[Cluster]:
    env = {
        "DATABASE_URL": product.dsn,
        "REDIS_URL": f"redis://127.0.0.1:{redis}",
        "SECRET_KEY": "a secret for tests",
        "PUBLIC_URL": "https://tasks.example.org",
        "TASKTALK_SANDBOX": "false",
        **{f"TASKTALK_{name.upper()}": str(value) for name, value in settings.items()},
    }
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        cluster = Cluster(folder, session, env)
        try:
            yield cluster
        finally:
            for process in cluster.processes.values():
                process.kill()
                process.wait()


async def write(product: Product, cluster: Cluster, person: Someone, numbers: range, first: int) -> None:
    for number in numbers:
        said = message(person, f"errand {number}", wamid=product.wamid())
        await cluster.deliver(delivery(said), first=first)


async def counted_together(cluster: Cluster, token: str, limit: int) -> Counter[int]:
    """What is answered to more requests than the limit allows, in turn by each web process."""
    found: Counter[int] = Counter()
    for asked in range(limit + 4):
        url, headers = cluster.webs[asked % 2], {"Authorization": f"Bearer {token}"}
        async with cluster.session.get(f"{url}/api/tasks", headers=headers) as answer:
            found[answer.status] += 1
    return found


async def check(product: Product, person: Someone, meta: Meta, last: int) -> None:
    """Each message one task, in order, and one reply, in order unless its sender died over it."""
    rows = await product.pool.fetch("select title from tasks where owner_id = $1 order by id", person.id)
    assert [row["title"] for row in rows] == [f"errand {number}" for number in range(1, last + 1)]
    tries = {
        str(row["outbox_id"]): row["tries"]
        for row in await product.pool.fetch("select outbox_id, count(*) as tries from attempts group by 1")
    }
    replies = [each for each in meta.sent if person.wa_id in str(each.get("to")) or person.bsuid in json.dumps(each)]
    numbers = [(int(found[1]), each) for each in replies if (found := NUMBER.search(json.dumps(each)))]
    assert sorted(number for number, _ in numbers) == list(range(1, last + 1))
    at_once = [number for number, each in numbers if tries[each["biz_opaque_callback_data"]] == 1]
    assert at_once == sorted(at_once)


async def live_through(database: str, pool: Pool, folder: Path, *, kills: list[str], reconcile: int) -> None:
    """Both people write while these are killed one after the other; every other one is replaced.

    `reconcile`: seconds in which Meta can tell what became of a message, which it cannot while no web process is there.
    """
    redis, last = free_port(), 0
    async with AsyncExitStack() as stack:
        await stack.enter_async_context((real_redis if is_installed() else fake_redis)(folder, redis))
        meta, graph_url = await stack.enter_async_context(meta_at_work())
        product = await open_product(database, pool, folder, graph_url=graph_url)
        cluster = await stack.enter_async_context(
            cluster_of(product, folder, redis, requests_per_minute=6, reconcile_seconds=reconcile)
        )
        for name in ("web-1", "web-2"):
            cluster.start_web(name)
        for name in ("worker-1", "worker-2"):
            cluster.start(name, "worker")
        await until(cluster.is_ready, seconds=READY_SECONDS, every=0.05)
        telling = asyncio.create_task(meta.tell(cluster))
        assert await counted_together(cluster, product.owner_token, 6) == {200: 6, 429: 4}
        for count, victim in enumerate(["", *kills]):
            if victim:
                cluster.kill(victim)
            if victim and count > 2:  # the first two leave one of each behind
                kind, _, number = victim.partition("-")
                cluster.start_again(kind, f"{kind}-{int(number) + 2}")
            numbers = range(last + 1, last + 6)
            await asyncio.gather(
                write(product, cluster, product.ana, numbers, 0), write(product, cluster, product.ben, numbers, 1)
            )
            last += 5

        async def is_quiet() -> bool:
            return not await pool.fetchval(BUSY)

        await until(is_quiet, seconds=READY_SECONDS, every=0.05)
        telling.cancel()
        for person in (product.ana, product.ben):
            await check(product, person, meta, last)


@pytest.mark.timeout(300)
async def test_one_of_each_is_killed_and_nothing_is_lost_or_doubled(database: str, pool: Pool, tmp_path: Path) -> None:
    await live_through(database, pool, tmp_path, kills=["web-1", "worker-1"], reconcile=4)


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_all_are_killed_one_after_the_other_and_replaced(database: str, pool: Pool, tmp_path: Path) -> None:
    order = [f"{kind}-{number}" for number in (1, 2, 4, 6) for kind in ("web", "worker")]
    await live_through(database, pool, tmp_path, kills=order, reconcile=25)
