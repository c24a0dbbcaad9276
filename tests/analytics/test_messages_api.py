"""The log of a number over HTTP: what is told of messages, and what is not."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from traffic_kit import Traffic

from product_kit import PNID, Product, open_product
from tasktalk.db import Pool

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
WORDS = "the words of Ana"


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


async def a_talk(traffic: Traffic) -> dict[str, Any]:
    """Ana asks and is answered; Ben's reply is refused; a stranger's message lies dead; a notice waits."""
    ana, ben = traffic.product.ana, traffic.product.ben
    stranger = await traffic.contact("US.x1", wa_id="15551234567", name="Zoe <b>", username="zoe")
    asked = await traffic.received(ana.bsuid, NOON, text=WORDS, note="answered", finished_at=after(0.1))
    reply = await traffic.sent(ana.contact_id, after(0.1), text="re: " + WORDS, inbox_seq=asked)
    await traffic.heard(reply, "sent", after(0.2))
    await traffic.heard(reply, "delivered", after(0.3), pricing="service/free_customer_service")
    await traffic.heard(reply, "read", after(1))
    bens = await traffic.received(ben.wa_id, after(2))
    refused = await traffic.sent(ben.contact_id, after(2.1), inbox_seq=bens, state="refused", error_code=131026)
    dead = await traffic.received("US.x1", after(3), state="dead", attempts=5, error="time-out")
    waits = await traffic.sent(ana.contact_id, after(4), kind="notice", state="waiting", finished_at=None, attempts=0)
    seqs = {row["id"]: row["seq"] for row in await traffic.product.pool.fetch("select id, seq from outbox")}
    return {
        "asked": f"in-{asked}", "reply": f"out-{seqs[reply]}", "bens": f"in-{bens}", "refused": f"out-{seqs[refused]}",
        "dead": f"in-{dead}", "waits": f"out-{seqs[waits]}", "stranger": str(stranger), "reply_id": reply,
    }  # fmt: skip


async def ids(traffic: Traffic, **query: Any) -> list[str]:
    return [each["id"] for each in (await traffic.of_number("messages", **query))["items"]]


async def test_both_ways_newest_first_with_what_came_of_each(traffic: Traffic) -> None:
    talk = await a_talk(traffic)
    answer = await traffic.of_number("messages")
    assert answer["next"] is None
    waits, dead, refused, bens, reply, asked = answer["items"]
    order = ["waits", "dead", "refused", "bens", "reply", "asked"]
    assert [each["id"] for each in answer["items"]] == [talk[name] for name in order]
    assert asked == {
        "id": talk["asked"],
        "direction": "in",
        "at": "2026-11-20T12:00:00Z",
        "type": "text",
        "kind": None,
        "status": "handled",
        "timeline": {
            "received": "2026-11-20T12:00:00Z", "handled": "2026-11-20T12:00:06Z", "sent": None, "delivered": None,
            "read": None, "failed": None, "reason": None,
        },
        "contact": {
            "id": str(traffic.product.ana.contact_id), "name": "", "phone": "+•••123", "username": None,
            "user_id": str(traffic.product.ana.id), "user_name": "Ana",
        },
        "attempts": 0,
        "answers_to": None,
        "note": "answered",
        "text": None,
    }  # fmt: skip
    assert (reply["kind"], reply["status"], reply["answers_to"]) == ("reply", "read", talk["asked"])
    assert reply["timeline"] == {
        "received": None, "handled": None, "sent": "2026-11-20T12:00:07Z", "delivered": "2026-11-20T12:00:18Z",
        "read": "2026-11-20T12:01:00Z", "failed": None, "reason": None,
    }  # fmt: skip
    assert bens["contact"]["user_name"] == "Ben"
    assert refused["status"] == "failed"
    assert refused["timeline"]["failed"] == "2026-11-20T12:02:07Z"
    assert "may not be on WhatsApp" in refused["timeline"]["reason"]
    assert (dead["status"], dead["timeline"]["reason"]) == ("failed", "Given up after 5 tries: time-out")
    assert (dead["contact"]["name"], dead["contact"]["phone"], dead["contact"]["username"]) == (
        "Zoe <b>", "+•••567", "zoe",
    )  # fmt: skip
    assert (waits["kind"], waits["status"]) == ("notice", "waiting")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"direction": "in"}, ["dead", "bens", "asked"]),
        ({"direction": "out"}, ["waits", "refused", "reply"]),
        ({"status": "failed"}, ["dead", "refused"]),
        ({"status": "failed", "direction": "in"}, ["dead"]),
        ({"status": "handled"}, ["bens", "asked"]),
        ({"status": "waiting"}, ["waits"]),
        ({"status": "read"}, ["reply"]),
        ({"status": "sent"}, []),
        ({"phone": "+15551234567"}, ["dead"]),
        ({"phone": "15551234567", "status": "failed"}, ["dead"]),
        ({"phone": "447700900456"}, ["refused", "bens"]),
        ({"phone": "447700900000"}, []),
        ({"since": "2026-11-20T12:02:00Z"}, ["waits", "dead", "refused", "bens"]),
        ({"until": "2026-11-20T13:02:00+01:00"}, ["reply", "asked"]),
        ({"since": "2026-11-20T12:02:00Z", "until": "2026-11-20T12:03:00Z"}, ["refused", "bens"]),
    ],
)
async def test_filters(traffic: Traffic, query: dict[str, str], expected: list[str]) -> None:
    talk = await a_talk(traffic)
    assert await ids(traffic, **query) == [talk[name] for name in expected]


async def test_one_contact_alone(traffic: Traffic) -> None:
    talk = await a_talk(traffic)
    assert await ids(traffic, contact=talk["stranger"]) == [talk["dead"]]
    ana = traffic.product.ana.contact_id
    assert await ids(traffic, contact=str(ana)) == [talk["waits"], talk["reply"], talk["asked"]]
    assert await ids(traffic, contact="019a0000-0000-7000-8000-000000000000") == []


async def test_pages_go_on_without_losing_or_repeating(traffic: Traffic) -> None:
    person = traffic.product.ana
    for number in range(20):
        await traffic.received(person.bsuid, after(number // 4))  # several at one moment, both ways
        await traffic.sent(person.contact_id, after(number // 4))
    everything = await ids(traffic)
    assert len(everything) == 40
    for limit in (1, 3, 7):
        seen, cursor = list[str](), None
        while True:
            page = await traffic.of_number("messages", limit=limit, **({"cursor": cursor} if cursor else {}))
            seen += [each["id"] for each in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert seen == everything


async def test_other_numbers_other_kinds_and_odd_shapes(traffic: Traffic, product: Product) -> None:
    other = "019a0000-0000-7000-8000-000000000001"
    await product.pool.execute(
        "insert into integrations (id, name, waba_id, phone_number_id) values ($1, 'Other', '2', '999')", other
    )
    here = await traffic.received("GB.x", NOON)
    there = await traffic.received("GB.x", NOON, lane="c:999:GB.x", phone_number_id="999")
    change = await traffic.received("GB.x", NOON, kind="status", lane="s:1")
    odd = await traffic.received("GB.x", after(1), payload='{"message": {"type": ["odd"], "from": 7}, "contact": 3}')
    assert await ids(traffic) == [f"in-{odd}", f"in-{here}"]
    number = f"/api/integrations/{product.integration_id}"
    assert (await traffic.ask(f"{number}/messages/in-{odd}")).json["message"]["type"] == "unknown"
    unknown = [f"in-{there}", f"in-{change}", "in-0", f"in-{2**80}", "in-²", "out-1", "x", "in-", f"-{here}", "in-%00"]
    for message in unknown:
        assert (await traffic.ask(f"{number}/messages/{quote(message, safe='%')}")).status == 404, message
    assert (await traffic.ask(f"/api/integrations/{other}/messages/in-{there}")).status == 200


async def test_the_story_of_one_hides_words_and_numbers(traffic: Traffic, product: Product) -> None:
    talk = await a_talk(traffic)
    await product.pool.execute(
        "insert into attempts (outbox_id, number, started_at, finished_at, outcome, error_code)"
        " values ($1, 1, $2, $2, 'retry', 131056), ($1, 2, $2, $2, 'accepted', null)", talk["reply_id"], NOON,
    )  # fmt: skip
    asked = await traffic.of_number(f"messages/{talk['asked']}")
    assert asked["replies"] == [talk["reply"]]
    assert asked["payload"]["message"]["type"] == "text"
    assert asked["payload"]["metadata"] == {"phone_number_id": PNID}
    reply = await traffic.of_number(f"messages/{talk['reply']}")
    assert [each["outcome"] for each in reply["attempts"]] == ["retry", "accepted"]
    assert "Too many messages went to one person" in reply["attempts"][0]["reason"]
    assert [each["status"] for each in reply["statuses"]] == ["sent", "delivered", "read"]
    assert reply["statuses"][1]["pricing"] == "service/free_customer_service"
    for path in ("messages", f"messages/{talk['asked']}", f"messages/{talk['reply']}", "conversations"):
        text = str(await traffic.of_number(path))
        for secret in (WORDS, "447700900123", "GB.ana1", "15551234567"):
            assert secret not in text, path
    assert not await product.pool.fetchval("select count(*) from audit")


async def test_words_are_shown_where_that_is_allowed_and_each_look_is_audited(
    database: str, pool: Pool, tmp_path: Path
) -> None:
    traffic = Traffic(await open_product(database, pool, tmp_path, show_conversations="on"))
    talk = await a_talk(traffic)
    page = await traffic.of_number("messages", contact=str(traffic.product.ana.contact_id))
    assert [each["text"] for each in page["items"]] == ["hi", f"re: {WORDS}", WORDS]
    story = await traffic.of_number(f"messages/{talk['asked']}")
    assert story["message"]["text"] == WORDS
    assert WORDS not in str(story["payload"])
    await traffic.of_number("conversations")  # shows no words
    await traffic.of_number("messages", phone="447700900000")  # nor does nothing
    rows = await pool.fetch("select action, actor, integration_id, detail from audit order by seq")
    assert [(row["action"], row["actor"]) for row in rows] == [("conversation.viewed", "Owner")] * 2
    assert rows[0]["detail"] == {
        "messages": 3, "newest": talk["waits"], "oldest": talk["asked"],
        "contacts": [str(traffic.product.ana.contact_id)],
    }  # fmt: skip
    assert rows[1]["integration_id"] == traffic.product.integration_id
    refused = await traffic.ask(
        f"/api/integrations/{traffic.product.integration_id}/messages", token=traffic.product.ben.token
    )
    assert refused.status == 403


async def test_conversations(traffic: Traffic, product: Product) -> None:
    now = datetime.now(UTC)
    await a_talk(traffic)
    set_seen = "update contacts set last_seen_at = $2, window_until = $3, messages = $4 where id = $1"
    await product.pool.execute(set_seen, product.ana.contact_id, NOON, now + timedelta(hours=1), 7)
    await product.pool.execute(set_seen, product.ben.contact_id, after(2), now - timedelta(hours=1), 1)
    zoe, *others = (await traffic.of_number("conversations"))["items"]
    ben, ana = others
    assert zoe["contact"]["username"] == "zoe"
    assert zoe["unanswered"] is True  # their message lies dead
    assert zoe["last_received_at"] == "2026-11-20T12:03:00Z"
    assert (zoe["window_until"], zoe["window_open"], zoe["last_sent_at"]) == (None, False, None)
    assert ben["contact"]["user_name"] == "Ben"
    assert (ben["sent"], ben["failed"], ben["unanswered"], ben["window_open"]) == (0, 1, True, False)
    assert (ana["received"], ana["sent"], ana["failed"], ana["window_open"]) == (7, 1, 0, True)
    assert (ana["last_received_at"], ana["last_sent_at"]) == ("2026-11-20T12:00:00Z", "2026-11-20T12:04:00Z")
    assert ana["unanswered"] is False
    await traffic.received(product.ana.bsuid, after(5), state="waiting", finished_at=None)
    listed = (await traffic.of_number("conversations"))["items"]
    assert [each["unanswered"] for each in listed] == [True, True, True]
    first = await traffic.of_number("conversations", limit=2)
    rest = await traffic.of_number("conversations", limit=2, cursor=first["next"])
    assert first["items"] + rest["items"] == listed
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("messages", {"direction": "up"}, "direction"),
        ("messages", {"status": "odd"}, "status"),
        ("messages", {"contact": "x"}, "contact"),
        ("messages", {"phone": "'; drop"}, "phone"),
        ("messages", {"phone": "1234\0"}, "phone"),
        ("messages", {"since": "2026-11-20T12:00:00"}, "since"),
        ("messages", {"until": "0001-01-01T00:00:00+14:00"}, "until"),
        ("messages", {"limit": "0"}, "limit"),
        ("messages", {"limit": "501"}, "limit"),
        ("messages", {"cursor": "nonsense"}, "cursor"),
        ("messages", {"cursor": "WzEsInVwIiwxXQ"}, "cursor"),  # [1,"up",1]
        ("messages", {"cursor": "WzEsImluIiwtMV0"}, "cursor"),  # [1,"in",-1]
        ("messages", {"cursor": "WzFlOTksImluIiwxXQ"}, "cursor"),  # [1e99,"in",1]
        ("messages", {"cursor": "x" * 300}, "cursor"),
        ("conversations", {"cursor": "1.x"}, "cursor"),
        ("conversations", {"cursor": "9" * 40 + ".019a00000000700080000000000000aa"}, "cursor"),
        ("conversations", {"cursor": "²"}, "cursor"),
        ("conversations", {"limit": "501"}, "limit"),
    ],
)
async def test_what_cannot_be_asked_is_refused_by_its_field(
    traffic: Traffic, path: str, query: dict[str, str], field: str
) -> None:
    answer = await traffic.ask(f"/api/integrations/{traffic.product.integration_id}/{path}", **query)
    assert answer.status == 400, answer.body
    assert answer.json["error"]["data"]["field"] == field


async def test_what_is_known_to_have_failed_is_sent_again_once(traffic: Traffic, product: Product) -> None:
    talk = await a_talk(traffic)
    await product.pool.execute("update contacts set window_until = now() + interval '1 hour'")

    async def resend(name: str, token: str = product.owner_token) -> tuple[int, Any]:
        path = f"/api/integrations/{product.integration_id}/messages/{name}/resend"
        answer = await product.ask(path, method="POST", token=token)
        return answer.status, answer.json

    assert (await resend(talk["refused"], product.ben.token))[0] == 403
    status, made = await resend(talk["refused"])
    assert status == 201
    assert (await traffic.of_number("messages"))["items"][0]["id"] == made["id"]
    for name, status, words in (
        ("refused", 409, "It was sent again already."),
        ("reply", 409, "It has not failed."),
        ("asked", 404, "There is no such message."),
    ):
        refused, answer = await resend(talk[name])
        assert (refused, answer["error"]["message"]) == (status, words)
    assert (await resend("out-99999"))[0] == 404
