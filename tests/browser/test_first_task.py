"""The main job as a person meets it: `tasktalk up`, a phone, a console; nothing is stood in for but Meta.

TASKTALK_SCREENSHOTS=docs/images makes the pictures of the documents, too.
"""

import asyncio
import json
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from chromium import NewPage
from playwright.async_api import Browser, Locator, Page, expect

pytestmark = pytest.mark.browser

PICTURES = os.environ.get("TASKTALK_SCREENSHOTS")
SAID = "buy milk tomorrow 5pm"
PHONE = {"width": 1280, "height": 800}
DESK = {"width": 1080, "height": 760}


@dataclass(frozen=True)
class Running:
    """What `tasktalk up` said in its ready file, and where its data is."""

    data: Path
    env: dict[str, str]
    facts: dict[str, Any]

    async def sign_in_link(self, email: str) -> str:
        """A link that signs somebody in, as `tasktalk user link` prints it; at the port that we run on."""
        command = (sys.executable, "-m", "tasktalk", "user", "link", email, "--data", str(self.data))
        asked = await asyncio.create_subprocess_exec(
            *command, env=self.env, cwd=self.data, stdout=asyncio.subprocess.PIPE
        )
        said, _ = await asked.communicate()
        assert asked.returncode == 0
        return str(self.facts["web"]) + urlsplit(said.decode().strip()).path


@asynccontextmanager
async def tasktalk_up(folder: Path) -> AsyncIterator[Running]:
    """Everything running on a fresh data folder, ready; stopped, cleanly, at the end."""
    data, ready, log = folder / "data", folder / "ready.json", folder / "log"
    ours = ("TASKTALK_", "WHATSAPP_", "DATABASE_URL", "SECRET_KEY", "PUBLIC_URL", "NEXTAUTH_")
    env = {name: value for name, value in os.environ.items() if not name.startswith(ours)} | {"TZ": "UTC"}
    options = ("--data", str(data), "--port", "0", "--sandbox-port", "0", "--ready-file", str(ready))
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tasktalk", "up", *options,
            env=env, cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=errors,
        )  # fmt: skip
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            while b"Tasktalk is running" not in (line := await process.stdout.readline()):
                assert line, log.read_text()
        yield Running(data, env, json.loads(ready.read_text()))
    finally:
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(10):
            await process.communicate()
    assert process.returncode == 0, log.read_text()


@pytest.fixture
async def running(browser: Browser, scratch: Path, request: pytest.FixtureRequest) -> AsyncIterator[Running]:
    """A Tasktalk of this test's own; PostgreSQL's account may enter its folder."""
    assert browser
    folder = scratch / f"up-{request.node.name}"
    folder.mkdir(mode=0o711)
    async with tasktalk_up(folder) as running:
        yield running


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


async def take_pictures(running: Running, new_page: NewPage, scheme: str) -> None:
    """What the README shows: a conversation, and the console beside it."""
    folder, suffix = Path(PICTURES or "."), "" if scheme == "light" else "-dark"
    look: dict[str, Any] = {"color_scheme": scheme, "reduced_motion": "reduce", "device_scale_factor": 2}
    desk, phone = await new_page(**look, viewport=DESK), await new_page(**look, viewport=PHONE)
    ana = {"Authorization": f"Bearer {running.facts['phones'][0]['api_token']}"}
    for text in (
        "call the bank today p1",
        "water the plants every 3 days @garden",
        "dentist on friday 14:30-15:30",
        "paint the fence saturday #Home",
        "pay rent every month on the 1st at 9am @money",
    ):
        said = await desk.request.post(
            f"{running.facts['web']}/api/assistant/messages", data={"text": text}, headers=ana
        )
        assert said.ok
    await hold(phone, running, "Ana")
    for number, text in enumerate((SAID, "today"), 1):
        await say(phone, text)
        await expect(answers(phone)).to_have_count(number)
    await phone.mouse.move(0, 0)
    await phone.locator("#phone").screenshot(path=folder / f"phone{suffix}.png", animations="disabled")
    await desk.goto(await running.sign_in_link("ana@sandbox.invalid"))
    await open_view(desk, "Upcoming")
    await expect(desk.get_by_text("buy milk")).to_be_visible()
    await desk.mouse.move(0, 0)
    await desk.screenshot(path=folder / f"console{suffix}.png", animations="disabled")


if PICTURES:
    test_pictures_for_the_documents = pytest.mark.parametrize("scheme", ["light", "dark"])(take_pictures)


async def hold(page: Page, running: Running, name: str) -> None:
    """Take up somebody's phone."""
    await page.goto(running.facts["sandbox"])
    await page.get_by_role("navigation", name="People").get_by_role("button", name=name).click()


async def say(page: Page, text: str) -> None:
    box = page.get_by_role("textbox", name="Message")
    await box.fill(text)
    await box.press("Enter")


def answers(page: Page) -> Locator:
    """The bubbles of what Tasktalk said."""
    return page.locator(".row.theirs[data-key]")


async def open_view(page: Page, name: str) -> None:
    """One of the task views, by the navigation."""
    side = page.get_by_role("navigation", name="Main", exact=True)
    await side.get_by_role("link", name=re.compile(f"^{name}")).click()
    await expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()


def tomorrow() -> str:
    """As a reply writes it: Tue 24 Nov."""
    day = datetime.now(UTC).date() + timedelta(days=1)
    return f"{day:%a} {day.day} {day:%b}"
