from typing import Any

import pytest
from desk import Browser, Desk, Report

from tasktalk.accounts.access import Viewer


async def test_an_administrator_sees_how_everything_is(desk: Desk, ana: Browser, report: Report) -> None:
    assert "No report" in await ana.read("/system")
    desk.app.state.health = report
    page = await ana.read("/system")
    for words in (
        "Something is slow or resting",
        "Running for 1 min",
        "1.5 ms",
        "Resting",
        "12,873",
        "37 / min",
        "0.4 %",
    ):
        assert words in page
    assert "/system/pause" not in page


async def test_the_workers_are_told_what_to_do(desk: Desk, ana: Browser, report: Report) -> None:
    done: list[tuple[str, str]] = []

    async def control(action: str, viewer: Viewer) -> dict[str, Any]:
        done.append((action, viewer.name))
        return {"success": True, "message": "Paused: <what> waits.", "newStatus": "paused"}

    desk.app.state.health, desk.app.state.control = report, control
    assert "/system/pause" in await ana.read("/system")
    answer = await ana.send("/system/pause", on="/system")
    assert answer.headers["location"] == "/system"
    assert "Paused: &lt;what&gt; waits." in await ana.read("/system")
    assert (await ana.send("/system/explode", on="/system")).status_code == 404
    assert done == [("pause", "Ana")]


@pytest.mark.parametrize("role", ["admin", "member"])
async def test_it_is_for_administrators(desk: Desk, report: Report, role: Any) -> None:
    desk.app.state.health = report
    someone = await desk.person("Nora", role)
    expected = 200 if role == "admin" else 403
    assert (await someone.open("/system")).status_code == expected
    if role == "member":
        assert (await someone.send("/system/pause")).status_code == 403
