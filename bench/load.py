"""The load of the intake measurement, a process of its own: `python -m bench.load` with a Job as JSON on stdin.

Every request is written and signed before the clock starts, so that the same cheap loop drives either product.
"""

import asyncio
import json
import sys
import time
from typing import Any

import uvloop

from bench.payloads import Account, make_requests
from bench.wire import Line, connect


async def drive(job: dict[str, Any]) -> dict[str, Any]:
    """Keep every connection busy for `seconds`, or until the prepared requests are used up."""
    account = Account(**job["account"])
    requests = list(make_requests(job["url"], account, run=job["run"], count=job["requests"], now=int(time.time())))
    lines = [await connect(job["url"]) for _ in range(job["connections"])]
    loop, clock = asyncio.get_running_loop(), time.perf_counter
    over = loop.create_future()
    took: list[float] = []
    acknowledged: list[int] = []
    refused: dict[int, int] = {}
    next_number, open_lines = 0, len(lines)

    def start(line: Line) -> None:
        nonlocal next_number, open_lines
        if next_number >= len(requests) or clock() > until:
            open_lines -= 1
            if not open_lines and not over.done():
                over.set_result(None)
            return
        number, next_number = next_number, next_number + 1
        began = clock()

        def then(status: int, _body: bytes) -> None:
            took.append(clock() - began)
            if status == 200:
                acknowledged.append(number)
            else:
                refused[status] = refused.get(status, 0) + 1
            start(line)

        line.ask(requests[number], then)

    cpu, began = time.process_time(), clock()
    until = began + job["seconds"]
    for line in lines:
        start(line)
    await over
    seconds = clock() - began
    cpu = time.process_time() - cpu
    for line in lines:
        line.close()
    return {"seconds": seconds, "cpu_seconds": cpu, "took": took, "acknowledged": acknowledged, "refused": refused}


if __name__ == "__main__":
    json.dump(uvloop.run(drive(json.load(sys.stdin))), sys.stdout)
