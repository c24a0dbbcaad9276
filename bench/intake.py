"""Durable intake: webhooks a second, beside pywa, in turns."""

import asyncio
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urljoin

from bench import processes, system
from bench.figures import percentile
from bench.payloads import Account, wamid
from tasktalk.db.embedded import running as running_database
from tasktalk.db.pool import connect

CONNECTIONS = 64
_HEADROOM = 14_000  # prepared requests a second of a run: more than either can take


@dataclass(slots=True)
class Side:
    """One product's runs. `handled`: how many messages a peer's handler saw."""

    name: str
    url: str
    rates: list[float] = field(default_factory=list)
    p50s: list[float] = field(default_factory=list)
    p99s: list[float] = field(default_factory=list)
    acknowledged: int = 0
    refused: int = 0
    load_cpu: float = 0.0
    handled: int = 0

    @property
    def rate(self) -> float:
        """Median of its runs, requests a second."""
        return median(self.rates)


@dataclass(frozen=True, slots=True)
class Intake:
    """`lost`: acknowledged by Tasktalk, and yet no row. `peers`: pywa's two forms."""

    tasktalk: Side
    peers: list[Side]
    lost: int

    @property
    def sides(self) -> list[Side]:
        """All that took part."""
        return [self.tasktalk, *self.peers]

    def ratio(self, peer: Side) -> float:
        """How many times the peer's rate."""
        return self.tasktalk.rate / peer.rate


def measure(*, seconds: float, rounds: int) -> Intake:
    """`rounds` runs of each, in turns: whatever else the machine does, it does to all."""
    with ExitStack() as stack:
        folder = stack.enter_context(system.temporary_folder())
        tasktalk = stack.enter_context(system.running(folder))
        account = tasktalk.account
        _pause(tasktalk.facts)
        ours = Side("Tasktalk", f"{tasktalk.facts['web']}/api/webhooks/whatsapp")
        peers = []
        for form in ("async", "plain"):
            url = stack.enter_context(_running_peer(account, folder, form=form))
            peers.append(Side(f"pywa ({form} handler)", f"{url}/webhook"))
        for side in (ours, *peers):
            _drive(side.url, account, seconds=min(1.0, seconds))  # warm it up
        before = {side.name: _settle_handled(side) for side in peers}
        sent: dict[str, list[int]] = {}
        for _ in range(rounds):
            for side in (ours, *peers):
                run, figures = _drive(side.url, account, seconds=seconds)
                _add(side, figures)
                if side is ours:
                    sent[run] = figures["acknowledged"]
                else:
                    _settle_handled(side)  # it calls handlers after answering: do not let that into the next run
        for side in peers:
            side.handled = _settle_handled(side) - before[side.name]
        lost = asyncio.run(_count_lost(folder / "data", sent))
    return Intake(ours, peers, lost)


def _drive(url: str, account: Account, *, seconds: float) -> tuple[str, dict[str, Any]]:
    run = secrets.token_hex(4)
    job = {
        "url": url,
        "account": {name: getattr(account, name) for name in ("waba_id", "phone_number_id", "app_secret")},
        "run": run,
        "requests": int(_HEADROOM * seconds),
        "seconds": seconds,
        "connections": CONNECTIONS,
    }
    command = [sys.executable, "-m", "bench.load"]
    answer = subprocess.run(command, input=json.dumps(job).encode(), stdout=subprocess.PIPE, check=True, timeout=120)
    return run, json.loads(answer.stdout)


def _add(side: Side, figures: dict[str, Any]) -> None:
    side.rates.append(len(figures["acknowledged"]) / figures["seconds"])
    side.p50s.append(percentile(figures["took"], 50) * 1000)
    side.p99s.append(percentile(figures["took"], 99) * 1000)
    side.acknowledged += len(figures["acknowledged"])
    side.refused += sum(figures["refused"].values())
    side.load_cpu += figures["cpu_seconds"]


async def _count_lost(data: Path, sent: dict[str, list[int]]) -> int:
    """How many of the acknowledged messages are not in the inbox."""
    with running_database(data) as dsn:
        conn = await connect(dsn, application_name="bench")
        try:
            query = "select payload::json #>> '{message,id}' as id from inbox where kind = 'message'"
            stored = {row["id"] for row in await conn.fetch(query)}
        finally:
            await conn.close()
    return sum(wamid(run, number) not in stored for run, numbers in sent.items() for number in numbers)


def _pause(facts: dict[str, Any]) -> None:
    """The worker waits, so that the intake alone is measured: the peer's handler does nothing either."""
    request = urllib.request.Request(
        f"{facts['web']}/api/workers/whatsapp",
        data=b'{"action":"pause"}',
        headers={"Authorization": f"Bearer {facts['api_token']}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert json.load(answer)["newStatus"] == "paused"


@contextmanager
def _running_peer(account: Account, folder: Path, *, form: str) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "PEER_FORM": form}
    env |= {"PEER_PHONE_ID": account.phone_number_id, "PEER_APP_SECRET": account.app_secret}
    command = [sys.executable, "-m", "uvicorn", "bench.peer:app", "--port", str(port), "--loop", "uvloop"]
    command += ["--http", "httptools", "--no-access-log", "--log-level", "warning", "--backlog", "4096"]
    with (folder / "peer.log").open("ab") as output:
        process = subprocess.Popen(command, env=env, stdout=output, stderr=output)
    try:
        url = f"http://127.0.0.1:{port}"
        ends_at = time.monotonic() + 30
        while True:
            try:
                _get_handled(url)
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > ends_at:
                    log = (folder / "peer.log").read_text()[-2000:]
                    raise RuntimeError(f"the peer did not start:\n{log}") from None
                time.sleep(0.05)
        yield url
    finally:
        processes.stop(process)


def _get_handled(url: str) -> int:
    with urllib.request.urlopen(urljoin(url, "/handled"), timeout=10) as answer:
        return int(json.load(answer))


def _settle_handled(side: Side) -> int:
    """How many its handler saw, once no more come."""
    known = -1
    while (now := _get_handled(side.url)) != known:
        known = now
        time.sleep(0.1)
    return known
