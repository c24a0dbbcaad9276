"""The worker process: handles the inbox, tells people what is due, sends the outbox, shows that it is alive."""

import asyncio
import os
import signal
import socket
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import aiohttp
import asyncpg

from tasktalk.accounts.users import list_languages
from tasktalk.assistant.hearing.opening import open_ear, ready
from tasktalk.assistant.llm.mind import open_mind
from tasktalk.assistant.understand import understand
from tasktalk.assistant.understanding import Context
from tasktalk.backup.nightly import Keeper
from tasktalk.crypto import Keyring
from tasktalk.db import Pool
from tasktalk.db.notify import listening
from tasktalk.db.pool import LOST, wait_for_pool
from tasktalk.health.alerts import watch
from tasktalk.health.scraping import serving_metrics
from tasktalk.health.upkeep import list_jobs
from tasktalk.ids import new_id
from tasktalk.integrations.connections import Directory, Integration
from tasktalk.interop.webhooks.posting import Poster
from tasktalk.logs import get_log
from tasktalk.messaging.documents.porter import Porter
from tasktalk.messaging.letters.opening import open_carriers
from tasktalk.messaging.letters.posting import Postman
from tasktalk.messaging.media import MediaRoom
from tasktalk.messaging.notices.loop import Teller
from tasktalk.messaging.notices.ways import Means
from tasktalk.messaging.preparing import ThinkingRoom
from tasktalk.messaging.sender import Lane, Pacing
from tasktalk.messaging.turns import Turns
from tasktalk.metrics import watch_cache, watch_pool
from tasktalk.queue.aside import Prepare, Preparer
from tasktalk.queue.breaker import Breaker
from tasktalk.queue.claim import Q
from tasktalk.queue.pace import Pace
from tasktalk.queue.upkeep import Asked, keep_up
from tasktalk.queue.waiting import LONGEST_PAUSE_SECONDS, first, keep_looking, log_outage
from tasktalk.queue.worker import Rules, work
from tasktalk.serving import settle_garbage
from tasktalk.settings import Settings
from tasktalk.tasks.attachments.store import open_store
from tasktalk.tasks.attachments.uploads import limits_of
from tasktalk.whatsapp.graph import Graph

log = get_log("worker")

_BEAT_SECONDS = 1.0
_LOOK_SECONDS = 30.0  # at the integrations, should a notice have been missed
_CLAIMS = 3  # while one batch waits for the database, another thinks; two leave either idle now and then
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_POOL_SIZE = 12


class Worker:
    """One process's share of the work. `stop` ends it gracefully."""

    def __init__(self, settings: Settings, *, dsn: str, pool: Pool, directory: Directory, keyring: Keyring) -> None:
        self.id = new_id()
        self.stop = asyncio.Event()
        self.restart_asked = False
        self.pace = Pace()
        self._settings, self._dsn, self._pool = settings, dsn, pool
        self._directory, self._keyring = directory, keyring
        self._mind = open_mind(settings)
        self._inbox_wake, self._aside_wake, self._directory_changed = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._documents_wake = asyncio.Event()
        self._asked = Asked()
        self._lanes: dict[UUID, tuple[Integration, Lane, asyncio.Task[None]]] = {}
        gather = timedelta(seconds=settings.notice_gather_seconds)
        carriers = open_carriers(settings, keyring)
        means = Means("email" in carriers, "apprise" in carriers, settings.public_url, settings.price_list)
        self._teller = Teller(pool, keyring, gather, stop=self.stop, means=means)
        self._backups = Keeper(pool, dsn, settings, self.stop)
        self._postman = Postman(pool, keyring, carriers, stop=self.stop)
        factor = settings.two_factor == "admins"
        self._poster = Poster(pool, keyring, settings.webhooks_private == "on", factor, stop=self.stop)

    def hear(self, channel: str, payload: str) -> None:  # noqa: C901  (a branch a channel)
        """A NOTIFY came."""
        if channel == "inbox":
            self._inbox_wake.set()
            self._aside_wake.set()
        elif channel == "outbox":
            for _, lane, _ in self._lanes.values():
                lane.wake.set()
        elif channel == "journal":
            self._teller.wake.set()
            self._poster.wake.set()
        elif channel == "webhooks":
            self._poster.wake.set()
        elif channel == "letters":
            self._postman.wake.set()
        elif channel == "upkeep":
            self._asked.hear(payload)
        elif channel == "backups":
            self._backups.wake.set()
        elif channel == "documents":
            self._documents_wake.set()
        elif channel == "keys":
            self._keyring.look_again()
        elif channel == "integrations":
            self._directory.forget()
            self._directory_changed.set()

    async def run(self) -> None:
        """Work until `stop`; what is in hand is finished."""
        settings = self._settings
        rules = Rules(settings.claim_rows, settings.poll_seconds, settings.max_attempts, settings.retry_seconds)
        ear = open_ear(settings)
        async with (
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=settings.send_concurrency * 2)) as session,
            ready(ear),
            asyncio.TaskGroup() as group,
        ):
            graph_of = partial(self._open_graph, session)
            store = open_store(settings)
            porter = Porter(self._pool, store, self._directory, graph_of, self._documents_wake, self.stop)
            media = MediaRoom(self._pool, store, limits_of(settings), self._directory, graph_of, ear)
            prepare: dict[str, Prepare] = {"file": media.prepare_file, "heard": media.prepare_heard}
            seconds = media.seconds
            if self._mind is not None:
                thinking = ThinkingRoom(self._pool, self._mind, self._directory, graph_of)
                prepare["thought"], seconds["thought"] = thinking.prepare, thinking.seconds
            console = settings.public_url.rstrip("/") if settings.public_url else None
            turns = Turns(self._directory, self._keyring, seconds, settings.voice_max_seconds, console)
            preparer = Preparer(self._pool, prepare, wake=self._aside_wake, stop=self.stop)
            group.create_task(preparer.run())
            group.create_task(self._beat())
            for _ in range(_CLAIMS):
                group.create_task(
                    work(self._pool, turns.handle, rules=rules, pace=self.pace, wake=self._inbox_wake, stop=self.stop)
                )
            group.create_task(self._keep_lanes(session))
            group.create_task(self._teller.run())
            group.create_task(self._postman.run())
            group.create_task(self._poster.run())
            group.create_task(porter.run())
            group.create_task(self._backups.run())
            group.create_task(keep_up(self._pool, list_jobs(settings), stop=self.stop, asked=self._asked))
            looks = keep_up(
                self._pool, watch.list_jobs(settings), stop=self.stop, every_seconds=watch.EVERY_SECONDS
            )  # apart: asking Meta once an hour must not hold them up
            group.create_task(looks)

    async def _keep_lanes(self, session: aiohttp.ClientSession) -> None:
        """A lane for every integration with a token; a new one when its settings or token change."""

        async def look() -> float:
            await self._renew_lanes(session, await self._directory.all())
            return _LOOK_SECONDS

        await keep_looking(look, log=log, pause_seconds=_BEAT_SECONDS, wake=self._directory_changed, stop=self.stop)
        await self._end_lanes(list(self._lanes))

    async def _renew_lanes(self, session: aiohttp.ClientSession, integrations: Sequence[Integration]) -> None:
        wanted = {each.id: each for each in integrations if each.access_token}
        await self._end_lanes(
            [id_ for id_, (known, _, task) in self._lanes.items() if wanted.get(id_) != known or task.done()]
        )
        for integration in wanted.values():
            if integration.id not in self._lanes:
                lane = self._open_lane(session, integration)
                task = asyncio.create_task(lane.run())
                task.add_done_callback(_log_failure)
                self._lanes[integration.id] = (integration, lane, task)

    def _open_lane(self, session: aiohttp.ClientSession, integration: Integration) -> Lane:
        settings = self._settings
        graph = self._open_graph(session, integration)
        pacing = Pacing(
            settings.send_concurrency,
            settings.send_timeout_seconds,
            settings.reconcile_seconds,
            limited=settings.limits == "on" or not settings.sandbox,
        )
        return Lane(self._dsn, integration, graph, pacing, self.pace, asyncio.Event(), asyncio.Event())

    def _open_graph(self, session: aiohttp.ClientSession, integration: Integration) -> Graph:
        return Graph(
            session,
            base_url=integration.graph_url or self._settings.graph_url,
            version=self._settings.graph_version,
            access_token=integration.access_token or "",
        )

    async def _end_lanes(self, ids: Sequence[UUID]) -> None:
        ending = [self._lanes.pop(id_) for id_ in ids]
        for _, lane, _ in ending:
            lane.stop.set()
        await asyncio.gather(*(task for _, _, task in ending), return_exceptions=True)  # failures are logged by now

    async def _beat(self) -> None:
        """Show figures every second; stop when an administrator asked for a restart."""
        generation: int | None = None
        pause = _BEAT_SECONDS
        while not self.stop.is_set():
            try:
                async with self._pool.acquire() as conn:
                    await Q.beat(
                        conn,
                        id=self.id,
                        host=socket.gethostname(),
                        pid=os.getpid(),
                        processing=self.pace.processing,
                        figures=self._figures(),
                    )
                    asked = (await Q.get_control(conn))["generation"]
                    if generation is None:
                        await Q.fold_totals(conn)
                        await Q.drop_old_workers(conn)
                        generation = asked
                    elif asked != generation:
                        log.info("restart_asked")
                        self.restart_asked = True
                        self.stop.set()
                pause = _BEAT_SECONDS
            except Exception as error:  # noqa: BLE001  (whatever the database says, the work goes on)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
                log_outage(log, error, retry_seconds=pause)
            await first(pause, self.stop)
        with suppress(*LOST, asyncpg.PostgresError):
            async with self._pool.acquire() as conn:
                await Q.stop_worker(conn, id=self.id)

    def _figures(self) -> dict[str, object]:
        now = time.monotonic()
        breakers = [lane.breaker for _, lane, _ in self._lanes.values()]
        worst = next((each for each in breakers if each.state(now) != "closed"), None)
        breaker, model = worst or Breaker(), self._mind.breaker if self._mind else Breaker()
        return {
            **self.pace.figures(),
            "memory_mib": _memory_mib(),
            "breaker": {"state": breaker.state(now), "reason": breaker.reason},
            "model": {"state": model.state(now), "reason": model.reason},
        }


async def run_worker(settings: Settings, *, dsn: str) -> bool:
    """Work until SIGTERM or SIGINT; whether a restart was asked for."""
    keyring = Keyring.kept(settings.read_secrets)
    pool = await wait_for_pool(dsn, max_size=_POOL_SIZE, application_name="tasktalk-worker")
    async with pool.acquire() as conn:
        for language in await list_languages(conn):  # half a second each, that its first message would wait
            understand("warm up", Context(now=datetime.now(UTC), language=language))
    directory = Directory(pool, keyring)
    watch_pool("worker", pool)
    watch_cache("integrations", directory)
    worker = Worker(settings, dsn=dsn, pool=pool, directory=directory, keyring=keyring)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, worker.stop.set)
    channels = ("backups", "inbox", "outbox", "journal", "letters", "integrations", "upkeep", "webhooks", "keys")
    with serving_metrics(settings.host, settings.metrics_port):
        async with listening(dsn, channels, worker.hear):
            settle_garbage()
            log.info("worker_ready", worker_id=str(worker.id), pid=os.getpid())
            await worker.run()
    try:
        await asyncio.wait_for(pool.close(), 3)
    except TimeoutError:
        pool.terminate()
    return worker.restart_asked


def _log_failure(lane: asyncio.Task[None]) -> None:
    """A lane ends when it is told to; the next look opens one in its place."""
    if not lane.cancelled() and lane.exception():
        log.error("lane_ended", exc_info=lane.exception())


def _memory_mib() -> float:
    """Resident memory of this process; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0.0
    return round(pages * _PAGE_BYTES / 1024 / 1024, 1)
