"""Outgoing webhooks: what is told to whom, signed, tried again, replayed, switched off."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest
from aiohttp.abc import AbstractResolver
from hook_kit import Receiver, make_hook, posting, receiving

from product_kit import Product, delivery, message, open_product, until
from tasktalk.db import Pool
from tasktalk.ids import new_id
from tasktalk.interop.webhooks.deliveries import forget_deliveries
from tasktalk.interop.webhooks.egress import PRIVATE, open_session, post
from tasktalk.interop.webhooks.hearing import NewDelivery, portions
from tasktalk.interop.webhooks.posting import Poster
from tasktalk.interop.webhooks.settling import SCHEDULE
from tasktalk.interop.webhooks.webhooks import Q
from tasktalk.messaging.notices.loop import Teller
from tasktalk.messaging.outbox import Outgoing, add_messages

TASKS = ("task.created", "task.updated", "task.completed", "task.deleted")
DAY = 86_400.0


@pytest.fixture
async def product(database: str, pool: Pool, tmp_path: Path) -> Product:
    return await open_product(database, pool, tmp_path, webhooks_private="on")


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


async def do(product: Product, method: str, path: str, body: Any = None, *, token: str) -> Any:
    answer = await product.ask(path, token=token, method=method, body=body)
    assert answer.status < 300, answer.body
    return answer.json if answer.body else None


async def share(product: Product) -> dict[str, Any]:
    """A project of Ana's with Ben in it."""
    home = await do(product, "POST", "/api/projects", {"name": "Home"}, token=product.ana.token)
    async with product.pool.acquire() as conn:
        await conn.execute(
            "insert into project_members (project_id, user_id, role, own_role) values ($1, $2, 'editor', 'editor')",
            home["id"],
            product.ben.id,
        )
    return dict(home)


async def test_a_task_is_told_from_its_making_to_its_end(product: Product, receiver: Receiver) -> None:
    ana = product.ana.token
    _, receiver.secret = await make_hook(product, ana, receiver.url, *TASKS)
    task = await do(product, "POST", "/api/tasks", {"title": "Buy milk"}, token=ana)
    path = f"/api/tasks/{task['id']}"
    async with posting(product) as post:
        await post.go()
        for method, body in (("PATCH", {"priority": 1}), ("PATCH", {"status": "done"}), ("DELETE", None)):
            await do(product, method, path, body, token=ana)
        await post.go()
    assert receiver.events() == list(TASKS)
    first, second, *_ = [each.body for each in receiver.taken]
    assert first["data"]["task"] == task
    actor = {"id": str(product.ana.id), "name": "Ana"}
    assert (first["data"]["actor"], first["data"]["channel"], first["data"]["verb"]) == (actor, "api", "created")
    assert second["data"]["changed"] == ["priority"]
    assert receiver.taken[0].headers["Content-Type"] == "application/json"
    assert len({each.id for each in receiver.taken}) == 4


async def test_only_what_its_owner_sees_is_told(product: Product, receiver: Receiver) -> None:
    ana, ben = product.ana.token, product.ben.token
    path, receiver.secret = await make_hook(product, ben, receiver.url, *TASKS)
    home = await share(product)
    await do(product, "POST", "/api/tasks", {"title": "private"}, token=ana)
    shared = {"title": "shared", "project": {"id": home["id"]}}
    await do(product, "POST", "/api/tasks", shared, token=ana)
    receiver.answers = [500]
    async with posting(product) as post:
        await post.go()
        assert [each.body["data"]["task"]["title"] for each in receiver.taken] == ["shared"]
        # He is put out before it is tried again: nothing leaves any more, and his log shows no more of it.
        await product.pool.execute("delete from project_members where user_id = $1", product.ben.id)
        await post.go(later=60)
    assert len(receiver.taken) == 1
    [told] = (await do(product, "GET", path + "/deliveries", token=ben))["items"]
    story = await do(product, "GET", f"{path}/deliveries/{told['id']}", token=ben)
    assert (told["state"], story["payload"]) == ("dropped", None)
    for method, of in (("GET", path), ("PATCH", path), ("DELETE", path), ("POST", path + "/rotate")):
        answer = await product.ask(of, token=ana, method=method, body={} if method != "GET" else None)
        assert answer.status == 404


async def test_no_row_is_written_while_nobody_asks(product: Product, receiver: Receiver) -> None:
    owner = product.owner_token
    path, _ = await make_hook(product, owner, receiver.url, "task.created", "message.received", "message.sent")
    for enabled, rows in ((False, []), (True, ["inbox", "journal", "outbox"])):
        await do(product, "PATCH", path, {"enabled": enabled}, token=owner)
        await product.say(product.ana, "buy milk")
        await do(product, "POST", "/api/tasks", {"title": "more"}, token=owner)
        async with product.pool.acquire() as conn:
            await add_messages(
                conn, [Outgoing(product.integration_id, product.ana.contact_id, "reply", {"type": "text"})]
            )
            await conn.execute("update outbox set state = 'accepted' where state = 'waiting'")
            noted = await conn.fetch("select source from happenings order by source")
        assert [row["source"] for row in noted] == rows


async def test_an_administrator_held_back_for_a_second_factor_hears_as_a_member(
    product: Product, receiver: Receiver
) -> None:
    _, receiver.secret = await make_hook(product, product.owner_token, receiver.url, "message.received", "task.created")
    await product.ask("/api/tasks", token=product.owner_token, method="POST", body={"title": "Their own"})
    await product.say(product.ana, "buy milk")
    async with posting(product) as post:
        post.poster.factor = True
        await post.go()
        assert receiver.events() == ["task.created"]
        await product.pool.execute("update users set totp_since = now() where role = 'owner'")
        await product.say(product.ana, "buy bread")
        await post.go()
    assert receiver.events() == ["task.created", "message.received"]


async def test_administrators_hear_of_messages_numbers_phones_and_violations(
    product: Product, receiver: Receiver
) -> None:
    owner, ana = product.owner_token, product.ana
    events = ["message.received", "message.sent", "message.delivered", "message.read", "message.failed"]
    events += ["integration.connected", "integration.disconnected", "user.mapped", "security.violation"]
    refused = await product.ask(
        "/api/webhooks/outgoing",
        token=ana.token,
        method="POST",
        body={"name": "x", "url": receiver.url, "events": ["task.created", "message.received"]},
    )
    assert (refused.status, refused.json["error"]["data"]["field"]) == (403, "events")
    _, receiver.secret = await make_hook(product, owner, receiver.url, *events)
    await product.say(ana, "a secret word")
    await product.deliver(delivery(message(ana, "x", wamid="wamid.G", group_id="g1")))  # stored, without effect
    async with product.pool.acquire() as conn:
        out = [Outgoing(product.integration_id, ana.contact_id, "reply", {"type": "text", "text": {"body": "yes"}})]
        first, second = await add_messages(conn, out * 2)
        await conn.execute("update outbox set state = 'accepted', wamid = 'wamid.O' where id = $1", first)
        for word in ("sent", "delivered", "read"):
            await conn.execute("update outbox set status = $2 where id = $1", first, word)
        await conn.execute("update outbox set state = 'refused', error_code = 131026 where id = $1", second)
    number = f"/api/integrations/{product.integration_id}"
    await do(product, "PATCH", number, {"enabled": False}, token=owner)
    await do(product, "PATCH", number, {"enabled": True}, token=owner)
    body = {"user_id": str(product.ben.id), "phone": "+447700900999"}
    await do(product, "POST", number + "/phone-mappings", body, token=owner)
    async with product.pool.acquire() as conn:
        await conn.execute(
            "insert into audit (id, action, subject, detail) values ($1, 'security.violation', 'user', $2)",
            new_id(),
            {"rule": "many sign-ins"},
        )
    async with posting(product) as post:
        await post.go()
    told = {each.body["type"]: each.body["data"] for each in receiver.taken}
    assert sorted(receiver.events()) == sorted(events)
    assert told["message.received"]["person"]["name"] == "Ana"
    assert (told["message.failed"]["error_code"], told["message.sent"]["kind"]) == (131026, "reply")
    assert told["user.mapped"]["person"]["name"] == "Ben"
    assert told["integration.connected"] == {
        "id": str(product.integration_id),
        "name": "Tests",
        "display_phone_number": "15550001111",
        "actor": {"id": ANY, "name": "Owner"},
    }
    assert told["security.violation"]["detail"] == {"rule": "many sign-ins"}
    everything = "".join(each.text for each in receiver.taken)
    assert "secret word" not in everything
    assert "447700900" not in everything


async def test_a_token_that_may_not_administer_opens_no_administrators_webhook(
    product: Product, receiver: Receiver
) -> None:
    owner = product.owner_token
    body = {"name": "tests", "scopes": ["write"]}
    small = (await do(product, "POST", "/api/tokens", body, token=owner))["token"]
    path, _ = await make_hook(product, owner, receiver.url, "message.received")
    await product.say(product.ana, "hello")
    async with posting(product) as post:
        await post.go()
    [told] = (await do(product, "GET", path + "/deliveries", token=small))["items"]
    story = f"{path}/deliveries/{told['id']}"
    assert (await do(product, "GET", story, token=small))["payload"] is None
    assert (await do(product, "GET", story, token=owner))["payload"] is not None
    for method, of, sent, status_ in (
        ("POST", "", {"name": "x", "url": receiver.url, "events": ["message.read"]}, 403),
        ("PATCH", path, {"url": "http://127.0.0.1:9/"}, 403),
        ("PATCH", path, {"events": ["message.read"]}, 403),
        ("POST", path + "/rotate", None, 403),
        ("POST", story + "/replay", None, 409),
        ("PATCH", path, {"enabled": False}, 200),
        ("PATCH", path, {"enabled": True}, 403),
        ("PATCH", path, {"events": ["task.created"]}, 200),
        ("DELETE", path, None, 204),
    ):
        where = of or "/api/webhooks/outgoing"
        answer = await product.ask(where, token=small, method=method, body=sent)
        assert answer.status == status_, (method, of, sent, answer.body)


async def test_a_failure_is_tried_again_for_three_days_then_it_is_off_and_its_owner_is_told(
    product: Product, receiver: Receiver
) -> None:
    ana = product.ana.token
    path, _ = await make_hook(product, ana, receiver.url, "task.created")
    await do(product, "POST", "/api/tasks", {"title": "Buy milk"}, token=ana)
    receiver.answers = [500] * 50
    async with posting(product) as post:
        await post.go()
        for number, seconds in enumerate(SCHEDULE, 1):
            await post.go(later=seconds - 2)
            assert len(receiver.taken) == number  # not yet
            await post.go(later=4)
            assert len(receiver.taken) == number + 1
        await post.go(later=DAY)
    assert len({each.id for each in receiver.taken}) == 1
    assert len({each.headers["webhook-timestamp"] for each in receiver.taken}) == len(receiver.taken)
    hook = await do(product, "GET", path, token=ana)
    assert (hook["enabled"], "three days" in hook["off_why"]) == (False, True)
    notices = await product.pool.fetch("select user_id, event from notices")
    assert [tuple(row) for row in notices] == [(product.ana.id, "webhook_off")]
    [told] = (await do(product, "GET", path + "/deliveries", token=ana))["items"]
    story = await do(product, "GET", f"{path}/deliveries/{told['id']}", token=ana)
    assert (told["state"], len(story["attempts"])) == ("failed", 10)
    assert story["attempts"][0] == {"number": 1, "at": ANY, "ms": ANY, "status": 500, "answer": "seen", "error": None}
    # Put right, switched on and replayed, it arrives under the same id.
    receiver.answers = []
    await do(product, "PATCH", path, {"enabled": True}, token=ana)
    assert await do(product, "POST", path + "/replay", {}, token=ana) == {"count": 1}
    async with posting(product) as post:
        await post.go()
    assert receiver.taken[-1].id == told["id"]
    assert (await do(product, "GET", path, token=ana))["failing_since"] is None


async def test_410_switches_off_at_once_and_429_waits_as_long_as_it_says(product: Product, receiver: Receiver) -> None:
    ana = product.ana.token
    path, _ = await make_hook(product, ana, receiver.url, "task.created")
    await do(product, "POST", "/api/tasks", {"title": "one"}, token=ana)
    receiver.answers, receiver.headers = [429, 410], {"Retry-After": "600"}
    async with posting(product) as post:
        await post.go()
        await post.go(later=500)
        assert len(receiver.taken) == 1
        await post.go(later=200)
        await do(product, "POST", "/api/tasks", {"title": "two"}, token=ana)
        await post.go(later=DAY)
    assert len(receiver.taken) == 2
    hook = await do(product, "GET", path, token=ana)
    assert (hook["enabled"], "410" in hook["off_why"]) == (False, True)
    entry = await product.pool.fetchval("select detail from audit where action = 'webhook.switched_off'")
    assert entry["owner_id"] == str(product.ana.id)
    await product.pool.execute("update contacts set window_until = now() + interval '3 days'")
    await Teller(product.pool, product.keyring, timedelta(), clock=lambda: datetime.now(UTC) + timedelta(days=2)).look()
    assert "Mirror" in await product.pool.fetchval("select message from outbox")  # its owner is told


async def test_one_that_fails_does_not_hold_up_those_behind_it(product: Product, receiver: Receiver) -> None:
    ana = product.ana.token
    _, receiver.secret = await make_hook(product, ana, receiver.url, "task.created")
    for title in ("one", "two", "three"):
        await do(product, "POST", "/api/tasks", {"title": title}, token=ana)
    receiver.answers = [302]  # not followed
    async with posting(product) as post:
        await post.go()
        await post.go(later=10)
    titles = [each.body["data"]["task"]["title"] for each in receiver.taken]
    assert titles == ["one", "two", "three", "one"]


async def test_a_killed_worker_leaves_nothing_untold(product: Product, receiver: Receiver) -> None:
    ana = product.ana.token
    await make_hook(product, ana, receiver.url, "task.created")
    await do(product, "POST", "/api/tasks", {"title": "one"}, token=ana)
    async with posting(product) as post:
        await post.poster.hear_all()
        async with product.pool.acquire() as conn:  # taken, and then nothing more is heard of who took it
            webhook_id = await conn.fetchval("select id from webhooks")
            at = datetime.now(UTC)
            assert await Q.take_delivery(conn, webhook_id=webhook_id, seconds=45.0, at=at) is not None
        await post.go()
        assert receiver.taken == []
        await post.go(later=60)
    assert len(receiver.taken) == 1


async def test_the_loop_stops_soon_and_another_sends_what_was_on_its_way(product: Product, receiver: Receiver) -> None:
    ana = product.ana.token
    await make_hook(product, ana, receiver.url, "task.created")
    receiver.hold = asyncio.Event()
    poster = Poster(product.pool, product.keyring, private=True, last_seconds=0.1)
    running = asyncio.create_task(poster.run())
    await do(product, "POST", "/api/tasks", {"title": "one"}, token=ana)
    poster.wake.set()

    async def called() -> int:
        return len(receiver.taken)

    await until(called)
    poster.stop.set()
    await asyncio.wait_for(running, 10)
    receiver.hold.set()
    state = await product.pool.fetchrow("select state, attempts from webhook_deliveries")
    assert tuple(state) == ("waiting", 1)
    async with posting(product) as post:
        await post.go(later=60)
    assert [each.id for each in receiver.taken] == [receiver.taken[0].id] * 2
    assert await product.pool.fetchval("select state from webhook_deliveries") == "delivered"


async def test_a_new_secret_signs_beside_the_old_one_for_a_day(product: Product, receiver: Receiver) -> None:
    ana = product.ana.token
    path, old = await make_hook(product, ana, receiver.url, "task.created")
    made = await product.ask(path + "/rotate", token=ana, method="POST")
    new = made.json["secret"]
    assert (made.headers["cache-control"], new.startswith("whsec_"), new != old) == ("no-store", True, True)
    assert "secret" not in await do(product, "GET", path, token=ana)
    stored = await product.pool.fetchval("select secret from webhooks")
    assert new.encode() not in stored
    assert product.keyring.unseal(stored) == new
    async with posting(product) as post:
        for secret in (old, new):
            receiver.secret = secret
            await do(product, "POST", path + "/test", token=ana)
            await post.go()
        assert receiver.events() == ["webhook.test"] * 2
        await do(product, "POST", path + "/test", token=ana)
        await product.pool.execute("update webhooks set old_until = now()")
        await post.go()
    assert len(receiver.taken[-1].headers["webhook-signature"].split()) == 1


class _Rebinding(AbstractResolver):
    """A name that leads to this machine."""

    async def resolve(self, host: str, port: int = 0, family: int = 2) -> Any:
        at = {"hostname": host, "port": port, "family": family or 2, "proto": 0, "flags": 0}
        return [at | {"host": "93.184.216.34"}, at | {"host": "127.0.0.1"}]

    async def close(self) -> None:
        pass


async def test_nothing_is_posted_to_this_machine_or_its_neighbours(
    database: str, pool: Pool, tmp_path: Path, receiver: Receiver
) -> None:
    product = await open_product(database, pool, tmp_path)
    bad = ["http://example.org/x", "https://127.0.0.1/x", "https://[::1]/x", "https://169.254.169.254/x"]
    bad += [
        "https://10.0.0.8/x",
        "https://localhost/x",
        "https://me:secret@example.org/",
        "https://x y/",
        "ftp://a.org",
    ]
    bad += ["https://[::ffff:127.0.0.1]/", "https://2130706433/", "https://a.org:99999/", "https://metadata.internal/"]
    for url in bad:
        body = {"name": "x", "url": url, "events": ["task.created"]}
        answer = await product.ask("/api/webhooks/outgoing", token=product.ana.token, method="POST", body=body)
        assert (answer.status, answer.json["error"]["data"]["field"]) == (400, "url"), url
    port = receiver.url.split(":")[2].partition("/")[0]
    async with open_session(private=False, resolver=_Rebinding()) as session:
        for url in (f"http://rebound.example:{port}/hook", receiver.url):
            answered = await post(session, url, body="{}", headers={}, private=False)
            assert (answered.status, answered.error) == (None, PRIVATE)
    assert receiver.taken == []


async def test_what_cannot_be_is_refused_and_the_old_is_forgotten(product: Product, receiver: Receiver) -> None:
    ana = product.ana.token
    path, _ = await make_hook(product, ana, receiver.url, "task.created")
    for body, field in (
        ({"events": []}, "events"),
        ({"events": ["task.exploded"]}, "events"),
        ({"name": "\u202e"}, "name"),
        ({"secret": "mine"}, "secret"),
        ({"enabled": "perhaps"}, "enabled"),
    ):
        answer = await product.ask(path, token=ana, method="PATCH", body=body)
        assert (answer.status, answer.json["error"]["data"]["field"]) == (400, field), body
    stale = await product.call(
        "PATCH", path, b'{"name":"B"}', authorization=f"Bearer {ana}", content_type="application/json", if_match='"9"'
    )
    assert stale.status == 409
    await do(product, "POST", path + "/test", token=ana)
    async with posting(product) as post:
        await post.go()
    now = datetime.now(UTC)
    async with product.pool.acquire() as conn:
        assert await forget_deliveries(conn, now=now + timedelta(days=29)) == 0
        assert await forget_deliveries(conn, now=now + timedelta(days=31)) == 1
    await do(product, "DELETE", path, token=ana)
    acts = [row["action"] for row in await product.pool.fetch("select action from audit order by seq")]
    assert [act for act in acts if act.startswith("webhook")] == ["webhook.created", "webhook.deleted"]


async def test_a_slow_receiver_does_not_keep_the_lanes_to_itself(
    product: Product, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasktalk.interop.webhooks.posting._LANES", 1)
    monkeypatch.setattr("tasktalk.interop.webhooks.posting._TURN_SECONDS", 0.0)  # every call takes longer
    for _ in range(2):
        await make_hook(product, product.ana.token, receiver.url, "task.created")
    for number in range(3):
        await do(product, "POST", "/api/tasks", {"title": f"Task {number}"}, token=product.ana.token)
    async with posting(product) as post:
        await post.go()
    rows = await product.pool.fetch("select webhook_id, state from webhook_deliveries order by finished_at")
    assert {row["state"] for row in rows} == {"delivered"}
    order = [row["webhook_id"] for row in rows]
    assert order == order[:2] * 3
    assert order[0] != order[1]


def test_what_is_told_at_once_goes_down_in_statements_that_are_no_larger_than_they_should_be() -> None:
    sizes = [1, 3, 5, 2, 2, 9, 1]  # MiB; a full batch of long notes for twenty webhooks is more than a GiB
    new = [NewDelivery(new_id(), "task.updated", "x" * (size * 1024 * 1024)) for size in sizes]
    made = list(portions(new))
    assert [[len(each.body) // 1024 // 1024 for each in portion] for portion in made] == [[1, 3], [5], [2, 2], [9], [1]]
    assert [each for portion in made for each in portion] == new
    assert list(portions([])) == []
