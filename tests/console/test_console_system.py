from typing import Any

import pytest
from desk import Browser, Desk, Report


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
    assert 'href="/workers"' in page


@pytest.mark.parametrize("role", ["admin", "member"])
async def test_it_is_for_administrators(desk: Desk, report: Report, role: Any) -> None:
    desk.app.state.health = report
    someone = await desk.person("Nora", role)
    expected = 200 if role == "admin" else 403
    assert (await someone.open("/system")).status_code == expected
