"""The main job as a person meets it: `tasktalk up`, a phone, a console; nothing is stood in for but Meta.

TASKTALK_SCREENSHOTS=docs/images makes the pictures of the documents, too.
"""

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from chromium import NewPage
from phone_kit import Running, answers, hold, say
from pictures import take_pictures
from playwright.async_api import Page, expect

pytestmark = pytest.mark.browser

PICTURES = os.environ.get("TASKTALK_SCREENSHOTS")
SAID = "buy milk tomorrow 5pm"


@pytest.mark.timeout(180)
async def test_a_message_becomes_a_task_and_is_done(running: Running, new_page: NewPage) -> None:
    phone = await new_page()
    await hold(phone, running, "Ana")
    days = [tomorrow()]
    await say(phone, SAID)
    reply = answers(phone)
    await expect(reply).to_have_count(1)
    days.append(tomorrow())  # in case it is midnight
    await expect(reply.locator("strong")).to_have_text("buy milk")
    await expect(reply).to_contain_text(re.compile(f"({'|'.join(days)}) \\(tomorrow\\), 17:00"))
    await expect(reply.get_by_role("button", name="Undo")).to_be_visible()

    desk = await new_page()
    await desk.goto(await running.sign_in_link("ana@sandbox.invalid"))
    await open_view(desk, "Upcoming")
    task = desk.get_by_role("listitem").filter(has_text="buy milk")
    await expect(task).to_be_visible()
    await expect(task).to_contain_text("17:00")

    await reply.get_by_role("button", name="Done").click()
    await expect(answers(phone)).to_have_count(2)
    await expect(answers(phone).last).to_contain_text("Done: buy milk")
    await expect(task).to_have_count(0)  # by itself: the page hears of it
    await open_view(desk, "Done")
    await expect(task.get_by_role("button", name="Reopen: buy milk")).to_be_visible()
    await expect(phone.locator(".row[data-key]")).to_have_count(4)

    owner = await new_page()
    await owner.goto(running.facts["admin_link"])
    await owner.get_by_role("navigation", name="Main", exact=True).get_by_role("link", name="Messages").click()
    entries = owner.locator("a.entry")
    await expect(entries).to_have_count(4)
    await expect(entries.filter(has_text="Sent to")).to_have_count(2)
    for entry in await entries.filter(has_text="Sent to").all():
        await expect(entry.locator(".chip")).to_have_text(re.compile("Delivered|Read"))
    await expect(owner.get_by_text("milk")).to_have_count(0)  # the words are Ana's
    again = await owner.request.get(running.facts["admin_link"])
    assert again.status == 404  # it works once


if PICTURES:

    @pytest.mark.timeout(180)
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    async def test_pictures_for_the_documents(running: Running, new_page: NewPage, scheme: str) -> None:
        await take_pictures(running, new_page, scheme, Path(PICTURES or "."))


async def open_view(page: Page, name: str) -> None:
    """One of the task views, by the navigation."""
    side = page.get_by_role("navigation", name="Main", exact=True)
    await side.get_by_role("link", name=re.compile(f"^{name}")).click()
    await expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()


def tomorrow() -> str:
    """As a reply writes it: Tue 24 Nov."""
    day = datetime.now(UTC).date() + timedelta(days=1)
    return f"{day:%a} {day.day} {day:%b}"
