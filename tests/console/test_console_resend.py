"""What is known to have failed is sent again, once, by an administrator; what may have arrived never is."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from desk import Browser

from tasktalk.db import Pool
from tasktalk.ids import new_id

TEXT = {"type": "text", "text": {"body": "hello"}}


@pytest.fixture
async def contact(pool: Pool) -> UUID:
    """A stranger who wrote an hour ago."""
    integration, contact = new_id(), new_id()
    await pool.execute(
        "insert into integrations (id, name, waba_id, phone_number_id) values ($1, 'A', '1', '301')", integration
    )
    await pool.execute(
        "insert into contacts (id, integration_id, bsuid, wa_id, window_until) "
        "values ($1, $2, 'GB.1', '447700900124', $3)",
        contact, integration, datetime.now(UTC) + timedelta(hours=23),
    )  # fmt: skip
    return contact


async def sent(pool: Pool, contact: UUID, *outcomes: str | None, **columns: Any) -> int:
    """With so many attempts, and what came of them."""
    row = {
        "id": new_id(), "contact_id": contact, "kind": "reply", "message": json.dumps(TEXT), "state": "refused",
        "attempts": len(outcomes), "error_code": 131026, "error": "Undeliverable",
        "integration_id": await pool.fetchval("select integration_id from contacts where id = $1", contact),
    } | columns  # fmt: skip
    places = ", ".join(f"${number + 1}" for number in range(len(row)))
    seq: int = await pool.fetchval(
        f"insert into outbox ({', '.join(row)}) values ({places}) returning seq", *row.values()
    )
    for number, outcome in enumerate(outcomes, 1):
        await pool.execute(
            "insert into attempts (outbox_id, number, started_at, outcome) values ($1, $2, now(), $3)",
            row["id"], number, outcome,
        )  # fmt: skip
    return seq


async def test_what_failed_is_sent_again_once(ana: Browser, pool: Pool, contact: UUID) -> None:
    seq = await sent(pool, contact, "retry", "refused", inbox_seq=7)
    page = await ana.read(f"/messages/out/{seq}")
    assert "It cannot be delivered: the phone may not be on WhatsApp" in page
    assert "Check the number, and ask the person to write to us first. (code 131026)" in page
    answer = await ana.send(f"/messages/out/{seq}/resend", on=f"/messages/out/{seq}")
    old, new = await pool.fetch("select * from outbox order by seq")
    assert answer.headers["location"] == f"/messages/out/{new['seq']}"
    same = ("integration_id", "contact_id", "kind", "inbox_seq", "task_ids", "rank", "template_id")
    assert [new[name] for name in same] == [old[name] for name in same]
    assert (json.loads(new["message"]), new["state"], new["attempts"], new["resend_of"]) == (
        TEXT,
        "waiting",
        0,
        old["id"],
    )
    assert new["id"] != old["id"]
    assert f'href="/messages/out/{seq}"' in await ana.read(f"/messages/out/{new['seq']}")

    page = await ana.read(f"/messages/out/{seq}")
    assert f'href="/messages/out/{new["seq"]}"' in page
    assert f"{seq}/resend" not in page
    await ana.send(f"/messages/out/{seq}/resend", on=f"/messages/out/{seq}")
    assert "It was sent again already." in await ana.read(f"/messages/out/{seq}")
    assert await pool.fetchval("select count(*) from outbox") == 2
    row = await pool.fetchrow("select action, subject_id, detail from audit where subject = 'message'")
    assert row is not None
    assert tuple(row) == ("message.resent", old["id"], {"number": seq, "resent_as": new["seq"]})


MAYBE = "It may have arrived"
FAILED, TAKEN = {"state": "accepted", "status": "failed"}, {"state": "accepted", "status": "delivered"}
UNFIT: list[tuple[list[str | None], dict[str, Any], tuple[str, ...], str]] = [
    (["unknown", "refused"], {}, (), MAYBE),
    (["unknown"], {}, (), MAYBE),
    ([None], {}, (), MAYBE),
    (["refused"], {}, ("sent",), MAYBE),
    (["unknown", "accepted"], FAILED, ("failed",), MAYBE),
    (["accepted"], FAILED, ("delivered", "failed"), MAYBE),
    (["refused"], {"kind": "test"}, (), "A test message is not sent again"),
    (["accepted"], TAKEN, ("delivered",), "It has not failed"),
    (["unknown"], {"state": "doubtful"}, (), "It has not failed"),
    ([], {"state": "waiting"}, (), "It has not failed"),
]


async def test_what_may_have_arrived_is_not(ana: Browser, pool: Pool, contact: UUID) -> None:
    for outcomes, columns, said, why in UNFIT:
        seq = await sent(pool, contact, *outcomes, **columns)
        for status in said:
            await pool.execute(
                "insert into statuses (outbox_id, status, at) select id, $2, now() from outbox where seq = $1",
                seq,
                status,
            )
        assert f"{seq}/resend" not in await ana.read(f"/messages/out/{seq}")
        await ana.send(f"/messages/out/{seq}/resend")
        assert why in await ana.read(f"/messages/out/{seq}"), (outcomes, columns, said)
    assert await pool.fetchval("select count(*) from outbox") == len(UNFIT)


async def test_a_failure_that_was_told_of_the_only_try_is_known(ana: Browser, pool: Pool, contact: UUID) -> None:
    seq = await sent(pool, contact, "unknown", state="accepted", status="failed")
    await ana.send(f"/messages/out/{seq}/resend", on=f"/messages/out/{seq}")
    assert await pool.fetchval("select count(*) from outbox where resend_of is not null") == 1


async def test_outside_the_window_only_a_template_is(ana: Browser, pool: Pool, contact: UUID) -> None:
    await pool.execute("update contacts set window_until = now() - interval '1 minute'")
    template = {"type": "template", "template": {"name": "x", "language": {"code": "en"}}}
    free, approved = [await sent(pool, contact, "refused", message=json.dumps(each)) for each in (TEXT, template)]
    assert f"{free}/resend" not in await ana.read(f"/messages/out/{free}")
    assert f"{approved}/resend" in await ana.read(f"/messages/out/{approved}")


async def test_it_is_for_administrators(ben: Browser, pool: Pool, contact: UUID) -> None:
    assert ben.viewer is not None
    await pool.execute("update contacts set user_id = $1", ben.viewer.user_id)
    seq = await sent(pool, contact, "refused")
    page = await ben.read(f"/messages/out/{seq}")
    assert "It cannot be delivered" in page
    assert f"{seq}/resend" not in page
    assert (await ben.send(f"/messages/out/{seq}/resend")).status_code == 403
    assert await pool.fetchval("select count(*) from outbox") == 1
