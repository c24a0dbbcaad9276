import pytest
from task_people import ActMaker, People

from tasktalk.db import Conn
from tasktalk.ids import new_id
from tasktalk.tasks import NewTask, change_task, create_tasks, list_people, match_by_name
from tasktalk.tasks.names import best_matches, fold

TITLES = [
    "Buy milk and eggs",
    "Milk",
    "Milk the cow",
    "Presentation for Müller",
    "Call the café",
    "Pay rent",
    "Rental car",
]


@pytest.mark.parametrize(
    ("said", "titles"),
    [
        ("milk", ["Milk", "Milk the cow", "Buy milk and eggs"]),
        ("MILK!", ["Milk", "Milk the cow", "Buy milk and eggs"]),
        ("eggs milk", ["Buy milk and eggs"]),
        ("the cafe", ["Call the café"]),
        ("muller presentation", ["Presentation for Müller"]),
        ("rent", ["Pay rent", "Rental car"]),
        ("presantation", ["Presentation for Müller"]),
        ("mlik", ["Buy milk and eggs", "Milk", "Milk the cow"]),
        ("buy mlik", ["Buy milk and eggs"]),
        ("my milk", ["Milk", "Milk the cow", "Buy milk and eggs"]),
        ("la présentation", ["Presentation for Müller"]),
        ("the presentation for the queen", []),
        ("", []),
        ("!!", []),
        ("🥛", []),
    ],
)
def test_what_is_meant(said: str, titles: list[str]) -> None:
    found = best_matches(said, [(new_id(), title) for title in TITLES], limit=3)
    assert [match.title for match in found] == titles


async def test_only_ones_own_tasks_are_matched(conn: Conn, people: People, act: ActMaker) -> None:
    [secret] = await create_tasks(conn, viewer=people.ana, new=[NewTask(title="Milk")], by=act())
    await create_tasks(conn, viewer=people.ana, new=[NewTask(title="Milk", project_id=people.home)], by=act())
    assert len(await match_by_name(conn, viewer=people.ana, text="milk")) == 2
    assert len(await match_by_name(conn, viewer=people.ben, text="milk")) == 1
    assert await match_by_name(conn, viewer=people.zoe, text="milk") == []
    await change_task(conn, viewer=people.ana, task_id=secret.id, changes={"status": "done"}, by=act())
    assert len(await match_by_name(conn, viewer=people.ana, text="milk")) == 1
    [done] = await match_by_name(conn, viewer=people.ana, text="milk", status="done")
    assert (done.id, done.score) == (secret.id, 100)


async def test_people_are_those_who_share(conn: Conn, people: People) -> None:
    assert [person.name for person in await list_people(conn, viewer=people.ben)] == ["Ben", "Ana"]
    assert [person.name for person in await list_people(conn, viewer=people.zoe)] == ["Zoe"]


@pytest.mark.parametrize("text", ["ÉTÉ", "Ångström", "ﬁne", "Straße", "İstanbul", "Ελλάδα", "НАЙДИ", "한국", "plain"])
async def test_the_database_folds_as_we_do(conn: Conn, text: str) -> None:
    assert await conn.fetchval("select fold($1::text)", text) == fold(text)
