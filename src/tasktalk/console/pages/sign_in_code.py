"""The second proof at sign-in: a code of the authenticator app, or a recovery code."""

from fastapi import APIRouter, Request, Response

from tasktalk.accounts.request import check_same_site
from tasktalk.accounts.two_factor.factor import check_code, refuse
from tasktalk.accounts.two_factor.steps import end_step, find_step
from tasktalk.accounts.users import find_viewer
from tasktalk.console.entrance import CODE_PAGE, STEP_COOKIE, let_in
from tasktalk.console.page import PageRoute, address_with, draw, go, now_of, read_form, safe_address
from tasktalk.errors import AppError, BadRequest, RateLimited

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get(CODE_PAGE)
async def ask_code(request: Request) -> Response:
    """The form, for who has shown a password or a link; anybody else begins there."""
    onward = safe_address(request.query_params.get("next"))
    async with request.app.state.pool.acquire() as conn:
        step = await find_step(conn, token=request.cookies.get(STEP_COOKIE, ""), now=now_of(request))
    return _form(request, onward) if step else _begin_anew(onward)


@router.post(CODE_PAGE)
async def take_code(request: Request) -> Response:
    """In with a right one. A wrong one is counted with the account, whichever process hears it."""
    check_same_site(request)
    form, now, token = await read_form(request), now_of(request), request.cookies.get(STEP_COOKIE, "")
    onward = safe_address(form.get("next"))
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        step = await find_step(conn, token=token, now=now)
        viewer = await find_viewer(conn, user_id=step.user_id) if step else None
        if step is None or viewer is None:
            return _begin_anew(onward)
        keyring = request.app.state.keyring
        answer = await check_code(conn, user_id=step.user_id, code=form.get("code", ""), keyring=keyring, now=now)
        if answer in {"code", "recovery code"}:
            if not await end_step(conn, token=token):
                return _begin_anew(onward)
            response = await let_in(request, conn, viewer, onward, way=step.way, code=answer)
            response.delete_cookie(STEP_COOKIE, path="/login", httponly=True, samesite="lax")
            return response
    try:
        refuse(answer)
    except (BadRequest, RateLimited) as error:
        return _form(request, onward, error=error)
    return _begin_anew(onward)


def _begin_anew(onward: str) -> Response:
    return go(address_with("/login", {"next": onward if onward != "/" else None}))


def _form(request: Request, onward: str, *, error: AppError | None = None) -> Response:
    wrong, status = (error.message, error.status) if error else (None, 200)
    response = draw(request, "sign_in_code.html", status=status, title="Sign in", next=onward, wrong=wrong)
    if isinstance(error, RateLimited):
        response.headers["retry-after"] = str(error.data["retry_after"])
    return response
