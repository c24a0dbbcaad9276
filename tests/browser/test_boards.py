"""Cards by mouse, by finger and by keyboard; a calendar; many tasks at once; what the keys do."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from chromium import NewPage
from phone_kit import Running
from playwright.async_api import Locator, Page, expect

pytestmark = pytest.mark.browser


@pytest.mark.timeout(180)
async def test_a_project_is_arranged_by_hand(shared: Running, someone: dict[str, str], new_page: NewPage) -> None:
    desk = await new_page(has_touch=True)
    await desk.goto(await shared.sign_in_link(someone["email"]))
    project = f"{shared.facts['web']}/projects/{await furnish(desk, shared, someone)}"
    await arrange_cards(desk, f"{project}?view=board")
    await arrange_days(desk, f"{project}?view=calendar")
    await change_many(desk, project)
    await press_keys(desk)


@pytest.mark.timeout(120)
async def test_cards_move_by_their_menus_where_no_script_runs(
    shared: Running, someone: dict[str, str], new_page: NewPage
) -> None:
    phone = await new_page(java_script_enabled=False, has_touch=True, viewport={"width": 375, "height": 700})
    await phone.goto(await shared.sign_in_link(someone["email"]))
    project = await furnish(phone, shared, someone)
    await phone.goto(f"{shared.facts['web']}/projects/{project}?view=board")
    todo, doing, toast = column(phone, "To do"), column(phone, "Doing"), phone.get_by_role("status")
    for title, button, left, right in (
        ("a", "Doing", ["b", "c"], ["a"]),
        ("b", "Doing", ["c"], ["a", "b"]),  # under what is said of the one before
        ("b", "Up", ["c"], ["b", "a"]),
        ("a", "To do", ["c", "a"], ["b"]),
    ):
        menu = phone.locator(".work").filter(has=phone.get_by_role("link", name=title, exact=True)).locator(".menu")
        await menu.locator("summary").tap()
        await menu.get_by_role("button", name=button).tap()
        await expect(todo).to_have_text(left)
        await expect(doing).to_have_text(right)
        await expect(toast).to_contain_text(f"Moved: {title} to ")
    await toast.get_by_role("button", name="Undo").tap()
    await expect(doing).to_have_text(["b", "a"])


async def arrange_cards(desk: Page, address: str) -> None:
    """By mouse, finger and keyboard; with no server to be reached they go back."""
    await desk.goto(address)
    todo, doing = column(desk, "To do"), column(desk, "Doing")
    await expect(todo).to_have_text(["a", "b", "c"])

    await drag_by_mouse(desk, todo.filter(has_text="a"), doing_list(desk))
    await expect(doing).to_have_text(["a"])
    await expect(desk.get_by_role("status")).to_contain_text("Moved: a to Doing")
    await drag_by_finger(desk, todo.filter(has_text="c"), todo.filter(has_text="b"))
    await expect(todo).to_have_text(["c", "b"])
    await expect(desk.get_by_role("status")).to_contain_text("Moved: c to To do")

    said = desk.locator("#drag-says")
    card = todo.filter(has_text="b")
    await card.focus()
    await desk.keyboard.press("Space")
    await expect(said).to_have_text("Picked up: b. To do, 2 of 2")
    await desk.keyboard.press("ArrowRight")
    await expect(said).to_have_text("Picked up: b. Doing, 2 of 2")
    await desk.keyboard.press("ArrowUp")
    await expect(said).to_have_text("Picked up: b. Doing, 1 of 2")
    await desk.keyboard.press("Enter")
    await expect(said).to_have_text("Dropped: b. Doing, 1 of 2")
    await expect(desk.get_by_role("status")).to_contain_text("Moved: b to Doing")
    await expect(doing).to_have_text(["b", "a"])
    await expect(doing.first).to_be_focused()  # though the page was drawn anew
    await desk.keyboard.press("Space")
    await desk.keyboard.press("ArrowDown")
    await desk.keyboard.press("Escape")
    await expect(said).to_have_text("Put back: b.")
    await desk.reload()
    await expect(doing).to_have_text(["b", "a"])
    await expect(todo).to_have_text(["c"])

    await desk.route("**/cards", lambda route: route.abort())
    await drag_by_mouse(desk, todo.first, doing_list(desk))
    await expect(desk.get_by_role("status")).to_contain_text("Nothing was changed")
    await expect(todo).to_have_text(["c"])  # it went back


async def arrange_days(desk: Page, address: str) -> None:
    """From the tray to tomorrow."""
    await desk.goto(address)
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    day = desk.locator(f'[data-drop="{tomorrow}"]')
    await drag_by_mouse(desk, desk.locator(".tray .task-title").filter(has_text="a"), day)
    await expect(desk.get_by_role("status")).to_contain_text("Moved: a to")
    await expect(day.locator(".task-title")).to_have_text(["a"])


async def change_many(desk: Page, address: str) -> None:
    """Selected by keys, changed by the bar, taken back at once."""
    await desk.goto(address)
    for key in ("j", "j", "x", "j", "x"):
        await desk.keyboard.press(key)
    await expect(desk.locator(".bulk-count")).to_have_text("2 selected")
    bar = desk.get_by_role("form", name="Selected tasks")
    await bar.get_by_text("Labels").first.click()
    await bar.locator("#bulk-labels").press_sequentially("new, a")
    suggested = await bar.locator("#own-labels option").evaluate_all("options => options.map((each) => each.value)")
    assert suggested == ["new, away"]  # from where the line has got to
    await bar.get_by_text("Priority").first.click()
    await bar.get_by_label("Priority").last.select_option("p1")
    await bar.get_by_role("button", name="Apply").click()
    await expect(desk.get_by_role("status")).to_contain_text("2 tasks changed")
    await expect(desk.locator(".task .tick.p1")).to_have_count(2)
    await expect(bar).to_be_hidden()
    await desk.get_by_role("status").get_by_role("button", name="Undo").click()
    await expect(desk.locator(".task .tick.p1")).to_have_count(0)


async def press_keys(desk: Page) -> None:
    """What single letters do, and that they do nothing to who writes."""
    await desk.keyboard.press("?")
    sheet = desk.get_by_role("dialog", name="Keyboard shortcuts")
    await expect(sheet).to_contain_text("Pick up the card that has the focus")
    await desk.keyboard.press("Escape")
    await expect(sheet).to_have_count(0)
    await desk.keyboard.press("q")
    await desk.keyboard.type("get c")  # letters that are shortcuts elsewhere
    await expect(desk.locator("#quick")).to_have_value("get c")
    await desk.keyboard.press("Escape")
    for key in ("g", "u"):
        await desk.keyboard.press(key)
    await expect(desk.get_by_role("heading", level=1, name="Upcoming")).to_be_visible()
    await desk.wait_for_load_state()  # the keys are there
    await desk.keyboard.press("j")
    await desk.keyboard.press("c")
    await expect(desk.get_by_role("status")).to_contain_text("Done: a")


async def furnish(page: Page, running: Running, person: dict[str, str]) -> Any:
    """A project with two sections, and three tasks in the first."""
    api, sent = f"{running.facts['web']}/api", {"Authorization": f"Bearer {person['api_token']}"}
    made = await page.request.post(f"{api}/projects", data={"name": "Move"}, headers=sent)
    project = (await made.json())["id"]
    for name in ("To do", "Doing"):
        await page.request.post(f"{api}/projects/{project}/sections", data={"name": name}, headers=sent)
    for title in "abc":
        task = {"title": title, "project_id": project, "section": "To do"}
        assert (await page.request.post(f"{api}/tasks", data=task, headers=sent)).ok
    await page.request.post(f"{api}/labels", data={"name": "away"}, headers=sent)
    return project


def column(page: Page, name: str) -> Locator:
    """The titles in a column."""
    return page.get_by_role("region", name=name, exact=True).locator(".task-title")


def doing_list(page: Page) -> Locator:
    return page.locator('[data-name="Doing"]')


async def centre(of: Locator) -> tuple[float, float]:
    box = await of.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + min(box["height"] / 2, 30)


async def drag_by_mouse(page: Page, what: Locator, where: Locator) -> None:
    await page.mouse.move(*await centre(what))
    await page.mouse.down()
    await page.mouse.move(*await centre(where), steps=6)
    await expect(where.locator(".slot")).to_be_visible()
    await page.mouse.up()


async def drag_by_finger(page: Page, what: Locator, above: Locator) -> None:
    """Held until it is in the air, put just above another card."""
    finger = await page.context.new_cdp_session(page)

    async def touch(kind: str, *points: tuple[float, float]) -> None:
        await finger.send(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]}
        )

    x, y = await centre(what)
    await touch("touchStart", (x, y))
    await expect(page.locator(".is-held")).to_have_count(1)
    goal, top = await centre(above)
    for step in (0.3, 0.6, 1.0):
        await touch("touchMove", (x + (goal - x) * step, y + (top - 8 - y) * step))
    await touch("touchEnd")
