"""`make check` fails for a known hole, and says so where nobody can be asked."""

import json
import runpy
import sys
from pathlib import Path

import pytest

SCRIPT = runpy.run_path(str(Path(__file__).parents[2] / "scripts/audit_dependencies.py"))
HOLE = {"id": "CVE-2026-1", "fix_versions": ["2"], "aliases": [], "description": ""}
WELL = {"name": "a", "version": "1", "vulns": []}
UNKNOWN = {"name": "c", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        ([WELL, {"name": "b", "version": "1", "vulns": [HOLE]}], 1, "b 1: CVE-2026-1, mended in 2"),
        ([WELL, UNKNOWN], 0, "0 known holes in 1 packages; 1 are not known there"),
        ([UNKNOWN], 0, "skipped"),
        (None, 0, "skipped"),
    ],
)
def test_what_is_known(
    answer: object, code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "" if answer is None else json.dumps({"dependencies": answer})
    (tmp_path / "tool.py").write_text(f"print({text!r})")
    assert SCRIPT["main"]("x.lock", (sys.executable, str(tmp_path / "tool.py"))) == code
    assert said in capsys.readouterr().out
