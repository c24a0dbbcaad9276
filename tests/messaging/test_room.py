"""A disk without room: nothing is half stored, nobody is blamed, and all goes on once there is some."""

from collections.abc import Sequence
from pathlib import Path

import asyncpg
import pytest

from product_kit import Product, count, delivery, message, open_product, until, working
from tasktalk.db import Conn, Pool
from tasktalk.db.cluster import Cluster
from tasktalk.messaging import room
from tasktalk.queue.claim import Item


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """What is free on the disk; looked at whenever it is asked."""
    told = {"mib": 1000.0}
    monkeypatch.setattr(room, "find_free_mib", lambda _: told["mib"])
    monkeypatch.setattr(room, "_LOOK_SECONDS", 0.0)
    return told


async def test_with_little_room_deliveries_are_refused_before_anything_is_written(
    database: str, pool: Pool, tmp_path: Path, free: dict[str, float]
) -> None:
    (tmp_path / "postgres" / "data").mkdir(parents=True)  # our own server's, on this disk
    product = await open_product(database, pool, tmp_path, disk_free_mib=200)
    one = delivery(message(product.ana, "buy milk", wamid="wamid.1"))
    free["mib"] = 199.0
    refused = await product.deliver(one)
    assert (refused.status, refused.json["error"]["message"]) == (503, "The disk is nearly full; send it again later.")
    assert (await product.deliver(one, secret="forged")).status == 403  # who is not Meta learns nothing of it
    assert await count(pool, "from inbox") == 0
    free["mib"] = 200.0
    assert (await product.deliver(one)).status == 200
    assert await count(pool, "from inbox") == 1


async def test_the_disk_of_somebody_else_s_database_is_not_ours_to_watch(
    database: str, pool: Pool, tmp_path: Path, free: dict[str, float]
) -> None:
    free["mib"] = 0.0
    product = await open_product(database, pool, tmp_path)
    assert (await product.deliver(delivery(message(product.ana, "buy milk", wamid="wamid.1")))).status == 200


async def test_a_full_database_costs_no_message_an_attempt(product: Product) -> None:
    """More often than an item may fail before it is a dead letter; in a batch, one by one, and alone."""
    failures = 0

    async def handle(conn: Conn, items: Sequence[Item], notes: dict[int, str]) -> None:
        nonlocal failures
        if failures % 5:
            failures += 1
            raise asyncpg.DiskFullError("could not extend file: No space left on device")
        if not failures:
            failures = 1
            raise ValueError("somebody is to blame: one by one, then")
        await product.turns.handle(conn, items, notes)

    for text in ("buy milk tomorrow", "buy bread tomorrow"):
        await product.say(product.ana, text)
    async with working(product.pool, handle):
        await until(lambda: _all_done(product))
        failures = 1
        await product.say(product.ana, "buy eggs tomorrow")
        await until(lambda: _all_done(product))
    assert failures == 5
    assert await count(product.pool, "from inbox where attempts > 0 or state = 'dead'") == 0
    assert await count(product.pool, "from tasks") == 3


async def _all_done(product: Product) -> bool:
    return not await count(product.pool, "from inbox where state <> 'done'")


def test_the_log_of_a_server_that_holds_it_open_is_begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, kept = tmp_path / "postgres.log", tmp_path / "postgres.log.1"
    cluster = Cluster.__new__(Cluster)
    cluster.log_file = file
    cluster.shorten_log()  # none yet
    with file.open("ab", buffering=0) as server:
        server.write(b"x" * 10_000_001)
        cluster.shorten_log()
        assert (file.stat().st_size, kept.stat().st_size) == (0, 10_000_001)
        server.write(b"next\n")
        cluster.shorten_log()
        assert file.read_bytes() == b"next\n"
        server.write(b"y" * 10_000_001)

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("tasktalk.db.cluster.shutil.copyfile", full)
        cluster.shorten_log()
        assert file.stat().st_size == 0
