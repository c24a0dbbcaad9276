"""The REST API of people, for administrators, and of everybody's own tokens."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from tasktalk.accounts.access import Role, Viewer
from tasktalk.accounts.administration import UserPage, add_person, administer, list_page
from tasktalk.accounts.request import api_admin, api_viewer, identify
from tasktalk.accounts.tokens import Token, check_may_grant, list_tokens, make_own_token, revoke_own_token
from tasktalk.accounts.users import User, get_user
from tasktalk.errors import BadRequest
from tasktalk.ids import parse_id
from tasktalk.web.http import answers, known_id, pool_of, to_json, web_address

router = APIRouter(prefix="/api")

LIMIT, MOST = 50, 500  # people on a page
Me = Annotated[Viewer, Depends(api_viewer)]
Admin = Annotated[Viewer, Depends(api_admin)]


class NewTokenBody(BaseModel):
    """A token to make; without scopes it may do all that its person may."""

    model_config = ConfigDict(extra="forbid")

    name: str
    scopes: list[Literal["read", "write", "admin"]] = []


class NewUserBody(BaseModel):
    """Somebody to add. Without an address they can sign in by their link alone."""

    model_config = ConfigDict(extra="forbid")

    name: str
    email: str | None = None
    role: Role = "member"
    timezone: str | None = None
    language: str = "en"


class UserPatchBody(BaseModel):
    """What to change; a key that is not sent stays as it is."""

    model_config = ConfigDict(extra="forbid")

    name: str = ""
    role: Role = "member"
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class TokenPage:
    """The caller's tokens, all on one page."""

    items: list[Token]
    next: None = None


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A new token; `token` is its plain text, which nobody can ask for again."""

    id: UUID
    name: str
    scopes: list[str]
    token: str


@dataclass(frozen=True, slots=True)
class MadeUser:
    """Somebody new, and the link that signs them in once, within a day; nobody can ask for it again."""

    user: User
    sign_in_link: str


@router.get("/tokens", tags=["tokens"], responses=answers(TokenPage))
async def list_own_tokens(request: Request, viewer: Me) -> Response:
    """The caller's tokens that still open something, oldest first; never their text."""
    async with pool_of(request).acquire() as conn:
        return to_json(TokenPage(await list_tokens(conn, user_id=viewer.user_id)))


@router.post("/tokens", tags=["tokens"], status_code=201, responses=answers(MadeToken, status=201))
async def make_token(request: Request, viewer: Me, body: NewTokenBody) -> Response:
    """Makes a token; its text is in this answer alone. A token with scopes makes none that may do more than itself."""
    scopes = list(dict.fromkeys(body.scopes))
    check_may_grant(scopes, own=(await identify(request)).scopes)
    async with pool_of(request).acquire() as conn, conn.transaction():
        token_id, plain = await make_own_token(conn, viewer=viewer, name=body.name, scopes=scopes)
        [made] = [each for each in await list_tokens(conn, user_id=viewer.user_id) if each.id == token_id]
    answer = MadeToken(token_id, made.name, list(made.scopes), plain)
    return to_json(answer, status=201, location=f"/api/tokens/{token_id}", secret=True)


@router.delete("/tokens/{token_id}", tags=["tokens"], status_code=204)
async def end_token(request: Request, viewer: Me, token_id: str) -> None:
    """Revokes a token of the caller's: from now on it opens nothing."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        await revoke_own_token(conn, viewer=viewer, token_id=known_id(token_id), now=datetime.now(UTC))


@router.get("/users", tags=["users"], responses=answers(UserPage))
async def list_people(
    request: Request,
    _: Admin,
    *,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
    cursor: Annotated[str | None, Query(description="`next` of the page before.")] = None,
) -> Response:
    """Everybody, disabled people too, oldest first. For administrators."""
    after = parse_id(cursor) if cursor else None
    if cursor and after is None:
        raise BadRequest("This cursor is not ours.", field="cursor")
    async with pool_of(request).acquire() as conn:
        return to_json(await list_page(conn, limit=limit, after=after))


@router.post("/users", tags=["users"], status_code=201, responses=answers(MadeUser, status=201))
async def add_user(request: Request, viewer: Admin, body: NewUserBody) -> Response:
    """Adds somebody; the link that signs them in is in this answer alone. For administrators; owners make owners."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        user, link = await add_person(
            conn,
            viewer=viewer,
            name=body.name,
            email=body.email,
            role=body.role,
            timezone=request.app.state.settings.timezone if body.timezone is None else body.timezone,
            language=body.language,
            now=datetime.now(UTC),
        )
    made = MadeUser(user, f"{web_address(request)}/login/{link}")
    return to_json(made, status=201, location=f"/api/users/{user.id}", secret=True)


# Ids alone, so that a word such as `me` is somebody else's route.
@router.get("/users/{user_id:uuid}", tags=["users"], responses=answers(User))
async def show_user(request: Request, _: Admin, user_id: UUID) -> Response:
    """One person. For administrators."""
    async with pool_of(request).acquire() as conn:
        return to_json(await get_user(conn, user_id=user_id))


@router.patch("/users/{user_id:uuid}", tags=["users"], responses=answers(User))
async def change_person(request: Request, viewer: Admin, user_id: UUID, body: UserPatchBody) -> Response:
    """Changes only the keys that are sent. For administrators.

    Who is disabled is signed out everywhere and their tokens are revoked. Only an owner makes or changes an owner; the
    last one stays.
    """
    changes = body.model_dump(include=body.model_fields_set)
    async with pool_of(request).acquire() as conn, conn.transaction():
        user = await administer(conn, viewer=viewer, user_id=user_id, changes=changes, now=datetime.now(UTC))
    return to_json(user)
