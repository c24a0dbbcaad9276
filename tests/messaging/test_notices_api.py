"""What somebody was told, over HTTP: their own, newest first, with what became of it."""

import datetime as dt
from uuid import UUID

import pytest
from notice_kit import Pair, open_pair

from product_kit import Product
from tasktalk.ids import new_id
from tasktalk.tasks import create_project
from tasktalk.tasks.projects.projects import change_project
from tasktalk.tasks.projects.sharing.members import add_member, remove_member


@pytest.fixture
async def pair(product: Product, now: dt.datetime) -> Pair:
    return await open_pair(product, now)


async def test_what_was_told_and_what_was_not(pair: Pair) -> None:
    first = await pair.add(pair.ana, "Paint", assignees=(pair.ben.user_id,))
    await pair.tell()
    await pair.prefer(pair.ben, muted=True)
    await pair.product.pool.execute("update notices set state = 'held', why = 'Because.', settled_at = null")
    answer = await pair.product.ask("/api/notifications", token=pair.product.ben.token)
    assert answer.status == 200
    [shown] = answer.json["items"]
    assert shown["event"] == "assigned"
    assert shown["task"] == {"id": str(first.id), "title": "Paint"}
    assert shown["project"] == {"id": str(pair.home), "name": "Home"}
    assert shown["actor"] == "Ana"
    assert shown["text"] == "👤 Ana gave you Paint"
    assert (shown["state"], shown["why"], shown["read_at"]) == ("held", "Because.", None)
    assert set(shown) == {
        *("id", "event", "task", "project", "actor", "text", "state", "why", "tries", "created_at", "read_at"),
    }


async def test_what_whatsapp_refused_says_so(pair: Pair) -> None:
    await pair.add(pair.ana, "Paint", assignees=(pair.ben.user_id,))
    await pair.tell()
    await pair.product.pool.execute("update outbox set state = 'refused', error = 'Re-engagement message.'")
    await pair.tell()
    [shown] = (await pair.product.ask("/api/notifications", token=pair.product.ben.token)).json["items"]
    assert (shown["state"], shown["why"]) == ("held", "Nothing would take it: it leaves as soon as you write.")
    assert [(each["way"], each["outcome"], each["why"]) for each in shown["tries"]] == [
        ("chat", "refused", "Re-engagement message."),
        ("chat", "passed over", "It was refused before."),
        ("template", "passed over", "There is no approved template for it."),
    ]


async def test_newest_first_page_by_page(pair: Pair) -> None:
    for n in range(5):
        await pair.add(pair.ana, f"Task {n}", assignees=(pair.ben.user_id,))
    await pair.tell()
    seen: list[str] = []
    cursor = ""
    for _ in range(3):
        query = f"limit=2{cursor}"
        page = await pair.product.call(
            "GET", "/api/notifications", query=query, authorization=f"Bearer {pair.product.ben.token}"
        )
        seen += [item["task"]["title"] for item in page.json["items"]]
        cursor = f"&cursor={page.json['next']}"
    assert seen == [f"Task {n}" for n in range(4, -1, -1)]
    assert page.json["next"] is None


async def test_nobody_sees_or_reads_anothers(pair: Pair) -> None:
    await pair.add(pair.ana, "Paint", assignees=(pair.ben.user_id,))
    await pair.tell()
    [notice] = (await pair.product.ask("/api/notifications", token=pair.product.ben.token)).json["items"]
    assert (await pair.product.ask("/api/notifications", token=pair.product.ana.token)).json["items"] == []
    for body in ({"ids": [notice["id"]]}, {"all": True}):
        assert await mark(pair, pair.product.ana.token, body) == {"read": 0}
    assert (await pair.product.ask("/api/notifications")).status == 401
    assert await mark(pair, pair.product.ben.token, {"ids": [notice["id"], str(new_id())]}) == {"read": 1}
    assert await mark(pair, pair.product.ben.token, {"all": True}) == {"read": 0}
    [notice] = (await pair.product.ask("/api/notifications", token=pair.product.ben.token)).json["items"]
    assert notice["read_at"] is not None


async def test_what_is_gone_or_was_never_theirs_keeps_its_name_to_itself(pair: Pair) -> None:
    task = await pair.add(pair.ana, "Paint", assignees=(pair.ben.user_id,))
    await pair.tell()
    await pair.change(pair.ana, task, project_id=None)
    answer = await pair.product.ask("/api/notifications", token=pair.product.ben.token)
    assert b"Paint" not in answer.body
    assert answer.json["items"][0]["task"] is None


MANY = {"ids": [str(UUID(int=n)) for n in range(501)]}
NEITHER_NOR = [{}, {"ids": None}, {"all": False}, {"all": True, "ids": []}, {"all": True, "x": 1}]


async def test_who_left_a_project_reads_its_name_no_more(pair: Pair) -> None:
    async with pair.tx() as conn:
        shop = await create_project(conn, viewer=pair.ana, name="Shop", by=pair.act())
        await add_member(
            conn,
            viewer=pair.ana,
            project_id=shop.id,
            user_id=pair.ben.user_id,
            role="viewer",
            now=pair.now,
            by=pair.act(),
        )
    await pair.tell()
    assert await pair.heard(pair.product.ben) == ["👥 Ana let you into #Shop"]
    async with pair.tx() as conn:
        await remove_member(conn, viewer=pair.ana, project_id=shop.id, user_id=pair.ben.user_id, by=pair.act())
        await change_project(conn, viewer=pair.ana, project_id=shop.id, changes={"name": "Secret"}, by=pair.act())
    answer = await pair.product.ask("/api/notifications", token=pair.product.ben.token)
    assert answer.json["items"][0]["project"] is None
    assert b"Shop" not in answer.body
    assert b"Secret" not in answer.body


@pytest.mark.parametrize("body", [*NEITHER_NOR, {"ids": ["x"]}, {"ids": "x"}, MANY, [], "x", 1], ids=range(11))
async def test_bad_bodies(pair: Pair, body: object) -> None:
    answer = await pair.product.ask("/api/notifications/read", method="POST", token=pair.product.ben.token, body=body)
    assert (answer.status, answer.json["error"]["code"]) == (400, "BAD_REQUEST")


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "limit=x", "cursor=x", "cursor=%00", "cursor=WyJ4Il0"])
async def test_bad_questions(pair: Pair, query: str) -> None:
    answer = await pair.product.call(
        "GET", "/api/notifications", query=query, authorization=f"Bearer {pair.product.ben.token}"
    )
    assert (answer.status, answer.json["error"]["code"]) == (400, "BAD_REQUEST")


async def mark(pair: Pair, token: str, body: object) -> object:
    answer = await pair.product.ask("/api/notifications/read", method="POST", token=token, body=body)
    assert answer.status == 200, answer.body
    return answer.json
