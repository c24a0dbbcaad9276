"""Steps 4 to 6 of the setup guide on screen: connect a number, its credentials, whose phones write."""

import re

import pytest
from desk import Browser, Desk

from tasktalk.settings import Settings

ROW = "select * from integrations where name = 'Front desk'"
NUMBER = {
    "name": "Front desk",
    "business_account_id": "411534355475761",
    "phone_number_id": "175098022913883",
    "display_phone_number": "+1 555 010 9999",
}


@pytest.fixture
async def connected(desk: Desk, ana: Browser) -> str:
    """The address of a connected number."""
    desk.app.state.settings = Settings(_env_file=None)
    answer = await ana.send("/integrations/new", on="/integrations/new", **NUMBER)
    assert answer.status_code == 303
    return answer.headers["location"].partition("#")[0]


async def test_a_number_is_connected_and_shown_with_what_is_left_to_do(
    ana: Browser, desk: Desk, connected: str
) -> None:
    row = await desk.pool.fetchrow(ROW)
    assert row is not None
    assert (row["waba_id"], row["phone_number_id"]) == ("411534355475761", "175098022913883")
    page = await ana.read(connected)
    assert "What is left to do" in page
    assert "nothing received yet" in page
    assert page.count(">missing<") == 3
    assert "Front desk" in await ana.read("/integrations")
    assert await desk.pool.fetchval("select count(*) from audit where action = 'integration.created'") == 1


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("phone_number_id", "+1 555 010 9999", "phone number"),
        ("business_account_id", "your_waba_id", "sample"),
        ("name", " ", "Give the integration a name."),
    ],
)
async def test_a_value_pasted_into_the_wrong_place_is_told_beside_its_field(
    desk: Desk, ana: Browser, field: str, value: str, words: str
) -> None:
    desk.app.state.settings = Settings(_env_file=None)
    answer = await ana.send("/integrations/new", on="/integrations/new", **NUMBER | {field: value})
    assert answer.status_code == 400
    wrong = re.search(rf'id="{field}-wrong"[^>]*>(.*?)</p>', answer.text, re.DOTALL)
    assert wrong is not None
    assert words in wrong[1]
    assert 'value="411534355475761"' in answer.text or field == "business_account_id"  # what was right is kept
    assert await desk.pool.fetchrow(ROW) is None


async def test_credentials_that_look_wrong_are_refused_and_never_shown(ana: Browser, connected: str) -> None:
    answer = await ana.send(f"{connected}/credentials", on=connected, access_token="0123456789abcdef0123456789abcdef")
    assert answer.status_code == 400
    assert "looks like an app secret" in answer.text
    assert "0123456789abcdef" not in answer.text
    nothing = await ana.send(f"{connected}/credentials", on=connected)
    assert nothing.status_code == 400
    saved = await ana.send(f"{connected}/credentials", on=connected, verify_token="ours-0123456789-77")
    assert saved.status_code == 303
    page = await ana.read(connected)
    assert "ours-0123456789-77" not in page
    assert page.count(">missing<") == 2


async def test_a_phone_is_mapped_by_hand_and_taken_away(ana: Browser, ben: Browser, desk: Desk, connected: str) -> None:
    assert ben.viewer is not None
    place = f"{connected}/phone-mappings"
    answer = await ana.send(place, on=place, user=str(ben.viewer.user_id), phone="+34 612 345 678")
    assert answer.status_code == 303, answer.text
    page = await ana.read(place)
    assert "+34612345678" in page
    (gone,) = re.findall(r'formaction="([^"]+/revoke)"', page)
    assert (await ana.send(gone, on=place)).status_code == 303
    assert "+34612345678" not in await ana.read(place)
    actions = [row["action"] for row in await desk.pool.fetch("select action from audit order by seq")]
    assert actions[-2:] == ["phone.linked", "phone.revoked"]


async def test_a_number_that_cannot_be_is_told_and_nobody_mapped(ana: Browser, desk: Desk, connected: str) -> None:
    place = f"{connected}/phone-mappings"
    for fields in ({"phone": "12"}, {"phone": "+34 612 345 678"}):  # too short; nobody chosen
        answer = await ana.send(place, on=place, **fields)
        assert answer.status_code == 400
        assert 'role="alert"' in answer.text
    assert await desk.pool.fetchval("select count(*) from contacts") == 0


async def test_who_wrote_unknown_is_mapped_in_one_step(ana: Browser, ben: Browser, desk: Desk, connected: str) -> None:
    assert ben.viewer is not None
    integration_id = connected.rpartition("/")[2]
    await desk.pool.execute(
        "insert into contacts (id, integration_id, wa_id, last_seen_at, profile_name)"
        " values (gen_random_uuid(), $1, '34600111222', now(), $2)",
        integration_id,
        "<b>Zoe</b>",
    )
    place = f"{connected}/phone-mappings"
    page = await ana.read(place)
    assert "“&lt;b&gt;Zoe&lt;/b&gt;”" in page
    found = re.search(r'action="([^"]+/strangers/[^"]+)"', page)
    assert found is not None
    assert (await ana.send(found[1], on=place)).status_code == 400
    assert (await ana.send(found[1], on=place, user=str(ben.viewer.user_id))).status_code == 303
    assert await desk.pool.fetchval("select user_id from contacts") == ben.viewer.user_id


async def test_switching_off_and_on(ana: Browser, desk: Desk, connected: str) -> None:
    for how, expected in (("off", True), ("on", False)):
        assert (await ana.send(f"{connected}/switch/{how}", on=connected)).status_code == 303
        row = await desk.pool.fetchrow(ROW)
        assert row is not None
        assert (row["disabled_at"] is not None) is expected


async def test_only_operators_come_in_and_an_unknown_number_is_none(ana: Browser, ben: Browser, connected: str) -> None:
    places = ("/integrations", "/integrations/new", connected, f"{connected}/phone-mappings", "/analytics", "/people")
    for place in (*places, "/audit", "/audit.csv", "/analytics.csv"):
        assert (await ben.open(place)).status_code == 403, place
    assert (await ben.send(f"{connected}/switch/off")).status_code == 403
    assert (await ana.open("/integrations/01a21bcc-bb0b-7000-8000-f17cbc7bd450")).status_code == 404
    assert (await ana.open("/integrations/nonsense/phone-mappings")).status_code == 404
