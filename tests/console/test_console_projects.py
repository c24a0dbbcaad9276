"""Projects on screen: made, changed, shared, handed over, left; teams."""

import re
from typing import Any
from uuid import UUID

import pytest
from desk import Browser, Desk

from tasktalk.tasks.model import Act
from tasktalk.tasks.projects.projects import create_project


@pytest.fixture
async def home(desk: Desk, ana: Browser, act: Act) -> UUID:
    assert ana.viewer is not None
    async with desk.pool.acquire() as conn, conn.transaction():
        return (await create_project(conn, viewer=ana.viewer, name="Home <b>", by=act)).id


async def join(desk: Desk, project: UUID, person: Browser, role: str) -> UUID:
    assert person.viewer is not None
    await desk.pool.execute("insert into project_members values ($1, $2, $3)", project, person.viewer.user_id, role)
    return person.viewer.user_id


async def row_of(desk: Desk, project: UUID) -> Any:
    return await desk.pool.fetchrow("select * from projects where id = $1", project)


async def test_a_project_is_made_changed_put_away_and_deleted_with_undo(desk: Desk, ana: Browser) -> None:
    answer = await ana.send("/projects", on="/projects", name="Garden", colour="green")
    place = answer.headers["location"]
    project = UUID(place.rpartition("/")[2])
    assert 'hue-green"></span><span class="name">Garden' in await ana.read(place)
    settings = f"{place}/settings"
    saved = {"name": "Plot", "icon": "🌱", "colour": "", "description": "By the <shed>", "version": "1"}
    assert (await ana.send(settings, on=settings, **saved)).status_code == 303
    row = await row_of(desk, project)
    assert (row["name"], row["icon"], row["colour"], row["description"]) == ("Plot", "🌱", None, "By the <shed>")
    late = await ana.send(settings, on=settings, **saved | {"name": "Late"})
    assert (late.status_code, 'value="Late"' in late.text) == (409, True)
    assert (await ana.send(settings, on=settings, **saved | {"version": "9" * 5000})).status_code == 303
    for what, column in (("archive", "archived_at"), ("unarchive", None), ("delete", "deleted_at")):
        assert (await ana.send(f"{place}/end/{what}", on=settings)).status_code == 303
        row = await row_of(desk, project)
        gone = {key for key in ("archived_at", "deleted_at") if row[key] is not None}
        assert gone == ({column} if column else set()), what
    undo = re.findall(r'formaction="(/undo/[^"]+)"', await ana.read("/projects"))
    assert (await ana.send(undo[0], on="/projects")).status_code == 303
    assert (await row_of(desk, project))["deleted_at"] is None
    assert (await ana.send(f"{place}/end/explode", on=settings)).status_code == 400


@pytest.mark.parametrize(("name", "colour"), [(" ", ""), ("x" * 500, ""), ("Fine", "puce")])
async def test_a_project_that_cannot_be_is_told_in_place(ana: Browser, desk: Desk, name: str, colour: str) -> None:
    answer = await ana.send("/projects", on="/projects", name=name, colour=colour)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert await desk.pool.fetchval("select count(*) from projects") == 0


async def test_somebody_is_invited_accepts_gets_a_role_and_the_project(
    desk: Desk, ana: Browser, ben: Browser, home: UUID
) -> None:
    assert ana.viewer is not None
    assert ben.viewer is not None
    place, settings = f"/projects/{home}", f"/projects/{home}/settings"
    invite = {"who": "ben@example.com", "role": "viewer"}
    assert (await ana.send(f"{place}/invitations", on=settings, **invite)).status_code == 303
    twice = await ana.send(f"{place}/invitations", on=settings, **invite)
    assert (twice.status_code, "This address is invited already." in twice.text) == (409, True)
    assert 'value="ben@example.com"' in twice.text
    unknown = await ana.send(f"{place}/invitations", on=settings, who="Ben", role="viewer")
    assert (unknown.status_code, "Invite them by e-mail." in unknown.text) == (400, True)
    assert (await ben.open(settings)).status_code == 404
    shown = await ana.read(settings)
    assert all(path.startswith("/") for path in re.findall(r' (?:form)?action="([^"]*)"', shown)), shown
    page = await ben.read("/projects")
    assert "Ana invites you to Home &lt;b&gt;" in page
    assert "1 invitation" in await ben.read("/")
    [accept] = re.findall(r'formaction="(/invitations/[^"]+/accept)"', page)
    assert (await ana.send(accept)).status_code == 403
    assert (await ben.send(accept, on="/projects")).headers["location"] == place
    assert "is accepted already" in (await ben.read((await ben.send(accept, on="/projects")).headers["location"]))
    page = await ben.read(settings)
    assert "Owners say who is in it." in page
    assert f"{place}/invitations" not in page
    for path, form in (
        (f"{place}/members/{ana.viewer.user_id}/remove", {}),
        (f"{place}/members/{ben.viewer.user_id}", {"role": "owner"}),
        (f"{place}/invitations", {"who": "zoe@example.com", "role": "editor"}),
        (f"{place}/settings", {"name": "Mine", "description": ""}),
        (f"{place}/end/delete", {}),
    ):
        assert (await ben.send(path, on=settings, **form)).status_code == 403, path
    person = f"{place}/members/{ben.viewer.user_id}"
    assert (await ana.send(person, on=settings, role="king")).status_code == 400
    assert (await ana.send(person, on=settings, role="editor")).status_code == 303
    heir = {"heir": str(ben.viewer.user_id)}
    assert (await ana.send(f"{place}/hand-over", on=settings, **heir)).status_code == 303
    roles = dict(await desk.pool.fetch("select user_id, role from project_members where project_id = $1", home))
    assert roles == {ana.viewer.user_id: "editor", ben.viewer.user_id: "owner"}
    alone = await ben.send(f"{person}/remove", on=settings)
    assert (alone.status_code, "last owner" in alone.text) == (409, True)
    left = await ana.send(f"{place}/members/{ana.viewer.user_id}/remove", on=settings)
    assert left.headers["location"] == "/projects"
    assert (await ana.open(place)).status_code == 404


async def test_an_invitation_is_declined_or_taken_back(desk: Desk, ana: Browser, ben: Browser, home: UUID) -> None:
    place, settings = f"/projects/{home}", f"/projects/{home}/settings"
    for verb in ("decline", "withdraw"):
        await ana.send(f"{place}/invitations", on=settings, who="ben@example.com", role="editor")
        who, page = (ben, await ben.read("/projects")) if verb == "decline" else (ana, await ana.read(settings))
        [path] = re.findall(rf'formaction="([^"]+/{verb})"', page)
        assert (await who.send(path, on="/projects")).status_code == 303
    assert {row["state"] for row in await desk.pool.fetch("select state from invitations")} == {"declined", "withdrawn"}
    assert "invites you" not in await ben.read("/projects")
    assert (await ben.open(place)).status_code == 404


async def test_a_team_comes_in_as_one(desk: Desk, ana: Browser, ben: Browser, home: UUID, act: Act) -> None:
    assert ana.viewer is not None
    async with desk.pool.acquire() as conn, conn.transaction():
        other = (await create_project(conn, viewer=ana.viewer, name="Other", by=act)).id
    his = await join(desk, other, ben, "viewer")
    assert (await ana.send("/teams", on="/teams", name=" ")).status_code == 400
    assert (await ana.send("/teams", on="/teams", name="Family")).status_code == 303
    team = await desk.pool.fetchval("select id from teams")
    assert (await ben.send(f"/teams/{team}", new_name="Mine")).status_code == 404
    assert (await ana.send(f"/teams/{team}/members", on="/teams", person=str(his))).status_code == 303
    place, settings = f"/projects/{home}", f"/projects/{home}/settings"
    assert (await ana.send(f"{place}/teams", on=settings, team=str(team), role="editor")).status_code == 303
    assert "through a team" in await ben.read(settings)
    stuck = await ana.send(f"{place}/members/{his}/remove", on=settings)
    assert (stuck.status_code, "through a team" in stuck.text) == (409, True)
    assert (await ben.send(f"/teams/{team}/delete", on="/teams")).status_code == 403
    assert (await ana.send(f"{place}/teams/{team}/remove", on=settings)).status_code == 303
    assert (await ben.open(place)).status_code == 404
    assert (await ben.send(f"/teams/{team}/members/{his}/remove", on="/teams")).status_code == 303
    assert "Family" not in await ben.read("/teams")


async def test_nothing_of_a_project_is_there_for_a_stranger(ben: Browser, home: UUID) -> None:
    place = f"/projects/{home}"
    assert (await ben.open(f"{place}/settings")).status_code == 404
    for path, form in (
        ("settings", {"name": "x", "description": ""}),
        ("end/archive", {}),
        ("invitations", {"who": "zoe@example.com", "role": "editor"}),
        ("hand-over", {"heir": str(home)}),
        (f"members/{home}", {"role": "owner"}),
        (f"members/{home}/remove", {}),
        ("teams", {"team": str(home), "role": "editor"}),
    ):
        assert (await ben.send(f"{place}/{path}", **form)).status_code == 404, path
