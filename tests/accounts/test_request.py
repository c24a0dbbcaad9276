"""Who a request comes from, asked over HTTP as the API and the console ask it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import httpx
import pytest
from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.request import COOKIE, api_admin, api_reader, api_viewer
from tasktalk.accounts.sessions import Session, open_session
from tasktalk.accounts.tokens import create_token
from tasktalk.accounts.users import create_user
from tasktalk.db import Pool
from tasktalk.errors import AppError


@dataclass
class Door:
    client: httpx.AsyncClient
    pool: Pool

    async def session(self, name: str = "Ana", role: str = "member") -> Session:
        user_id = await create_user(self.pool, name=name, email=None, role=role)
        session = await open_session(self.pool, user_id=user_id, now=datetime.now(UTC))
        self.client.cookies.set(COOKIE, session.token)
        return session

    async def token(self, *scopes: str, role: str = "member") -> dict[str, str]:
        user_id = await create_user(self.pool, name="Ana", email=None, role=role)
        _, plain = await create_token(self.pool, user_id=user_id, name="test", scopes=scopes)
        return {"Authorization": f"Bearer {plain}"}


@pytest.fixture
async def door(pool: Pool) -> AsyncIterator[Door]:
    app = FastAPI()
    app.state.pool = pool

    @app.exception_handler(AppError)
    async def refuse(_: Request, error: AppError) -> JSONResponse:
        return JSONResponse(error.as_json(), error.status)

    @app.api_route("/things", methods=["GET", "POST"])
    async def things(viewer: Annotated[Viewer, Depends(api_viewer)]) -> str:
        return viewer.name

    @app.post("/questions")
    async def questions(viewer: Annotated[Viewer, Depends(api_reader)]) -> str:
        return viewer.name

    @app.api_route("/workers", methods=["GET", "POST"])
    async def workers(viewer: Annotated[Viewer, Depends(api_admin)]) -> str:
        return viewer.name

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://console.test") as client:
        yield Door(client, pool)


async def test_nobody_and_a_wrong_token_get_401(door: Door) -> None:
    for headers in (
        {},
        {"Authorization": "Bearer tt_wrong"},
        {"Authorization": "Basic YTpi"},
        {"Cookie": f"{COOKIE}=x"},
    ):
        answer = await door.client.get("/things", headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "UNAUTHORIZED")


async def test_a_wrong_token_is_not_made_good_by_a_session(door: Door) -> None:
    await door.session()
    assert (await door.client.get("/things")).status_code == 200
    assert (await door.client.get("/things", headers={"Authorization": "Bearer tt_wrong"})).status_code == 401


async def test_a_token_needs_no_csrf(door: Door) -> None:
    headers = await door.token() | {"Sec-Fetch-Site": "cross-site"}
    assert (await door.client.post("/things", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    ("scopes", "role", "path", "method", "status"),
    [
        ((), "member", "/things", "POST", 200),
        (("read",), "member", "/things", "GET", 200),
        (("read",), "member", "/things", "POST", 403),
        (("write",), "member", "/things", "GET", 200),
        (("read",), "member", "/questions", "POST", 200),
        (("admin",), "admin", "/questions", "POST", 403),
        (("admin",), "admin", "/things", "GET", 403),
        ((), "admin", "/workers", "POST", 200),
        (("admin",), "admin", "/workers", "POST", 200),
        (("admin",), "member", "/workers", "GET", 403),
        (("read", "write"), "admin", "/workers", "GET", 403),
        ((), "owner", "/workers", "GET", 200),
        ((), "member", "/workers", "GET", 403),
    ],
)
async def test_scopes_and_roles(  # noqa: PLR0917  (a table)
    door: Door, scopes: tuple[str, ...], role: str, path: str, method: str, status: int
) -> None:
    answer = await door.client.request(method, path, headers=await door.token(*scopes, role=role))
    assert answer.status_code == status


async def test_a_cookie_alone_changes_nothing(door: Door) -> None:
    session = await door.session()
    csrf = {"X-CSRF-Token": session.csrf}
    assert (await door.client.post("/things")).status_code == 403
    assert (await door.client.post("/things", headers={"X-CSRF-Token": "guess"})).status_code == 403
    assert (await door.client.post("/things", data={"csrf": "é"})).status_code == 403
    assert (await door.client.post("/things", headers=csrf)).status_code == 200
    assert (await door.client.post("/things", data={"csrf": session.csrf})).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://console.test"}, 403),
        ({"Origin": "http://console.test"}, 200),
        ({"Origin": "https://evil.test"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
async def test_another_site_changes_nothing_even_with_the_token(
    door: Door, headers: dict[str, str], status: int
) -> None:
    session = await door.session()
    answer = await door.client.post("/things", headers=headers | {"X-CSRF-Token": session.csrf})
    assert answer.status_code == status


async def test_another_sessions_csrf_token_is_not_this_ones(door: Door) -> None:
    bens = await door.session("Ben")
    await door.session("Ana")
    assert (await door.client.post("/things", headers={"X-CSRF-Token": bens.csrf})).status_code == 403
