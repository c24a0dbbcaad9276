import re

from desk import Browser, Desk

from tasktalk.tasks.model import Act
from tasktalk.tasks.projects.projects import create_project

HERE = "/account/calendar"


async def test_a_calendar_is_made_moved_and_taken_away(desk: Desk, ana: Browser, ben: Browser, act: Act) -> None:
    assert ana.viewer is not None
    async with desk.pool.acquire() as conn:
        home = await create_project(conn, viewer=ana.viewer, name="<Home>", by=act)
    answer = await ana.send(HERE, on=HERE, name="Mine & all", kind="events", project=str(home.id), alarms="on")
    found = re.search(r">(http://console\.test/feeds/[^<]+\.ics)<", answer.text)
    assert found is not None
    assert answer.headers["cache-control"] == "no-store"
    assert f'href="webcal://{found[1].removeprefix("http://")}"' in answer.text
    page = await ana.read(HERE)
    assert "Mine &amp; all" in page
    assert "&lt;Home&gt;" in page
    assert found[1] not in page
    row = await desk.pool.fetchrow("select id, project_id, alarms from feeds")
    assert row[1:] == (home.id, True)
    for what in ("rotate", "delete"):
        assert (await ben.send(f"{HERE}/{row['id']}/{what}", on=HERE)).status_code == 404
    moved = await ana.send(f"{HERE}/{row['id']}/rotate", on=HERE)
    assert "/feeds/" in moved.text
    assert found[1] not in moved.text
    assert (await ana.send(f"{HERE}/{row['id']}/delete", on=HERE)).headers["location"] == HERE
    # What cannot be is told in place, with the form as it was.
    for fields, wrong in (
        ({"name": "x", "filter": "today & ("}, "filter-wrong"),
        ({"name": "x", "project": str(home.id)}, "project-wrong"),
        ({"name": " "}, "name-wrong"),
        ({"name": "x", "kind": "journal"}, "kind-wrong"),
    ):
        answer = await ben.send(HERE, on=HERE, **({"kind": "events"} | fields))
        assert (answer.status_code in {400, 404}, f'id="{wrong}"' in answer.text) == (True, True), fields
    assert await desk.pool.fetchval("select count(*) from feeds") == 0
