"""The people of this Tasktalk: add somebody, give them a role, shut them out."""

from typing import get_args

from fastapi import APIRouter, Request, Response

from tasktalk.accounts.access import Role
from tasktalk.accounts.administration import add_person, administer, list_page
from tasktalk.accounts.request import Visit
from tasktalk.accounts.two_factor.factor import reset
from tasktalk.accounts.users import LANGUAGES
from tasktalk.assistant.replies.speech import phrase
from tasktalk.console.frame import load_frame
from tasktalk.console.page import Note, PageRoute, Wrong, draw, go, now_of, read_form
from tasktalk.console.visits import Operator
from tasktalk.console.words import speech_of
from tasktalk.errors import BadRequest, Conflict, Forbidden
from tasktalk.ids import parse_id
from tasktalk.web.http import known_id, web_address

router = APIRouter(route_class=PageRoute, include_in_schema=False)

ROLES: dict[Role, str] = {"owner": phrase("Owner"), "admin": phrase("Administrator"), "member": phrase("Member")}
_PAGE = 100


@router.get("/people")
async def show_people(request: Request, visit: Operator) -> Response:
    """Everybody, oldest first."""
    return await _draw(request, visit)


@router.post("/people")
async def add_somebody(request: Request, visit: Operator) -> Response:
    """Somebody new; the link that signs them in is shown on this answer alone."""
    form = await read_form(request)
    given = {key: form.get(key, "").strip() for key in ("name", "email", "role", "language")}
    role = _role(given["role"])
    try:
        async with request.app.state.pool.acquire() as conn, conn.transaction():
            user, link = await add_person(
                conn,
                viewer=visit.viewer,
                name=given["name"],
                email=given["email"] or None,
                role=role,
                timezone=visit.viewer.timezone,
                language=given["language"] if given["language"] in LANGUAGES else visit.viewer.language,
                now=now_of(request),
            )
    except (BadRequest, Conflict, Forbidden) as error:
        return await _draw(request, visit, given=given, wrong=Wrong.of(error))
    return await _draw(request, visit, way_in=(user.name, link))


@router.post("/people/{user_id}")
async def change_person(request: Request, user_id: str, visit: Operator) -> Response:
    """Another role, shut out, let in again, or rid of a second factor that was lost."""
    form, known = await read_form(request), known_id(user_id)
    speech = speech_of(visit.viewer.language)
    if form.get("two-factor") == "reset":
        async with request.app.state.pool.acquire() as conn, conn.transaction():
            await reset(conn, by=visit.viewer, user_id=known)
        return go("/people", Note(speech.say("Two-factor sign-in was reset.")))
    try:
        async with request.app.state.pool.acquire() as conn, conn.transaction():
            changes = _changes(form)
            user = await administer(conn, viewer=visit.viewer, user_id=known, changes=changes, now=now_of(request))
    except (Conflict, Forbidden) as error:
        return await _draw(request, visit, wrong=Wrong.of(error))
    words = speech.say("{name} is shut out.", name=user.name) if user.disabled_at else speech.say("Saved.")
    return go("/people", Note(words))


def _changes(form: dict[str, str]) -> dict[str, object]:
    if "role" in form:
        return {"role": _role(form["role"])}
    if form.get("disabled") not in {"yes", "no"}:
        raise BadRequest
    return {"disabled": form["disabled"] == "yes"}


async def _draw(
    request: Request,
    visit: Visit,
    *,
    given: dict[str, str] | None = None,
    wrong: Wrong | None = None,
    way_in: tuple[str, str] | None = None,
) -> Response:
    speech = speech_of(visit.viewer.language)
    after = parse_id(request.query_params.get("after", ""))
    async with request.app.state.pool.acquire() as conn:
        frame = await load_frame(conn, visit, here="people", title=speech.say("People"), now=now_of(request))
        page = await list_page(conn, limit=_PAGE, after=after)
    roles = [(key, speech.say(words)) for key, words in ROLES.items() if key != "owner" or visit.viewer.role == "owner"]
    response = draw(
        request,
        "people.html",
        status=wrong.status if wrong else 200,
        people=page.items,
        roles=roles,
        role_names={key: speech.say(words) for key, words in ROLES.items()},
        languages=LANGUAGES,
        given={"name": "", "email": "", "role": "member", "language": visit.viewer.language} | (given or {}),
        wrong=wrong,
        way_in=way_in and (way_in[0], f"{web_address(request)}/login/{way_in[1]}"),
        next_page=f"/people?after={page.next}" if page.next else None,
        **frame,
    )
    if way_in:
        response.headers["cache-control"] = "no-store"
    return response


def _role(text: str) -> Role:
    if text not in get_args(Role):
        raise BadRequest(phrase("This is no role."), field="role")
    return text  # type: ignore[return-value]  # (checked just here)
