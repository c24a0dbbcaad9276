"""Errors as the contract's JSON; anything that is no AppError is a bug, logged with an id that the answer shows."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from tasktalk.errors import AppError, BadRequest, NotFound
from tasktalk.ids import new_id
from tasktalk.logs import get_log

log = get_log("web")


def add_error_handlers(app: FastAPI) -> None:
    """Answer every error of `app` in one shape."""
    app.add_exception_handler(AppError, _app_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _bug)


async def _app_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, AppError)  # noqa: S101  (registered for nothing else)
    return JSONResponse(_plain(error.as_json()), status_code=error.status)


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    first: dict[str, Any] = dict(error.errors()[0]) if error.errors() else {}
    field = ".".join(str(part) for part in first.get("loc", ())[1:])
    answer = BadRequest(
        f"{field}: {first.get('msg', 'not valid')}" if field else "The request is not valid.", field=field
    )
    return JSONResponse(answer.as_json(), status_code=answer.status)


async def _http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101
    known: AppError = NotFound() if error.status_code == NotFound.status else BadRequest(str(error.detail))
    return JSONResponse(known.as_json(), status_code=error.status_code, headers=error.headers)


async def _bug(_request: Request, error: Exception) -> JSONResponse:
    error_id = str(new_id())
    log.error("bug", error_id=error_id, exc_info=error)
    answer = AppError("Something went wrong on our side. The log has it under this id.", error_id=error_id)
    return JSONResponse(answer.as_json(), status_code=500)


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
