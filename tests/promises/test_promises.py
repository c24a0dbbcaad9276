"""What Tasktalk promises, a short proof of each; docs/explain/security.md names the long ones."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from fake_graph import LOSE, FakeGraph, serving
from sender_kit import PACING, put, sending, states, tell

from product_kit import TOKEN, Product, count, delivery, message, open_product, status, until, working
from tasktalk.accounts.request import COOKIE
from tasktalk.accounts.sessions import open_session
from tasktalk.db import Conn, Pool
from tasktalk.queue.claim import Item

NEW_SECRET = "0123456789abcdef0123456789abcdef"
ROOT = Path(__file__).parents[2]


@pytest.fixture
async def product(database: str, pool: Pool, tmp_path: Path) -> Product:
    return await open_product(database, pool, tmp_path)


async def test_promise_1_what_is_answered_200_takes_effect_once_in_its_senders_order(product: Product) -> None:
    """Delivered twice, and whoever handles it loses the database after the work and before its commit."""
    titles = [f"errand {number}" for number in range(8)]
    for number, title in enumerate(titles):
        one = delivery(message(product.ana, title, wamid=f"wamid.in.{number}"))
        assert [(await product.deliver(one)).status for _ in range(2)] == [200, 200]
    killed = 0

    async def handle(conn: Conn, items: Sequence[Item], notes: dict[int, str]) -> Any:
        nonlocal killed
        done = await product.turns.handle(conn, items, notes)
        if killed < 2:
            killed += 1
            pid = await conn.fetchval("select pg_backend_pid()")
            await product.pool.execute("select pg_terminate_backend($1)", pid)
        return done

    await product.settle(handler=handle, workers=2)
    assert killed == 2
    assert [row["title"] for row in await product.pool.fetch("select title from tasks order by id")] == titles
    replies = [row["message"] for row in await product.pool.fetch("select message from outbox order by seq")]
    assert [re.findall(r"errand \d", reply)[0] for reply in replies] == titles
    assert await count(product.pool, "from inbox where state <> 'done'") == 0


async def test_promise_2_a_reply_whose_answer_was_lost_is_reconciled_and_not_repeated(product: Product) -> None:
    graph = FakeGraph()
    graph.plans["hello"] = [LOSE]
    async with serving(graph), sending(product, graph, pacing=replace(PACING, reconcile_seconds=60)):
        (sent,) = await put(product, "hello")
        await until(states(product, "doubtful"))
        await put(product, "to Ben", to=product.ben)  # the doubt about one holds up nobody else
        await until(states(product, "doubtful", "accepted"))
        await tell(product, status("wamid.1.hello", "delivered", opaque=sent))
        await put(product, "next")
        await until(states(product, "accepted", "accepted", "accepted"))
    assert graph.asked == ["hello", "to Ben", "next"]


async def test_promise_3_one_bad_item_stops_no_other(product: Product) -> None:
    """In one delivery of two people's messages: not those beside it, not those after it."""
    said = [(product.ana, "buy milk"), (product.ana, "poison"), (product.ben, "buy bread"), (product.ana, "buy salt")]
    batch = [message(who, text, wamid=product.wamid()) for who, text in said]
    assert (await product.deliver(delivery(*batch))).status == 200

    async def handle(conn: Conn, items: Sequence[Item], notes: dict[int, str]) -> Any:
        if any("poison" in item.payload for item in items):
            raise RuntimeError("as planned")
        return await product.turns.handle(conn, items, notes)

    async with working(product.pool, handle):
        await until(lambda: count(product.pool, "from inbox having count(*) filter (where state = 'waiting') = 0"))
    assert [row["title"] for row in await product.pool.fetch("select title from tasks order by title")] == [
        "buy bread",
        "buy milk",
        "buy salt",
    ]
    assert await count(product.pool, "from inbox where state = 'dead' and error like '%as planned%'") == 1


async def test_promise_4_secrets_are_sealed_shown_nowhere_and_every_act_is_audited(
    product: Product, caplog: pytest.LogCaptureFixture
) -> None:
    path, owner = f"/api/integrations/{product.integration_id}", product.owner_token
    kept = await product.ask(f"{path}/credentials", token=owner, method="PUT", body={"app_secret": NEW_SECRET})
    assert kept.status == 200, kept.body
    shown = [kept.body] + [(await product.ask(each, token=owner)).body for each in (path, "/api/audit")]
    rows = await everything(product.pool)
    for secret in (NEW_SECRET, TOKEN, owner):
        assert secret.encode() not in b"".join(shown)
        assert secret not in rows
        assert secret.encode().hex() not in rows  # as bytes are shown
        assert secret not in caplog.text
    assert await product.pool.fetchval("select action from audit order by seq desc limit 1") == "credentials.replaced"
    with pytest.raises(asyncpg.PostgresError):
        await product.pool.execute("update audit set action = 'nothing'")


async def test_promise_5_a_person_sees_only_what_is_theirs_whichever_door_they_use(product: Product) -> None:
    await product.say(product.ana, "call Zebulon tomorrow")
    await product.settle()
    task = await product.pool.fetchval("select id from tasks")
    session = await open_session(product.pool, user_id=product.ben.id, now=datetime.now(UTC))
    cookie = {"cookie": f"{COOKIE}={session.token}"}
    answers = [await product.ask(f"/api/tasks/{task}", token=product.ben.token)]
    answers += [await product.call("GET", f"/tasks/{task}", **cookie)]
    assert [answer.status for answer in answers] == [404, 404]
    answers += [await product.ask("/api/tasks", token=product.ben.token)]
    answers += [await product.call("GET", each, **cookie) for each in ("/tasks", "/trash")]
    answers += [await product.call("GET", "/find", query="q=Zebulon", **cookie)]
    asked = {"text": "find Zebulon"}
    answers += [await product.ask("/api/assistant/messages", token=product.ben.token, method="POST", body=asked)]
    assert [answer.status for answer in answers[2:]] == [200] * 5
    for text in ("all", "tomorrow", "done Zebulon"):
        await product.say(product.ben, text)
    await product.settle()
    told = "select message from outbox where contact_id = $1"
    told_ben = [row["message"] for row in await product.pool.fetch(told, product.ben.contact_id)]
    assert len(told_ben) == 3
    assert not [answer for answer in answers if b"call Zebulon" in answer.body]
    assert not [message for message in told_ben if "call Zebulon" in message]
    assert await product.pool.fetchval("select status from tasks where id = $1", task) == "open"
    mine = await product.ask("/api/tasks", token=product.ana.token)
    assert b"call Zebulon" in mine.body  # who may see it does


def test_each_promise_is_named_with_its_tests() -> None:
    """A test that the documents name is there."""
    told = (ROOT / "docs/explain/security.md").read_text()
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", told.partition("## What is promised")[2])
    assert len({name[:14] for _, name in named if name.startswith("test_promise_")}) == 5
    for path, name in named:
        assert f"def {name}(" in (ROOT / path).read_text(), (path, name)


async def everything(pool: Pool) -> str:
    """Every row of every table, as text."""
    tables = await pool.fetch("select tablename from pg_tables where schemaname = 'public'")
    found = []
    for table in tables:
        rows = await pool.fetch(f'select to_jsonb(t)::text as row from "{table["tablename"]}" t')
        found += [row["row"] for row in rows]
    return "\n".join(found)
