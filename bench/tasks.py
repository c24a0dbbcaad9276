"""Lists of tasks over HTTP, in a large database: of somebody who has much of it, and of people who have a little."""

import asyncio
import itertools
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from bench import dataset, orm, reminders
from bench.figures import percentile
from bench.system import Running
from bench.wire import Client
from tasktalk.db.embedded import running as running_database
from tasktalk.db.pool import connect

PEOPLE = 500
_LITTLE = 40  # how many of those with little take part
_CONNECTIONS = (1, 4)
_BATCH = 1000

_LISTS: dict[str, Sequence[dict[str, object]]] = {
    "list": ({}, {"sort": "due"}, {"filter": "all", "sort": "due"}, {"sort": "-updated"}),
    "board": (
        {"filter": "#Home", "sort": "position", "limit": 200},
        {"filter": "#Work", "sort": "position", "limit": 200},
    ),
    "filter": (
        {"filter": "(today | overdue) & p1"},
        {"filter": "#Home & @calls"},
        {"filter": "no date"},
        {"filter": "7 days", "sort": "due"},
        {"filter": "assigned to: Ana"},
    ),
    "search": ({"filter": "search: report"}, {"filter": "search: kitu"}, {"filter": "search: bafi new tyres"}),
}
LISTS = (*_LISTS, "projects")


@dataclass(slots=True)
class Tasks:
    """Milliseconds an answer, by list, connections, and whether it is of who has much; `yardstick`: in this process."""

    tasks: int
    took: dict[tuple[str, int, bool], list[float]] = field(default_factory=dict)
    batch_seconds: list[float] = field(default_factory=list)
    yardstick: orm.Yardstick | None = None
    rings: reminders.Reminders | None = None

    def own(self, *, much: bool) -> int:
        """How many tasks each has."""
        return self.tasks // 2 // (1 if much else PEOPLE)

    def ms(self, name: str, connections: int, percent: float, *, much: bool) -> float:
        """A percentile."""
        return percentile(self.took[name, connections, much], percent)


def measure(running: Running, *, quick: bool) -> Tasks:
    """Fill the database, then ask."""
    return asyncio.run(_measure(running, quick=quick))


async def _measure(running: Running, *, quick: bool) -> Tasks:
    found = Tasks(20_000 if quick else 200_000)
    with running_database(running.folder / "data") as dsn:
        conn = await connect(dsn, application_name="bench")
        try:
            await dataset.fill(conn, tasks=found.tasks)
            people = [person for person in running.facts["phones"] if person["linked"]]
            much = await conn.fetchval("select email from users where role = 'member' order by id limit 1")
            tokens = {True: [person["api_token"] for person in people if person["email"] == much]}
            tokens[False] = [person["api_token"] for person in people if person["email"] != much][:_LITTLE]
            await _ask_lists(running, found, tokens, rounds=4 if quick else 40)
            await _ask_batches(running, found, tokens[False][0], rounds=1 if quick else 5)
            found.yardstick = await orm.measure(dsn, rounds=5 if quick else 40)
            found.rings = await reminders.measure(running, conn, quick=quick)
        finally:
            await conn.close()
    return found


async def _ask_lists(running: Running, found: Tasks, tokens: dict[bool, list[str]], *, rounds: int) -> None:
    paths = {name: [f"/api/tasks?{urlencode(query)}" for query in queries] for name, queries in _LISTS.items()} | {
        "projects": ["/api/projects"]
    }
    async with Client(running.facts["web"]) as client:
        for much, connections, name in itertools.product((True, False), _CONNECTIONS, paths):
            took: list[float] = []
            asked = itertools.cycle(itertools.product(tokens[much], paths[name]))
            for token, path in itertools.islice(asked, 2 * len(paths[name])):  # warm it up
                await client.call("GET", path, token=token)
            jobs = itertools.islice(asked, rounds * (2 if len(paths[name]) < 3 else 1) * len(paths[name]))
            await asyncio.gather(*(_ask(client, jobs, took) for _ in range(connections)))
            found.took[name, connections, much] = took


async def _ask(client: Client, jobs: "itertools.islice[tuple[str, str]]", took: list[float]) -> None:
    for token, path in jobs:
        began = time.perf_counter()
        await client.call("GET", path, token=token)
        took.append((time.perf_counter() - began) * 1000)


async def _ask_batches(running: Running, found: Tasks, token: str, *, rounds: int) -> None:
    operations = [
        {"op": "create", "task": {"title": f"Call number {number}", "due": {"date": "2027-01-01"}}}
        for number in range(_BATCH)
    ]
    body = json.dumps({"operations": operations}).encode()
    async with Client(running.facts["web"]) as client:
        for _ in range(rounds):
            began = time.perf_counter()
            answer = await client.call("POST", "/api/tasks/batch", body, token=token)
            found.batch_seconds.append(time.perf_counter() - began)
            if any(result["status"] != 201 for result in answer["results"]):
                raise RuntimeError("a task of the batch was not made")
