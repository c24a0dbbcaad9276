"""How a person wants to be reminded and told."""

from datetime import date, datetime, time, timedelta
from typing import Any

import httpx
import pytest
from task_http import BEN, failure
from task_people import ActMaker, People

from tasktalk.accounts.users import get_user
from tasktalk.db import Conn
from tasktalk.errors import BadRequest
from tasktalk.tasks import NewTask, create_tasks
from tasktalk.tasks.preferences.events import Event, is_told
from tasktalk.tasks.preferences.preferences import change_preferences, get_preferences
from tasktalk.tasks.reminders.model import NewReminder

URL = "/api/users/me"
DEFAULTS = {
    "digest_time": None,
    "review_time": None,
    "review_weekday": 7,
    "quiet_hours": None,
    "default_reminder": "PT0S",
    "day_starts": "09:00",
    "notifications": dict.fromkeys(Event, True) | {"added": False, "changed": False},
    "muted": False,
    "by_email": False,
    "apprise": False,
    "monthly_messages": None,
}


async def test_who_one_is_before_anything_was_changed(api: httpx.AsyncClient, people: People) -> None:
    shown = await api.get(URL)
    assert shown.status_code == 200
    assert shown.headers["etag"] == '"1"'
    assert shown.json() == {
        "id": str(people.ana.user_id),
        "name": "Ana",
        "email": "ana@example.org",
        "role": "member",
        "language": "en",
        "timezone": "Europe/Madrid",
        "preferences": DEFAULTS,
        "version": 1,
    }


async def test_only_what_is_sent_changes(api: httpx.AsyncClient, conn: Conn, people: People) -> None:
    wanted = {
        "digest_time": "08:00",
        "review_time": "18:30",
        "review_weekday": 5,
        "quiet_hours": ["22:00", "07:00"],
        "default_reminder": "-PT30M",
        "day_starts": "07:30",
        "muted": True,
        "by_email": True,
        "monthly_messages": 50,
    }
    changed = await api.patch(URL, json={"name": "Ana B", "language": "es", "preferences": wanted})
    assert changed.status_code == 200, changed.text
    assert changed.json()["preferences"] == DEFAULTS | wanted
    assert (changed.json()["name"], changed.json()["language"], changed.json()["version"]) == ("Ana B", "es", 2)
    assert (await get_user(conn, user_id=people.ana.user_id)).name == "Ana B"

    one = await api.patch(URL, json={"preferences": {"notifications": {"added": True}}}, headers={"if-match": '"2"'})
    assert one.headers["etag"] == '"3"'
    two = await api.patch(URL, json={"preferences": {"notifications": {"commented": False}}})
    notifications = DEFAULTS["notifications"] | {"added": True, "commented": False}  # type: ignore[operator]
    assert two.json()["preferences"] == DEFAULTS | wanted | {"notifications": notifications}
    assert failure(await api.patch(URL, json={"name": "X"}, headers={"if-match": '"3"'}))[:2] == (409, "CONFLICT")

    off = dict.fromkeys(("digest_time", "review_time", "quiet_hours", "default_reminder"))
    assert (await api.patch(URL, json={"preferences": off})).json()["preferences"] == (
        DEFAULTS | wanted | off | {"notifications": notifications}
    )
    same = await api.patch(URL, json={"preferences": off, "name": "Ana B"})
    assert same.headers["etag"] == '"5"'
    assert (await api.get(URL, headers=BEN)).json()["preferences"] == DEFAULTS


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": None}, "name"),
        ({"language": "tlh"}, "language"),
        ({"timezone": "Mars"}, "timezone"),
        ({"timezone": "../etc/passwd"}, "timezone"),
        ({"role": "owner"}, None),
        ({"preferences": None}, None),
        ({"preferences": {"unknown": 1}}, None),
        ({"preferences": {"digest_time": "25:00"}}, None),
        ({"preferences": {"digest_time": 8}}, None),
        ({"preferences": {"digest_time": "08:00+02:00"}}, None),
        ({"preferences": {"day_starts": None}}, None),
        ({"preferences": {"review_weekday": 8}}, None),
        ({"preferences": {"quiet_hours": ["22:00"]}}, None),
        ({"preferences": {"quiet_hours": ["22:00", "22:00:30"]}}, "quiet_hours"),
        ({"preferences": {"default_reminder": "soon"}}, "default_reminder"),
        ({"preferences": {"default_reminder": "PT5M"}}, "default_reminder"),
        ({"preferences": {"default_reminder": "-P367D"}}, "default_reminder"),
        ({"preferences": {"notifications": {"birthday": True}}}, None),
        ({"preferences": {"notifications": {"added": "yes"}}}, None),
        ({"preferences": {"muted": 1}}, None),
        ({"preferences": {"by_email": None}}, None),
        ({"preferences": {"monthly_messages": 0}}, None),
        ({"preferences": {"monthly_messages": 1_000_001}}, None),
        ({"preferences": {"apprise": True}}, None),
    ],
)
async def test_bodies_that_cannot_be(api: httpx.AsyncClient, body: dict[str, Any], field: str | None) -> None:
    before = (await api.get(URL)).json()
    answer = await api.patch(URL, json=body | ({"name": "Half"} if "name" not in body else {}))
    assert failure(answer)[:2] == (400, "BAD_REQUEST")
    assert field in {None, failure(answer)[2]}
    assert (await api.get(URL)).json() == before


async def test_what_programs_may_not_ask_for(conn: Conn, people: People, now: datetime) -> None:
    for changes in (
        {"review_weekday": 0},
        {"notifications": {"birthday": True}},
        {"default_reminder": timedelta(days=-400)},
        {"quiet_hours": (time(22), time(22))},
    ):
        with pytest.raises(BadRequest) as refused:
            await change_preferences(conn, viewer=people.ana, changes=changes, now=now)  # type: ignore[arg-type]
        assert refused.value.data["field"] in changes


async def rings(conn: Conn, user: Any) -> list[str]:
    rows = await conn.fetch("select ring_at from reminders where user_id = $1 order by ring_at, id", user.user_id)
    return [f"{row['ring_at']:%d %H:%M}" if row["ring_at"] else "-" for row in rows]


async def test_another_default_is_for_the_tasks_there_are(
    conn: Conn, people: People, act: ActMaker, now: datetime
) -> None:
    day = date(2026, 12, 1)
    of_ana = [
        NewTask(title="Plain", due_on=day, due_time=time(9)),
        NewTask(title="Own", due_on=day, due_time=time(10), reminders=(NewReminder(offset=timedelta()),)),
        NewTask(title="Ben's", due_on=day, due_time=time(9), project_id=people.home, assignees=(people.ben.user_id,)),
        NewTask(title="Whole day", due_on=day),
    ]
    await create_tasks(conn, viewer=people.ana, new=of_ana, by=act())
    assert (await rings(conn, people.ana), await rings(conn, people.ben)) == (["01 08:00", "01 09:00"], ["01 08:00"])

    async def set_default(viewer: Any, offset: timedelta | None) -> None:
        await change_preferences(conn, viewer=viewer, changes={"default_reminder": offset}, now=now)

    await set_default(people.ana, -timedelta(minutes=30))
    assert (await rings(conn, people.ana), await rings(conn, people.ben)) == (["01 07:30", "01 09:00"], ["01 08:00"])
    await set_default(people.ben, -timedelta(days=2))
    assert await rings(conn, people.ben) == ["29 08:00"]
    await set_default(people.ana, None)
    assert await rings(conn, people.ana) == ["01 09:00"]
    await create_tasks(conn, viewer=people.ana, new=[NewTask(title="X", due_on=day, due_time=time(9))], by=act())
    assert await rings(conn, people.ana) == ["01 09:00"]
    await set_default(people.ana, timedelta())
    assert await rings(conn, people.ana) == ["01 08:00", "01 08:00", "01 09:00"]


async def test_another_beginning_of_the_day(conn: Conn, people: People, act: ActMaker, now: datetime) -> None:
    when_due = (NewReminder(offset=timedelta()),)
    await create_tasks(
        conn, viewer=people.ana, new=[NewTask(title="X", due_on=date(2026, 12, 1), reminders=when_due)], by=act()
    )
    assert await rings(conn, people.ana) == ["01 08:00"]
    await change_preferences(conn, viewer=people.ana, changes={"day_starts": time(6, 15)}, now=now)
    assert await rings(conn, people.ana) == ["01 05:15"]
    assert (await get_preferences(conn, viewer=people.ana)).day_starts == time(6, 15)


def test_switches_say_where_one_differs() -> None:
    assert is_told({}, "assigned")
    assert not is_told({}, Event.CHANGED)
    assert is_told({"changed": True}, "changed")
    assert not is_told({"assigned": False}, Event.ASSIGNED)
