"""What a page or a form refuses, it refuses in the language of who looks."""

import ast
from pathlib import Path

import pytest
from desk import Browser, Desk

import tasktalk.console
from tasktalk import errors
from tasktalk.ids import new_id

CONSOLE = Path(tasktalk.console.__file__).parent
ERRORS = {name for name, each in vars(errors).items() if isinstance(each, type) and issubclass(each, errors.AppError)}


@pytest.fixture
async def greta(desk: Desk) -> Browser:
    browser = await desk.person("Greta")
    await desk.pool.execute("update users set language = 'de' where name = 'Greta'")
    return browser


async def test_a_form_says_in_german_what_is_wrong_with_a_field(greta: Browser) -> None:
    answer = await greta.send("/projects", on="/projects", name=" ")
    assert answer.status_code == 400
    assert "Das Feld „Name“ ist leer." in answer.text
    answer = await greta.send("/projects", on="/projects", name="x" * 201)
    assert "Das Feld „Name“ hat mehr als 200 Zeichen." in answer.text
    answer = await greta.send("/tasks", on="/projects", text=" ")
    assert "Schreibe 1 bis 4000 Zeichen." in answer.text


async def test_a_page_that_is_not_there_says_so_in_german(greta: Browser) -> None:
    for path, words in (
        (f"/tasks/{new_id()}", "So eine Aufgabe gibt es nicht."),
        ("/tasks/nonsense", "Das gibt es nicht, oder es ist nicht für dich zu sehen."),
        ("/people", "Das ist für Administratoren."),
    ):
        answer = await greta.open(path)
        assert answer.status_code in {403, 404}
        assert words in answer.text


def test_whatever_the_console_refuses_is_marked_for_the_translators() -> None:
    """As it is raised: by `phrase`, `Told` or a name that holds one; `test_console_catalogues` looks for each."""
    bare = [
        f"{path.name}:{node.lineno}"
        for path in CONSOLE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ERRORS
        if node.args and isinstance(node.args[0], ast.Constant | ast.JoinedStr)
    ]
    assert bare == []
