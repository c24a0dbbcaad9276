"""One's own data, to take away: all tasks, those of a project or of a filter, for a spreadsheet, a program or paper."""

from fastapi import APIRouter, Request, Response

from tasktalk.accounts.request import Visit
from tasktalk.assistant.exporting.api import send_export
from tasktalk.assistant.exporting.model import FORMATS, Export
from tasktalk.assistant.exporting.printed import MOST_PRINTED
from tasktalk.console.page import PageRoute, Wrong, draw, now_of
from tasktalk.console.pages.account_frame import load_account
from tasktalk.console.visits import Anybody
from tasktalk.errors import BadRequest
from tasktalk.phrases import phrase

_HERE = "/account/data"
router = APIRouter(prefix=_HERE, route_class=PageRoute, include_in_schema=False)
_LONGEST = 200  # of a project's name


@router.get("")
async def show_data(request: Request, visit: Anybody) -> Response:
    """What can be taken away."""
    return await draw_data(request, visit)


@router.get("/export")
async def export(request: Request, visit: Anybody) -> Response:
    """The document as a download, or the form with what is wrong."""
    given = {name: request.query_params.get(name, "").strip() for name in ("format", "project", "filter")}
    try:
        return await send_export(request, _read(given), viewer=visit.viewer, now=now_of(request))
    except BadRequest as error:
        return await draw_data(request, visit, given, wrong=Wrong.of(error))


def _read(given: dict[str, str]) -> Export:
    if given["format"] not in FORMATS:
        raise BadRequest(phrase("There is no such format."), field="format")
    if given["project"] and given["filter"]:
        raise BadRequest(phrase("Name a project or a filter, not both."), field="filter")
    if len(given["project"]) > _LONGEST:
        raise BadRequest(phrase("There is no such project."), field="project")
    return Export(given["format"], given["project"] or None, given["filter"] or None)


async def draw_data(
    request: Request, visit: Visit, given: dict[str, str] | None = None, *, wrong: Wrong | None = None
) -> Response:
    """The page, with what was given and what is wrong with it."""
    given = given or {"project": "", "filter": ""}
    async with request.app.state.pool.acquire() as conn:
        context = await load_account(request, conn, visit, here=_HERE)
    context |= {"given": given, "wrong": wrong, "most_printed": MOST_PRINTED}
    return draw(request, "account_data.html", status=wrong.status if wrong else 200, **context)
