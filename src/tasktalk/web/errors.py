"""Errors as the contract's JSON; anything that is no AppError is a bug, logged with an id that the answer shows."""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from tasktalk.db.pool import BUSY, LOST
from tasktalk.errors import AppError, BadRequest, NotFound, Unauthorized, Unavailable, WrongMethod
from tasktalk.ids import new_id
from tasktalk.logs import get_log
from tasktalk.phrases import phrase

log = get_log("web")

_KNOWN: dict[int, type[AppError]] = {each.status: each for each in (NotFound, WrongMethod)}

Draw = Callable[[Request, AppError], Response]


def add_error_handlers(app: FastAPI, *, draw: Draw) -> None:
    """Answer every error of `app` in one shape: JSON, or as a page (`draw`) to a browser outside the API."""

    def answer(request: Request, error: AppError) -> Response:
        wants_page = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")
        return draw(request, error) if wants_page else error_answer(error)

    async def expected(request: Request, error: Exception) -> Response:
        assert isinstance(error, AppError)  # noqa: S101  (registered for nothing else)
        return answer(request, error)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        return answer(request, say_what_is_wrong(error.errors(), skip=1))

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101
        known = _KNOWN.get(error.status_code)
        answered = answer(request, known()) if known else _of_the_framework(error)
        return _saying_what_can(answered, request, error)

    async def away(request: Request, error: Exception) -> Response:
        if isinstance(error, ValueError):  # asyncpg's own, of a value that it cannot encode
            return await bug(request, error)
        busy = phrase("Others are changing the same things right now. Try again in a moment.")
        lost = phrase("The database cannot be reached right now. Try again in a moment.")
        log.warning("database_unavailable", exc_info=error)
        return answer(request, Unavailable(busy if isinstance(error, BUSY) else lost))

    async def bug(request: Request, error: Exception) -> Response:
        error_id = str(new_id())
        log.error("bug", error_id=error_id, exc_info=error)
        sentence = f"Something went wrong on our side. The log has it under {error_id}."
        return answer(request, AppError(sentence, error_id=error_id))

    app.add_exception_handler(AppError, expected)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    for lost in (*LOST, *BUSY):
        app.add_exception_handler(lost, away)
    app.add_exception_handler(Exception, bug)


def error_answer(error: AppError) -> Response:
    """The error as the contract's JSON, with the headers that belong to it."""
    headers = {}
    if (seconds := error.data.get("retry_after")) is not None:
        headers["Retry-After"] = str(seconds)
    if error.status == Unauthorized.status:
        headers["WWW-Authenticate"] = "Bearer"
    # ASCII: a message may repeat a key that was sent, and that may hold half a character.
    return Response(json.dumps(_plain(error.as_json())), error.status, headers, "application/json")


def _of_the_framework(error: HTTPException) -> Response:
    answered = error_answer(BadRequest(str(error.detail)))
    answered.status_code = error.status_code
    answered.headers.update(error.headers or {})
    return answered


def _saying_what_can(answered: Response, request: Request, error: HTTPException) -> Response:
    """With `Allow` where the method is wrong: as described, for the framework tells of the first route there alone."""
    if error.status_code != WrongMethod.status:
        return answered
    described, asked = request.app.openapi()["paths"], request.url.path
    fits = [path for path in described if re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)), asked)]
    plainest = min(fits, key=lambda path: path.count("{"), default=None)  # `members/me` before `members/{user_id}`
    methods = sorted(method.upper() for method in described.get(plainest, ()))
    answered.headers["Allow"] = ", ".join(methods) or (error.headers or {}).get("Allow", "")
    return answered


def say_what_is_wrong(errors: Sequence[Any], *, skip: int) -> BadRequest:
    """The first of pydantic's errors, less the first `skip` parts of its place: body, query and the like."""
    first: dict[str, Any] = dict(errors[0]) if errors else {}
    place = first.get("loc", ())
    field = ".".join(str(part) for part in place[skip:] or place[:skip])
    said = first.get("msg", "not valid")
    return BadRequest(f"{field}: {said}" if field else said, field=field)


def _plain(body: dict[str, object]) -> dict[str, object]:
    """UUIDs and dates in `data` as text."""
    error = body["error"]
    assert isinstance(error, dict)  # noqa: S101
    data = error["data"]
    if data:
        error["data"] = {key: _as_said(value) for key, value in data.items()}
    return body


def _as_said(value: object) -> object:
    if isinstance(value, list | tuple):
        return [_as_said(part) for part in value]
    return value if isinstance(value, int | float | bool) else str(value)
