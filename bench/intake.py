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
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from bench import processes, system
from bench.figures import percentile
from bench.payloads import Account, wamid
from tasktalk.db.embedded import running as running_database
from tasktalk.db.pool import connect

CONNECTIONS = 64
_HEADROOM = 14_000  # prepared requests a second of a run: more than either can take
_TASKTALK, _PEER = "Tasktalk", "pywa"
_PEER_PATH = "/webhook"  # see peer.py, which is not imported here: it wants its environment


@dataclass(slots=True)
class Side:
    """One product's runs."""

    name: str
    rates: list[float] = field(default_factory=list)
    p50s: list[float] = field(default_factory=list)
    p99s: list[float] = field(default_factory=list)
    acknowledged: int = 0
    refused: int = 0
    load_cpu: float = 0.0

    @property
    def rate(self) -> float:
        """Median of its runs, requests a second."""
        return median(self.rates)


@dataclass(frozen=True, slots=True)
class Intake:
    """`lost`: acknowledged, and yet no row. `handled`: how many the peer's handler saw."""

    tasktalk: Side
    peer: Side
    lost: int
    handled: int

    @property
    def ratio(self) -> float:
        """How many times the peer's rate."""
        return self.tasktalk.rate / self.peer.rate


def measure(*, seconds: float, rounds: int) -> Intake:
    """`rounds` runs of each, in turns: whatever else the machine does, it does to both."""
    ours, theirs = Side(_TASKTALK), Side(_PEER)
    sent: dict[str, list[int]] = {}
    with system.temporary_folder() as folder, system.running(folder) as tasktalk:
        _pause(tasktalk.facts)
        with _running_peer(tasktalk.account, folder) as peer_url:
            url = f"{tasktalk.facts['web']}/api/webhooks/whatsapp"
            for address in (url, f"{peer_url}{_PEER_PATH}"):  # warm both up
                _drive(address, tasktalk.account, seconds=min(1.0, seconds))
            handled = _get_handled(peer_url)
            for _ in range(rounds):
                run, figures = _drive(url, tasktalk.account, seconds=seconds)
                sent[run] = figures["acknowledged"]
                _add(ours, figures)
                _, figures = _drive(f"{peer_url}{_PEER_PATH}", tasktalk.account, seconds=seconds)
                _add(theirs, figures)
            handled = _get_handled(peer_url) - handled
        lost = asyncio.run(_count_lost(folder / "data", sent))
    return Intake(ours, theirs, lost, handled)


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
def _running_peer(account: Account, folder: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "PEER_PHONE_ID": account.phone_number_id, "PEER_APP_SECRET": account.app_secret}
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
    with urllib.request.urlopen(f"{url}/handled", timeout=10) as answer:
        return int(json.load(answer))
