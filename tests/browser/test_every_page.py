"""Every page of the console: nothing that axe finds, nothing from elsewhere, nothing too heavy or too wide.

The pages are those of the routes: a new one fails until it is told here how it is reached. And what people
do there every day, by the keyboard alone.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from chromium import NewPage
from fastapi import APIRouter
from fastapi.routing import APIRoute
from furnishing import client_of, furnish
from phone_kit import Running, tasktalk_up
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Route,
    StorageState,
    ViewportSize,
    expect,
)
from starlette.requests import Request as Asking

from tasktalk.accounts.users import LANGUAGES
from tasktalk.console.entrance import STEP_COOKIE
from tasktalk.console.page import error_page
from tasktalk.console.routes import router
from tasktalk.console.words import speech_of
from tasktalk.errors import AppError

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

MOST_BYTES = 60_000  # as transferred: the page, its styles, scripts and icons
PASSWORD = "of nine green bottles"
_HEADERS = 300  # bytes of an answer, about
WIDE, PHONE, NARROW = (ViewportSize(width=width, height=860) for width in (1280, 375, 360))

Scheme = Literal["light", "dark"]
Axe = tuple[Scheme, ViewportSize]

# How a page is reached, where the route does not say it all; several: the same page with other things on it.
PAGES: dict[str, tuple[str, ...]] = {
    "/tasks": tuple(f"/tasks?view={view}" for view in ("upcoming", "inbox", "all", "done")),
    "/projects/{project_id}": tuple(
        f"/projects/{{project_id}}{view}" for view in ("", "?view=board", "?view=calendar")
    ),
    "/find": ("/find", "/find?q=search%3A+books", "/find?q=nothing-is-called-so"),
    "/messages": ("/messages", "/messages?show=failed"),
    "/messages/{seq}": ("/messages/{seq}",),
    "/messages/out/{seq}": ("/messages/out/{out}",),
    "/workers/failed/{seq}": ("/workers/failed/{dead}",),
    "/analytics": tuple(f"/analytics?period={period}" for period in ("24h", "30d")),
}
# Files, streams and steps that lead on; /login and /login/code are looked at by `look_from_outside`.
NO_PAGES = frozenset(
    {
        "/static/{name:path}", "/live", "/login/{token}", "/login", "/login/code", "/backups/{name}",
        "/account/data/export", "/audit.csv", "/analytics.csv",
    }
)  # fmt: skip

_AXE = """async () => (await axe.run({resultTypes: ["violations"], preload: false})).violations.map(
    (each) => each.id + ": " + each.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | "))"""
_BYTES = """(headers) => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .reduce((sum, each) => sum + each.encodedBodySize + headers, 0)"""
_TOO_WIDE = """() => {
    const far = document.documentElement.scrollWidth - innerWidth;
    if (far <= 0) return "";
    const all = [...document.querySelectorAll("main *")];
    const wide = all.find((each) => each.getBoundingClientRect().right > innerWidth + 1);
    return far + " px too wide: " + (wide?.outerHTML.slice(0, 160) ?? "?");
}"""


@dataclass
class Look:
    """A browser's page and what it complained of, or asked of others, since it was last asked."""

    page: Page
    web: str
    heard: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.heard.append(f"error: {error}"))
        self.page.on("request", self._ask)

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            self.heard.append(f"console: {said.text}")

    def _ask(self, request: Request) -> None:
        asked = urlsplit(request.url)
        if asked.scheme not in ("data", "blob") and f"{asked.scheme}://{asked.netloc}" != self.web:
            self.heard.append(f"off-host: {request.url}")

    async def axe(self, scheme: Scheme, size: ViewportSize) -> list[str]:
        """What axe finds in this theme, at this width."""
        await self.page.set_viewport_size(size)
        await self.page.emulate_media(color_scheme=scheme)
        found: list[str] = await self.page.evaluate(_AXE)
        return [f"axe, {scheme}, {size['width']} px: {each}" for each in found]

    async def open(self, address: str, *, axes: tuple[Axe, ...], status: int = 200) -> list[str]:
        """All that is wrong with a page."""
        self.heard.clear()
        answer = await self.page.goto(self.web + address)
        found = [] if answer is not None and answer.status == status else [f"status {answer and answer.status}"]
        self.heard = [each for each in self.heard if status == 200 or f"status of {status} " not in each]
        weight = await self.page.evaluate(_BYTES, _HEADERS)
        if not _HEADERS < weight <= MOST_BYTES:
            found.append(f"{weight:,} bytes")
        for scheme, size in axes:
            found += await self.axe(scheme, size)
        await self.page.set_viewport_size(NARROW)
        found += filter(None, [await self.page.evaluate(_TOO_WIDE)])
        return [f"{address}: {each}" for each in found + self.heard]


_WORDS_IN_BAR = """words => [...document.querySelectorAll(".bar > a, .bar summary")].map((each, at) => {
    each.lastChild.textContent = words[at];
    const range = document.createRange();
    range.selectNodeContents(each.lastChild);
    return [words[at], new Set([...range.getClientRects()].map(line => line.top)).size,
        document.documentElement.scrollWidth > innerWidth];
}).filter(([, lines, wide]) => lines !== 1 || wide)"""


@dataclass(frozen=True)
class House:
    """A Tasktalk that is furnished. `ids`: for the pages' addresses; `state`: of a browser whose owner is signed in."""

    web: str
    sandbox: str
    ids: dict[str, str]
    state: StorageState
    email: str


@pytest.fixture(scope="module")
async def house(browser: Browser, scratch: Path) -> AsyncIterator[House]:
    """One for all of it."""
    folder = scratch / "every-page"
    folder.mkdir(mode=0o711)
    async with tasktalk_up(folder) as running:
        yield await furnished(browser, running)


async def furnished(browser: Browser, running: Running) -> House:
    """Everything that a page can show is there."""
    async with client_of(running, running.facts["api_token"]) as api:
        ids = await furnish(running, api)
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(running.facts["admin_link"])
    await page.goto(running.facts["web"] + "/account/security")
    email = await page.locator("[name=username]").input_value()
    await page.get_by_label("New password").fill(PASSWORD)
    await page.get_by_role("button", name="Set password").click()
    await expect(page.get_by_role("status")).to_be_visible()
    state = await context.storage_state()
    await context.close()
    return House(running.facts["web"], running.facts["sandbox"], ids, state, email)


def list_routes(of: APIRouter) -> Iterator[APIRoute]:
    """Its own, and those of what it includes."""
    for route in of.routes:
        if isinstance(route, APIRoute):
            yield route
        elif (inner := getattr(route, "original_router", None)) is not None:
            yield from list_routes(inner)


def addresses_of(ids: dict[str, str]) -> list[str]:
    """Every page's, with ids in them."""
    routes = [each for each in list_routes(router) if "GET" in (each.methods or ())]
    paths = [each.path for each in routes if each.path not in NO_PAGES]
    assert len(paths) > 40
    assert PAGES.keys() <= set(paths)
    return [address.format(**ids) for path in paths for address in PAGES.get(path, (path,))]


async def look_at_all(browser: Browser, house: House, *axes: Axe) -> None:
    """As the owner; then from outside."""
    context = await browser.new_context(
        locale="en-GB", timezone_id="UTC", reduced_motion="reduce", storage_state=house.state
    )
    await context.add_init_script(AXE_SCRIPT)
    look, found = Look(await context.new_page(), house.web), []
    for address in addresses_of(house.ids):
        found += await look.open(address, axes=axes)
    found += await look_from_outside(context, look, house, *axes)
    await context.close()
    assert not found, "\n".join(found)


async def look_from_outside(context: BrowserContext, look: Look, house: House, *axes: Axe) -> list[str]:
    """What is no page of the navigation: errors, the way in, and the simulated phone."""

    async def fail(route: Route) -> None:
        mine = {"type": "http", "method": "GET", "path": "/broken", "query_string": b"", "headers": []}
        drawn = error_page(Asking(mine), AppError("x", error_id="01a21d23-723e-7000-8001-43c70005fafb"))
        await route.fulfill(status=drawn.status_code, body=bytes(drawn.body), content_type="text/html")

    found = await look.open("/nowhere", axes=axes, status=404)
    found += await look.open("/audit/verify", axes=axes, status=405)
    await context.route("**/broken", fail)
    found += await look.open("/broken", axes=axes, status=500)
    await context.clear_cookies()
    found += await look.open("/login", axes=axes)
    owed = {"name": STEP_COOKIE, "value": house.ids["step"], "domain": urlsplit(house.web).hostname, "path": "/login"}
    await context.add_cookies([owed])  # type: ignore[list-item]
    found += await look.open("/login/code", axes=axes)
    assert await look.page.get_by_role("heading", name="One more step").is_visible()
    look.web = house.sandbox
    return found + await look.open("/", axes=axes)


async def test_the_bar_of_a_phone_has_one_line_in_every_language(browser: Browser, house: House) -> None:
    context = await browser.new_context(viewport=NARROW, storage_state=house.state)
    page = await context.new_page()
    await page.goto(house.web)
    for language in LANGUAGES:
        words = [speech_of(language).say(english) for english in ("Today", "Upcoming", "Inbox", "More")]
        assert await page.evaluate(_WORDS_IN_BAR, words) == [], language
    await context.close()


async def test_every_page_is_light_and_lawful(browser: Browser, house: House) -> None:
    await look_at_all(browser, house, ("light", WIDE), ("dark", PHONE))


@pytest.mark.slow
async def test_every_page_in_the_other_themes_and_widths(browser: Browser, house: House) -> None:
    await look_at_all(browser, house, ("light", PHONE), ("dark", WIDE))


@pytest.mark.slow
async def test_longer_words_fit_a_phone(browser: Browser, house: House) -> None:
    context = await browser.new_context(storage_state=house.state)
    look, found = Look(await context.new_page(), house.web), []

    async def speak(language: str) -> None:
        await look.page.goto(house.web + "/account")
        await look.page.locator("[name=language]").select_option(language)
        await look.page.locator("form[action='/account/profile'] button").click()
        await expect(look.page.locator(f"html[lang={language}]")).to_be_attached()

    await speak("de")
    for address in addresses_of(house.ids):
        found += await look.open(address, axes=())
    await speak("en")
    await context.close()
    assert not found, "\n".join(found)


async def test_a_day_by_the_keyboard_alone(house: House, new_page: NewPage) -> None:
    page = await new_page()
    keys, board = page.keyboard, f"{house.web}/projects/{house.ids['project_id']}?view=board"
    await page.goto(house.web)
    await expect(page.get_by_label("E-mail")).to_be_focused()  # as soon as it is there
    for words in (house.email, PASSWORD):
        await keys.type(words)
        await keys.press("Tab" if words != PASSWORD else "Enter")
    await expect(page.get_by_role("heading", level=1, name="Today")).to_be_visible()

    await page.wait_for_load_state()
    await keys.press("q")
    await keys.type("water the ferns today p1")
    await keys.press("Enter")
    await expect(page.get_by_role("link", name="water the ferns")).to_be_visible()
    await keys.press("Escape")
    ferns = page.get_by_role("link", name="water the ferns")
    await step_to(page, ferns, key="j")
    await keys.press("c")
    await expect(page.get_by_role("status")).to_contain_text("Done: water the ferns")
    await expect(page.locator("#main:focus-within")).to_be_attached()  # what comes next has the focus
    await step_to(page, page.get_by_role("status").get_by_role("button", name="Undo"))
    await keys.press("Enter")
    await expect(ferns).to_be_visible()
    await step_to(page, ferns, key="j")
    await keys.press("e")
    await expect(page.get_by_label("Title", exact=True)).to_have_value("water the ferns")

    await page.goto(board)
    await page.wait_for_load_state()
    await skip(page)
    await step_to(page, page.locator(".task-title", has_text="Sort the books"))
    for key in ("Space", "ArrowRight", "Enter"):
        await keys.press(key)
    await expect(page.get_by_role("status")).to_contain_text("Moved: Sort the books to Doing")

    await follow(page, page.get_by_role("link", name="Integrations").first)
    await follow(page, page.get_by_role("link", name="Add integration"))
    fields = {
        "Integration name": "Shop",
        "Business account ID": "201000000000001",
        "Phone number ID": "301000000000001",
    }
    for label, words in fields.items():
        await step_to(page, page.get_by_label(label))
        await keys.type(words)
    await keys.press("Enter")
    await page.wait_for_url("**#credentials")  # which come next; the tabs stand before them
    await expect(page.get_by_role("heading", level=1, name="Shop")).to_be_visible()
    await step_to(page, page.get_by_role("link", name="Phone mappings").first, key="Shift+Tab")
    await enter(page)

    await step_to(page, page.get_by_label("Person"))
    await keys.type("Ben")
    await keys.press("Tab")
    await keys.type("+44 7700 900123")
    await keys.press("Enter")
    await expect(page.get_by_role("row", name="Ben")).to_contain_text("by hand")


async def follow(page: Page, link: Locator) -> None:
    """Go where it leads."""
    await step_to(page, link)
    await enter(page)


async def enter(page: Page) -> None:
    """Leads to another page, past whose navigation one skips."""
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    await skip(page)


async def skip(page: Page) -> None:
    """Past the navigation, by the first thing that the tabulator meets."""
    await page.wait_for_load_state()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    await page.keyboard.press("Enter")


async def step_to(page: Page, goal: Locator, *, key: str = "Tab") -> None:
    """Press the key until the goal has the focus, which must show."""
    for _ in range(150):
        await page.keyboard.press(key)
        if await goal.evaluate("(goal) => goal === document.activeElement"):
            break
    await expect(goal).to_be_focused()
    shown = "(goal) => { const of = getComputedStyle(goal); return of.outlineStyle + of.boxShadow !== 'nonenone'; }"
    assert await goal.evaluate(shown)
