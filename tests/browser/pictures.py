"""The pictures of the documents: a conversation and the main screens, in a household that is furnished."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from chromium import NewPage
from furnishing import client_of, furnish_operation, furnish_tasks
from palette import shrink
from phone_kit import Running, answers, hold, say
from playwright.async_api import Page, expect

SAID = ("buy milk tomorrow 5pm", "today")
_PHONE = {"width": 1280, "height": 880}
_DESK = {"width": 1080, "height": 760}
_MOST_BYTES = 120_000


async def take_pictures(running: Running, new_page: NewPage, scheme: str, folder: Path) -> None:
    """Each as NAME.png or, by dark, NAME-dark.png."""
    suffix = "" if scheme == "light" else "-dark"
    look: dict[str, Any] = {"color_scheme": scheme, "reduced_motion": "reduce", "device_scale_factor": 2}
    ana, ben = running.facts["phones"][:2]
    async with client_of(running, ana["api_token"]) as api, client_of(running, ben["api_token"]) as other:
        ids = await furnish_tasks(api, others={ben["email"]: other})
    async with client_of(running, running.facts["api_token"]) as api:
        ids |= await furnish_operation(running, api)

    phone = await new_page(**look, viewport=_PHONE)
    await hold(phone, running, ana["name"])
    before = await answers(phone).count()
    for number, text in enumerate(SAID, before + 1):
        await say(phone, text)
        await expect(answers(phone)).to_have_count(number)
    await phone.mouse.move(0, 0)
    shot = await phone.locator("#phone").screenshot(animations="disabled")
    await _keep(phone, shot, folder / f"phone{suffix}.png")

    desk, owner = await new_page(**look, viewport=_DESK), await new_page(**look, viewport=_DESK)
    await desk.goto(await running.sign_in_link(ana["email"]))
    await owner.goto(running.facts["admin_link"])
    project, number = f"/projects/{ids['project_id']}", f"/integrations/{ids['integration_id']}"
    soon = datetime.now(UTC).date() + timedelta(days=6)  # the month that most of it is due in
    for page, name, address in (
        (desk, "console", "/"),
        (desk, "board", f"{project}?view=board"),
        (desk, "calendar", f"{project}?view=calendar&day={soon}"),
        (owner, "analytics", "/analytics?period=7d"),
        (owner, "workers", "/workers"),
        (owner, "alerts", "/alerts"),
    ):
        await page.goto(running.facts["web"] + address)
        await _shoot(page, folder / f"{name}{suffix}.png")
    await owner.goto(f"{running.facts['web']}{number}/templates/new?from=reminder")
    await owner.get_by_label("Name", exact=True).fill("our_reminder")
    await expect(owner.get_by_text("Not ready yet")).to_be_hidden()
    await _shoot(owner, folder / f"template{suffix}.png")
    await owner.goto(running.facts["web"] + number)
    await owner.get_by_role("button", name="Test connection").click()
    await expect(owner.get_by_role("heading", name="The connection works")).to_be_visible()
    await _shoot(owner, folder / f"integration{suffix}.png")


async def _shoot(page: Page, path: Path) -> None:
    await page.mouse.move(0, 0)
    await _keep(page, await page.screenshot(animations="disabled", caret="hide"), path)


async def _keep(page: Page, png: bytes, path: Path) -> None:
    small = await shrink(page, png)
    assert len(small) < _MOST_BYTES, (path, len(small))
    await asyncio.to_thread(path.write_bytes, small)
