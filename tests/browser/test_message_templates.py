"""Message templates by mouse and keyboard: the pack, an own one whose phone follows, its review as it comes, away."""

import pytest
from chromium import NewPage
from phone_kit import Running
from playwright.async_api import expect

pytestmark = pytest.mark.browser


@pytest.mark.timeout(180)
async def test_the_phone_follows_what_is_typed_and_the_page_what_whatsapp_decides(
    shared: Running, new_page: NewPage
) -> None:
    desk = await new_page(color_scheme="dark")
    await desk.goto(shared.facts["admin_link"])
    await desk.goto(f"{shared.facts['web']}/integrations")
    await desk.get_by_role("link", name="Sandbox").click()
    await desk.get_by_role("link", name="Templates").click()
    await desk.get_by_role("button", name="Submit the pack").click()
    await expect(desk.get_by_role("heading", name="56 templates are handed to WhatsApp")).to_be_visible()

    await desk.get_by_role("link", name="New template").click()
    phone = desk.locator("#phone")
    await expect(phone).to_contain_text("What you write shows here.")
    await expect(desk.get_by_role("button", name="Preview")).to_be_hidden()
    await desk.get_by_label("Name").fill("our_comment")
    await desk.get_by_label("Purpose").select_option("comment")
    await desk.get_by_label("Text").press_sequentially("There is *news* of {{task}} for you.")
    await expect(phone.locator("b")).to_have_text("news")
    await expect(phone.locator("mark")).to_have_text("{{task}}")
    await desk.get_by_label("{{task}}").fill("Pay the rent")
    await expect(phone).to_contain_text("news of Pay the rent for you.")
    for number, words in enumerate(("Show task", "Mute")):
        await desk.get_by_label(f"Words on button {number + 1}").fill(words)
        await expect(phone.locator(".phone-button")).to_have_count(number + 1)
    await expect(desk.get_by_label("Words on button 3")).to_be_visible()  # one more, as one is filled
    await expect(desk.get_by_text("Not ready yet")).to_contain_text("The quick replies of a comment do")
    await desk.get_by_label("Words on button 2").fill("")
    await desk.get_by_role("button", name="Save and submit for review").click()

    content = desk.locator("#content")
    await expect(content).to_contain_text("approved", timeout=15_000)  # heard, and drawn in place
    assert not await desk.evaluate("document.documentElement.scrollWidth > innerWidth")
    await desk.locator("summary", has_text="Delete").click()
    await desk.get_by_role("button", name="Yes, delete it").click()
    await expect(desk.get_by_role("status").filter(has_text="The template is deleted.")).to_be_visible()
    await expect(desk.get_by_role("link", name="our_comment")).to_have_count(0)
