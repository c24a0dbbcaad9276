"""A Chromium for the run, and pages whose complaints fail the test."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from chromium import CHROMIUM, QUIET, NewPage
from phone_kit import Running, tasktalk_up
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Skips, and says so, where there is none."""
    if CHROMIUM is None:
        pytest.skip("no Chromium here (apt-get install chromium)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        await browser.close()


@pytest.fixture
async def new_page(browser: Browser) -> AsyncIterator[NewPage]:
    """Opens a page in a browser of its own, as somebody else's would be; options are those of a context."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def hear(said: ConsoleMessage) -> None:
        # What a test aborts by itself is reported as ERR_FAILED, and a form that is told what is wrong as 400.
        expected = "net::ERR_FAILED" in said.text or "status of 400 (Bad Request)" in said.text
        if said.type in ("error", "warning") and not expected:
            complaints.append(said.text)

    async def open_page(**options: Any) -> Page:
        wanted = {"viewport": {"width": 1280, "height": 860}, "locale": "en-GB", "timezone_id": "UTC"} | options
        context = await browser.new_context(**wanted)
        contexts.append(context)
        page = await context.new_page()
        page.on("console", hear)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        await context.close()
    assert complaints == []


@pytest.fixture(scope="session")
async def shared(browser: Browser, scratch: Path) -> AsyncIterator[Running]:
    """One Tasktalk for all tests that keep to a person of their own, `someone`."""
    assert browser
    folder = scratch / "up-shared"
    folder.mkdir(mode=0o711)
    async with tasktalk_up(folder, TASKTALK_SANDBOX_PEOPLE="12", TASKTALK_SANDBOX_TEMPLATES="none") as running:
        yield running


_taken = ["Ana", "Ben"]  # who share a project


@pytest.fixture
def someone(shared: Running) -> dict[str, Any]:
    """A linked person of `shared` that no other test is."""
    free = (each for each in shared.facts["phones"] if each["linked"] and each["name"] not in _taken)
    person: dict[str, Any] = next(free)
    _taken.append(person["name"])
    return person


@pytest.fixture
async def running(browser: Browser, scratch: Path, request: pytest.FixtureRequest) -> AsyncIterator[Running]:
    """A Tasktalk of this test's own; PostgreSQL's account may enter its folder."""
    assert browser
    folder = scratch / f"up-{request.node.name}"
    folder.mkdir(mode=0o711)
    async with tasktalk_up(folder) as running:
        yield running
