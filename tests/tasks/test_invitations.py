from datetime import timedelta

import httpx
import pytest
from task_http import BEN, ZOE, failure
from task_people import ActMaker, People

from tasktalk.accounts.users import create_user
from tasktalk.db import Conn
from tasktalk.errors import Conflict
from tasktalk.tasks import Act, create_project
from tasktalk.tasks.projects.sharing.invitations import LIFE, MOST_PENDING, answer, invite, list_mine, list_of_project

KEYS = ["id", "project", "user", "email", "role", "invited_by", "state", "created_at", "expires_at"]


def path_of(people: People) -> str:
    return f"/api/projects/{people.home}/invitations"


async def invited(api: httpx.AsyncClient, people: People, **body: str) -> str:
    """Zoe, by her address; the path of the invitation."""
    made = await api.post(path_of(people), json={"email": "zoe@example.org"} | body)
    assert made.status_code == 201, made.text
    return f"/api/invitations/{made.json()['id']}"


async def mine(api: httpx.AsyncClient, headers: dict[str, str]) -> list[str]:
    page = (await api.get("/api/invitations", headers=headers)).json()
    assert page["next"] is None
    return [each["project"]["name"] for each in page["items"]]


async def test_somebody_is_invited_and_comes(api: httpx.AsyncClient, conn: Conn, people: People) -> None:
    made = await api.post(path_of(people), json={"email": " ZOE@example.org", "role": "viewer"})
    invitation = made.json()
    assert (made.status_code, list(invitation)) == (201, KEYS)
    assert (invitation["email"], invitation["user"], invitation["role"]) == ("zoe@example.org", None, "viewer")
    assert invitation["project"] == {"id": str(people.home), "name": "Home"}
    assert invitation["invited_by"] == {"id": str(people.ana.user_id), "name": "Ana"}
    assert (await api.get(path_of(people))).json() == {"items": [invitation], "next": None}
    assert await mine(api, ZOE) == ["Home"]
    assert await mine(api, BEN) == await mine(api, {}) == []

    one = f"/api/invitations/{invitation['id']}"
    assert (await api.get(f"/api/projects/{people.home}", headers=ZOE)).status_code == 404
    accepted = await api.post(one, json={"answer": "accept"}, headers=ZOE)
    assert (accepted.status_code, accepted.json()["state"]) == (200, "accepted")
    assert (await api.get(f"/api/projects/{people.home}", headers=ZOE)).json()["role"] == "viewer"
    assert failure(await api.post(one, json={"answer": "decline"}, headers=ZOE))[:2] == (409, "CONFLICT")
    assert await mine(api, ZOE) == []
    assert (await api.get(path_of(people))).json()["items"] == []

    rows = await conn.fetch("select * from journal where subject in ('invitation', 'member') order by seq")
    assert [(row["subject"], row["verb"], row["actor_id"], row["project_id"]) for row in rows] == [
        ("invitation", "created", people.ana.user_id, people.home),
        ("invitation", "changed", people.zoe.user_id, people.home),
        ("member", "joined", people.zoe.user_id, people.home),
    ]
    assert (rows[0]["before"], rows[0]["after"]["user_id"]) == (None, str(people.zoe.user_id))
    assert (rows[1]["before"]["state"], rows[1]["after"]["state"]) == ("pending", "accepted")
    assert str(rows[0]["subject_id"]) == invitation["id"]


async def test_an_answer_never_says_whose_address_it_is(api: httpx.AsyncClient, people: People) -> None:
    answers = [
        await api.post(path_of(people), json={"email": email})
        for email in ("zoe@example.org", "nobody@example.org", "ben@example.org", "ana@example.org")
    ]
    assert {answer.status_code for answer in answers} == {201}
    own = ("id", "email", "created_at", "expires_at")
    shown = [{key: value for key, value in answer.json().items() if key not in own} for answer in answers]
    assert shown == [shown[0]] * 4
    again = [
        await api.post(path_of(people), json={"email": email}) for email in ("zoe@example.org", "nobody@example.org")
    ]
    assert [failure(answer) for answer in again] == [(409, "CONFLICT", "email")] * 2


async def test_an_address_waits_for_whoever_turns_out_to_have_it(conn: Conn, people: People, act: ActMaker) -> None:
    invitation = await invite(
        conn, viewer=people.ana, project_id=people.home, email="new@example.org", role="editor", by=act()
    )
    new = await create_user(conn, name="New", email="New@example.org")
    viewer = type(people.ana)(new, "New", "member", "en", "UTC")
    by = act()
    assert [each.id for each in await list_mine(conn, viewer=viewer, now=by.at)] == [invitation.id]
    await answer(conn, viewer=viewer, invitation_id=invitation.id, accept=True, by=by)
    role = await conn.fetchval("select role from project_members where user_id = $1", new)
    assert role == "editor"


async def test_people_one_knows_are_invited_by_who_they_are(
    api: httpx.AsyncClient, conn: Conn, people: People, act: ActMaker
) -> None:
    attic = await create_project(conn, viewer=people.ana, name="Attic", by=act())
    path = f"/api/projects/{attic.id}/invitations"
    made = await api.post(path, json={"user": str(people.ben.user_id)})
    assert made.json()["user"] == {"id": str(people.ben.user_id), "name": "Ben"}
    assert failure(await api.post(path, json={"user": str(people.ben.user_id)})) == (409, "CONFLICT", "user")
    assert failure(await api.post(path, json={"user": str(people.zoe.user_id)})) == (404, "NOT_FOUND", "user")
    inside = await api.post(path_of(people), json={"user": str(people.ben.user_id)})
    assert failure(inside) == (409, "CONFLICT", "user")
    declined = await api.post(f"/api/invitations/{made.json()['id']}", json={"answer": "decline"}, headers=BEN)
    assert declined.json()["state"] == "declined"
    assert (await api.get(f"/api/projects/{attic.id}", headers=BEN)).status_code == 404


async def test_an_invitation_never_takes_a_role_away(api: httpx.AsyncClient, people: People) -> None:
    made = (await api.post(path_of(people), json={"email": "ben@example.org", "role": "viewer"})).json()
    await api.post(f"/api/invitations/{made['id']}", json={"answer": "accept"}, headers=BEN)
    assert (await api.get(f"/api/projects/{people.home}", headers=BEN)).json()["role"] == "editor"


async def test_the_fence_of_invitations(api: httpx.AsyncClient, people: People) -> None:
    one = await invited(api, people)
    yes = {"answer": "accept"}
    for headers, status in ((BEN, 403), (ZOE, 404)):
        assert (await api.get(path_of(people), headers=headers)).status_code == status
        body = {"email": "friend@example.org"}
        assert (await api.post(path_of(people), json=body, headers=headers)).status_code == status
    assert failure(await api.post(one, json=yes, headers=BEN))[0] == 404
    assert failure(await api.delete(one, headers=BEN))[0] == 404
    assert failure(await api.post(one, json=yes))[0] == 403  # who invites does not answer
    assert failure(await api.delete(one, headers=ZOE))[0] == 403  # who is invited declines
    for path in ("/api/invitations/none", "/api/invitations/00000000-0000-0000-0000-000000000000"):
        assert (await api.post(path, json=yes)).status_code == (await api.delete(path)).status_code == 404
    assert (await api.delete(one)).status_code == 204
    assert failure(await api.delete(one))[0] == 409
    assert failure(await api.post(one, json=yes, headers=ZOE))[0] == 409
    assert await mine(api, ZOE) == []


async def test_an_invitation_into_the_trash_leads_nowhere(api: httpx.AsyncClient, people: People) -> None:
    one = await invited(api, people)
    await api.delete(f"/api/projects/{people.home}")
    assert await mine(api, ZOE) == []
    assert (await api.post(one, json={"answer": "accept"}, headers=ZOE)).status_code == 404
    assert (await api.delete(one)).status_code == 404


async def test_invitations_hold_for_two_weeks(conn: Conn, people: People, act: ActMaker) -> None:
    by = act()
    invitation = await invite(
        conn, viewer=people.ana, project_id=people.home, email="zoe@example.org", role="editor", by=by
    )
    assert invitation.expires_at == by.at + timedelta(days=14)
    late = Act(by.change_set, "test", by.at + LIFE)
    assert await list_mine(conn, viewer=people.zoe, now=late.at) == []
    assert await list_of_project(conn, viewer=people.ana, project_id=people.home, now=late.at) == []
    with pytest.raises(Conflict):
        await answer(conn, viewer=people.zoe, invitation_id=invitation.id, accept=True, by=late)
    again = await invite(
        conn, viewer=people.ana, project_id=people.home, email="zoe@example.org", role="editor", by=late
    )
    assert [each.id for each in await list_mine(conn, viewer=people.zoe, now=late.at)] == [again.id]


async def test_a_project_has_fifty_open_invitations_at_most(conn: Conn, people: People, act: ActMaker) -> None:
    async def one(number: int) -> None:
        email = f"guest{number}@example.org"
        await invite(conn, viewer=people.ana, project_id=people.home, email=email, role="viewer", by=act())

    for number in range(MOST_PENDING):
        await one(number)
    with pytest.raises(Conflict):
        await one(MOST_PENDING)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email": "zoe@example.org", "user": "00000000-0000-0000-0000-000000000000"},
        {"email": "nobody"},
        {"email": "a\x00@example.org"},
        {"email": "x" * 2000 + "@example.org"},
        {"email": None},
        {"user": "me"},
        {"email": "zoe@example.org", "role": "owner"},
        {"email": "zoe@example.org", "state": "accepted"},
    ],
)
async def test_invitations_that_cannot_be(
    api: httpx.AsyncClient, conn: Conn, people: People, body: dict[str, object]
) -> None:
    assert failure(await api.post(path_of(people), json=body))[:2] == (400, "BAD_REQUEST")
    assert await conn.fetchval("select count(*) from invitations") == 0


@pytest.mark.parametrize("body", [{}, {"answer": "perhaps"}, {"answer": True}, {"answer": "accept", "role": "owner"}])
async def test_answers_that_cannot_be(api: httpx.AsyncClient, people: People, body: dict[str, object]) -> None:
    one = await invited(api, people)
    assert failure(await api.post(one, json=body, headers=ZOE))[:2] == (400, "BAD_REQUEST")
    assert await mine(api, ZOE) == ["Home"]
