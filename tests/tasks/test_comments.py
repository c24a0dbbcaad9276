from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from task_http import BEN, ZOE, failure
from task_people import ActMaker, People

from tasktalk.db import Conn
from tasktalk.tasks import NewTask, Ref, add_member, change_task, create_tasks, undo
from tasktalk.tasks.comments.comments import create_comment
from tasktalk.tasks.comments.mentions import find_mentions, list_mentioned

KEYS = ["id", "task_id", "author", "text", "mentions", "created_at", "updated_at", "version", "source"]

ANA, MARIA, JOSE, OTHER_JOSE = [Ref(uuid4(), name) for name in ("Ana", "María Ruiz", "José Pérez", "Jose Lima")]
PEOPLE = [ANA, MARIA, JOSE, OTHER_JOSE]


@pytest.fixture
async def shared(conn: Conn, people: People, act: ActMaker) -> UUID:
    [task] = await create_tasks(conn, viewer=people.ana, new=[NewTask(title="Paint", project_id=people.home)], by=act())
    return task.id


@pytest.fixture
async def private(conn: Conn, people: People, act: ActMaker) -> UUID:
    [task] = await create_tasks(conn, viewer=people.ana, new=[NewTask(title="Secret")], by=act())
    return task.id


async def say(api: httpx.AsyncClient, task_id: UUID, text: str, **headers: str) -> httpx.Response:
    return await api.post("/api/comments", json={"task_id": str(task_id), "text": text}, headers=headers)


async def test_a_comment_from_birth_to_end(api: httpx.AsyncClient, conn: Conn, people: People, shared: UUID) -> None:
    made = await say(api, shared, "\n**Blue**, @ben?\r\n")
    assert made.status_code == 201
    comment = made.json()
    assert list(comment) == KEYS
    assert (comment["text"], comment["task_id"]) == ("**Blue**, @ben?", str(shared))
    assert comment["author"] == {"id": str(people.ana.user_id), "name": "Ana"}
    assert comment["mentions"] == [{"id": str(people.ben.user_id), "name": "Ben"}]
    assert comment["source"] == {"channel": "api", "message_id": None}

    path = made.headers["location"]
    shown = await api.get(path, headers=BEN)
    assert (shown.json(), shown.headers["etag"]) == (comment, '"1"')

    changed = await api.patch(path, json={"text": "Green, @Ana"}, headers={"if-match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert [person["name"] for person in changed.json()["mentions"]] == ["Ana"]
    assert failure(await api.patch(path, json={"text": "X"}, headers={"if-match": '"1"'}))[:2] == (409, "CONFLICT")
    assert (await api.patch(path, json={})).json() == changed.json()
    assert (await api.patch(path, json={"text": "Green, @Ana"})).json()["version"] == 2

    assert (await api.delete(path, headers={"if-match": '"1"'})).status_code == 409
    assert (await api.delete(path)).status_code == 204
    assert (await api.get(path)).status_code == 404

    rows = await conn.fetch("select * from journal where subject = 'comment' order by seq")
    assert [row["verb"] for row in rows] == ["created", "changed", "deleted"]
    assert {(row["task_id"], row["project_id"], row["subject_id"]) for row in rows} == {
        (shared, people.home, UUID(comment["id"]))
    }
    assert [row["before"] and row["before"]["text"] for row in rows] == [None, "**Blue**, @ben?", "Green, @Ana"]
    assert rows[0]["after"]["mentions"] == [str(people.ben.user_id)]
    assert rows[0]["after"]["author_id"] == str(people.ana.user_id)
    assert rows[1]["after"]["mentions"] == [str(people.ana.user_id)]
    assert rows[2]["after"] is None


async def test_pages_in_both_orders(api: httpx.AsyncClient, shared: UUID, private: UUID) -> None:
    await say(api, private, "elsewhere")
    for n in range(5):
        await say(api, shared, f"{n}")
    for sort, expected in (("id", "01234"), ("-id", "43210")):
        said, cursor, pages = "", None, 0
        while pages == 0 or cursor:
            query = {"task_id": str(shared), "sort": sort, "limit": "2"} | ({"cursor": cursor} if cursor else {})
            page = (await api.get("/api/comments", params=query)).json()
            said += "".join(comment["text"] for comment in page["items"])
            cursor, pages = page["next"], pages + 1
        assert (said, pages) == (expected, 3)


async def test_the_fence(api: httpx.AsyncClient, conn: Conn, shared: UUID, private: UUID) -> None:
    hidden = (await say(api, private, "psst")).headers["location"]
    open_to_ben = (await say(api, shared, "hello")).headers["location"]
    for who, path, task in ((BEN, hidden, private), (ZOE, hidden, private), (ZOE, open_to_ben, shared)):
        for answer in (
            await api.get(path, headers=who),
            await api.patch(path, json={"text": "X"}, headers=who),
            await api.delete(path, headers=who),
            await api.get("/api/comments", params={"task_id": str(task)}, headers=who),
            await say(api, task, "X", **who),
        ):
            assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")
    assert await conn.fetchval("select array_agg(text order by id) from comments") == ["psst", "hello"]


async def test_who_may_do_what(api: httpx.AsyncClient, conn: Conn, people: People, shared: UUID, act: ActMaker) -> None:
    await add_member(
        conn, viewer=people.ana, project_id=people.home, user_id=people.ben.user_id, role="viewer", now=act().at
    )
    bens = await say(api, shared, "I only look", **BEN)
    assert bens.status_code == 201
    anas = (await say(api, shared, "Mine")).headers["location"]
    assert failure(await api.patch(anas, json={"text": "X"}, headers=BEN))[0] == 403
    assert failure(await api.delete(anas, headers=BEN))[0] == 403
    path = bens.headers["location"]
    assert failure(await api.patch(path, json={"text": "X"}))[0] == 403
    assert (await api.patch(path, json={"text": "I look"}, headers=BEN)).status_code == 200
    assert (await api.delete(path)).status_code == 204  # Ana owns the project


async def test_what_is_in_the_trash_is_not_spoken_of(
    api: httpx.AsyncClient, conn: Conn, people: People, shared: UUID, act: ActMaker
) -> None:
    path = (await say(api, shared, "hello")).headers["location"]
    await change_task(conn, viewer=people.ana, task_id=shared, changes={"deleted": True}, by=act())
    assert (await api.get(path)).status_code == 404
    assert failure(await say(api, shared, "again")) == (404, "NOT_FOUND", "task_id")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": "x"}, "task_id"),
        ({"task_id": "nonsense", "text": "x"}, "task_id"),
        ({"text": ""}, "text"),
        ({"text": " \n\x00\x01"}, "text"),
        ({"text": "x" * 20_001}, "text"),
        ({"text": None}, "text"),
        ({"text": ["x"]}, "text"),
        ({"text": "x", "author": None}, "author"),
    ],
)
async def test_comments_that_cannot_be(
    api: httpx.AsyncClient, conn: Conn, shared: UUID, body: dict[str, object], field: str
) -> None:
    whole = body if "author" not in body and field == "task_id" else {"task_id": str(shared), **body}
    assert failure(await api.post("/api/comments", json=whole)) == (400, "BAD_REQUEST", field)
    assert await conn.fetchval("select count(*) from comments") == 0


async def test_lists_that_cannot_be(api: httpx.AsyncClient, shared: UUID) -> None:
    here = {"task_id": str(shared)}
    for query in ({"limit": "501"}, {"sort": "text"}, {"cursor": "?"}, {"cursor": "bnVsbA"}, {"cursor": "é"}):
        assert failure(await api.get("/api/comments", params=here | query))[:2] == (400, "BAD_REQUEST")
    assert failure(await api.get("/api/comments"))[2] == "task_id"
    assert (await api.get("/api/comments", params={"task_id": "nonsense"})).status_code == 404


async def test_from_chat_and_taken_back(conn: Conn, people: People, shared: UUID, act: ActMaker) -> None:
    by = act()
    said = await create_comment(
        conn, viewer=people.ben, task_id=shared, text="Done\x07 by Friday", by=by, source_message_id="wamid.1"
    )
    assert said.text == "Done by Friday"
    assert said.source is not None
    assert (said.source.channel, said.source.message_id) == ("test", "wamid.1")
    await undo(conn, viewer=people.ben, change_set=by.change_set, by=act())
    assert await conn.fetchval("select count(*) from comments") == 0


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("@Ana", [ANA]),
        ("see @ana, and @ANA!", [ANA]),
        ("@maria and @Ana's list", [MARIA, ANA]),
        ('@"maria  ruiz"?', [MARIA]),
        ("@“María Ruiz”", [MARIA]),
        ("@Maria Ruiz has it", [MARIA]),
        ("@Ana👍 (@Maria)", [ANA, MARIA]),
        ("@jose", []),  # two have it
        ('@José Lima @"jose perez"', [OTHER_JOSE, JOSE]),
        ("ana@maria.org @ana@maria.org @ana.org https://x.org/@ana", []),
        ("@Anabel @an \\@ana x@ana @-ana", []),
        ("`@ana` ``a ` @ana`` @maria", [MARIA]),
        ("```\n@ana\n```\n@maria", [MARIA]),
        ("~~~ py\n@ana", []),
        ("one ` tick @ana", [ANA]),
        ("@", []),
    ],
)
def test_who_is_mentioned(text: str, meant: list[Ref]) -> None:
    assert list_mentioned(text, PEOPLE) == [person.id for person in meant]


pieces = st.sampled_from(
    ["@Ana", '@"María Ruiz"', "@", "`", "```", "~~~", "\n", " ", "'s", ".", "é", "x", '"', "“", "\\", "://", "www."]
)


@given(st.lists(st.one_of(pieces, st.text(max_size=5)), max_size=40).map("".join))
@example("@Ana" + "\u0301")
def test_mentions_are_never_parts_of_words(text: str) -> None:
    last = 0
    for span in find_mentions(text, PEOPLE):
        assert last <= span.start < span.end <= len(text)
        assert text[span.start] == "@"
        assert not text[span.start - 1 : span.start].isalnum()
        assert not (text[span.end - 1].isalnum() and text[span.end : span.end + 1].isalnum())
        last = span.end


async def test_only_those_who_see_the_task_are_mentioned(api: httpx.AsyncClient, shared: UUID, private: UUID) -> None:
    assert (await say(api, private, "@Ben @Zoe")).json()["mentions"] == []
    assert [who["name"] for who in (await say(api, shared, "@Zoe @Ben @Ana")).json()["mentions"]] == ["Ben", "Ana"]
