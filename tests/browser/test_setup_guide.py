"""Steps 4 to 6 of the setup guide, clicked: the integration, its credentials, a phone, a test message, an answer."""

import re

import httpx
import pytest
from chromium import NewPage
from phone_kit import Running, answers, hold, say
from playwright.async_api import Page, expect

pytestmark = pytest.mark.browser


@pytest.fixture
async def unconnected(running: Running) -> Running:
    """The number that the sandbox came with is another now and switched off, so that Meta's can be connected anew."""
    facts = running.facts
    async with httpx.AsyncClient(
        base_url=facts["web"], headers={"Authorization": f"Bearer {facts['api_token']}"}
    ) as http:
        for each in (await http.get("/api/integrations")).json()["items"]:
            changes = {"name": "Of old", "phone_number_id": "100000000000001", "enabled": False}
            (await http.patch(f"/api/integrations/{each['id']}", json=changes)).raise_for_status()
    return running


@pytest.mark.timeout(180)
async def test_a_number_is_connected_tried_and_answers(unconnected: Running, new_page: NewPage) -> None:
    facts = unconnected.facts
    desk = await new_page(viewport={"width": 1280, "height": 900})
    await desk.goto(facts["admin_link"])
    await desk.get_by_role("navigation", name="Main", exact=True).get_by_role("link", name="Integrations").click()
    await desk.get_by_role("link", name="Add integration").click()
    await desk.get_by_label("Integration name").fill("Front desk")
    await desk.get_by_label("Business account ID").fill(facts["waba_id"])
    await desk.get_by_label("Phone number ID").fill(facts["display_phone_number"])  # a mistake that many make
    await desk.get_by_role("button", name="Add integration").click()
    await expect(desk.get_by_role("alert")).to_contain_text("phone number")
    await desk.get_by_label("Phone number ID").fill(facts["phone_number_id"])
    await desk.get_by_label("Display phone number").fill(facts["display_phone_number"])
    await desk.get_by_label("Graph API address").fill(facts["sandbox"])
    await desk.get_by_role("button", name="Add integration").click()
    await expect(desk.get_by_role("heading", level=1)).to_have_text("Front desk")

    await desk.get_by_label("Access token").fill(facts["access_token"])
    await desk.get_by_label("Webhook verify token").fill(facts["verify_token"])
    await desk.get_by_label("App secret").fill(facts["app_secret"])
    await desk.get_by_role("button", name="Save credentials").click()
    await expect(desk.locator("#credentials").get_by_text(re.compile("^set "))).to_have_count(3)
    await desk.get_by_role("button", name="Test connection").click()
    await expect(desk.get_by_role("heading", name="The connection works")).to_be_visible()

    await _map(desk, facts["phones"][0])
    await desk.get_by_role("link", name="Overview").click()
    await desk.get_by_label("Phone number", exact=True).fill("+" + facts["phones"][0]["wa_id"])
    await desk.get_by_role("button", name="Send test message").click()
    await expect(desk.get_by_role("status").filter(has_text="It arrived on the phone.")).to_be_visible()

    phone = await new_page()
    await hold(phone, unconnected, facts["phones"][0]["name"])
    await expect(answers(phone)).to_have_count(1)
    await say(phone, "buy milk tomorrow 5pm")
    await expect(answers(phone)).to_have_count(2)
    await expect(answers(phone).last.locator("strong")).to_have_text("buy milk")
    await desk.goto(desk.url.partition("/test-message")[0])
    await expect(desk.get_by_text(re.compile(r"^received "))).to_be_visible()  # the light
    await desk.get_by_role("navigation", name="Main", exact=True).get_by_role("link", name="System").click()
    await expect(desk.get_by_text("All is well")).to_be_visible()


async def _map(desk: Page, person: dict[str, str]) -> None:
    await desk.get_by_role("link", name="Phone mappings").first.click()
    await desk.get_by_label("Person").select_option(person["name"])
    await desk.get_by_label("Phone number").fill("+" + person["wa_id"])
    await desk.get_by_role("button", name="Map", exact=True).click()
    await expect(desk.get_by_role("row", name=re.compile(person["name"]))).to_be_visible()
