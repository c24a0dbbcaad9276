import re
from html import unescape

from desk import Browser, Desk

from tasktalk.ids import new_id
from tasktalk.integrations.connections import save_integration


async def phone(desk: Desk, owner: Browser) -> str:
    """A linked phone of theirs."""
    assert owner.viewer is not None
    integration_id = await save_integration(
        desk.pool, name="n", waba_id="1", phone_number_id="2", display_phone_number="+1 555 000 1111"
    )
    contact_id = new_id()
    await desk.pool.execute(
        "insert into contacts (id, integration_id, wa_id, user_id, linked_at) values ($1, $2, $4, $3, now())",
        *(contact_id, integration_id, owner.viewer.user_id, "447700900123"),
    )
    return str(contact_id)


async def test_a_code_is_shown_once_with_its_picture_and_link(desk: Desk, ana: Browser) -> None:
    await phone(desk, ana)
    answer = await ana.send("/account/phones/link")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    found = re.search(r'id="code">link ([2-9A-Z]{8})<', answer.text)
    assert found is not None
    assert f"https://wa.me/15550001111?text=link%20{found[1]}" in unescape(answer.text)
    assert "<svg viewBox" in answer.text
    assert "style=" not in answer.text.partition('class="qr"')[2].partition("</svg>")[0]
    assert found[1] not in await ana.read("/account/phones")


async def test_without_a_number_the_code_is_enough(ana: Browser) -> None:
    answer = await ana.send("/account/phones/link")
    assert 'id="code"' in answer.text
    assert "wa.me" not in answer.text


async def test_a_phone_is_unlinked_by_its_person_alone(desk: Desk, ana: Browser, ben: Browser) -> None:
    mine = await phone(desk, ana)
    page = await ana.read("/account/phones")
    assert "+447700900123" in page
    assert "Not heard from yet" in page
    assert "+447700900123" not in await ben.read("/account/phones")
    where = f"/account/phones/{mine}/unlink"
    assert where in page
    assert (await ben.send(where)).status_code == 404
    assert (await ana.send(where)).status_code == 303
    assert "+447700900123" not in await ana.read("/account/phones")
    assert (await ana.send("/account/phones/x/unlink")).status_code == 404


async def test_a_suspended_phone_asks_to_be_linked_again(desk: Desk, ana: Browser) -> None:
    await phone(desk, ana)
    await desk.pool.execute("update contacts set suspended_at = now(), suspended_why = 'phone_reused'")
    assert "Link yours again" in await ana.read("/account/phones")
