"""`tasktalk bench` is `make bench`, and says so where there is nothing to run."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tasktalk.cli import app
from tasktalk.up import benching


def test_it_runs_the_bench_of_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[list[str], Any]] = []

    def call(command: list[str], cwd: Path) -> int:
        calls.append((command, cwd))
        return 3

    monkeypatch.setattr(subprocess, "call", call)
    assert CliRunner().invoke(app, ["bench", "--only", "start", "--quick"]).exit_code == 3
    [(command, cwd)] = calls
    assert command == [sys.executable, "-m", "bench", "--only", "start", "--quick"]
    assert (cwd / "bench" / "__main__.py").is_file()


def test_without_the_source_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(benching, "_SOURCE", tmp_path)
    result = CliRunner().invoke(app, ["bench"])
    assert (result.exit_code, "make bench" in result.output) == (1, True)
