"""One's own API tokens: each shown once, with what it may."""

from fastapi import APIRouter, Request, Response

from tasktalk.accounts.request import Visit
from tasktalk.accounts.tokens import list_tokens, make_own_token, revoke_own_token
from tasktalk.assistant.replies.speech import phrase
from tasktalk.console.page import Note, PageRoute, Wrong, draw, go, now_of, read_form
from tasktalk.console.pages.account_frame import load_account
from tasktalk.console.visits import Anybody
from tasktalk.console.words import speech_of
from tasktalk.errors import BadRequest
from tasktalk.web.http import known_id

_HERE = "/account/tokens"
router = APIRouter(prefix=_HERE, route_class=PageRoute, include_in_schema=False)

# By what the form sends: scopes with spaces between, none for all.
_MAY = {
    "read": phrase("look at my tasks"),
    "write": phrase("look at and change my tasks"),
    "": phrase("everything I may"),
}
_MAY_OPERATE = {"admin": phrase("manage users, numbers and workers"), "write admin": phrase("both of these")}


@router.get("")
async def show_tokens(request: Request, visit: Anybody) -> Response:
    """Those that still open something."""
    return await _draw(request, visit)


@router.post("")
async def add_token(request: Request, visit: Anybody) -> Response:
    """A new one, shown on this answer alone."""
    form = await read_form(request)
    given = {key: form.get(key, "").strip() for key in ("name", "scopes")}
    try:
        async with request.app.state.pool.acquire() as conn, conn.transaction():
            scopes = given["scopes"].split()
            _, plain = await make_own_token(conn, viewer=visit.viewer, name=given["name"], scopes=scopes)
    except BadRequest as error:
        return await _draw(request, visit, given=given, wrong=Wrong.of(error))
    response = await _draw(request, visit, secret=plain)
    response.headers["cache-control"] = "no-store"
    return response


@router.post("/{token_id}/revoke")
async def end_token(request: Request, token_id: str, visit: Anybody) -> Response:
    """From now on it opens nothing."""
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        await revoke_own_token(conn, viewer=visit.viewer, token_id=known_id(token_id), now=now_of(request))
    return go(_HERE, Note(speech_of(visit.viewer.language).say("Revoked. It opens nothing any more.")))


async def _draw(
    request: Request,
    visit: Visit,
    *,
    given: dict[str, str] | None = None,
    wrong: Wrong | None = None,
    secret: str | None = None,
) -> Response:
    say = speech_of(visit.viewer.language).say
    async with request.app.state.pool.acquire() as conn:
        context = await load_account(request, conn, visit, here=_HERE)
        tokens = await list_tokens(conn, user_id=visit.viewer.user_id)
    words = {
        "read": say("looks at tasks"),
        "write": say("changes tasks"),
        "admin": say("manages users, numbers and workers"),
    }
    context |= {
        "tokens": [(each, [words[scope] for scope in each.scopes] or [say("everything")]) for each in tokens],
        "may": [(scopes, say(it)) for scopes, it in (_MAY | (_MAY_OPERATE if visit.viewer.is_admin else {})).items()],
        "given": given or {"name": "", "scopes": "write"},
        "wrong": wrong,
        "secret": secret,
    }
    return draw(request, "account_tokens.html", status=wrong.status if wrong else 200, **context)
