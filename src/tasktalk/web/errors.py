"""Errors as the contract's JSON; anything that is no AppError is a bug, logged with an id that the answer shows."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from tasktalk.db.pool import LOST
from tasktalk.errors import AppError, BadRequest, NotFound, Unavailable
from tasktalk.ids import new_id
from tasktalk.logs import get_log

log = get_log("web")


Draw = Callable[[Request, AppError], Response]


def add_error_handlers(app: FastAPI, *, draw: Draw) -> None:
    """Answer every error of `app` in one shape: JSON, or as a page (`draw`) to a browser outside the API."""

    def answer(request: Request, error: AppError) -> Response:
        wants_page = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")
        return draw(request, error) if wants_page else JSONResponse(_plain(error.as_json()), status_code=error.status)

    async def expected(request: Request, error: Exception) -> Response:
        assert isinstance(error, AppError)  # noqa: S101  (registered for nothing else)
        return answer(request, error)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        return answer(request, _say_what_is_wrong(error))

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101
        if error.status_code == NotFound.status:
            return answer(request, NotFound())
        known = BadRequest(str(error.detail)).as_json()
        return JSONResponse(known, status_code=error.status_code, headers=error.headers)

    async def away(request: Request, error: Exception) -> Response:
        if isinstance(error, ValueError):  # asyncpg's own, of a value that it cannot encode
            return await bug(request, error)
        log.warning("database_gone", exc_info=error)
        return answer(request, Unavailable("The database cannot be reached right now. Try again in a moment."))

    async def bug(request: Request, error: Exception) -> Response:
        error_id = str(new_id())
        log.error("bug", error_id=error_id, exc_info=error)
        sentence = f"Something went wrong on our side. The log has it under {error_id}."
        return answer(request, AppError(sentence, error_id=error_id))

    app.add_exception_handler(AppError, expected)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    for lost in LOST:
        app.add_exception_handler(lost, away)
    app.add_exception_handler(Exception, bug)


def _say_what_is_wrong(error: RequestValidationError) -> BadRequest:
    first: dict[str, Any] = dict(error.errors()[0]) if error.errors() else {}
    field = ".".join(str(part) for part in first.get("loc", ())[1:])
    return BadRequest(
        f"{field}: {first.get('msg', 'not valid')}" if field else "The request is not valid.", field=field
    )


def _plain(body: dict[str, object]) -> dict[str, object]:
    """UUIDs and dates in `data` as text."""
    error = body["error"]
    assert isinstance(error, dict)  # noqa: S101
    data = error["data"]
    if data:
        error["data"] = {
            key: value if isinstance(value, int | float | bool) else str(value) for key, value in data.items()
        }
    return body
