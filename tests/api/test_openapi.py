"""The description is complete, whatever routes there are: none is named here but for what is special about it."""

import re
from typing import Any

import jsonschema_rs
import pytest

from product_kit import describe_api
from tasktalk.messaging import webhook
from tasktalk.web.openapi import operations

DOCUMENT: dict[str, Any] = describe_api()
OPERATIONS = [pytest.param(path, method, told, id=f"{method} {path}") for path, method, told in operations(DOCUMENT)]
every_operation = pytest.mark.parametrize(("path", "method", "told"), OPERATIONS)
# Who has the link needs nothing else.
LINKS = {"/api/letters/unsubscribe/{token}", "/feeds/{token}.ics"}
PROBES = {"/livez", "/readyz", "/metrics"}
OPEN = {"/api/webhooks/whatsapp", "/api/webhooks/whatsapp/health", "/api/workers/whatsapp"} | LINKS | PROBES


def resolve(part: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in part:
        return part
    found: Any = DOCUMENT
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return dict(found)


def bodies(told: dict[str, Any]) -> list[dict[str, Any]]:
    """What is sent and what is answered, as media types of JSON."""
    parts = [told.get("requestBody", {}), *(resolve(answer) for answer in told["responses"].values())]
    return [part["content"]["application/json"] for part in parts if "application/json" in part.get("content", {})]


def test_the_whole() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    assert {webhook.PATH, *PROBES} <= DOCUMENT["paths"].keys()
    assert not re.search(r'HTTPValidationError|"422"', str(DOCUMENT))
    assert set(DOCUMENT["components"]["securitySchemes"]) == {"bearer", "session"}
    ids = [told["operationId"] for _, _, told in operations(DOCUMENT)]
    assert len(ids) == len(set(ids)) > 20
    assert all(tag["description"] for tag in DOCUMENT["tags"])


def test_every_reference_leads_somewhere() -> None:
    for ref in set(re.findall(r"'\$ref': '([^']+)'", str(DOCUMENT))):
        assert resolve({"$ref": ref}), ref


@every_operation
def test_words_tags_and_who_may_ask(path: str, method: str, told: dict[str, Any]) -> None:
    assert told["summary"].strip()
    assert told["description"].strip()
    assert len(told["summary"]) < 120
    assert len(told["tags"]) == 1
    is_open = path in OPEN and not (method == "post" and "workers" in path)
    assert told["security"] == ([] if is_open else [{"bearer": []}, {"session": []}])


@every_operation
def test_parameters_are_described(path: str, method: str, told: dict[str, Any]) -> None:
    parameters = told.get("parameters", [])
    for each in parameters:
        assert each["description"].strip()
        assert each["schema"]
    assert set(re.findall(r"{(\w+)}", path)) == {each["name"] for each in parameters if each["in"] == "path"}
    if told["security"]:
        expected = {"post": "idempotency-key", "get": "if-none-match"}.get(method)
        assert expected is None or expected in {each["name"].lower() for each in parameters}


@every_operation
def test_every_error_is_there(path: str, method: str, told: dict[str, Any]) -> None:
    expected = {"500", "503"}
    if told["security"]:
        expected |= {"400", "401", "403", "404", "429"} | ({"304"} if method == "get" else {"409", "413"})
    assert expected <= set(told["responses"])
    for status, answer in told["responses"].items():
        found = resolve(answer)
        assert found["description"].strip()
        if int(status) >= 400:
            [media] = found["content"].values()
            if (path, status) not in {("/api/webhooks/whatsapp/health", "503"), ("/readyz", "503")}:
                assert media["schema"] == {"$ref": "#/components/schemas/Error"}
        elif told["security"] and status != "304":
            assert {"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"} <= set(found["headers"])
        if status == "201":
            assert "Location" in found["headers"]


@every_operation
def test_examples_are_what_they_are_examples_of(path: str, method: str, told: dict[str, Any]) -> None:
    for media in bodies(told):
        validator = jsonschema_rs.Draft202012Validator({**media["schema"], "components": DOCUMENT["components"]})
        assert media["example"] not in (None, {}, ""), (path, method)
        validator.validate(media["example"])


def test_errors_have_their_status_and_code() -> None:
    shown = {
        status: resolve(answer)["content"]["application/json"]["example"]["error"]["code"]
        for status, answer in DOCUMENT["components"]["responses"].items()
        if status != "304"
    }
    assert shown == {
        "400": "BAD_REQUEST",
        "401": "UNAUTHORIZED",
        "403": "FORBIDDEN",
        "404": "NOT_FOUND",
        "409": "CONFLICT",
        "413": "BAD_REQUEST",
        "429": "RATE_LIMIT_EXCEEDED",
        "500": "INTERNAL_SERVER_ERROR",
        "503": "INTERNAL_SERVER_ERROR",
    }
