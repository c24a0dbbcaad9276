"""Who sends a request: a bearer token's person, or a session's. FastAPI dependencies.

A cookie is sent by the browser whoever asks it to, so every unsafe request that relies on one must also carry the
session's CSRF token (`X-CSRF-Token`, or the form field `csrf`) and must not come from another site.
"""

import hmac
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from fastapi import Request, Response

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.sessions import LIFE, Session, find_session
from tasktalk.accounts.tokens import find_revoked, find_token
from tasktalk.accounts.two_factor.factor import is_on
from tasktalk.accounts.watching.violations import address_of, suspect
from tasktalk.errors import Forbidden, Unauthorized
from tasktalk.phrases import phrase
from tasktalk.web.limits import SAFE, Limits

COOKIE = "tasktalk_session"
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True, slots=True)
class Visit:
    """A signed-in visit of a page: `csrf` belongs into its forms, `token` names the session."""

    viewer: Viewer
    csrf: str
    token: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request to the API, and the scopes of their token; empty: all that the person may."""

    viewer: Viewer
    scopes: frozenset[str]
    token_id: UUID | None = None


async def identify(request: Request) -> Caller:
    """The person behind `Authorization: Bearer …` or the session cookie; found once a request.

    Raises Unauthorized for neither (RateLimited when an address does that all the time), Forbidden when CSRF fails.
    """
    known: Caller | None = getattr(request.state, "caller", None)
    if known is None:
        limits = _limits_of(request)
        try:
            known = await _find_caller(request)
        except Unauthorized:
            if limits is not None:
                await limits.count_stranger(request)
            raise
        request.state.caller = known
    return known


async def api_viewer(request: Request) -> Viewer:
    """As `identify`; Forbidden when the token's scopes do not cover the request's method, RateLimited."""
    return await _api_viewer(request, {"read", "write"} if request.method in SAFE else {"write"})


async def api_reader(request: Request) -> Viewer:
    """As `api_viewer`, for what changes nothing whatever its method."""
    return await _api_viewer(request, {"read", "write"})


async def api_admin(request: Request) -> Viewer:
    """As `api_viewer`, and Forbidden unless owner or admin (and, for a scoped token, unless it has `admin`)."""
    caller = await identify(request)
    await _count(request, caller, administers=caller.viewer.is_admin)
    check_factor(request)
    if not caller.viewer.is_admin or (caller.scopes and "admin" not in caller.scopes):
        raise Forbidden(phrase("This is for administrators."))
    return caller.viewer


def demands_factor(request: Request, viewer: Viewer) -> bool:
    """Whether this person must have two-factor sign-in here to administer."""
    settings = getattr(request.app.state, "settings", None)
    demanded = getattr(settings, "two_factor", "optional") == "admins"
    return demanded and (viewer.is_admin or is_held_back(request))


def is_held_back(request: Request) -> bool:
    """Whether who asks would be an administrator, had they set up two-factor sign-in."""
    return bool(getattr(request.state, "held_back", False))


def check_factor(request: Request) -> None:
    """Raises Forbidden where that alone is what is missing."""
    if is_held_back(request):
        raise Forbidden(phrase("Administrators need two-factor sign-in here. Set it up under Account, Security."))


async def _hold_back(request: Request, viewer: Viewer) -> Viewer:
    """An administrator without a second factor, where it is demanded, is a member until they have it."""
    if not viewer.is_admin or not demands_factor(request, viewer):
        return viewer
    async with request.app.state.pool.acquire() as conn:
        if await is_on(conn, user_id=viewer.user_id):
            return viewer
    request.state.held_back = True
    return replace(viewer, role="member")


async def _api_viewer(request: Request, needed: set[str]) -> Viewer:
    caller = await identify(request)
    await _count(request, caller, administers=False)
    if caller.scopes and not caller.scopes & needed:
        raise Forbidden("This token's scopes do not allow it.", needed=sorted(needed))
    return caller.viewer


async def page_visit(request: Request) -> Visit:
    """The session behind a page. Raises Unauthorized without one, Forbidden when CSRF fails."""
    visit = await open_visit(request)
    if request.method not in SAFE:
        await _check_csrf(request, visit.csrf)
    return visit


async def open_visit(request: Request) -> Visit:
    """As `page_visit`, for whoever reads the form in pieces and then gives its token to `check_token`."""
    token = request.cookies.get(COOKIE)
    if not token:
        raise Unauthorized
    async with request.app.state.pool.acquire() as conn:
        found = await find_session(conn, token=token, now=datetime.now(UTC))
    if found is None:
        raise Unauthorized(phrase("Your session is over. Sign in again."))
    visit = Visit(await _hold_back(request, found[0]), found[1], token)
    request.state.viewer = visit.viewer  # whose language an error is said in
    if request.method not in SAFE:
        check_same_site(request)
    return visit


def check_same_site(request: Request) -> None:
    """Raises Forbidden when a browser says that another site made it send this request."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        allowed = site in {"same-origin", "none"}
    else:  # an old browser, or a program; an Origin must be ours
        origin = request.headers.get("origin")
        allowed = origin is None or origin.split("://")[-1] == request.headers.get("host")
    if not allowed:
        raise Forbidden(phrase("This request came from another site."))


def set_session_cookie(request: Request, response: Response, session: Session) -> None:
    """Hands the session to the browser; over https it never travels otherwise."""
    response.set_cookie(
        COOKIE,
        session.token,
        max_age=int(LIFE.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=is_https(request),
    )


def clear_session_cookie(request: Request, response: Response) -> None:
    """Takes the session from the browser."""
    response.delete_cookie(COOKIE, httponly=True, samesite="lax", secure=is_https(request))


def is_https(request: Request) -> bool:
    """Whether people reach us over https, by the request or by what the operator says of the public address."""
    settings = getattr(request.app.state, "settings", None)
    public_url = str(getattr(settings, "public_url", None) or "")
    return request.url.scheme == "https" or public_url.startswith("https://")


async def _find_caller(request: Request) -> Caller:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if not scheme:
        return Caller((await page_visit(request)).viewer, frozenset())
    found = None
    if scheme.lower() == "bearer":
        async with request.app.state.pool.acquire() as conn:
            found = await find_token(conn, token=token.strip(), now=datetime.now(UTC))
            revoked = await find_revoked(conn, token=token.strip()) if found is None else None
        if revoked is not None:
            await suspect(request.app.state, "revoked_token", str(revoked), subject="token", subject_id=revoked)
    if found is None:
        await suspect(request.app.state, "unknown_tokens", address_of(request))
        raise Unauthorized("This token is unknown or was revoked.")
    return Caller(await _hold_back(request, found.viewer), found.scopes, found.id)


async def _count(request: Request, caller: Caller, *, administers: bool) -> None:
    limits = _limits_of(request)
    if limits is not None and not hasattr(request.state, "standing"):
        await limits.count(request, caller.viewer.user_id, administers=administers)


def _limits_of(request: Request) -> Limits | None:
    return getattr(request.app.state, "limits", None)


def check_token(given: object, expected: str) -> None:
    """Raises Forbidden unless a form's CSRF token is the session's."""
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), expected.encode()):
        raise Forbidden(phrase("This page was open too long. Go back, reload it and try again."))


async def _check_csrf(request: Request, expected: str) -> None:
    given: object = request.headers.get("x-csrf-token")
    if given is None and request.headers.get("content-type", "").startswith(_FORMS):
        given = (await request.form()).get("csrf")
    check_token(given, expected)
