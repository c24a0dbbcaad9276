"""Tasktalk as people run it: `tasktalk up` on a data folder of its own that is thrown away afterwards."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import processes
from bench.payloads import Account

_READY_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Running:
    """What runs where. `ready_seconds`: from the command to the ready file."""

    pid: int
    folder: Path
    facts: dict[str, Any]
    ready_seconds: float

    @property
    def account(self) -> Account:
        """Whose webhook it is."""
        return Account(self.facts["waba_id"], self.facts["phone_number_id"], self.facts["app_secret"])


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder that PostgreSQL's own account can enter too."""
    folder = Path(tempfile.mkdtemp(prefix="tasktalk-bench-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running(folder: Path, *, people: int = 2) -> Iterator[Running]:
    """`tasktalk up` on `folder`, stopped at the end. RuntimeError when it does not start; errors bear its log."""
    ready_file = folder / "ready.json"
    ready_file.unlink(missing_ok=True)
    env = {name: value for name, value in os.environ.items() if not name.startswith(("TASKTALK_", "WHATSAPP_"))}
    env.pop("DATABASE_URL", None)
    env |= {"TASKTALK_SANDBOX_PEOPLE": str(people), "TASKTALK_LIMITS": "off"}
    command = [sys.executable, "-m", "tasktalk", "up", "--data", str(folder / "data")]
    command += ["--port", "0", "--sandbox-port", "0", "--ready-file", str(ready_file)]
    with (folder / "output.log").open("ab") as output:
        began = time.perf_counter()
        process = subprocess.Popen(command, env=env, cwd=folder, stdout=output, stderr=output)
    try:
        _wait_ready(process, ready_file, until=began + _READY_SECONDS)
        took = time.perf_counter() - began
        yield Running(process.pid, folder, json.loads(ready_file.read_bytes()), took)
    except Exception as error:
        error.add_note(f"What tasktalk up wrote last:\n{(folder / 'output.log').read_text()[-3000:]}")
        raise
    finally:
        processes.stop(process)


def _wait_ready(process: "subprocess.Popen[bytes]", ready_file: Path, *, until: float) -> None:
    while not ready_file.exists():
        if process.poll() is not None or time.perf_counter() > until:
            raise RuntimeError("tasktalk up did not start")
        time.sleep(0.005)
