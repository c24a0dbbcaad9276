"""The webhook's promises: who may post, what is stored, and that nothing is answered 200 before it is committed."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode, urlsplit

import asyncpg
import pytest

from product_kit import HOOK, PNID, SECRET, VERIFY, WABA, Answer, Product, count, delivery, message, status, until
from tasktalk.db import Conn
from tasktalk.integrations.connections import save_credential, save_integration
from tasktalk.whatsapp.signature import sign

MIB = 1024 * 1024
MESSY = (
    b'{"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": {"messages": '
    b'[7, null, {}, {"id": ""}, {"id": "wamid.x"}, {"id": "wamid.y", "type": 5, "from": {"a": 1}}], "statuses": '
    b'[{}, {"id": "wamid.z", "status": "dancing"}, {"id": "wamid.z", "status": "sent", "timestamp": "soon"}]}}]}]}'
)


async def verify(product: Product, **query: str) -> Answer:
    return await product.call("GET", HOOK, query=urlencode({f"hub.{name}": value for name, value in query.items()}))


async def test_meta_gets_its_bare_challenge(product: Product) -> None:
    answer = await verify(product, mode="subscribe", verify_token=VERIFY, challenge="1158201444")
    assert (answer.status, answer.body) == (200, b"1158201444")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "query",
    [
        {"mode": "subscribe", "verify_token": "wrong", "challenge": "1"},
        {"mode": "subscribe", "verify_token": "", "challenge": "1"},
        {"mode": "subscribe", "challenge": "1"},
        {"mode": "unsubscribe", "verify_token": VERIFY, "challenge": "1"},
        {"verify_token": VERIFY, "challenge": "1"},
        {"mode": "subscribe", "verify_token": VERIFY},
        {"mode": "subscribe", "verify_token": "vérify\x00", "challenge": "1"},
        {},
    ],
)
async def test_nobody_else_is_verified(product: Product, query: dict[str, str]) -> None:
    answer = await verify(product, **query)
    assert answer.status == 403
    assert answer.json["error"]["code"] == "WEBHOOK_VERIFICATION_FAILED"


async def test_a_question_of_many_fields_is_refused_not_a_fault(product: Product) -> None:
    answer = await product.call("GET", HOOK, query="&".join(f"a{number}=1" for number in range(30)))
    assert answer.status == 403
    assert answer.json["error"]["code"] == "WEBHOOK_VERIFICATION_FAILED"


async def test_one_number_s_app_does_not_sign_for_another(product: Product) -> None:
    async with product.pool.acquire() as conn, conn.transaction():
        other = await save_integration(conn, name="Other", waba_id="1", phone_number_id="302")
        await save_integration(conn, name="Without a secret", waba_id="1", phone_number_id="303")
        await save_credential(
            conn,
            keyring=product.keyring,
            integration_id=other,
            kind="app_secret",
            secret="theirs",
            now=datetime.now(UTC),
        )
    product.directory.forget()

    def to(number: str) -> dict[str, object]:
        return delivery(message(product.ana, "buy milk", wamid=f"wamid.{number}"), number=number)

    both = to("302")
    both["entry"] += to(PNID)["entry"]  # type: ignore[operator]
    forged = ((to(PNID), "theirs"), (to("302"), SECRET), (both, SECRET), (both, "theirs"))
    for what, secret in forged:
        answer = await product.deliver(what, secret=secret)
        assert (answer.status, answer.json["error"]["code"]) == (403, "WEBHOOK_VERIFICATION_FAILED")
    assert not await count(product.pool, "from inbox")
    right = ((to(PNID), SECRET), (to("302"), "theirs"), (to("303"), SECRET), (to("304"), "theirs"))
    for what, secret in right:
        assert (await product.deliver(what, secret=secret)).status == 200
    assert await count(product.pool, "from inbox") == len(right)


async def test_one_number_s_app_says_nothing_of_another_s_account(product: Product) -> None:
    """What is told of an account names no number, or one that it does not have: the signature decides all the same."""
    async with product.pool.acquire() as conn, conn.transaction():
        other = await save_integration(conn, name="Other", waba_id="209", phone_number_id="302")
        await save_credential(
            conn,
            keyring=product.keyring,
            integration_id=other,
            kind="app_secret",
            secret="theirs",
            now=datetime.now(UTC),
        )
    product.directory.forget()
    ban = {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}}
    alert = {"alert_severity": "CRITICAL", "alert_status": "ACTIVE", "alert_type": "OBA_REJECTED"}
    of_ours = {"entity_type": "PHONE_NUMBER", "entity_id": PNID, "alert_info": alert}

    def told(account: object, field: str, value: dict[str, object]) -> dict[str, object]:
        entry = {"id": account, "time": 1790000000, "changes": [{"field": field, "value": value}]}
        return {"object": "whatsapp_business_account", "entry": [entry]}

    for secret, account in (("theirs", WABA), ("theirs", int(WABA)), (SECRET, "209")):
        for metadata in ({}, {"metadata": {"phone_number_id": "999"}}):
            answer = await product.deliver(told(account, "account_update", ban | metadata), secret=secret)
            assert (answer.status, answer.json["error"]["code"]) == (403, "WEBHOOK_VERIFICATION_FAILED")
    assert not await count(product.pool, "from inbox")
    for what in (
        told("209", "account_update", ban),
        told("209", "account_alerts", of_ours),  # of their account, naming our number
        told("209", "message_template_status_update", {"event": "PAUSED", "message_template_id": 1}),
    ):
        assert (await product.deliver(what, secret="theirs")).status == 200
    await product.settle()
    found = await product.pool.fetch("select integration_id, kind from findings")
    assert [tuple(row) for row in found] == [(other, "ban")]
    assert (await product.deliver(told(WABA, "account_update", ban))).status == 200


async def test_a_signed_delivery_is_stored_before_it_is_answered(product: Product) -> None:
    answer = await product.deliver(delivery(message(product.ana, "buy milk", wamid="wamid.1")))
    assert (answer.status, answer.body) == (200, b"OK")
    assert await count(product.pool, "from inbox where kind = 'message' and state = 'waiting'") == 1


async def test_the_bytes_are_signed_not_the_json(product: Product) -> None:
    spaced = json.dumps(delivery(message(product.ana, "caf\u00e9 \U0001f600", wamid="wamid.1")), indent=3).encode()
    assert rb"\u00e9" in spaced
    assert (await product.deliver(spaced)).status == 200


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, 401),
        ("", 403),
        ("sha256=", 403),
        ("sha256=" + "0" * 64, 403),
        ("sha1=" + "0" * 40, 403),
        ("0" * 64, 403),
        ("sha256=" + "é" * 64, 403),
    ],
)
async def test_unsigned_is_401_and_wrongly_signed_403(product: Product, header: str | None, expected: int) -> None:
    headers = {} if header is None else {"x_hub_signature_256": header}
    body = json.dumps(delivery(message(product.ana, "buy milk", wamid="wamid.1"))).encode()
    answer = await product.call("POST", HOOK, body, **headers)
    assert answer.status == expected
    assert answer.json["error"]["code"] == "WEBHOOK_VERIFICATION_FAILED"
    assert not await count(product.pool, "from inbox")


async def test_a_changed_byte_is_refused(product: Product) -> None:
    body = json.dumps(delivery(message(product.ana, "pay 10", wamid="wamid.1"))).encode()
    forged = body.replace(b"pay 10", b"pay 99")
    answer = await product.call("POST", HOOK, forged, x_hub_signature_256=sign(body, SECRET))
    assert answer.status == 403


async def rotate(product: Product, secret: str, *, grace: timedelta) -> None:
    async with product.pool.acquire() as conn, conn.transaction():
        await save_credential(
            conn,
            keyring=product.keyring,
            integration_id=product.integration_id,
            kind="app_secret",
            secret=secret,
            now=datetime.now(UTC),
            grace=grace,
        )
    product.directory.forget()


async def test_both_secrets_count_while_one_is_rotated(product: Product) -> None:
    await rotate(product, "a new secret", grace=timedelta(hours=1))
    one = delivery(message(product.ana, "a", wamid="wamid.1"))
    assert [(await product.deliver(one, secret=each)).status for each in (SECRET, "a new secret", "another")] == [
        200,
        200,
        403,
    ]


async def test_a_secret_replaced_without_grace_counts_no_more(product: Product) -> None:
    await rotate(product, "a new secret", grace=timedelta(0))
    one = delivery(message(product.ana, "a", wamid="wamid.1"))
    assert (await product.deliver(one)).status == 403
    assert (await product.deliver(one, secret="a new secret")).status == 200


async def test_without_any_secret_nothing_is_trusted(product: Product) -> None:
    await product.pool.execute("delete from credentials where kind = 'app_secret'")
    product.directory.forget()
    one = delivery(message(product.ana, "a", wamid="wamid.1"))
    assert (await product.deliver(one)).status == 503
    assert (await product.deliver(one, secret="")).status == 503
    assert not await count(product.pool, "from inbox")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"no json",
        b"[]",
        b"1",
        b'"text"',
        b"null",
        b'{"a": "\xff"}',
        b"\xff\xfe{}",
        b'{"entry": [1,]}',
        b"{}x",
    ],
)
async def test_what_is_no_json_object_in_utf_8_is_400(product: Product, body: bytes) -> None:
    answer = await product.deliver(body)
    assert answer.status == 400
    assert answer.json["error"]["code"] == "BAD_REQUEST"
    assert not await count(product.pool, "from inbox")


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"object": "instagram", "entry": [{"id": "1", "changes": [{"field": "messages", "value": {}}]}]}',
        b'{"object": null, "entry": {}}',
        b'{"object": "whatsapp_business_account", "entry": [1, null, {"changes": 7}, {"id": 3, "changes": []}]}',
        b'{"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": []}, 5]}]}',
        b'{"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "brand_new", "value": {"a": 1}}]}]}',
        MESSY,
        b'{"entry": ' + b"[" * 400 + b"]" * 400 + b"}",
    ],
)
async def test_any_signed_object_is_stored_and_handled(product: Product, body: bytes) -> None:
    answer = await product.deliver(body)
    assert (answer.status, answer.body) == (200, b"OK")
    assert await count(product.pool, "from inbox")
    await product.settle()
    assert not await count(product.pool, "from inbox where state <> 'done' or attempts > 0 or error is not null")
    assert not await count(product.pool, "from outbox")


async def test_three_mib_are_taken(product: Product) -> None:
    big = delivery(message(product.ana, "buy milk", wamid="wamid.1"), padding="x" * (3 * MIB))
    assert (await product.deliver(big)).status == 200


async def test_too_large_is_refused_by_its_announced_length_unread(product: Product) -> None:
    answer = await product.call("POST", HOOK, b"{}", length=4 * MIB + 1, x_hub_signature_256=sign(b"{}", SECRET))
    assert answer.status == 413
    assert answer.read == 0
    assert answer.headers["connection"] == "close"
    assert answer.json["error"]["code"] == "BAD_REQUEST"


async def test_too_large_is_refused_as_soon_as_it_is_when_no_length_is_told(product: Product) -> None:
    pieces = [b" " * MIB] * 40
    answer = await product.call("POST", HOOK, pieces, x_hub_signature_256=sign(b"".join(pieces), SECRET))
    assert answer.status == 413
    assert answer.read == 5


async def test_a_length_that_lies_does_not_let_more_in(product: Product) -> None:
    pieces = [b" " * MIB] * 6
    answer = await product.call("POST", HOOK, pieces, length=10, x_hub_signature_256=sign(b"".join(pieces), SECRET))
    assert answer.status == 413


async def test_a_body_in_pieces_is_one_body(product: Product) -> None:
    body = json.dumps(delivery(message(product.ana, "a", wamid="wamid.1"))).encode()
    pieces = [body[at : at + 7] for at in range(0, len(body), 7)]
    assert (await product.call("POST", HOOK, pieces, x_hub_signature_256=sign(body, SECRET))).status == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD"])
async def test_other_methods_are_not_for_this_place(product: Product, method: str) -> None:
    answer = await product.call(method, HOOK)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, POST")
    assert answer.json["error"]["code"] == "BAD_REQUEST"


async def test_a_batch_is_cut_and_its_bad_items_harm_nobody(product: Product) -> None:
    batch = delivery(
        message(product.ana, "first", wamid="wamid.1"),
        {"id": 5},
        message(product.ana, "x\x00y \ud800 z", wamid="wamid.2"),
        message(product.ben, "third", wamid="wamid.3", timestamp="99999999999999999999"),
        statuses=[status("wamid.out", "sent"), status("wamid.out", "failed", errors=[{"code": 10**30}]), "status"],
    )
    batch["entry"].append({"id": "202", "changes": [{"field": "account_update", "value": {"event": "X"}}]})
    assert (await product.deliver(batch)).status == 200
    kinds = await product.pool.fetch("select kind, count(*) from inbox group by kind order by kind")
    assert [tuple(row) for row in kinds] == [("change", 1), ("message", 3), ("status", 2), ("unreadable", 2)]
    await product.settle()
    assert not await count(product.pool, "from inbox where state <> 'done' or attempts > 0")
    titles = [row["title"] for row in await product.pool.fetch("select title from tasks order by id")]
    assert titles == ["first", "x\ufffdy \ufffd z", "third"]


async def test_a_duplicate_takes_effect_once(product: Product) -> None:
    one = delivery(message(product.ana, "buy milk", wamid="wamid.1"))
    again = delivery(message(product.ana, "buy milk", wamid="wamid.1"), padding="another envelope")
    for each in (one, one, again):
        assert (await product.deliver(each)).status == 200
    await product.settle()
    assert (await product.deliver(one)).status == 200  # days later, too
    await product.settle()
    assert await count(product.pool, "from tasks") == 1
    assert await count(product.pool, "from outbox") == 1
    assert await count(product.pool, "from inbox") == 1


async def test_fifty_duplicates_at_once_take_effect_once(product: Product) -> None:
    batch = delivery(*(message(product.ana, f"task {n}", wamid=f"wamid.{n}") for n in range(5)))
    backwards = delivery(*reversed([message(product.ana, f"task {n}", wamid=f"wamid.{n}") for n in range(5)]))
    async with asyncio.timeout(20):
        handling = asyncio.create_task(product.settle(workers=2))
        answers = await asyncio.gather(*(product.deliver(batch if n % 2 else backwards) for n in range(50)))
        await handling
        await product.settle()
    assert {answer.status for answer in answers} == {200}
    assert await count(product.pool, "from tasks") == 5
    assert await count(product.pool, "from outbox") == 5


async def test_while_the_database_is_away_nothing_is_acknowledged(product: Product, database: str, admin: Conn) -> None:
    one = delivery(message(product.ana, "buy milk", wamid="wamid.1"))
    assert (await product.deliver(delivery(statuses=[status("wamid.0", "sent")]))).status == 200
    name = urlsplit(database).path.strip("/")
    await admin.execute(f"alter database {name} allow_connections false")
    await admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", name)
    answers = await asyncio.gather(*(product.deliver(one) for _ in range(10)))
    assert {answer.status for answer in answers} == {503}
    assert all(answer.json["error"]["code"] == "INTERNAL_SERVER_ERROR" for answer in answers)
    assert "password" not in answers[0].body.decode()
    await admin.execute(f"alter database {name} allow_connections true")

    async def taken() -> bool:
        return (await product.deliver(one)).status == 200

    await until(taken)
    assert await count(product.pool, "from inbox where kind = 'message'") == 1


async def test_other_numbers_groups_and_history_are_stored_without_effect(product: Product) -> None:
    ana = product.ana
    history = {"field": "history", "value": {"history": [{"threads": [{"messages": [message(ana, "x", wamid="w")]}]}]}}
    other = delivery(message(ana, "buy milk", wamid="wamid.1"), number="309999999999999")
    group = delivery(message(ana, "buy bread", wamid="wamid.2", group_id="G1"))
    past = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [history]}]}
    for each in (other, group, past):
        assert (await product.deliver(each)).status == 200
    await product.settle()
    assert await count(product.pool, "from inbox where state = 'done'") == 3
    assert not await count(product.pool, "from tasks")
    assert not await count(product.pool, "from outbox")


async def test_a_commit_that_fails_is_not_acknowledged(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object) -> str:
        raise asyncpg.DiskFullError("no room")

    one = delivery(message(product.ana, "buy milk", wamid="wamid.1"))
    assert (await product.deliver({"warm": "up"})).status == 200
    with monkeypatch.context() as patch:
        patch.setattr(asyncpg.Connection, "execute", refuse)
        assert (await product.deliver(one)).status == 503
    assert (await product.deliver(one)).status == 200
