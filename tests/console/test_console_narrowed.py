"""The log narrowed by number and person, conversations, and both in another language."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from desk import Browser, Desk

from tasktalk.db import Pool
from tasktalk.ids import new_id


async def number(pool: Pool, digits: str) -> UUID:
    id_ = new_id()
    await pool.execute(
        "insert into integrations (id, name, waba_id, phone_number_id) values ($1, $2, '1', $3)",
        *(id_, f"Number <{digits}>", digits),
    )
    return id_


async def contact(pool: Pool, integration: UUID, bsuid: str, user: UUID | None = None, **columns: Any) -> UUID:
    id_ = new_id()
    row = {
        "id": id_, "integration_id": integration, "bsuid": bsuid, "user_id": user, "wa_id": "447700900124",
        "linked_at": datetime.now(UTC) - timedelta(hours=9) if user else None,
    } | columns  # fmt: skip
    places = ", ".join(f"${place + 1}" for place in range(len(row)))
    await pool.execute(f"insert into contacts ({', '.join(row)}) values ({places})", *row.values())
    return id_


async def exchange(pool: Pool, integration: UUID, contact_id: UUID, digits: str, bsuid: str, **sent: Any) -> None:
    """They wrote something secret, and were answered."""
    message = {"from_user_id": bsuid, "id": f"wamid.{new_id().hex}", "type": "text", "text": {"body": "secret"}}
    payload = {"field": "messages", "metadata": {"phone_number_id": digits}, "message": message}
    await pool.execute(
        "insert into inbox (key, lane, kind, phone_number_id, payload, received_at, state, note)"
        " values ($1, $2, 'message', $3, $4, now(), 'done', '1 task created')",
        *(new_id().bytes, f"c:{digits}:{bsuid}", digits, json.dumps(payload)),
    )
    answer = json.dumps({"type": "text", "text": {"body": "re: secret"}})
    row = {
        "id": new_id(), "integration_id": integration, "contact_id": contact_id, "kind": "reply",
        "message": answer, "state": "accepted", "created_at": datetime.now(UTC),
    } | sent  # fmt: skip
    places = ", ".join(f"${place + 1}" for place in range(len(row)))
    await pool.execute(f"insert into outbox ({', '.join(row)}) values ({places})", *row.values())


def lines(page: str) -> list[tuple[str, str, str]]:
    """Who, what, fate."""
    found = re.findall(
        r'entry-who">(.*?)</span><span class="entry-what".*?>(.*?)</span>.*?class="chip.*?">(.*?)<', page, re.DOTALL
    )
    return [(who, what, fate) for who, what, fate in found]


@pytest.fixture
async def two(desk: Desk, ben: Browser) -> tuple[UUID, UUID, UUID]:
    """Two numbers, and Ben at the first of them, where a stranger wrote too."""
    assert ben.viewer is not None
    first, second = await number(desk.pool, "301"), await number(desk.pool, "302")
    his = await contact(
        desk.pool, first, "GB.ben", ben.viewer.user_id,
        last_seen_at=datetime.now(UTC), window_until=datetime.now(UTC) + timedelta(hours=3), messages=1,
    )  # fmt: skip
    theirs = await contact(desk.pool, first, "GB.x", wa_id="447700900999", profile_name="<i>Zoe</i>")
    other = await contact(desk.pool, second, "GB.y", username="ypsilon", wa_id=None)
    await exchange(desk.pool, first, his, "301", "GB.ben", status="delivered")
    await exchange(desk.pool, first, theirs, "301", "GB.x", state="refused", error_code=131026)
    await exchange(desk.pool, second, other, "302", "GB.y")
    return first, second, his


async def test_the_log_is_narrowed_by_number_and_person(ana: Browser, two: tuple[UUID, UUID, UUID]) -> None:
    first, second, his = two
    assert len(lines(await ana.read("/messages"))) == 6
    page = await ana.read(f"/messages?integration={first}")
    assert {who for who, _, _ in lines(page)} == {"Ben", "&lt;i&gt;Zoe&lt;/i&gt;"}
    assert f'<option value="{his}">Ben</option>' in page
    assert "Number &lt;301&gt;" in page
    assert lines(await ana.read(f"/messages?integration={second}&show=out")) == [("@ypsilon", "Reply · Text", "Sent")]
    page = await ana.read(f"/messages?integration={first}&contact={his}")
    assert sorted(lines(page)) == [("Ben", "Reply · Text", "Delivered"), ("Ben", "Text · 1 task created", "Handled")]
    assert f"/messages?show=failed&amp;integration={first}&amp;contact={his}" in page
    [(who, what, fate)] = lines(await ana.read(f"/messages?integration={first}&show=failed"))
    assert (who, fate) == ("&lt;i&gt;Zoe&lt;/i&gt;", "Failed")
    assert "(code 131026)" in what
    for path in ("/messages", f"/messages?integration={first}", "/conversations"):
        assert "secret" not in await ana.read(path)


async def test_conversations_tell_who_waits_and_who_may_be_written_to(
    ana: Browser, two: tuple[UUID, UUID, UUID]
) -> None:
    first, second, his = two
    page = await ana.read("/conversations")
    assert f'href="/messages?integration={first}&amp;contact={his}">Ben</a>' in page
    assert "may be written to until" in page
    assert page.count(">not mapped<") == 1
    assert "&lt;i&gt;Zoe&lt;/i&gt;" in page
    assert "447700900999" not in page
    assert "@ypsilon" in await ana.read(f"/conversations?integration={second}")


async def test_a_member_narrows_nothing_and_sees_no_conversations(
    ben: Browser, ana: Browser, two: tuple[UUID, UUID, UUID]
) -> None:
    first, second, _ = two
    for path in ("/messages", f"/messages?integration={second}", f"/messages?integration={first}&contact=x"):
        page = await ben.read(path)
        assert {who for who, _, _ in lines(page)} == {"You", "Tasktalk"}, path
        assert 'name="integration"' not in page
    assert (await ben.open("/conversations")).status_code == 403
    for path in ("/messages", "/conversations"):
        assert (await ana.open(f"{path}?integration=x")).status_code == 400
        assert (await ana.open(f"{path}?integration={new_id()}")).status_code == 404
        assert (await ana.open(f"{path}?integration={first}&after=x")).status_code == 400
    assert (await ana.open(f"/messages?integration={first}&contact=x")).status_code == 400


async def test_the_log_and_its_stories_speak_the_language_of_who_looks(
    ana: Browser, desk: Desk, two: tuple[UUID, UUID, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert two
    said: set[str] = set()
    speech = "tasktalk.assistant.replies.speech.Speech.say"

    def say(_: object, english: str, **values: object) -> str:
        said.add(english)
        return f"¡{english.format(**values) if values else english}!" if english else ""

    monkeypatch.setattr(speech, say)
    page = await ana.read("/messages")
    assert ("Ben", "¡Text! · ¡1 task created!", "¡Handled!") in lines(page)
    assert ("Ben", "¡Reply! · ¡Text!", "¡Delivered!") in lines(page)
    seq = await desk.pool.fetchval("select seq from outbox where error_code is not null")
    page = await ana.read(f"/messages/out/{seq}")
    assert "¡Written!" in page
    assert "Stored, then acknowledged." not in said
    seq = await desk.pool.fetchval("select min(seq) from inbox")
    assert "¡Stored, then acknowledged.!" in await ana.read(f"/messages/{seq}")
