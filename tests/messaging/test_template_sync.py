"""What Meta makes of templates: told by webhook, read by schedule or after a refusal; what an operator sees of it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from product_kit import PNID, WABA, Product, count, delivery, open_product, status, until
from tasktalk.db import Pool
from tasktalk.db.notify import listening
from tasktalk.integrations.connections import save_integration
from tasktalk.integrations.findings import words_of
from tasktalk.messaging.notices.tries import fall_back
from tasktalk.messaging.outbox import Outgoing, add_messages
from tasktalk.messaging.templates.choosing import find_template
from tasktalk.messaging.templates.seen import note_refusal
from tasktalk.messaging.templates.sync import EVERY, sync_due
from tasktalk.queue import upkeep
from tasktalk.settings import Settings
from template_kit import TemplateMeta, approve, ask, events_of, row_of, serving_templates, tell

NAME = "tasktalk_reminder"
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.fixture
async def meta() -> AsyncIterator[TemplateMeta]:
    async with serving_templates(TemplateMeta()) as one:
        yield one


@pytest.fixture
async def product(database: str, pool: Pool, tmp_path: Path, meta: TemplateMeta) -> Product:
    """The English pack is approved."""
    made = await open_product(database, pool, tmp_path, graph_url=meta.url)
    await ask(made, "/pack", method="POST", body={"languages": ["en"]})
    await approve(made, meta, NAME)
    return made


async def is_chosen(product: Product) -> bool:
    async with product.pool.acquire() as conn:
        found = await find_template(conn, integration_id=product.integration_id, purpose="reminder", language="en")
    return found is not None


async def finding(product: Product, kind: str) -> Any:
    return await product.pool.fetchrow("select * from findings where kind = $1 and resolved_at is null", kind)


async def last_event(product: Product) -> Any:
    return await product.pool.fetchrow("select event, detail from template_events order by seq desc limit 1")


async def sync(product: Product) -> dict[str, Any]:
    answer = await ask(product, "/sync", method="POST")
    assert answer.status == 200, answer.body
    return dict(answer.json)


async def look(product: Product, tmp_path: Path, now: datetime) -> None:
    await sync_due(product.pool, Settings(data=tmp_path), product.keyring, now)


async def test_a_pause_is_told_kept_found_and_over(product: Product, meta: TemplateMeta) -> None:
    why = {"title": "FIRST_PAUSE", "description": "Low quality"}
    field = "message_template_status_update"
    became = await tell(product, field, meta.find(NAME), event="PAUSED", reason=None, other_info=why)
    assert became == "template: status"
    assert not await is_chosen(product)
    assert (await row_of(product, NAME))["reason"] == "FIRST_PAUSE: Low quality"
    assert "is PAUSED (FIRST_PAUSE: Low quality)" in words_of((await finding(product, "template_stopped"))["detail"])[0]
    await tell(product, field, meta.find(NAME), event="REINSTATED", reason="NONE")
    assert await is_chosen(product)
    assert await finding(product, "template_stopped") is None
    assert (await row_of(product, NAME))["reason"] is None


async def test_why_it_was_rejected(product: Product, meta: TemplateMeta) -> None:
    rejection = {"reason": "It sells", "recommendation": "Say what it is about"}
    shown = meta.find("tasktalk_digest")
    await tell(
        product,
        "message_template_status_update",
        shown,
        event="REJECTED",
        reason="PROMOTIONAL",
        rejection_info=rejection,
    )
    row = await row_of(product, "tasktalk_digest")
    assert (row["status"], row["reason"]) == ("REJECTED", "PROMOTIONAL: It sells: Say what it is about")
    assert (await last_event(product))["detail"]["reason"] == row["reason"]


async def test_a_flag_and_quality_are_found_but_do_not_stop_it(product: Product, meta: TemplateMeta) -> None:
    await tell(product, "message_template_status_update", meta.find(NAME), event="FLAGGED")
    assert await is_chosen(product)
    assert await finding(product, "template_quality") is not None
    scores = {"previous_quality_score": "RED", "new_quality_score": "GREEN"}
    await tell(product, "message_template_quality_update", meta.find(NAME), **scores)
    assert await finding(product, "template_quality") is None
    assert dict(await last_event(product)) == {"event": "quality", "detail": {"from": "RED", "to": "GREEN"}}


async def test_a_category_is_announced_a_day_ahead(product: Product, meta: TemplateMeta) -> None:
    at, field = int((datetime.now(UTC) + timedelta(hours=24)).timestamp()), "template_category_update"
    words = {"new_category": "UTILITY", "correct_category": "MARKETING", "category_update_timestamp": at}
    await tell(product, field, meta.find(NAME), **words)
    assert await is_chosen(product)  # until then it is what it was
    row = await row_of(product, NAME)
    assert (row["category"], row["next_category"], row["next_category_at"].timestamp()) == ("UTILITY", "MARKETING", at)
    assert await finding(product, "template_category") is not None
    past = {"category_update_timestamp": at - 2 * 86400}
    await tell(product, field, meta.find(NAME), **words | past)
    assert not await is_chosen(product)  # that it came about was never told
    await tell(product, field, meta.find(NAME), previous_category="UTILITY", new_category="MARKETING")
    row = await row_of(product, NAME)
    assert (row["category"], row["next_category"], row["wanted_category"]) == ("MARKETING", None, "UTILITY")
    assert not await is_chosen(product)
    shown = (await ask(product, f"/{row['id']}")).json
    assert (shown["drifted"], shown["sendable"]) == (True, False)
    await tell(product, field, meta.find(NAME), previous_category="MARKETING", new_category="UTILITY")
    assert await is_chosen(product)
    assert await finding(product, "template_category") is None


async def test_new_words_at_meta_are_filled_by_their_own_places(product: Product, meta: TemplateMeta) -> None:
    button = {"message_template_button_type": "QUICK_REPLY", "message_template_button_text": "Did it"}
    words = {
        "message_template_element": "Remember that {{task}} has to be done soon.",
        "message_template_title": "Reminder",
        "message_template_buttons": [button],
    }
    await tell(product, "message_template_components_update", meta.find(NAME), **words)
    shown = (await ask(product, f"/{(await row_of(product, NAME))['id']}")).json
    assert (shown["header"], shown["body"]) == ("Reminder", words["message_template_element"])
    assert [sample["name"] for sample in shown["samples"]] == ["task"]
    assert [each["text"] for each in shown["buttons"]] == ["Did it"]
    assert await product.pool.fetchval("select templates_synced_at from integrations") is None  # to be read whole
    assert await is_chosen(product)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("message_template_status_update", {"event": "NEWS"}),
        ("message_template_status_update", {}),
        ("message_template_status_update", {"event": ["PAUSED"]}),
        ("message_template_quality_update", {"new_quality_score": 7}),
        ("message_template_components_update", {"message_template_element": None}),
        ("template_category_update", {"new_category": "SPAM"}),
    ],
)
async def test_what_we_do_not_understand_is_read_from_meta(
    product: Product, meta: TemplateMeta, field: str, value: dict[str, Any]
) -> None:
    before = await row_of(product, NAME)
    assert await tell(product, field, meta.find(NAME), **value) == "templates are to be read"
    assert await row_of(product, NAME) == before
    assert await product.pool.fetchval("select templates_synced_at from integrations") is None


async def test_odd_characters_never_stop_the_queue(product: Product, meta: TemplateMeta) -> None:
    shown = meta.find(NAME) | {"name": "\x00\ud800", "language": "en\x00"}
    became = await tell(
        product, "message_template_status_update", shown, event="PAUSED", reason="\x00a\ud800b" + "x" * 900
    )
    assert became == "template: status"
    assert len((await row_of(product, NAME))["reason"]) == 500


async def test_of_an_unknown_template_all_are_read(product: Product, meta: TemplateMeta, tmp_path: Path) -> None:
    other = meta.add("theirs", status="APPROVED", category="MARKETING")
    assert await tell(product, "message_template_status_update", other, event="APPROVED") == "templates are to be read"
    await look(product, tmp_path, datetime.now(UTC))
    row = await row_of(product, "theirs")
    assert (row["purpose"], row["status"], row["wanted_category"]) == (None, "APPROVED", "MARKETING")
    assert await finding(product, "template_category") is None  # it is what its maker asked for


async def test_what_is_asked_for_is_read_at_once(
    product: Product, meta: TemplateMeta, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not at the next hour: the job has just had its turn, and nobody looks at it for a minute."""
    monkeypatch.setattr(upkeep, "_GATHER_SECONDS", 0.01)

    async def sync_now(pool: Pool, now: datetime) -> int:
        await sync_due(pool, Settings(data=tmp_path), product.keyring, now)
        return 0

    jobs = {"templates": sync_now}
    stop, asked = asyncio.Event(), upkeep.Asked()
    assert await upkeep.run_due(product.pool, "templates", sync_now, now=datetime.now(UTC), stop=stop) == 0
    async with listening(product.dsn, ["upkeep"], lambda _, name: asked.hear(name)):
        keeping = asyncio.create_task(upkeep.keep_up(product.pool, jobs, stop=stop, asked=asked))
        other = meta.add("theirs", status="APPROVED")
        await tell(product, "message_template_status_update", other, event="APPROVED")
        await until(lambda: count(product.pool, "from templates where name = 'theirs'"))
        stop.set()
        await keeping


async def test_a_webhook_faster_than_its_answer_counts(product: Product, meta: TemplateMeta) -> None:
    await product.pool.execute("update templates set meta_id = null, status = 'DRAFT' where name = $1", NAME)
    await tell(product, "message_template_status_update", meta.find(NAME), event="APPROVED", reason="NONE")
    row = await row_of(product, NAME)
    assert (row["status"], row["meta_id"]) == ("APPROVED", meta.find(NAME)["id"])


async def test_two_numbers_of_one_account_share_its_templates(product: Product, meta: TemplateMeta) -> None:
    async with product.pool.acquire() as conn, conn.transaction():
        other = await save_integration(
            conn, name="Second", waba_id=WABA, phone_number_id=f"{PNID}9", graph_url=meta.url
        )
        await conn.execute(
            "insert into credentials (id, integration_id, kind, sealed) "
            "select gen_random_uuid(), $1, kind, sealed from credentials where kind = 'access_token'",
            other,
        )
    product.directory.forget()
    answer = await product.ask(
        f"/api/integrations/{other}/templates/pack",
        token=product.owner_token,
        method="POST",
        body={"languages": ["en"]},
    )
    assert {each["outcome"] for each in answer.json["items"]} == {"exists"}
    await tell(product, "message_template_status_update", meta.find(NAME), event="PAUSED")
    states = await product.pool.fetch("select status from templates where name = $1", NAME)
    assert [row["status"] for row in states] == ["PAUSED", "PAUSED"]


async def test_reading_finds_everything_page_by_page(product: Product, meta: TemplateMeta) -> None:
    meta.page = 2
    for number in range(5):
        meta.add(f"theirs_{number}", status="APPROVED")
    meta.find(NAME)["quality_score"] = {"score": "YELLOW"}
    gone = meta.find("tasktalk_digest")
    del meta.templates[gone["id"]]
    assert await sync(product) == {"seen": 11, "added": 5, "changed": 1, "gone": 1}
    assert await sync(product) == {"seen": 11, "added": 0, "changed": 0, "gone": 0}
    assert (await row_of(product, NAME))["quality"] == "YELLOW"
    assert (await row_of(product, "tasktalk_digest"))["status"] == "DELETED"
    assert await events_of(product, "theirs_0") == ["found"]


async def test_a_list_that_does_not_end_ends(product: Product, meta: TemplateMeta) -> None:
    meta.page = 0
    assert (await sync(product))["gone"] == 0  # for these are not known to be all


async def test_a_category_that_meta_shows_beforehand(product: Product, meta: TemplateMeta) -> None:
    meta.find(NAME)["correct_category"] = "MARKETING"
    await sync(product)
    row = await row_of(product, NAME)
    assert row["next_category"] == "MARKETING"
    assert await is_chosen(product)
    await sync(product)
    assert (await row_of(product, NAME))["next_category_at"] == row["next_category_at"]  # the day does not move on
    meta.find(NAME)["correct_category"] = "UTILITY"
    await sync(product)
    assert (await row_of(product, NAME))["next_category"] is None


async def test_it_is_read_every_six_hours_and_after_a_refusal(
    product: Product, meta: TemplateMeta, tmp_path: Path
) -> None:
    await sync(product)
    now = datetime.now(UTC)
    meta.asked.clear()
    await look(product, tmp_path, now + timedelta(hours=1))
    assert not meta.asked
    await look(product, tmp_path, now + EVERY + timedelta(minutes=1))
    assert len(meta.asked) == 1
    meta.asked.clear()
    row = await row_of(product, NAME)
    async with product.pool.acquire() as conn, conn.transaction():
        await note_refusal(conn, template_id=row["id"], code=132012, at=now)
    assert await is_chosen(product)
    await look(product, tmp_path, now + EVERY + timedelta(hours=1))
    assert len(meta.asked) == 1


@pytest.mark.parametrize(("code", "state"), [(132015, "PAUSED"), (132016, "DISABLED")])
async def test_a_refusal_stops_it_at_once(product: Product, code: int, state: str) -> None:
    row = await row_of(product, NAME)
    async with product.pool.acquire() as conn, conn.transaction():
        await note_refusal(conn, template_id=row["id"], code=code, at=NOW)
    assert (await row_of(product, NAME))["status"] == state
    assert not await is_chosen(product)
    assert await finding(product, "template_stopped") is not None
    assert (await last_event(product))["detail"] == {"code": code, "status": state}


async def test_a_refusal_that_a_status_tells_stops_it_too(product: Product) -> None:
    row = await row_of(product, NAME)
    message = {"type": "template", "template": {"name": NAME, "language": {"code": "en"}}}
    sent = Outgoing(product.integration_id, product.ana.contact_id, "notice", message, template_id=row["id"])
    async with product.pool.acquire() as conn, conn.transaction():
        [outbox_id] = await add_messages(conn, [sent])
        await conn.execute("update outbox set state = 'accepted', wamid = 'wamid.1' where id = $1", outbox_id)
    failed = status("wamid.1", "failed", errors=[{"code": 132016, "title": "disabled"}])
    await product.deliver(delivery(statuses=[failed]))
    await product.settle()
    async with product.pool.acquire() as conn, conn.transaction():
        assert await fall_back(conn, now=NOW) == 1
    assert (await row_of(product, NAME))["status"] == "DISABLED"


async def test_one_number_in_trouble_keeps_no_other_from_being_read(product: Product, tmp_path: Path) -> None:
    async with product.pool.acquire() as conn, conn.transaction():
        other = await save_integration(
            conn, name="Dead", waba_id="209", phone_number_id="309", graph_url="http://127.0.0.1:1"
        )
        await conn.execute(
            "insert into credentials (id, integration_id, kind, sealed) "
            "select gen_random_uuid(), $1, kind, sealed from credentials where kind = 'access_token'",
            other,
        )
        await conn.execute("update integrations set templates_synced_at = null, id = id")
    await look(product, tmp_path, datetime.now(UTC))
    read = {row["name"]: row["templates_synced_at"] for row in await product.pool.fetch("select * from integrations")}
    assert read["Dead"] is None
    assert read["Tests"] is not None


async def test_what_is_known_by_an_answer_is_in_the_sync_too(product: Product, meta: TemplateMeta) -> None:
    assert await count(product.pool, "from templates where meta_id is not null") == len(meta.templates) == 7
