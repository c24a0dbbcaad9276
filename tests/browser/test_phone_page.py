"""The simulated phone in a real browser, against a real simulator; this file plays the product.

TASKTALK_SCREENSHOTS=FOLDER keeps a picture of where each test ended.
"""

import asyncio
import base64
import hashlib
import itertools
import json
import os
import re
import struct
import sys
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from chromium import NewPage
from playwright.async_api import Locator, Page, expect

NUMBER_ID, ACCOUNT_ID, TOKEN = "301000000000001", "201000000000001", "token-of-the-test"
Json = dict[str, Any]

pytestmark = pytest.mark.browser


class Product:
    """What the simulator delivers to, and what sends through its Graph API."""

    def __init__(self, base: str, session: aiohttp.ClientSession) -> None:
        self.base = base
        self._session = session
        self._values: list[Json] = []
        self._news = asyncio.Condition()

    async def call(self, method: str, path: str, body: Json | None = None) -> Json:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with self._session.request(method, f"{self.base}/{path}", json=body, headers=headers) as answer:
            content: Json = await answer.json()
            assert answer.status == 200, content
        return content

    async def send(self, wa_id: str, message: Json) -> str:
        """The business writes to a person. Returns the message's id."""
        body = {"messaging_product": "whatsapp", "to": f"+{wa_id}"} | message
        sent = await self.call("POST", f"v26.0/{NUMBER_ID}/messages", body)
        return str(sent["messages"][0]["id"])

    async def take(self, delivery: Json) -> None:
        """A delivery came."""
        async with self._news:
            self._values += [change["value"] for entry in delivery["entry"] for change in entry["changes"]]
            self._news.notify_all()

    async def get_message(self, wa_id: str, kind: str, *, number: int = 0) -> Json:
        """The person's message of this type, the first or the one numbered; waits for it."""
        async with asyncio.timeout(15), self._news:
            while True:
                messages = [message for value in self._values for message in value.get("messages", [])]
                found: list[Json] = [one for one in messages if one["from"] == wa_id and one["type"] == kind]
                if len(found) > number:
                    return found[number]
                await self._news.wait()

    async def wait_for_field(self, key: str, wanted: str) -> None:
        """Wait for a value that has this member."""
        async with asyncio.timeout(15), self._news:
            await self._news.wait_for(lambda: any(value.get(key) == wanted for value in self._values))


@pytest.fixture(scope="module")
async def product(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    """A simulator on a free port that delivers to us."""
    folder = tmp_path_factory.mktemp("sandbox")
    playing: list[Product] = []

    async def webhook(request: web.Request) -> web.Response:
        if request.method == "GET":
            return web.Response(text=request.query["hub.challenge"])
        await playing[0].take(await request.json())
        return web.Response(text="OK")

    app = web.Application()
    app.router.add_route("*", "/webhook", webhook)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    config = folder / "config.json"
    config.write_text(
        json.dumps(
            {
                "host": "127.0.0.1", "port": 0, "data_dir": str(folder), "webhook_url": f"http://127.0.0.1:{port}/webhook",
                "app_id": "901", "app_secret": "secret", "verify_token": "verify", "access_token": TOKEN,
                "phone_number_id": NUMBER_ID, "waba_id": ACCOUNT_ID, "display_phone_number": "15550001111",
                "business_name": "Tasktalk",
                "phones": [{"name": "Ana", "wa_id": "447700900123", "user_id": "GB.ana"},
                           {"name": "Ben", "wa_id": "447700900124", "user_id": "GB.ben"}],
            }
        )
    )  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tasktalk.sandbox", "--config", str(config), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    async with asyncio.timeout(20):
        ready = (await process.stdout.readline()).decode().split()
    assert ready[:1] == ["READY"]
    async with aiohttp.ClientSession() as session:
        playing.append(Product(ready[1], session))
        yield playing[0]
    process.terminate()
    await process.wait()
    await runner.cleanup()


@pytest.fixture
async def page(new_page: NewPage) -> AsyncIterator[Page]:
    """A desktop page."""
    page = await new_page()
    yield page
    if folder := os.environ.get("TASKTALK_SCREENSHOTS"):
        name = re.sub(r"\W+", "-", os.environ["PYTEST_CURRENT_TEST"].split("::")[-1].split(" ")[0])
        await page.screenshot(path=Path(folder) / f"{name}.png")


_numbers = itertools.count(447700901000)


@pytest.fixture
async def wa_id(product: Product, page: Page) -> str:
    """A stranger's phone, held in the browser, whose owner has said hello: the 24-hour window is open."""
    wa_id = str(next(_numbers))
    await product.call("POST", f"phones/{wa_id}/messages", {"type": "text", "text": {"body": "hello"}})
    await page.goto(f"{product.base}/#{wa_id}")
    await expect(bubble(page, "hello")).to_be_visible()
    return wa_id


def bubble(page: Page, text: str) -> Locator:
    return page.locator(".row[data-key]").filter(has=page.locator(".bubble", has_text=text))


def box(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Message")


def buttons(body: str, *titles: str) -> Json:
    replies = [{"type": "reply", "reply": {"id": f"id-{title}", "title": title}} for title in titles]
    return {
        "type": "interactive",
        "interactive": {"type": "button", "body": {"text": body}, "action": {"buttons": replies}},
    }


def png(width: int = 64, height: int = 48) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes((15, 118, 110)) * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


async def test_a_text_is_shown_at_once_and_gets_its_ticks(product: Product, page: Page, wa_id: str) -> None:
    await box(page).fill("buy milk")
    await box(page).press("Shift+Enter")
    await box(page).press_sequentially("tomorrow")
    await box(page).press("Enter")
    row = bubble(page, "buy milk")
    await expect(box(page)).to_have_value("")
    message = await product.get_message(wa_id, "text", number=1)
    assert message["text"] == {"body": "buy milk\ntomorrow"}
    await expect(row.get_by_role("img", name="Delivered")).to_be_visible()
    read = {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": message["id"],
        "typing_indicator": {"type": "text"},
    }
    await product.call("POST", f"v26.0/{NUMBER_ID}/messages", read)
    await expect(row.get_by_role("img", name="Read")).to_be_visible()
    await expect(page.locator(".typing")).to_be_visible()
    await expect(row).to_have_count(1)


async def test_a_tap_on_a_button_answers_that_message(product: Product, page: Page, wa_id: str) -> None:
    asked = await product.send(wa_id, buttons("*Buy milk*\nMon 17:00", "Done", "Tomorrow"))
    row = bubble(page, "Buy milk")
    await expect(row.locator("strong", has_text="Buy milk")).to_be_visible()
    await expect(page.locator("#announce")).to_have_text("Tasktalk: Buy milk Mon 17:00")
    await row.get_by_role("button", name="Done").click()
    answer = await product.get_message(wa_id, "interactive")
    assert answer["interactive"] == {"type": "button_reply", "button_reply": {"id": "id-Done", "title": "Done"}}
    assert answer["context"] == {"id": asked, "from": "15550001111"}
    await expect(row.locator(".choice.taken")).to_have_text("Done")
    await expect(bubble(page, "Done").locator(".quote")).to_contain_text("Buy milk")


async def test_a_list_opens_as_a_sheet_and_a_row_is_picked(product: Product, page: Page, wa_id: str) -> None:
    sections = [
        {"title": "Today", "rows": [{"id": "t:1", "title": "Pay rent", "description": "09:00"}]},
        {"title": "Later", "rows": [{"id": "t:2", "title": "Call Ben"}]},
    ]
    action = {"button": "Open", "sections": sections}
    listed = {"type": "list", "body": {"text": "Two tasks"}, "action": action}
    await product.send(wa_id, {"type": "interactive", "interactive": listed})
    opener = page.get_by_role("button", name="Open", exact=True)
    await opener.click()
    sheet = page.get_by_role("dialog", name="Open")
    await expect(sheet.get_by_role("button", name="Pay rent")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(sheet).to_be_hidden()
    await expect(opener).to_be_focused()
    await opener.click()
    await sheet.get_by_role("button", name="Pay rent").click()
    answer = await product.get_message(wa_id, "interactive")
    assert answer["interactive"]["list_reply"] == {"id": "t:1", "title": "Pay rent", "description": "09:00"}


async def test_a_reaction_is_given_and_taken_away(product: Product, page: Page, wa_id: str) -> None:
    target = await product.send(wa_id, {"type": "text", "text": {"body": "Pay rent"}})
    row = bubble(page, "Pay rent")
    await row.hover()
    await row.get_by_role("button", name="React").click()
    await page.get_by_role("menuitemradio", name="Thumbs up").click()
    given = await product.get_message(wa_id, "reaction")
    assert given["reaction"] == {"message_id": target, "emoji": "👍"}
    await row.get_by_role("button", name="Your reaction").click()
    taken = await product.get_message(wa_id, "reaction", number=1)
    assert taken["reaction"] == {"message_id": target}
    await expect(row.locator(".chip")).to_have_count(0)


async def test_a_reaction_of_the_business_sits_on_my_message(product: Product, page: Page, wa_id: str) -> None:
    mine = await product.get_message(wa_id, "text")
    await product.send(wa_id, {"type": "reaction", "reaction": {"message_id": mine["id"], "emoji": "✅"}})
    await expect(bubble(page, "hello").locator(".chip")).to_contain_text("✅")
    await product.send(wa_id, {"type": "reaction", "reaction": {"message_id": mine["id"], "emoji": ""}})
    await expect(bubble(page, "hello").locator(".chip")).to_have_count(0)


async def test_a_reply_quotes_by_keyboard_alone(product: Product, page: Page, wa_id: str) -> None:
    target = await product.send(wa_id, {"type": "text", "text": {"body": "Call the plumber"}})
    await expect(bubble(page, "Call the plumber")).to_be_visible()
    await page.get_by_role("log").focus()
    await page.keyboard.press("ArrowUp")
    await expect(bubble(page, "Call the plumber")).to_be_focused()
    await page.keyboard.press("r")
    await expect(page.locator("#quoted")).to_contain_text("Reply to Tasktalk")
    await page.keyboard.type("make it Friday")
    await page.keyboard.press("Enter")
    message = await product.get_message(wa_id, "text", number=1)
    assert message["context"]["id"] == target
    await expect(page.locator("#quoted")).to_be_hidden()
    await bubble(page, "make it Friday").locator(".quote").click()
    await expect(bubble(page, "Call the plumber").first).to_be_focused()


async def test_a_finger_dragged_to_the_right_replies(product: Product, page: Page, wa_id: str) -> None:
    await product.send(wa_id, {"type": "text", "text": {"body": "Drag me"}})
    place = await bubble(page, "Drag me").locator(".bubble").bounding_box()
    assert place is not None
    devtools = await page.context.new_cdp_session(page)
    x, y = place["x"] + 10, place["y"] + 10
    for kind, across in (
        ("touchStart", 0),
        ("touchMove", 30),
        ("touchMove", 60),
        ("touchMove", 90),
        ("touchEnd", None),
    ):
        points = [] if across is None else [{"x": x + across, "y": y}]
        await devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    await expect(page.locator("#quoted")).to_contain_text("Drag me")


async def test_a_finger_held_on_a_message_offers_reactions(product: Product, page: Page, wa_id: str) -> None:
    await product.send(wa_id, {"type": "text", "text": {"body": "Hold me"}})
    place = await bubble(page, "Hold me").locator(".bubble").bounding_box()
    assert place is not None
    devtools = await page.context.new_cdp_session(page)
    finger = [{"x": place["x"] + 10, "y": place["y"] + 10}]
    await devtools.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": finger})
    menu = page.get_by_role("menu", name="React")
    await expect(menu).to_be_visible()
    await devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    await menu.get_by_role("menuitemradio", name="Snooze").click()
    assert (await product.get_message(wa_id, "reaction"))["reaction"]["emoji"] == "⏰"


async def test_a_photo_is_sent_with_its_caption(product: Product, page: Page, wa_id: str) -> None:
    content = png()
    await page.get_by_role("button", name="Attach").click()
    async with page.expect_file_chooser() as chosen:
        await page.get_by_role("button", name="Photo").click()
    await (await chosen.value).set_files({"name": "wall.png", "mimeType": "image/png", "buffer": content})
    sheet = page.get_by_role("dialog", name="Send photo")
    await sheet.get_by_label("Caption").fill("the wall")
    await sheet.get_by_role("button", name="Send").click()
    image = (await product.get_message(wa_id, "image"))["image"]
    assert (image["mime_type"], image["caption"]) == ("image/png", "the wall")
    assert image["sha256"] == base64.b64encode(hashlib.sha256(content).digest()).decode()
    await page.reload()
    shown = bubble(page, "the wall").locator("img.photo")
    await expect(shown).to_have_js_property("naturalWidth", 64)


async def test_a_voice_note_is_recorded(product: Product, page: Page, wa_id: str) -> None:
    await page.get_by_role("button", name="Record a voice note").click()
    await expect(page.get_by_role("timer")).to_have_text("0:01")
    await page.get_by_role("button", name="Send the recording").click()
    audio = (await product.get_message(wa_id, "audio"))["audio"]
    assert audio["voice"] is True
    assert audio["mime_type"].startswith("audio/")
    await expect(page.get_by_role("button", name="Play")).to_be_visible()


async def test_a_location_and_a_contact_are_sent(product: Product, page: Page, wa_id: str) -> None:
    await page.get_by_role("button", name="Attach").click()
    await page.get_by_role("button", name="Location").click()
    await page.get_by_role("button", name="Park").click()
    await page.get_by_role("button", name="Send location").click()
    place = (await product.get_message(wa_id, "location"))["location"]
    assert (place["name"], place["latitude"]) == ("Park", 40.4153)
    await page.get_by_role("button", name="Attach").click()
    await page.get_by_role("button", name="Contact").click()
    sheet = page.get_by_role("dialog", name="Send contact")
    await sheet.get_by_label("Name").fill("Cleo Marsh")
    await sheet.get_by_label("Phone").fill("+44 7700 900456")
    await page.get_by_role("button", name="Send contact").click()
    [person] = (await product.get_message(wa_id, "contacts"))["contacts"]
    assert person["name"] == {"formatted_name": "Cleo Marsh", "first_name": "Cleo"}


async def test_a_template_is_drawn_and_its_button_sends_the_payload(product: Product, page: Page, wa_id: str) -> None:
    components = [
        {"type": "BODY", "text": "Reminder: {{1}} is due.", "example": {"body_text": [["Pay rent"]]}},
        {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Done"}]},
    ]
    made = {"name": "reminder", "language": "en", "category": "UTILITY", "components": components}
    await product.call("POST", f"v26.0/{ACCOUNT_ID}/message_templates", made)
    await product.wait_for_field("event", "APPROVED")
    filled = [
        {"type": "body", "parameters": [{"type": "text", "text": "Pay rent"}]},
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": "0",
            "parameters": [{"type": "payload", "payload": "d:4"}],
        },
    ]
    template = {"name": "reminder", "language": {"code": "en"}, "components": filled}
    await product.send(wa_id, {"type": "template", "template": template})
    row = bubble(page, "Reminder: Pay rent is due.")
    await row.get_by_role("button", name="Done").click()
    assert (await product.get_message(wa_id, "button"))["button"] == {"payload": "d:4", "text": "Done"}


async def test_text_is_formatted_and_never_becomes_markup(product: Product, page: Page, wa_id: str) -> None:
    body = "<img src=x onerror=alert(1)> *bold* _it_ ~no~ `co*d*e`\n- one\n- two\n> said\n2*3*4 snake_case_name https://example.org/a_b."
    await product.send(wa_id, {"type": "text", "text": {"body": body}})
    row = bubble(page, "<img src=x onerror=alert(1)>")
    await expect(row).to_be_visible()
    for tag, texts in {
        "img": [], "strong": ["bold"], "em": ["it"], "s": ["no"], "code": ["co*d*e"], "li": ["one", "two"],
        "blockquote": ["said"], "a": ["https://example.org/a_b"],
    }.items():  # fmt: skip
        assert await row.locator(f".body {tag}").all_text_contents() == texts, tag
    await expect(row).to_contain_text("2*3*4 snake_case_name")


async def test_a_message_of_any_shape_harms_no_other(product: Product, page: Page, wa_id: str) -> None:
    shapes: list[Json] = [
        {"type": "contacts", "contacts": [None]},
        {"type": "interactive", "interactive": {"type": "nfm_reply"}},
        {"type": "holo", "holo": 7},
        {"type": "text", "text": {"body": "after them"}, "context": {"id": "wamid.gone"}},
    ]
    for shape in shapes:
        await product.call("POST", f"phones/{wa_id}/messages", shape)
    await expect(bubble(page, "after them").locator(".quote")).to_contain_text("Not on this phone any more")
    await expect(page.locator(".row[data-key]")).to_have_count(5)


async def test_a_message_that_did_not_get_through_can_be_sent_again(product: Product, page: Page, wa_id: str) -> None:
    await page.route(f"**/phones/{wa_id}/messages", lambda route: route.abort(), times=1)
    await box(page).fill("try me")
    await box(page).press("Enter")
    await page.get_by_role("button", name="Tap to try again").click()
    assert (await product.get_message(wa_id, "text", number=1))["text"]["body"] == "try me"
    await expect(bubble(page, "try me").get_by_role("img", name="Delivered")).to_be_visible()
    await expect(bubble(page, "try me")).to_have_count(1)


async def test_a_lost_connection_is_told_and_mended(product: Product, page: Page, wa_id: str) -> None:
    events = f"**/phones/{wa_id}/events"
    await page.route(events, lambda route: route.abort())
    await page.reload()
    banner = page.get_by_role("alert")
    await expect(banner).to_contain_text("No connection")
    await product.send(wa_id, {"type": "text", "text": {"body": "said meanwhile"}})
    await page.unroute(events)
    await expect(bubble(page, "said meanwhile")).to_be_visible(timeout=15_000)
    await expect(banner).to_be_hidden()


async def test_faults_are_switched_on_and_cleared(product: Product, page: Page, wa_id: str) -> None:
    assert wa_id
    await page.get_by_role("button", name="Faults", exact=True).click()
    switch = page.get_by_role("switch", name="Error 130429")
    await switch.check()
    await expect(page.locator("#fault-note")).to_have_text("Error 130429 is on")
    assert (await product.call("GET", "faults"))["error"] == 130429
    await page.get_by_role("button", name="Clear all faults").click()
    await expect(switch).not_to_be_checked()
    assert (await product.call("GET", "faults"))["error"] is None


async def test_a_narrow_screen_shows_one_thing_at_a_time(product: Product, page: Page) -> None:
    await page.set_viewport_size({"width": 360, "height": 720})
    await page.goto(product.base)
    await expect(page.get_by_role("log")).to_be_hidden()
    await page.get_by_role("button", name="Ana").click()
    await expect(page.get_by_role("log")).to_be_visible()
    await expect(page.get_by_role("navigation", name="People")).to_be_hidden()
    assert await page.evaluate("document.documentElement.scrollWidth") == 360
    await page.get_by_role("button", name="Back to the people").click()
    await expect(page.get_by_role("navigation", name="People")).to_be_visible()


async def test_everything_comes_from_the_simulator(product: Product, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(product.base)
    await expect(page.get_by_role("button", name="Ana")).to_be_visible()
    assert [url for url in asked if not url.startswith(product.base)] == []
    static = Path(__file__).parents[2] / "src/tasktalk/sandbox/static"
    assert sum(len(zlib.compress(file.read_bytes(), 9)) for file in static.iterdir()) < 60_000
