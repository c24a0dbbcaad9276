"""Other readers of dates, each in a throw-away environment and a process of its own: none is a dependency of ours."""

import json
import os
import shutil
import subprocess
import tempfile
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.dates.cases import Case

_HERE = Path(__file__).parent
DATEPARSER, RECURRENT, CHRONO = "dateparser 1.5.0", "recurrent 0.4.1", "chrono-node 2.10.3"
_FROM_PYPI = {DATEPARSER: "peer_dateparser.py", RECURRENT: "peer_recurrent.py"}
_PATIENCE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reader made of a case: `2026-11-24`, `09:00`, the text of a rule; each None when there is none."""

    date: str | None
    time: str | None
    rrule: str | None
    ms: float


@contextmanager
def peers() -> Iterator[dict[str, list[str]]]:
    """The command of each peer that could be fetched, by its name and version; none without a network."""
    with tempfile.TemporaryDirectory(prefix="tasktalk-bench-") as name:
        folder = Path(name)
        commands = {}
        for peer, script in _FROM_PYPI.items():
            python = _fetch_python(folder / peer.split()[0], peer)
            if python:
                commands[peer] = [str(python), str(_HERE / script)]
        if _fetch_node(folder, CHRONO):
            # Node looks for packages beside the script, not beside the caller.
            commands[CHRONO] = ["node", str(shutil.copy(_HERE / "peer_chrono.mjs", folder))]
        yield commands


def _fetch_python(folder: Path, peer: str) -> Path | None:
    try:
        venv.create(folder, with_pip=True)
        python = folder / "bin" / "python"
        _run([str(python), "-m", "pip", "install", "--quiet", peer.replace(" ", "==")], folder)
    except (OSError, subprocess.SubprocessError):
        return None
    return python


def _fetch_node(folder: Path, peer: str) -> bool:
    try:
        _run(["npm", "install", "--silent", "--no-audit", "--no-fund", peer.replace(" ", "@")], folder)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=_PATIENCE_SECONDS)


def ask(command: list[str], cases: Sequence[Case], *, warm: int = 200) -> list[Answer]:
    """What the peer reads, a case each. The first `warm` cases are asked once before, so that all is loaded."""
    lines = [
        json.dumps({"text": case.text.replace("\n", " "), "language": case.language, "now": case.now})
        for case in [*cases[:warm], *cases]
    ]
    done = subprocess.run(
        command,
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        check=True,
        timeout=_PATIENCE_SECONDS,
        env={**os.environ, "TZ": "UTC"},
    )
    answers = [Answer(**json.loads(line)) for line in done.stdout.splitlines()]
    return answers[len(cases[:warm]) :]
