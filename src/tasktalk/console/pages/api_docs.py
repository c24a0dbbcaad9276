"""The API for people: every path with its parameters, body and answers, drawn from the OpenAPI description."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from tasktalk.console.page import PageRoute, draw
from tasktalk.console.prose import inline, prose

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Parameter:
    """`place`: query, path, header or body. `kind`: its type in a word or two."""

    name: str
    place: str
    kind: str
    required: bool
    words: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    title: str
    words: str
    parameters: tuple[Parameter, ...]
    answers: tuple[tuple[str, str], ...]


@router.get("/docs")
async def show_api(request: Request) -> Response:
    """For anybody who builds on it; it tells nothing that the program's source does not."""
    schema: dict[str, Any] = request.app.openapi()
    return draw(
        request,
        "api.html",
        title="API",
        groups=_groups(_operations(schema)),
        inline=inline,
        prose=prose,
        version=schema["info"]["version"],
    )


def _groups(operations: Iterable[Operation]) -> dict[str, list[Operation]]:
    """By what they are about: `tasks` of `/api/tasks/{task_id}`."""
    groups: dict[str, list[Operation]] = {}
    for each in operations:
        groups.setdefault(each.path.removeprefix("/api").split("/")[1], []).append(each)
    return groups


def _operations(schema: Mapping[str, Any]) -> Iterator[Operation]:
    for path, methods in schema["paths"].items():
        for method in _METHODS:
            if (told := methods.get(method)) is not None:
                answers = tuple(
                    (status, _resolve(answer, schema)["description"]) for status, answer in told["responses"].items()
                )
                parameters = (*_parameters(told), *_body(told, schema))
                title = told.get("summary", path)
                words = told.get("description", "").removeprefix(title).lstrip(".:; ")  # it begins with its summary
                yield Operation(method.upper(), path, title, words, parameters, answers)


def _parameters(told: Mapping[str, Any]) -> Iterator[Parameter]:
    for each in told.get("parameters", ()):
        words = each.get("description", "")
        yield Parameter(each["name"], each["in"], _kind(each["schema"]), each.get("required", False), words)


def _body(told: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Parameter]:
    content = told.get("requestBody", {}).get("content", {}).get("application/json", {})
    body = _resolve(content.get("schema", {}), schema)
    required = body.get("required", ())
    for name, each in body.get("properties", {}).items():
        yield Parameter(name, "body", _kind(each), name in required, each.get("description", ""))


def _resolve(each: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = each
    if "$ref" in each:
        _, _, kind, name = each["$ref"].split("/")
        found = schema["components"][kind][name]
    return found


def _kind(each: Mapping[str, Any]) -> str:
    if "$ref" in each:
        return str(each["$ref"]).rpartition("/")[2]
    if options := each.get("anyOf"):
        return " or ".join(dict.fromkeys(_kind(option) for option in options))
    if each.get("type") == "array":
        return f"list of {_kind(each.get('items', {}))}"
    return str(each.get("format") or each.get("type") or "anything")
