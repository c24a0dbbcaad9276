"""The OpenAPI description, made complete: what every route shares is said here once, so that no route has to.

A route brings its words (the docstring), its parameters, its body and what it answers when all is well. Added are tags,
ids, who may ask, errors by what can go wrong with such a request, headers, and an example of everything.
"""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from fastapi import FastAPI

from tasktalk.web import describing
from tasktalk.web.examples import Examples

Json = dict[str, Any]

_METHODS = ("get", "post", "put", "patch", "delete")
_HEALTH = "/api/webhooks/whatsapp/health"
_OPEN = frozenset({_HEALTH, "/api/workers/whatsapp"})  # to look at
_JSON = "application/json"


def complete_openapi(app: FastAPI) -> None:
    """Lets `app.openapi()` answer the complete description, computed once."""
    plain = app.openapi

    def openapi() -> Json:
        if app.openapi_schema is None:
            plain()
            app.openapi_schema = complete(app.openapi_schema or {})
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the way FastAPI's manual shows


def complete(document: Json) -> Json:
    """FastAPI's description with all that is missing from it; changed in place."""
    document["info"]["description"] = describing.INTRODUCTION
    components: Json = document.setdefault("components", {})
    schemas: Json = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Error"] = describing.ERROR
    components["securitySchemes"] = describing.SECURITY_SCHEMES
    components["headers"] = describing.HEADERS
    components["responses"] = describing.error_responses()
    document["paths"] = {**document.get("paths", {}), **deepcopy(describing.WEBHOOK), **deepcopy(describing.PROBES)}
    examples = Examples(schemas)
    for path, method, told in operations(document):
        _complete(told, path, method, examples)
    used = {tag for _, _, told in operations(document) for tag in told["tags"]}
    document["tags"] = [
        {"name": tag, "description": describing.TAGS.get(tag, tag.capitalize() + ".")} for tag in sorted(used)
    ]
    return document


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Json]]:
    """Path, method and what is told of each operation."""
    for path, methods in document["paths"].items():
        for method in _METHODS:
            if method in methods:
                yield path, method, methods[method]


def _complete(told: Json, path: str, method: str, examples: Examples) -> None:
    words = told.get("description", "").strip() or told.get("summary", "")
    told["description"] = words
    told["summary"] = re.split(r"[.:;](?:\s|$)", words, maxsplit=1)[0]
    told["tags"] = [_tag(path)]
    told["operationId"] = re.sub(r"\W+", "_", f"{method} {path.removeprefix('/api')}").strip("_")
    is_open = method == "get" and path in _OPEN
    told.setdefault("security", [] if is_open else [{"bearer": []}, {"session": []}])
    _complete_parameters(told, method)
    body = told.get("requestBody", {}).get("content", {}).get(_JSON)
    if body is not None:
        examples.add(body, told["operationId"] + "_body")
    responses: Json = told["responses"]
    responses.pop("422", None)
    if path == _HEALTH:  # it says in the same words that it is not well
        responses["503"] = {**responses["200"], "description": "Unhealthy."}
    for status, answer in responses.items():
        _complete_answer(answer, status, method, limited=bool(told["security"]))
        for kind, content in answer.get("content", {}).items():
            if kind == _JSON:
                examples.add(content, told["operationId"])
    for status in _errors(told, method):
        responses.setdefault(status, {"$ref": f"#/components/responses/{status}"})
    told["responses"] = dict(sorted(responses.items()))


def _complete_parameters(told: Json, method: str) -> None:
    parameters: list[Json] = told.setdefault("parameters", [])
    for each in parameters:
        each.setdefault("description", each["schema"].get("description") or describing.parameter(each["name"]))
    names = {each["name"].lower() for each in parameters}
    if told["security"]:
        shared = {"post": describing.IDEMPOTENCY_KEY, "get": describing.IF_NONE_MATCH}.get(method)
        if shared is not None and shared["name"].lower() not in names:
            parameters.append(shared)
    if not parameters:
        del told["parameters"]


def _complete_answer(answer: Json, status: str, method: str, *, limited: bool) -> None:
    if answer.get("description") in {None, "", "Successful Response"}:
        answer["description"] = describing.ANSWERS.get(status, "As asked.")
    names = ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"] if limited else []
    if status == "201":
        names.append("Location")
    if method == "get" and _JSON in answer.get("content", {}):
        names.append("ETag")
    headers = answer.setdefault("headers", {})
    for name in names:
        headers.setdefault(name, {"$ref": f"#/components/headers/{name}"})
    if not headers:
        del answer["headers"]


def _errors(told: Mapping[str, Any], method: str) -> Iterator[str]:
    """The statuses that such a request can end with when something is wrong."""
    yield from ("500", "503")
    if told["security"]:
        yield from ("400", "401", "403", "404", "429")
        if method == "get":
            yield "304"
        else:
            yield from ("409", "413")
    elif any(each["in"] == "path" for each in told.get("parameters", ())):
        yield "404"


def _tag(path: str) -> str:
    """The subject of a path: the last word in it that is one."""
    words = [word for word in path.removeprefix("/api").split("/")[1:] if not word.startswith("{")]
    subjects = [describing.SUBJECTS.get(word, word) for word in words]
    return next((word for word in reversed(subjects) if word in describing.TAGS), subjects[0])
