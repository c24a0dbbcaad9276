"""The console over an application of its own, asked as a browser without a script asks it."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
from argon2 import PasswordHasher
from fastapi import FastAPI

from tasktalk.accounts.access import Role, Viewer
from tasktalk.accounts.request import COOKIE
from tasktalk.accounts.sessions import open_session
from tasktalk.accounts.users import create_user, find_viewer
from tasktalk.db import Pool

PASSWORD = "correct horse battery"
_HASH = PasswordHasher().hash(PASSWORD)  # once, for it takes its time
_FIELD = re.compile(r'name="csrf" value="([^"]+)"')


@dataclass
class Browser:
    """One person's browser. `send` posts a form of the page it is on, with that page's CSRF token."""

    http: httpx.AsyncClient
    viewer: Viewer | None = None

    async def open(self, path: str, **headers: str) -> httpx.Response:
        return await self.http.get(path, headers=headers)

    async def read(self, path: str) -> str:
        answer = await self.http.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def send(self, path: str, *, on: str = "/", **fields: str) -> httpx.Response:
        found = _FIELD.search((await self.http.get(on)).text)
        assert found is not None
        return await self.http.post(path, data={"csrf": found[1], "back": on} | fields)


@dataclass
class Desk:
    """The application and whoever comes to it."""

    app: FastAPI
    pool: Pool
    browsers: list[httpx.AsyncClient]

    def browser(self) -> Browser:
        http = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://console.test")
        self.browsers.append(http)
        return Browser(http)

    async def person(self, name: str, role: Role = "member", timezone: str = "UTC") -> Browser:
        email = f"{name.split(maxsplit=1)[0].lower()}@example.com"
        user_id = await create_user(self.pool, name=name, email=email, role=role, timezone=timezone)
        await self.pool.execute("update users set password = $2 where id = $1", user_id, _HASH)
        session = await open_session(self.pool, user_id=user_id, now=datetime.now(UTC))
        browser = self.browser()
        browser.http.cookies.set(COOKIE, session.token)
        browser.viewer = await find_viewer(self.pool, user_id=user_id)
        return browser


Report = Callable[[], Awaitable[tuple[dict[str, Any], dict[str, Any]]]]
