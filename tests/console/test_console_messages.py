import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from desk import Browser

from tasktalk.db import Pool
from tasktalk.ids import new_id

NUMBER = "301000000000001"
Json = dict[str, Any]


@dataclass
class Post:
    """Rows as the webhook, the turn and the sender leave them."""

    pool: Pool
    integration: UUID

    async def contact(
        self, bsuid: str, wa_id: str | None = None, user: UUID | None = None, name: str = "", linked: int = 99
    ) -> UUID:
        contact = new_id()
        await self.pool.execute(
            "insert into contacts (id, integration_id, bsuid, wa_id, profile_name, user_id, linked_at)"
            " values ($1, $2, $3, $4, $5, $6, $7)",
            contact, self.integration, bsuid, wa_id, name, user,
            datetime.now(UTC) - timedelta(minutes=linked) if user else None,
        )  # fmt: skip
        return contact

    async def received(self, bsuid: str, message: Json, *, ago: int = 1, **columns: Any) -> int:
        inner = {"from_user_id": bsuid, "id": f"wamid.{new_id().hex}", "timestamp": "1790000000"} | message
        payload = {"field": "messages", "metadata": {"phone_number_id": NUMBER}, "contact": None, "message": inner}
        row = {
            "key": new_id().bytes, "lane": f"c:{NUMBER}:{bsuid}", "kind": "message", "phone_number_id": NUMBER,
            "payload": json.dumps(payload), "received_at": datetime.now(UTC) - timedelta(minutes=ago), "state": "done",
        } | columns  # fmt: skip
        return await self._insert("inbox", row)

    async def sent(self, contact: UUID, message: Json, *, ago: int = 1, **columns: Any) -> int:
        row = {
            "id": new_id(), "integration_id": self.integration, "contact_id": contact, "kind": "reply",
            "message": json.dumps(message), "state": "accepted",
            "created_at": datetime.now(UTC) - timedelta(minutes=ago),
        } | columns  # fmt: skip
        return await self._insert("outbox", row)

    async def _insert(self, table: str, row: Json) -> int:
        places = ", ".join(f"${number + 1}" for number in range(len(row)))
        sql = f"insert into {table} ({', '.join(row)}) values ({places}) returning seq"
        seq: int = await self.pool.fetchval(sql, *row.values())
        return seq


@pytest.fixture
async def post(pool: Pool) -> Post:
    integration = new_id()
    await pool.execute(
        "insert into integrations (id, name, waba_id, phone_number_id) values ($1, 'A', '1', $2)", integration, NUMBER
    )
    return Post(pool, integration)


def text(body: str) -> Json:
    return {"type": "text", "text": {"body": body}}


def lines(page: str) -> list[tuple[str, str, str]]:
    """Who, what, fate."""
    found = re.findall(
        r'entry-who">(.*?)</span><span class="entry-what".*?>(.*?)</span>.*?class="chip.*?">(.*?)<', page, re.DOTALL
    )
    return [(who, what, fate) for who, what, fate in found]


async def test_an_administrator_sees_that_others_wrote_but_not_what(ana: Browser, ben: Browser, post: Post) -> None:
    assert ana.viewer is not None
    assert ben.viewer is not None
    await post.contact("GB.ana", user=ana.viewer.user_id)
    his = await post.contact("GB.ben", "447700900124", user=ben.viewer.user_id)
    theirs = await post.contact("GB.stranger", "447700900999")
    bens = await post.received("GB.ben", text("a secret"), ago=9, note="1 task created")
    reply = await post.sent(his, text("re: a secret"), ago=8, status="delivered", inbox_seq=bens)
    await post.sent(theirs, text("link first, said the secret"), ago=7, state="refused", error_code=131026)
    await post.received("GB.ana", text("my own words"), ago=6)
    page = await ana.read("/messages")
    assert lines(page) == [
        ("You", "my own words", "Handled"),
        ("+•••999", "Reply · Text", "Failed"),
        ("Ben", "Reply · Text", "Delivered"),
        ("Ben", "Text · 1 task created", "Handled"),
    ]
    for path in ("/messages", f"/messages/{bens}", f"/messages/out/{reply}"):
        page = await ana.read(path)
        assert "secret" not in page
        assert "447700900124" not in page
    assert f'href="/messages/out/{reply}"' in await ana.read(f"/messages/{bens}")
    assert f'href="/messages/{bens}"' in await ana.read(f"/messages/out/{reply}")


async def test_a_person_sees_their_own_conversation_and_no_other(ana: Browser, ben: Browser, post: Post) -> None:
    assert ana.viewer is not None
    assert ben.viewer is not None
    hers = await post.contact("GB.ana", user=ana.viewer.user_id)
    his = await post.contact("GB.ben", user=ben.viewer.user_id, linked=5)
    other = await post.received("GB.ana", text("of Ana"))
    other_reply = await post.sent(hers, text("to Ana"))
    before = await post.received("GB.ben", text("before the phone was his"), ago=10)
    mine = await post.received("GB.ben", text("of Ben"), ago=3)
    await post.sent(his, text("*to* Ben"), ago=2, status="read")
    page = await ben.read("/messages")
    assert lines(page) == [("Tasktalk", "to Ben", "Read"), ("You", "of Ben", "Handled")]
    assert "System" not in page
    page = await ben.read(f"/messages/{mine}")
    assert "of Ben" in page
    assert "GB.ben" in page
    for path in (f"/messages/{other}", f"/messages/out/{other_reply}", f"/messages/{before}"):
        assert (await ben.open(path)).status_code == 404


async def test_the_story_of_a_reply_is_told_in_plain_words(ana: Browser, post: Post) -> None:
    assert ana.viewer is not None
    contact = await post.contact("GB.ana", user=ana.viewer.user_id)
    seq = await post.sent(contact, text("hello"), status="failed", error_code=131047, attempts=3)
    outbox_id = await post.pool.fetchval("select id from outbox")
    for number, outcome, code in ((1, "retry", 131056), (2, "unknown", None), (3, "accepted", None)):
        await post.pool.execute(
            "insert into attempts (outbox_id, number, started_at, outcome, error_code) values ($1, $2, now(), $3, $4)",
            outbox_id, number, outcome, code,
        )  # fmt: skip
    for status, later in (("sent", 1), ("failed", 2)):
        await post.pool.execute(
            "insert into statuses (outbox_id, status, at) values ($1, $2, now() + make_interval(secs => $3))",
            outbox_id, status, later,
        )  # fmt: skip
    page = await ana.read(f"/messages/out/{seq}")
    steps = re.findall(r"<strong>(.*?)</strong>", page)
    assert steps == [
        "More than 24 hours have passed since the person last wrote; only a template may be sent.",
        "Written", "Try 1: It did not go through", "Try 2: The answer never came", "Try 3: WhatsApp took it",
        "Sent", "Failed",
    ]  # fmt: skip
    assert "Too many messages went to one person" in page
    assert "24 hours have passed since the person last wrote" in page


async def test_what_failed_is_found_with_its_reason(ana: Browser, post: Post) -> None:
    assert ana.viewer is not None
    contact = await post.contact("GB.ana", user=ana.viewer.user_id)
    dead = await post.received(
        "GB.ana", {"type": "audio", "audio": {"id": "1"}}, ago=2, state="dead", attempts=5, error="time-out <b>"
    )
    await post.received("GB.ana", text("fine"))
    await post.sent(contact, text("refused"), ago=3, state="refused", error_code=999_999, error="Strange <i>")
    await post.sent(contact, text("fine"))
    page = await ana.read("/messages?show=failed")
    assert lines(page) == [("You", "Voice note", "Failed"), ("Tasktalk", "refused", "Failed")]
    page = await ana.read(f"/messages/{dead}")
    assert "After 5 tries: time-out &lt;b&gt;" in page
    assert [what for _, what, _ in lines(await ana.read("/messages?show=in"))] == ["fine", "Voice note"]
    assert [what for _, what, _ in lines(await ana.read("/messages?show=out"))] == ["fine", "refused"]


async def test_what_cannot_be_read_is_shown_all_the_same(ana: Browser, post: Post) -> None:
    shapes: list[Json] = [
        {"payload": "no json", "kind": "unreadable"},
        {"payload": "[1]", "kind": "change"},
        {"payload": '{"field": "account_update", "change": {"value": {"secret": "x"}}}', "kind": "change"},
        {"payload": '{"message": {"type": ["odd"], "text": "odd", "from": 7}}'},
        {"payload": '{"message": {"type": "interactive", "interactive": {"type": {}}}, "contact": 3}'},
        {"payload": '{"message": 7}', "phone_number_id": None},
    ]
    seqs = [await post.received("GB.x", {}, **shape) for shape in shapes]
    assert len(lines(await ana.read("/messages"))) == len(shapes)
    assert "The account changed" in [what for _, what, _ in lines(await ana.read("/messages"))]
    for seq in seqs:
        assert "What became of it" in await ana.read(f"/messages/{seq}")


@pytest.mark.parametrize("who", ["administrator", "member"])
async def test_the_log_goes_on_over_pages_without_losing_or_repeating(
    ana: Browser, ben: Browser, post: Post, who: str
) -> None:
    one = ana if who == "administrator" else ben
    assert one.viewer is not None
    contact = await post.contact("GB.one", user=one.viewer.user_id, linked=9999)
    for number in range(70):
        await post.received("GB.one", text(f"in {number}"), ago=1000 - 2 * number)
        if number % 3 == 0:
            await post.sent(contact, text(f"out {number}"), ago=1000 - 2 * number - 1)
    seen: list[str] = []
    path = "/messages"
    while path:
        page = await one.read(path)
        seen += [what for _, what, _ in lines(page)]
        onward = re.search(r'href="([^"]+)">Show older', page)
        path = onward[1].replace("&amp;", "&") if onward else ""
    expected = [f"{way} {n}" for n in reversed(range(70)) for way in ("out", "in") if way == "in" or n % 3 == 0]
    assert seen == expected
    for cursor in ("x", "1", "1.x", "-1.1", "9" * 50 + ".1"):
        assert (await one.open(f"/messages?after={cursor}")).status_code == 400


async def test_a_message_that_is_not_there_is_not_there(ana: Browser) -> None:
    for path in ("/messages/1", "/messages/out/1", "/messages/0", f"/messages/{2**70}"):
        assert (await ana.open(path)).status_code == 404
    assert (await ana.open("/messages/x")).status_code == 400
