"""Processes under /proc: who belongs to whom, and how much processor each has used."""

import os
import signal
import subprocess
from collections import defaultdict
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


def list_descendants(pid: int) -> list[int]:
    """A process and all that came from it."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        fields = _read_stat(path)
        if fields:
            children.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found = [pid]
    for each in found:
        found += children.get(each, [])
    return found


def read_cpu_seconds(pid: int) -> dict[str, float]:
    """Seconds of processor by role among the descendants of `tasktalk up`."""
    used: defaultdict[str, float] = defaultdict(float)
    for each in list_descendants(pid):
        fields = _read_stat(Path(f"/proc/{each}/stat"))
        if fields:
            used[_role(each)] += (int(fields[11]) + int(fields[12])) / _TICK
    return used


def stop(process: "subprocess.Popen[bytes]", *, seconds: float = 15) -> None:
    """SIGTERM, and SIGKILL if that does not help."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _role(pid: int) -> str:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
    except OSError:
        return "other"
    names = {
        b"tasktalk.sandbox": "simulator", b"tasktalk serve": "web", b"tasktalk worker": "worker",
        b"postgres": "postgres", b"tasktalk up": "supervisor",
    }  # fmt: skip
    return next((name for sign, name in names.items() if sign in command), "other")


def _read_stat(path: Path) -> list[str]:
    """The fields after the command's name, from the state on; nothing for a process that has gone."""
    try:
        return path.read_text().rpartition(")")[2].split()
    except OSError:
        return []
