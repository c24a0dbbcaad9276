"""Coming in: after the first proof either the code is still owed, or a session opens."""

from fastapi import Request, Response

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.audit.audit import record
from tasktalk.accounts.request import is_https, set_session_cookie
from tasktalk.accounts.sessions import forget_expired, open_session
from tasktalk.accounts.two_factor.factor import is_on
from tasktalk.accounts.two_factor.steps import LIFE, Way, begin_step
from tasktalk.console.page import address_with, go, now_of
from tasktalk.db import Conn

STEP_COOKIE = "tasktalk_step"
CODE_PAGE = "/login/code"


async def enter(request: Request, viewer: Viewer, onward: str, *, way: Way) -> Response:
    """After a right password or link: in, or on to the page that asks for the code."""
    now = now_of(request)
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        if not await is_on(conn, user_id=viewer.user_id):
            return await let_in(request, conn, viewer, onward, way=way)
        token = await begin_step(conn, user_id=viewer.user_id, way=way, now=now)
    response = go(address_with(CODE_PAGE, {"next": onward if onward != "/" else None}))
    age = int(LIFE.total_seconds())
    response.set_cookie(
        STEP_COOKIE, token, max_age=age, path="/login", httponly=True, samesite="lax", secure=is_https(request)
    )
    return response


async def let_in(
    request: Request, conn: Conn, viewer: Viewer, onward: str, *, way: Way, code: str | None = None
) -> Response:
    """A session, in the caller's transaction; `code`: which kind of code was shown."""
    now = now_of(request)
    await forget_expired(conn, now=now)
    agent = request.headers.get("user-agent", "")
    session = await open_session(conn, user_id=viewer.user_id, now=now, user_agent=agent)
    detail = {"by": way} | ({"second": code} if code else {})
    await record(conn, by=viewer, action="session.opened", subject="user", subject_id=viewer.user_id, detail=detail)
    response = go(onward)
    set_session_cookie(request, response, session)
    return response
