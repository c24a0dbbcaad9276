"""What Meta tells of a number and its account by webhook, as an operator then sees it."""

from typing import Any

import pytest

from product_kit import PNID, WABA, Product, count
from tasktalk.integrations.connections import save_integration
from tasktalk.messaging.changes import HANDLERS

NUMBER = "15550001111"
AT = 1_790_000_000


async def tell(product: Product, field: str, value: Any, *, at: int = AT, waba: str = WABA) -> str | None:
    entry = {"id": waba, "time": at, "changes": [{"field": field, "value": value}]}
    body = {"object": "whatsapp_business_account", "entry": [entry]}
    assert (await product.deliver(body)).status == 200
    await product.settle()
    note: str | None = await product.pool.fetchval("select note from inbox order by seq desc limit 1")
    return note


async def ask(product: Product, rest: str = "") -> Any:
    answer = await product.ask(f"/api/integrations/{product.integration_id}{rest}", token=product.owner_token)
    assert answer.status == 200, answer.body
    return answer.json


async def findings(product: Product) -> dict[str, str]:
    found = (await ask(product, "/findings"))["items"]
    assert all(each["message"] for each in found)
    return {each["kind"]: each["severity"] for each in found}


ALERT = {"alert_severity": "CRITICAL", "alert_status": "ACTIVE", "alert_type": "PROFILE_PICTURE_LOST"}
QUALITY = "phone_number_quality_update"

OPENS = [
    (QUALITY, {"display_phone_number": NUMBER, "event": "FLAGGED", "current_limit": "TIER_10K"}, "quality", "warning"),
    (QUALITY, {"display_phone_number": NUMBER, "event": "DOWNGRADE"}, "limit_lowered", "warning"),
    (
        "phone_number_name_update",
        {
            "display_phone_number": NUMBER,
            "decision": "REJECTED",
            "requested_verified_name": "Best",
            "rejection_reason": "NAME_EMPLOYEE_ISSUE",
        },
        "name_review",
        "warning",
    ),
    (
        "account_update",
        {"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "ADULT"}},
        "violation",
        "warning",
    ),
    (
        "account_update",
        {
            "event": "ACCOUNT_RESTRICTION",
            "restriction_info": [
                {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": AT + 86400},
                {"restriction_type": "RESTRICTED_ADD_PHONE_NUMBER_ACTION"},
            ],
        },
        "restriction",
        "critical",
    ),
    (
        "account_update",
        {
            "event": "ACCOUNT_RESTRICTION",
            "restriction_info": [{"restriction_type": "RESTRICTED_ADD_PHONE_NUMBER_ACTION"}],
        },
        "restriction",
        "warning",
    ),
    (
        "account_update",
        {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE", "waba_ban_date": "1 May"}},
        "ban",
        "critical",
    ),
    (
        "account_update",
        {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "SCHEDULE_FOR_DISABLE"}},
        "ban",
        "critical",
    ),
    ("account_update", {"event": "ACCOUNT_DELETED"}, "account_gone", "critical"),
    ("account_review_update", {"decision": "REJECTED"}, "account_review", "critical"),
    ("account_review_update", {"decision": "DEFERRED"}, "account_review", "warning"),
    (
        "account_alerts",
        {"entity_type": "BUSINESS", "entity_id": 1, "alert_info": ALERT},
        "alert_profile_picture_lost",
        "critical",
    ),
    (
        "account_alerts",
        {"entity_type": "PHONE_NUMBER", "entity_id": PNID, "alert_info": ALERT | {"alert_severity": "INFORMATIONAL"}},
        "alert_profile_picture_lost",
        "info",
    ),
    (
        "security",
        {"display_phone_number": NUMBER, "event": "PIN_CHANGED", "requester": "1"},
        "security_pin_changed",
        "warning",
    ),
    ("security", {"display_phone_number": NUMBER, "event": "NEW_THING"}, "security_new_thing", "warning"),
    ("messages", {"errors": [{"code": 131031, "title": "Locked"}]}, "told_error", "warning"),
]


@pytest.mark.parametrize(("field", "value", "kind", "severity"), OPENS)
async def test_trouble_becomes_a_finding(product: Product, field: str, value: Any, kind: str, severity: str) -> None:
    if field == "messages":
        value = {"metadata": {"phone_number_id": PNID}} | value
    await tell(product, field, value)
    assert await findings(product) == {kind: severity}
    shown = await ask(product)
    assert (shown["critical"], shown["warnings"]) == (int(severity == "critical"), int(severity == "warning"))


@pytest.mark.parametrize(
    ("field", "wrong", "right"),
    [
        (QUALITY, {"event": "FLAGGED"}, {"event": "UNFLAGGED"}),
        (QUALITY, {"event": "DOWNGRADE"}, {"event": "UPGRADE"}),
        ("phone_number_name_update", {"decision": "REJECTED"}, {"decision": "APPROVED"}),
        (
            "account_update",
            {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}},
            {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}},
        ),
        ("account_update", {"event": "ACCOUNT_OFFBOARDED"}, {"event": "ACCOUNT_RECONNECTED"}),
        ("account_review_update", {"decision": "PENDING"}, {"decision": "APPROVED"}),
        ("account_alerts", {"alert_info": ALERT}, {"alert_info": ALERT | {"alert_status": "NONE"}}),
    ],
)
async def test_what_is_right_again_resolves_it(product: Product, field: str, wrong: Any, right: Any) -> None:
    await tell(product, field, wrong)
    assert len(await findings(product)) == 1
    await tell(product, field, right, at=AT + 60)
    assert await findings(product) == {}
    # Meta keeps no order: what was wrong before that is over, even if it is only heard of now.
    assert await tell(product, field, wrong, at=AT + 30) == "older than what is known"
    assert await findings(product) == {}


async def test_limits_and_throughput_are_shown_and_used(product: Product) -> None:
    upgrade = {"display_phone_number": NUMBER, "event": "THROUGHPUT_UPGRADE"}
    await tell(product, QUALITY, upgrade | {"max_daily_conversations_per_business": "TIER_UNLIMITED"})
    shown = await ask(product)
    assert (shown["per_second"], shown["number"]["throughput"]) == (1000, "HIGH")
    assert shown["number"]["limit"] == "TIER_UNLIMITED"
    for told, limit in ((2000, "TIER_2000"), ("TIER_10K", "TIER_10K"), (-1, "TIER_UNLIMITED")):
        value = {"max_daily_conversations_per_business": told, "max_phone_numbers_per_business": 20}
        await tell(product, "business_capability_update", value)
        number = (await ask(product))["number"]
        assert (number["limit"], number["max_phone_numbers"]) == (limit, 20)


async def test_a_name_that_was_approved_is_shown(product: Product) -> None:
    value = {"display_phone_number": NUMBER, "decision": "APPROVED", "requested_verified_name": "Best\x00 Ltd"}
    await tell(product, "phone_number_name_update", value)
    number = (await ask(product))["number"]
    assert (number["verified_name"], number["name_status"]) == ("Best\ufffd Ltd", "APPROVED")


async def test_people_who_want_no_marketing_are_counted(product: Product) -> None:
    person = {"wa_id": "447700900123", "category": "marketing_messages", "timestamp": AT}
    for n, words in enumerate((("stop", "stop"), ("resume",))):
        value = {
            "metadata": {"phone_number_id": PNID},
            "user_preferences": [person | {"value": word, "detail": str(n)} for word in words],
        }
        await tell(product, "user_preferences", value)
    number = (await ask(product))["number"]
    assert (number["marketing_stop"], number["marketing_resume"]) == (2, 1)


async def test_only_the_numbers_that_it_is_about_hear_of_it(product: Product) -> None:
    async with product.pool.acquire() as conn:
        second = await save_integration(
            conn, name="Second", waba_id=WABA, phone_number_id="302", display_phone_number="+44 20 7946 0000"
        )
        other = await save_integration(conn, name="Other", waba_id="299", phone_number_id="303")
    product.directory.forget()

    async def open_at() -> dict[Any, set[str]]:
        rows = await product.pool.fetch("select integration_id, kind from findings")
        return {
            each: {r["kind"] for r in rows if r["integration_id"] == each}
            for each in (product.integration_id, second, other)
        }

    await tell(product, QUALITY, {"display_phone_number": "442079460000", "event": "FLAGGED"})
    assert await open_at() == {product.integration_id: set(), second: {"quality"}, other: set()}
    await tell(product, "account_update", {"event": "ACCOUNT_DELETED"})
    assert await open_at() == {
        product.integration_id: {"account_gone"},
        second: {"quality", "account_gone"},
        other: set(),
    }
    note = await tell(product, QUALITY, {"display_phone_number": "1999", "event": "FLAGGED"})
    assert note == "for a number that is not connected here"
    assert await tell(product, "account_update", {"event": "ACCOUNT_DELETED"}, waba="1") == note


@pytest.mark.parametrize("value", [None, [], "text", 7, {}, {"event": {}}, {"decision": 1}, {"alert_info": []}])
async def test_odd_values_are_kept_and_harm_nothing(product: Product, value: Any) -> None:
    for field in HANDLERS:
        if not field.startswith(("message_template", "template_")):
            await tell(product, field, value)
    assert await count(product.pool, "from inbox where state = 'done'") == await count(product.pool, "from inbox")
    assert await findings(product) == {}


async def test_a_field_that_nobody_handles_is_kept_and_said(product: Product) -> None:
    note = await tell(product, "flows", {"event": "FLOW_STATUS_CHANGE"})
    assert note == "stored: nothing here handles the field flows"
    assert await count(product.pool, "from inbox where state = 'done'") == 1


async def test_a_finding_that_is_dismissed_comes_back_when_it_is_told_again(product: Product) -> None:
    await tell(product, "security", {"event": "PIN_CHANGED"})
    (found,) = (await ask(product, "/findings"))["items"]
    path = f"/api/integrations/{product.integration_id}/findings/{found['id']}"
    assert (await product.ask(path, token=product.ana.token, method="DELETE")).status == 403
    assert (await product.ask(path, token=product.owner_token, method="DELETE")).status == 204
    assert await findings(product) == {}
    assert await product.pool.fetchval("select action from audit") == "finding.dismissed"
    await tell(product, "security", {"event": "PIN_CHANGED"}, at=AT + 1)
    assert await findings(product) == {"security_pin_changed": "warning"}
