"""Connected numbers: the list of them, and connecting another, each value checked as it is entered."""

from fastapi import APIRouter, Request, Response

from tasktalk.accounts.request import Visit
from tasktalk.console.frame import load_frame
from tasktalk.console.page import Note, PageRoute, Wrong, draw, go, now_of, read_form
from tasktalk.console.visits import Operator
from tasktalk.console.words import speech_of
from tasktalk.errors import BadRequest, Conflict
from tasktalk.integrations.editing import clean, make_integration
from tasktalk.integrations.shown import list_shown

router = APIRouter(route_class=PageRoute, include_in_schema=False)

FIELDS = (
    "name",
    "business_account_id",
    "phone_number_id",
    "display_phone_number",
    "business_name",
    "app_id",
    "graph_url",
)


@router.get("/integrations")
async def show_integrations(request: Request, visit: Operator) -> Response:
    """Every number and how it is."""
    speech = speech_of(visit.viewer.language)
    async with request.app.state.pool.acquire() as conn:
        title = speech.say("Integrations")
        frame = await load_frame(conn, visit, here="integrations", title=title, now=now_of(request))
        shown = await list_shown(conn)
    return draw(request, "integrations.html", integrations=shown, **frame | {"live": "system messages"})


@router.get("/integrations/new")
async def show_new(request: Request, visit: Operator) -> Response:
    """The form, with where Meta shows each value."""
    return await _draw_form(request, visit)


@router.post("/integrations/new")
async def connect(request: Request, visit: Operator) -> Response:
    """Connects the number; its credentials are entered on its own page."""
    form = await read_form(request)
    given = {field: form.get(field, "").strip() for field in FIELDS}
    try:
        values = clean(given, settings=request.app.state.settings)
        async with request.app.state.pool.acquire() as conn, conn.transaction():
            made = await make_integration(conn, by=visit.viewer, values=values)
    except (BadRequest, Conflict) as error:
        return await _draw_form(request, visit, given=given, wrong=Wrong.of(error))
    words = speech_of(visit.viewer.language).say("{name} is connected. Enter its credentials next.", name=made.name)
    return go(f"/integrations/{made.id}#credentials", Note(words))


async def _draw_form(
    request: Request, visit: Visit, *, given: dict[str, str] | None = None, wrong: Wrong | None = None
) -> Response:
    title = speech_of(visit.viewer.language).say("Add an integration")
    async with request.app.state.pool.acquire() as conn:
        frame = await load_frame(conn, visit, here="integrations", title=title, now=now_of(request))
    simulated = request.app.state.settings.sandbox
    status = wrong.status if wrong else 200
    known = dict.fromkeys(FIELDS, "") | (given or {})
    return draw(request, "integration_new.html", status=status, given=known, wrong=wrong, simulated=simulated, **frame)
