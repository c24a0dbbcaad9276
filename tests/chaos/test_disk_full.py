"""A real disk that runs full under our own PostgreSQL: what was acknowledged is there, and it goes on with room."""

import asyncio
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from product_kit import Product, count, delivery, message, open_product, until, working
from tasktalk.db import embedded
from tasktalk.db.embedded import ServerError
from tasktalk.db.migrate import migrate
from tasktalk.db.pool import open_pool

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.slow,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root makes a disk to fill"),
]

MOST = 400  # deliveries, should the disk take that many


@pytest.fixture
def disk() -> Iterator[Path]:
    """A small one, in memory."""
    place = Path(tempfile.mkdtemp(prefix="tt-disk-"))
    place.chmod(0o755)
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=120m,mode=755", "tmpfs", place], check=False)
    if made.returncode:
        place.rmdir()
        pytest.skip("this machine lets nobody mount")
    yield place
    subprocess.run(["umount", "-l", place], check=True)
    place.rmdir()


def fill(disk: Path, *, but: int) -> Path:
    """A file that leaves `but` bytes."""
    ballast = disk / "ballast"
    free = os.statvfs(disk)
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, free.f_bavail * free.f_frsize - but)
    return ballast


async def revive(server: embedded.Server) -> bool:
    """As the supervisor does: a server that cannot start is tried again."""
    try:
        await asyncio.to_thread(server.ensure_running)
    except ServerError:
        return False
    return True


async def test_what_was_acknowledged_on_a_disk_that_ran_full_is_handled_once(disk: Path, tmp_path: Path) -> None:
    with await asyncio.to_thread(embedded.start, disk / "data", options={"max_wal_size": "32MB"}) as server:
        await migrate(server.dsn)
        pool = await open_pool(server.dsn, min_size=1, max_size=4, application_name="tasktalk-test")
        try:
            product = await open_product(server.dsn, pool, tmp_path, disk_free_mib=0)
            ballast = fill(disk, but=500_000)
            acknowledged, refused = await _talk(product, server)
            assert refused
            ballast.unlink()
            await until(lambda: revive(server), seconds=60)
            for number in refused:  # Meta brings them again
                await until(lambda number=number: _is_taken(product, number), seconds=60)
            async with working(pool, product.turns.handle):
                await until(lambda: _is_quiet(product), seconds=60)
            rows = await pool.fetch("select title, source_message_id from tasks where owner_id = $1", product.ana.id)
            assert sorted(row["source_message_id"] for row in rows) == sorted(
                f"wamid.{number}" for number in (*acknowledged, *refused)
            )
            assert await count(pool, "from inbox where state = 'dead' or attempts > 0") == 0
        finally:
            pool.terminate()


async def _talk(product: Product, server: embedded.Server) -> tuple[list[int], list[int]]:
    """Deliveries until ten were refused: which were acknowledged, and which not."""
    acknowledged: list[int] = []
    refused: list[int] = []
    for number in range(MOST):
        if await _is_taken(product, number):
            acknowledged.append(number)
        else:
            refused.append(number)
            await revive(server)
        if len(refused) == 10:
            break
    return acknowledged, refused


async def _is_taken(product: Product, number: int) -> bool:
    padding = os.urandom(8_000).hex()
    one = message(product.ana, f"errand {number}", wamid=f"wamid.{number}", padding=padding)
    status = (await product.deliver(delivery(one))).status
    assert status in {200, 503}
    return status == 200


async def _is_quiet(product: Product) -> bool:
    return not await count(product.pool, "from inbox where state = 'waiting'")
