import datetime as dt
import re

import pytest
from desk import Browser, Desk

from tasktalk.settings import Settings
from tasktalk.tasks.model import Act
from tasktalk.tasks.preferences.preferences import PreferenceChanges, Preferences, change_preferences, get_preferences
from tasktalk.tasks.projects.projects import create_project
from tasktalk.tasks.projects.sharing.members import add_member, get_membership

HERE = "/account/notifications"
FORM = {
    "digest_time": "07:30",
    "review_time": "",
    "review_weekday": "5",
    "quiet_from": "22:00",
    "quiet_to": "07:00",
    "default_reminder": "-PT30M",
    "day_starts": "08:15",
    "monthly_messages": "100",
    "on_assigned": "on",
    "on_added": "on",
    "on_reminder": "on",
    "on_digest": "on",
}


async def chosen(desk: Desk, whose: Browser) -> Preferences:
    assert whose.viewer is not None
    return await get_preferences(desk.pool, viewer=whose.viewer)


async def test_the_form_is_what_is_chosen_afterwards_and_nobody_elses(desk: Desk, ana: Browser, ben: Browser) -> None:
    other = await chosen(desk, ben)
    assert (await ana.send(HERE, **FORM)).headers["location"] == HERE
    mine = await chosen(desk, ana)
    assert (mine.digest_time, mine.review_time, mine.review_weekday) == (dt.time(7, 30), None, 5)
    assert (mine.quiet_hours, mine.day_starts) == ((dt.time(22), dt.time(7)), dt.time(8, 15))
    assert (mine.default_reminder, mine.monthly_messages) == (dt.timedelta(minutes=-30), 100)
    assert not mine.muted
    assert not mine.by_email
    assert {each for each, told in mine.notifications.items() if told} == {"assigned", "added", "reminder", "digest"}
    assert await chosen(desk, ben) == other
    page = await ana.read(HERE)
    assert 'name="quiet_from" type="time" value="22:00"' in page
    assert '<option value="-PT30M" selected>30 minutes before</option>' in page
    assert re.search(r'name="on_added" value="on" checked', page)
    assert not re.search(r'name="on_changed" value="on" checked', page)
    emptied = dict.fromkeys(("digest_time", "quiet_from", "quiet_to", "default_reminder", "monthly_messages"), "")
    assert (await ana.send(HERE, **FORM | emptied | {"muted": "on", "by_email": "on"})).status_code == 303
    mine = await chosen(desk, ana)
    assert (mine.digest_time, mine.quiet_hours, mine.default_reminder, mine.monthly_messages) == (None,) * 4
    assert mine.muted
    assert mine.by_email


async def test_what_nobody_chose_stays_open(desk: Desk, ana: Browser) -> None:
    assert (await ana.send(HERE, **FORM)).status_code == 303
    row = await desk.pool.fetchrow("select by_email, switches from preferences")
    assert row is not None
    assert row["by_email"] is None  # what goes by e-mail without being asked, such as invitations, still does
    assert "reminder" not in row["switches"]


@pytest.mark.parametrize(
    ("key", "value", "field"),
    [
        ("digest_time", "25:00", "digest_time"),
        ("day_starts", "", "day_starts"),
        ("quiet_to", "", "quiet_hours"),
        ("quiet_to", "22:00", "quiet_hours"),
        ("review_weekday", "8", "review_weekday"),
        ("default_reminder", "PT5M", "default_reminder"),
        ("default_reminder", "<b>", "default_reminder"),
        ("monthly_messages", "0", "monthly_messages"),
        ("monthly_messages", "1٣", "monthly_messages"),
        ("version", "1" * 30, ""),
    ],
)
async def test_what_cannot_be_is_told_in_place(desk: Desk, ana: Browser, key: str, value: str, field: str) -> None:
    before = await chosen(desk, ana)
    answer = await ana.send(HERE, **FORM | {key: value})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    if field:  # named above, where one looks first, and beside it
        assert f'id="{field}-wrong"' in answer.text
        leads_to = re.search(r'Nothing was saved. <a href="#([a-z_]+)"', answer.text)
        assert leads_to is not None
        assert f'id="{leads_to[1]}"' in answer.text
    assert "<b>" not in answer.text
    assert 'name="on_added" value="on" checked' in answer.text  # the form as it was sent
    assert await chosen(desk, ana) == before


async def test_what_was_changed_meanwhile_is_not_overwritten(desk: Desk, ana: Browser) -> None:
    assert ana.viewer is not None
    version = str((await chosen(desk, ana)).version)
    now = dt.datetime.now(dt.UTC)
    await change_preferences(desk.pool, viewer=ana.viewer, changes=PreferenceChanges(muted=True), now=now)
    answer = await ana.send(HERE, **FORM, version=version)
    assert answer.status_code == 409
    assert (await chosen(desk, ana)).muted
    again = re.search(r'name="version" value="(\d+)"', answer.text)
    assert again is not None
    assert (await ana.send(HERE, **FORM, version=again[1])).status_code == 303


async def test_switches_of_the_numbers_are_for_administrators(desk: Desk, ana: Browser, ben: Browser) -> None:
    assert 'name="on_trouble"' in await ana.read(HERE)
    assert 'name="on_trouble"' not in await ben.read(HERE)
    await ben.send(HERE, **FORM)
    assert (await chosen(desk, ben)).notifications["trouble"]  # what was in no form stays
    await ana.send(HERE, **FORM)
    assert not (await chosen(desk, ana)).notifications["trouble"]


async def test_a_project_is_told_of_otherwise_by_its_members_alone(
    desk: Desk, ana: Browser, ben: Browser, act: Act
) -> None:
    assert ana.viewer is not None
    assert ben.viewer is not None
    project = await create_project(desk.pool, viewer=ana.viewer, name="<Home>", by=act)
    where = f"{HERE}/projects/{project.id}"
    assert where in await ana.read(HERE)
    assert (await ben.open(where)).status_code == 404
    assert (await ben.send(where, assigned="off")).status_code == 404
    assert (await ana.open(f"{HERE}/projects/x")).status_code == 404
    await add_member(
        desk.pool,
        viewer=ana.viewer,
        project_id=project.id,
        user_id=ben.viewer.user_id,
        role="viewer",
        now=act.at,
        by=act,
    )
    page = await ben.read(where)
    assert "&lt;Home&gt;" in page
    assert 'name="digest"' not in page
    assert (await ben.send(where, added="on", assigned="off", changed="")).headers["location"] == HERE
    mine = await get_membership(desk.pool, viewer=ben.viewer, project_id=project.id)
    assert mine.notifications == {"added": True, "assigned": False}
    assert "2 otherwise" in await ben.read(HERE)
    assert "2 otherwise" not in await ana.read(HERE)
    assert re.search(r'name="added">.*?<option value="on" selected>', await ben.read(where))
    assert (await ben.send(where, added="perhaps")).status_code == 400
    await ben.send(where, added="", assigned="")
    assert "otherwise<" not in await ben.read(HERE)


async def test_an_address_of_apprise_is_named_tried_and_forgotten(desk: Desk, ana: Browser) -> None:
    desk.app.state.settings = Settings(_env_file=None)
    assert (await ana.send(f"{HERE}/apprise/test")).status_code == 404
    answer = await ana.send(f"{HERE}/apprise", url="nonsense <b>" + "x" * 1000)
    assert answer.status_code == 400
    assert 'id="url-wrong"' in answer.text
    assert "<b>" not in answer.text
    assert not (await chosen(desk, ana)).apprise
    assert (await ana.send(f"{HERE}/apprise", url="json://9.9.9.9/secret")).status_code == 303
    page = await ana.read(HERE)
    assert "9.9.9.9" not in page
    assert (await ana.send(f"{HERE}/apprise/test")).status_code == 303
    assert await desk.pool.fetchval("select count(*) from letters where way = 'apprise'") == 1
    assert (await ana.send(f"{HERE}/apprise/forget")).status_code == 303
    assert not (await chosen(desk, ana)).apprise
