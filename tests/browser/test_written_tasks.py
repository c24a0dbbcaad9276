"""What one writes: a line whose words are understood as it is written, a chat with the assistant, a file too large."""

import re

import pytest
from chromium import NewPage
from phone_kit import Running
from playwright.async_api import Page, expect

pytestmark = pytest.mark.browser


@pytest.mark.timeout(180)
async def test_a_line_a_chat_and_a_file(shared: Running, someone: dict[str, str], new_page: NewPage) -> None:
    desk = await new_page()
    await desk.goto(await shared.sign_in_link(someone["email"]))
    await write_a_line(desk, shared.facts["web"])
    await chat(desk, shared.facts["web"])
    await add_files(desk)


async def write_a_line(desk: Page, web: str) -> None:
    """Words are set off while one writes; a chip pressed leaves them in the title, pressed again it reads them."""
    await desk.goto(f"{web}/tasks?view=inbox")
    line, chips = desk.locator("#quick"), desk.locator(".quick-chips .chip")
    await line.press_sequentially("See tomorrow never dies p1")
    # The first line that a server reads waits for its dictionaries.
    await expect(chips).to_contain_text(["Tomorrow", "Priority 1"], timeout=60_000)
    await expect(desk.locator(".quick-marks mark")).to_have_text(["tomorrow", "p1"])
    await chips.first.click()
    await expect(chips).to_contain_text(["Priority 1", "“tomorrow”"])
    await expect(line).to_be_focused()
    await line.press("Home")
    await line.press_sequentially("Really ")  # what was left unread stays so though it moves
    await expect(chips).to_contain_text(["Priority 1", "“tomorrow”"])
    await chips.last.click()
    await expect(chips).to_contain_text(["Tomorrow", "Priority 1"])
    await chips.first.click()
    await expect(chips).to_contain_text(["Priority 1", "“tomorrow”"])
    await line.press("Enter")
    await expect(desk.get_by_role("link", name="Really See tomorrow never dies")).to_be_visible()
    await expect(line).to_have_value("")
    await expect(chips).to_have_count(0)
    await line.fill("undo")
    await expect(chips).to_contain_text(["Takes back the last change", "Make it a task instead"])


async def chat(desk: Page, web: str) -> None:
    """Examples, Enter, buttons; what cannot be sent comes back."""
    await desk.goto(f"{web}/try")
    await desk.get_by_role("button", name="buy milk tomorrow 5pm").click()
    lines, field = desk.locator(".chat > li"), desk.locator("#said")
    await expect(lines).to_have_count(2)
    await expect(lines.last).to_contain_text("Added buy milk")
    await desk.route("**/try", lambda route: route.abort())
    await field.fill("call Ana")
    await field.press("Enter")
    await expect(desk.locator("#toasts")).to_contain_text("The server cannot be reached.")
    await expect(field).to_have_value("call Ana")
    await expect(lines).to_have_count(2)
    await desk.unroute("**/try")
    await field.press("Enter")
    await expect(lines).to_have_count(4)
    await expect(field).to_have_value("")
    await lines.nth(1).get_by_role("button", name="Done").click()
    await expect(lines.last).to_contain_text("Done: buy milk")


async def add_files(desk: Page) -> None:
    """One too large is told before it travels; one that is chosen is sent at once."""
    await desk.goto(re.sub(r"/try.*", "/tasks?view=inbox", desk.url))
    await desk.get_by_role("link", name="Really See tomorrow never dies").click()
    card = desk.locator("#files")
    await desk.locator("form.upload").evaluate("form => (form.dataset.most = 4)")
    await card.locator("input[type=file]").set_input_files(
        {"name": "big.txt", "mimeType": "text/plain", "buffer": b"12345"}
    )
    await expect(card.get_by_role("alert")).to_contain_text("This file is too large")
    await card.locator("input[type=file]").set_input_files(
        {"name": "list.txt", "mimeType": "text/plain", "buffer": b"1234"}
    )
    await expect(card.get_by_role("link", name="list.txt")).to_be_visible()
