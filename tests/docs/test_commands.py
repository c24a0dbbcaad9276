"""What the documents say of commands is what the program has."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer.main
from documents import PAGES, ROOT, code, read
from shell import commands

from tasktalk.cli import app

COMMANDS = typer.main.get_command(app)
# A heading such as "## `tasktalk user add EMAIL`", and what stands below it.
SECTION = re.compile(r"^## `tasktalk ([a-z -]+?)(?: \[?[A-Z]+\]?)?`\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"(?:^|[;&|] *|\$ )(?:\.venv/bin/)?tasktalk +(.+)")


def walk(command: Any, path: tuple[str, ...] = ()) -> dict[str, Any]:
    if not hasattr(command, "commands"):  # (typer's own copy of click names no type for groups)
        return {" ".join(path): command}
    return {k: v for name, inner in command.commands.items() for k, v in walk(inner, (*path, name)).items()}


ALL = walk(COMMANDS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_that_are_named_exist(page: Path) -> None:
    unknown = []
    for line in code(page.read_text(encoding="utf-8")):
        found = NAMED.match(line.strip())
        if found is None:
            continue
        for said in found[1].split(" | "):  # `tasktalk up | serve` names several
            words = said.split()
            known = (
                " ".join(words[:2]) in ALL or words[0] in ALL or any(name.startswith(f"{words[0]} ") for name in ALL)
            )
            if words[0] != "COMMAND" and not known:
                unknown.append(said)
    assert unknown == []


def test_every_command_and_option_is_documented() -> None:
    sections = dict(SECTION.findall(read("docs/reference/commands.md")))
    assert sorted(sections) == sorted(ALL)
    missing = [
        f"{name} {option}"
        for name, command in ALL.items()
        for parameter in command.params
        if not getattr(parameter, "hidden", False) and parameter.name != "help"
        for option in parameter.opts
        if option.startswith("--") and f"`{option}" not in sections[name]
    ]
    assert missing == []


def test_targets_of_make_that_are_named_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))
    called = re.compile(r"^(?:[A-Z_]+=\S+ )*make ([a-z]+)")
    lines = [line for page in PAGES for line in commands(page.read_text(encoding="utf-8"))]
    assert {found[1] for line in lines if (found := called.match(line))} <= targets
