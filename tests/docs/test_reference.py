"""Endpoints, filters, faults and rooms: the documents have all that is there, and nothing that is not."""

import re
import tomllib

import msgspec
import pytest
from documents import code, first_cells, read

from product_kit import describe_api
from tasktalk.errors import BadRequest
from tasktalk.messaging import webhook
from tasktalk.sandbox.faults import Faults
from tasktalk.tasks.filters import parse

METHODS = {"get", "post", "put", "patch", "delete"}


def test_every_endpoint_is_documented_and_no_other() -> None:
    described = {
        f"{method.upper()} {path}"
        for path, methods in describe_api()["paths"].items()
        for method in methods
        if method in METHODS and path.startswith("/api/")
    }
    described |= {f"GET {webhook.PATH}", f"POST {webhook.PATH}"}  # a bare route, past the framework
    documented = {
        span for line in code(read("docs/reference/http.md")) for span in re.findall(r"^[A-Z]+ /api/\S+$", line)
    }
    assert documented == described


def test_every_filter_that_is_shown_can_be_read() -> None:
    shown = code(read("docs/reference/filters.md").partition("## What cannot be read")[0])
    filters = [span for span in shown if not span.startswith("GET ") and span not in {"completed", "me", "others"}]
    for text in filters:
        parse(text.replace("\\|", "|"))
    assert len(filters) > 100


def test_the_errors_of_filters_are_as_they_are_shown() -> None:
    rows = re.findall(r"^\| `(.+)` \| (\d+) \| (.+) \|$", read("docs/reference/filters.md"), re.MULTILINE)
    assert rows
    for text, position, message in rows:
        with pytest.raises(BadRequest, match=re.escape(message)) as refused:
            parse(text)
        assert refused.value.data["position"] == int(position)


def test_every_fault_is_documented_and_no_other() -> None:
    section = read("docs/reference/simulator.md").partition("## Faults")[2]
    assert [names[0] for names in first_cells(section)] == list(Faults.__struct_fields__)


def test_the_faults_of_the_how_to_can_be_set() -> None:
    for line in code(read("docs/how-to/simulate-trouble.md")):
        for found in re.findall(r"\{.*?\}", line):
            assert set(msgspec.json.decode(found)) <= set(Faults.__struct_fields__)


def test_the_house_is_drawn_as_it_is_built() -> None:
    contracts = tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    drawing = read("docs/explain/house.md").partition("```\n")[2].partition("```")[0]
    drawn = [re.split(r" {2,}", line)[0].split(" │ ") for line in drawing.splitlines()]
    assert drawn == [storey.split(" | ") for storey in contracts[0]["layers"]]
