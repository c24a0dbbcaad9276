"""The mode that keeps no words of messages, by reading every column of every table; and what goes after its days."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from product_kit import Product, count, delivery, message, open_product
from tasktalk.db import Pool
from tasktalk.db.content import keep_content
from tasktalk.health.upkeep import list_jobs
from tasktalk.queue.upkeep import run_due
from tasktalk.settings import Settings

SAID, ASKED, TITLE = "zebrafinch", "quagga", "marmoset"  # no other word holds them
OFF: dict[str, Any] = {"keep_content": "off"}


@pytest.fixture
async def product(database: str, pool: Pool, tmp_path: Path) -> Product:
    return await open_product(database, pool, tmp_path, **OFF)


async def switch_off(pool: Pool) -> None:
    async with pool.acquire() as conn:
        await keep_content(conn, keep=False)
    await pool.expire_connections()


async def tables_with(pool: Pool, word: str) -> dict[str, int]:
    """How many rows of which tables hold the word, in whichever column; bytes are read as text."""
    names = await pool.fetch("select tablename from pg_tables where schemaname = current_schema()")
    each = "select '{0}' as name, count(*) as rows from \"{0}\" r where r::text ilike $1 or r::text ilike $2"
    everywhere = " union all ".join(each.format(row["tablename"]) for row in names)
    found = await pool.fetch(everywhere, f"%{word}%", f"%{word.encode().hex()}%")
    return {row["name"]: row["rows"] for row in found if row["rows"]}


async def talk(product: Product) -> None:
    """Ana makes a task, asks, says what no one understands; photographs; says things to the API and is answered."""
    await product.say(product.ana, f"buy {TITLE} tomorrow 5pm")
    await product.say(product.ana, f"what is the {SAID} doing?")
    await product.say(product.ana, f"tell me a joke about a {SAID}")
    await product.say(product.ana, f"search {ASKED}")
    await product.deliver({"object": "page", "entry": SAID})
    history = {"field": "history", "value": {"messages": [{"text": {"body": SAID}}]}}
    await product.deliver({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [history]}]})
    card = message(product.ana, "", wamid=product.wamid()) | {"type": "contacts"}
    card["contacts"] = [{"name": {"formatted_name": TITLE}, "phones": []}]
    await product.deliver(delivery(card))
    await product.settle()
    for key in ("k1", "k2"):
        said = json.dumps({"text": f"search {ASKED}"}).encode()
        headers = {"content_type": "application/json", "idempotency_key": key}
        answer = await product.call(
            "POST", "/api/assistant/messages", said, authorization=f"Bearer {product.ana.token}", **headers
        )
        assert answer.status == 200


async def send_all(pool: Pool) -> None:
    """As the sender records that WhatsApp took one, and refused the others."""
    await pool.execute("update outbox set state = 'sending'")
    await pool.execute("update outbox set state = 'accepted', finished_at = now() where seq % 2 = 0")
    await pool.execute("update outbox set state = 'refused', finished_at = now() where seq % 2 = 1")


async def test_no_word_is_left_in_any_column_but_of_what_people_keep(product: Product) -> None:
    await switch_off(product.pool)
    await talk(product)
    waiting = await product.pool.fetch("select message from outbox where state = 'waiting'")
    assert TITLE in str([row["message"] for row in waiting])  # it can be sent still
    await send_all(product.pool)
    user = product.ana.id
    await product.pool.execute(
        "insert into letters (id, user_id, way, subject, body) values (gen_random_uuid(), $1, 'email', $2, $2)",
        user,
        SAID,
    )
    await product.pool.execute("update letters set state = 'sending'")
    await product.pool.execute("update letters set state = 'sent'")
    await product.pool.execute("insert into chat_turns (user_id, said, reply) values ($1, $2, '{}')", user, SAID)
    assert await tables_with(product.pool, SAID) == {}
    assert set(await tables_with(product.pool, ASKED)) == {"dialogues"}  # the list that is open, until it goes on
    await let_time_pass(product, hours=2)
    assert await tables_with(product.pool, ASKED) == {}
    assert set(await tables_with(product.pool, TITLE)) == {"tasks", "journal"}
    # Who, when and what became of it is there.
    rows = await product.pool.fetch("select kind, payload, note from inbox order by seq")
    kept = [json.loads(row["payload"]) for row in rows if row["kind"] == "message"]
    assert {each["message"]["from"] for each in kept} == {product.ana.wa_id}
    assert all(each["message"]["not_kept"] and each["message"]["type"] for each in kept)


async def let_time_pass(product: Product, **later: float) -> None:
    settings = Settings(data=Path("/nonexistent"), **OFF)
    job = list_jobs(settings)["content"]
    await run_due(product.pool, "content", job, now=datetime.now(UTC) + timedelta(**later), stop=asyncio.Event())


async def test_what_was_kept_before_and_what_nobody_retries_goes(product: Product) -> None:
    await talk(product)
    await send_all(product.pool)
    found = await tables_with(product.pool, SAID)
    assert {"inbox"} <= set(found)  # the net catches something
    await product.pool.execute(
        "update inbox set state = 'dead', finished_at = now() where seq = (select min(seq) from inbox)"
    )
    await switch_off(product.pool)
    await let_time_pass(product, hours=2)
    assert set(await tables_with(product.pool, SAID)) == set()
    assert "inbox" in await tables_with(product.pool, TITLE)  # to look why it failed, and to try again
    await let_time_pass(product, days=2)
    assert set(await tables_with(product.pool, TITLE)) == {"tasks", "journal"}
    assert await count(product.pool, "from inbox where state = 'dead'") == 0


async def test_each_goes_after_its_days_and_no_sooner(product: Product, tmp_path: Path) -> None:
    await talk(product)
    await send_all(product.pool)
    token = product.ana.token
    made = (await product.ask("/api/tasks", token=token)).json["items"][0]
    png = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    attached = await product.call(
        "POST",
        "/api/attachments",
        png,
        query=f"task_id={made['id']}&name=a.png",
        authorization=f"Bearer {token}",
        content_type="image/png",
        content_length=str(len(png)),
    )
    assert attached.status == 201
    await product.ask(f"/api/tasks/{made['id']}", token=token, method="PATCH", body={"status": "done"})
    await product.pool.execute("update traffic_counted set upto = 'infinity'")
    limits = {"message_days": 10, "history_days": 40, "audit_days": 60, "attachment_days": 80}
    jobs = list_jobs(Settings(data=tmp_path, **limits))  # type: ignore[arg-type]
    tables = {"messages": "inbox", "history": "journal", "audit": "audit", "old_files": "attachments"}
    async with product.pool.acquire() as conn:
        await conn.execute("insert into audit (id, action, subject) values (gen_random_uuid(), 'a.b', 'a')")
    for (name, table), days in zip(tables.items(), limits.values(), strict=True):
        assert await count(product.pool, f"from {table}")
        for later, left in ((days - 1, True), (days + 1, False)):
            at = datetime.now(UTC) + timedelta(days=later)
            await run_due(product.pool, name, jobs[name], now=at, stop=asyncio.Event())
            assert bool(await count(product.pool, f"from {table}")) is left, (name, later)
    for table in ("outbox", "attempts", "statuses"):
        assert not await count(product.pool, f"from {table}")
    assert await count(product.pool, "from tasks")
    assert not any(name in list_jobs(Settings(data=tmp_path)) for name in (*tables, "content"))


async def test_what_nobody_looks_after_holds_up_nothing_behind_it(
    product: Product, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasktalk.health.retention._AT_ONCE", 2)
    for number in range(6):
        await product.say(product.ana, f"buy {number} apples")
        await product.settle()
    await send_all(product.pool)
    pool, oldest = product.pool, "where seq in (select seq from {0} order by seq limit 3)"
    await pool.execute("update inbox set state = 'dead' " + oldest.format("inbox"))
    await pool.execute("update outbox set state = 'held' " + oldest.format("outbox"))
    await pool.execute("update traffic_counted set upto = 'infinity'")
    job = list_jobs(Settings(data=tmp_path, message_days=10))["messages"]
    await run_due(pool, "messages", job, now=datetime.now(UTC) + timedelta(days=11), stop=asyncio.Event())
    left = [await count(pool, f"from {table}") for table in ("inbox", "outbox")]
    assert left == [3, 3]


def test_days_that_would_do_harm_are_refused() -> None:
    for wrong in ({"message_days": 7}, {"history_days": 10}, {"audit_days": -1}):
        with pytest.raises(ValueError, match="days"):
            Settings(**wrong)  # type: ignore[arg-type]
