"""A phone is linked as its person does it: a code on the account page, written from the phone."""

import re

import pytest
from chromium import NewPage
from phone_kit import Running, answers, hold, say
from playwright.async_api import expect

pytestmark = pytest.mark.browser


@pytest.mark.timeout(180)
async def test_a_phone_links_itself_by_the_code_on_the_account_page(
    shared: Running, someone: dict[str, str], new_page: NewPage
) -> None:
    desk = await new_page(viewport={"width": 375, "height": 800}, color_scheme="dark")
    await desk.goto(await shared.sign_in_link(someone["email"]))
    await desk.goto(f"{shared.facts['web']}/account/phones")
    await desk.get_by_role("button", name="Link my phone").click()
    code = desk.locator("#code")
    await expect(code).to_have_text(re.compile(r"^link [2-9A-Z]{8}$"))
    await expect(desk.get_by_role("img", name=re.compile("QR code"))).to_be_visible()
    assert not await desk.evaluate("document.documentElement.scrollWidth > innerWidth")

    phone = await new_page()
    await hold(phone, shared, "Stranger")
    await say(phone, await code.inner_text())
    await expect(answers(phone)).to_have_count(1)
    await say(phone, "buy milk tomorrow 5pm")
    await expect(answers(phone)).to_have_count(2)
    await expect(answers(phone).last.locator("strong")).to_have_text("buy milk")
    await desk.goto(f"{shared.facts['web']}/account/phones")
    await expect(desk.locator("#phones").get_by_role("listitem")).to_have_count(2)  # the one they had, and this one
