"""Child processes: started, watched, started again when they die, stopped in order."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO

from tasktalk.errors import AppError
from tasktalk.logs import get_log

log = get_log("up")

SUPERVISOR = "TASKTALK_SUPERVISOR"  # the process id of who started a child
_LONGEST_PAUSE_SECONDS = 10.0
_STEADY_SECONDS = 30.0
_LOOK_SECONDS = 0.1


class NotReady(AppError):
    """A child did not start."""


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

    def wait_ready(self, *, seconds: float, stopping: Callable[[], bool]) -> str:
        """The rest of its `READY …` line, or nothing once `stopping`; raises NotReady when it ends or takes longer."""
        assert self._stdout is not None  # noqa: S101  (asked only of children with a ready line)
        line, ends_at = b"", time.monotonic() + seconds
        while b"\n" not in line:
            if stopping():
                return ""
            if time.monotonic() > ends_at:
                raise NotReady(f"{self.name} was not ready within {seconds:.0f} seconds; see the log")
            if select.select([self._stdout], [], [], _LOOK_SECONDS)[0]:
                some = os.read(self._stdout.fileno(), 1000)
                if not some:
                    break
                line += some
        word, _, rest = line.partition(b"\n")[0].decode(errors="replace").strip().partition(" ")
        if word != "READY":
            raise NotReady(f"{self.name} did not start; see the log")
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
