"""Coming in and going out: by password, by a link that works once; and which theme to draw in."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from tasktalk.accounts.guessing import guessing
from tasktalk.accounts.request import (
    COOKIE,
    Visit,
    check_same_site,
    clear_session_cookie,
    is_https,
    page_visit,
)
from tasktalk.accounts.sessions import close_session, find_session, use_login_link
from tasktalk.accounts.users import check_password, find_viewer
from tasktalk.console.entrance import enter
from tasktalk.console.page import (
    THEME_COOKIE,
    THEMES,
    PageRoute,
    draw,
    go,
    go_back,
    now_of,
    read_form,
    safe_address,
)
from tasktalk.errors import AppError, NotFound, RateLimited, Unauthorized
from tasktalk.phrases import phrase

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_THEME_SECONDS = 365 * 86400
_STALE_LINK = phrase("This sign-in link was used before, or is older than a day. Ask for a new one.")


@router.get("/login")
async def show_sign_in(request: Request) -> Response:
    """The form; who is signed in already is sent on."""
    token, onward = request.cookies.get(COOKIE), safe_address(request.query_params.get("next"))
    if token:
        async with request.app.state.pool.acquire() as conn:
            if await find_session(conn, token=token, now=now_of(request)):
                return go(onward)
    return _form(request, onward)


@router.post("/login")
async def sign_in(request: Request) -> Response:
    """E-mail and password; wrong ones are counted by address and by account."""
    check_same_site(request)
    form, now = await read_form(request), now_of(request)
    email, onward = form.get("email", "").strip(), safe_address(form.get("next"))
    keys = ("account " + email.lower(), "address " + (request.client.host if request.client else "?"))
    try:
        async with guessing(request, keys, now=now, wrong=Unauthorized):
            viewer = await check_password(request.app.state.pool, email=email, password=form.get("password", ""))
    except (Unauthorized, RateLimited) as error:
        return _form(request, onward, email=email, error=error)
    return await enter(request, viewer, onward, way="password")


@router.get("/login/{token}")
async def follow_link(request: Request, token: str) -> Response:
    """A link that works once. A browser that only looks ahead does not use it up."""
    purpose = request.headers.get("sec-purpose", "") + request.headers.get("purpose", "")
    if "prefetch" in purpose or "preview" in purpose:
        return Response(status_code=204, headers={"Cache-Control": "no-store"})
    async with request.app.state.pool.acquire() as conn:
        user_id = await use_login_link(conn, token=token, now=now_of(request))
        viewer = await find_viewer(conn, user_id=user_id) if user_id else None
    if viewer is None:
        raise NotFound(_STALE_LINK)
    return await enter(request, viewer, safe_address(request.query_params.get("next")), way="link")


@router.post("/logout")
async def sign_out(request: Request, visit: Annotated[Visit, Depends(page_visit)]) -> Response:
    """Signed in no more, in this browser."""
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        await close_session(conn, token=visit.token, by=visit.viewer)
    response = go("/login")
    clear_session_cookie(request, response)
    return response


@router.post("/theme/{theme}")
async def choose_theme(request: Request, theme: str, _: Annotated[Visit, Depends(page_visit)]) -> Response:
    """Light, dark, or as the system has it; kept in this browser."""
    if theme not in THEMES:
        raise NotFound
    response = go_back(await read_form(request))
    response.set_cookie(
        THEME_COOKIE, theme, max_age=_THEME_SECONDS, httponly=True, samesite="lax", secure=is_https(request)
    )
    return response


def _form(request: Request, onward: str, *, email: str = "", error: AppError | None = None) -> Response:
    wrong = error.message if error else None
    status = error.status if error else 200
    response = draw(request, "sign_in.html", status=status, title="Sign in", next=onward, email=email, wrong=wrong)
    if isinstance(error, RateLimited):
        response.headers["retry-after"] = str(error.data["retry_after"])
    return response
