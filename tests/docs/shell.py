"""What the documents tell people to type: found in their fenced blocks, and run as it stands."""

import multiprocessing
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

_BLOCK = re.compile(r"^( *)```([^\n]*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_ASSIGNS = re.compile(r"^[A-Z][A-Z0-9_]*=")
_PRELUDE = """set -euo pipefail
curl() {
    command curl --no-progress-meter --fail-with-body --max-time 60 "$@" || { echo "curl failed: $*" >&2; exit 1; }
}
"""

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["tasktalk.cli", "tasktalk.main", "tasktalk.worker", "tasktalk.health.doctor"])


def commands(text: str) -> Iterator[str]:
    """Every command of its blocks, whole, though it may go over several lines; prompts and comments are off."""
    for indent, language, body in _BLOCK.findall(text):
        if language not in {"", "sh", "console", "bash"}:
            continue
        open_ = ""
        for line in body.splitlines():
            said = line.removeprefix(indent)
            said = f"{open_}\n{said}" if open_ else said.removeprefix("$ ")
            open_ = said if _goes_on(said) else ""
            if not open_ and said.strip() and not said.startswith("#"):
                yield said
        if open_:
            yield open_


def tasktalk_words(command: str) -> list[str] | None:
    """The words after `tasktalk`; None when it is another command, or one that needs a shell."""
    first = command.split(maxsplit=1)[0]
    if first not in {"tasktalk", ".venv/bin/tasktalk"}:
        return None
    words = shlex.split(command, comments=True)[1:]
    return None if any(word in {"|", "<", ">", "&&"} for word in words) else words


def is_for_curl(command: str) -> bool:
    """A call of curl, or what gives it its variables."""
    return bool(re.search(r"(^|[ (|])curl ", command)) or bool(_ASSIGNS.match(command))


def run_in_shell(script: list[str], env: Mapping[str, str], cwd: Path) -> str:
    """What went wrong, and what was printed; nothing when all went well."""
    done = subprocess.run(
        ["bash", "-c", _PRELUDE + "\n".join(script)],
        env=dict(env),
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return "" if done.returncode == 0 else f"exit {done.returncode}\n{done.stderr[-1500:]}\n{done.stdout[-1500:]}"


def run_tasktalk(words: list[str], env: Mapping[str, str], cwd: Path) -> tuple[int, str]:
    """Its exit status and what it printed. It is a fork of a process that has read the program, so quick."""
    out = cwd / "printed"
    child = _forks.Process(target=_become, args=(words, dict(env), str(cwd), str(out)))
    child.start()
    child.join(120)
    if child.exitcode is None:
        child.kill()
        child.join()
    assert child.exitcode is not None
    return child.exitcode, out.read_text(errors="replace")


def _become(words: list[str], env: dict[str, str], cwd: str, out: str) -> None:
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    with open(os.devnull, "rb") as nothing, open(out, "wb") as file:  # noqa: PTH123
        os.dup2(nothing.fileno(), 0)
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.argv = ["tasktalk", *words]
    from tasktalk.cli import main  # noqa: PLC0415  (read by the process that this is a fork of)

    main()


def _goes_on(said: str) -> bool:
    if said.endswith("\\"):
        return True
    try:
        shlex.split(said, comments=True)
    except ValueError:
        return True
    return False
