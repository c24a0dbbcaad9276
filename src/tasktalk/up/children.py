"""Child processes: started, watched, started again when they die, stopped in order."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO

from tasktalk.logs import get_log

log = get_log("up")

SUPERVISOR = "TASKTALK_SUPERVISOR"  # the process id of who started a child
_LONGEST_PAUSE_SECONDS = 10.0
_STEADY_SECONDS = 30.0


@dataclass(slots=True)
class Child:
    """One process. `fds` are inherited; `ready_line`: its first line on stdout says that it is ready."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    fds: tuple[int, ...] = ()
    ready_line: bool = False
    process: "subprocess.Popen[bytes] | None" = None
    deaths: int = 0
    started_at: float = 0.0
    restart_at: float = 0.0
    _stdout: IO[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start it; should we be killed, the kernel stops it (see serving.py)."""
        self.started_at, self.restart_at = time.monotonic(), 0.0
        self.process = subprocess.Popen(  # noqa: S603  (our own program)
            [sys.executable, *self.command],
            env={**self.env, SUPERVISOR: str(os.getpid())},
            pass_fds=self.fds,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if self.ready_line else None,
        )
        self._stdout = self.process.stdout

    def wait_ready(self) -> str:
        """The rest of its `READY …` line; raises RuntimeError when it ends instead."""
        assert self._stdout is not None  # noqa: S101  (asked only of children with a ready line)
        line = self._stdout.readline().decode().strip()
        word, _, rest = line.partition(" ")
        if word != "READY":
            raise RuntimeError(f"{self.name} did not start; see the log")
        return rest

    def watch(self) -> None:
        """Start it again if it has died: at once the first time, then after longer and longer pauses."""
        if self.process is None or self.process.poll() is None:
            return
        now = time.monotonic()
        if not self.restart_at:
            if now - self.started_at > _STEADY_SECONDS:
                self.deaths = 0
            pause = 0.0 if not self.deaths else min(_LONGEST_PAUSE_SECONDS, 0.25 * 2**self.deaths)
            self.deaths += 1
            self.restart_at = now + pause
            log.warning("child_died", child=self.name, exit_status=self.process.returncode, restart_seconds=pause)
        if now >= self.restart_at:
            self.start()

    def signal(self, number: int) -> None:
        """Send a signal, if it runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)


def stop_all(children: Sequence[Child], *, seconds: float) -> None:
    """SIGTERM to all at once; whoever is still there after `seconds` is killed."""
    for child in children:
        child.signal(signal.SIGTERM)
    ends_at = time.monotonic() + seconds
    for child in children:
        if child.process is None:
            continue
        try:
            child.process.wait(max(0.05, ends_at - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.warning("child_killed", child=child.name)
            child.process.kill()
            child.process.wait()
