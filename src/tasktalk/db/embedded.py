"""Our own PostgreSQL, run as a child of `tasktalk up` where no DATABASE_URL is given.

The data folder gets a `postgres` folder of its own (the cluster, the socket, two lock files) and `postgres.log`.
Two locks make every start safe, whatever pid files say:

- `supervisor.lock` is held by this process; a second start is refused at once.
- `server.lock` is inherited by every process of PostgreSQL; once it is free, none of them is left, so whatever
  `postmaster.pid` names is stale (a rebooted machine's or container's pid, a zombie nobody reaped).

PostgreSQL dies with us (see launch.py) and recovers from its log at the next start; a crash loses nothing committed.
"""

import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from tasktalk.db import cluster
from tasktalk.db.cluster import ServerError, spawn
from tasktalk.logs import Log, get_log

OPTIONS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "128MB",
    "max_connections": "60",
    "synchronous_commit": "on",
    "wal_compression": "on",
    "max_wal_size": "1GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}

_PROGRESS_SECONDS = 3
_FAST_STOP_SECONDS = 60


class Server:
    """A running PostgreSQL of ours. Close it, best as a context manager, and it shuts down cleanly."""

    def __init__(self, place: cluster.Place, options: Mapping[str, str], log: Log) -> None:
        self._place = place
        self._options = options
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = False
        # The kernel ties "tell me when my parent dies" to the thread that forked: this one lives as long as we do.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="postgres")

    @property
    def dsn(self) -> str:
        """Where it listens; stays the same over restarts."""
        return self._place.dsn

    @property
    def pid(self) -> int:
        """The postmaster's process id."""
        if self._process is None:
            raise ServerError("PostgreSQL is not running")
        return self._process.pid

    def poll(self) -> int | None:
        """None while it runs, else how it ended (a signal as a negative number)."""
        return self._process.poll() if self._process else 0

    def ensure_running(self) -> bool:
        """Start it again if it died, and wait until it is ready; True if that was needed. Any thread may ask."""
        if self.poll() is None or self._stopping:
            return False
        self._log.warning("postgres.died", exit_status=self.poll())
        self._thread.submit(self._run).result()
        return True

    def stop(self) -> None:
        """Shut down: open transactions are rolled back, everything committed is on disk."""
        self._stopping = True
        process = self._process
        if process is not None:
            for number, patience in ((signal.SIGINT, _FAST_STOP_SECONDS), (signal.SIGQUIT, 10), (signal.SIGKILL, None)):
                process.send_signal(number)
                try:
                    process.wait(patience)
                    break
                except subprocess.TimeoutExpired:
                    self._log.warning("postgres.slow_to_stop", after_seconds=patience)
        self._thread.shutdown()
        self._place.leave()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self) -> None:
        """Launch the postmaster, on a new cluster if there is none, and wait until it is ready."""
        place = self._place
        if place.make_cluster(durable=self._options.get("fsync") != "off"):
            self._log.info("postgres.made", folder=str(place.folder), version=place.binaries.version)
        settings = [word for name, value in self._options.items() for word in ("-c", f"{name}={value}")]
        words = [place.binaries.path("postgres"), "-D", str(place.folder), *settings]
        with place.server_lock(log=self._log) as lock, place.log_file.open("ab") as output:
            self._process = spawn(words, place, lock, output=output, env=place.launch_environment())
        self._wait(self._process)

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        """Until it accepts connections, however long recovery takes."""
        started = told = time.monotonic()
        while not self._place.is_ready(process.pid):
            if process.poll() is not None:
                raise ServerError(f"PostgreSQL did not start: {self._place.last_words()}")
            if time.monotonic() - told > _PROGRESS_SECONDS:
                told = time.monotonic()
                seconds = round(told - started)
                self._log.info("postgres.recovering", seconds=seconds, says=self._place.last_words(lines=1))
            time.sleep(0.005)
        self._log.info("postgres.ready", pid=process.pid, seconds=round(time.monotonic() - started, 2))


def start(data_dir: Path, *, options: Mapping[str, str] | None = None, log: Log | None = None) -> Server:
    """Run PostgreSQL on `data_dir`, making the cluster if there is none; blocks until it is ready.

    `options` are added to our own settings. Raises ServerError with what to do about it: already running, made by
    another major version, not ours to read, or what PostgreSQL itself says.
    """
    log = log or get_log(__name__)
    place = cluster.open_place(data_dir.absolute(), log=log)
    server = Server(place, {**OPTIONS, **place.options(), **(options or {})}, log)
    try:
        server._thread.submit(server._run).result()  # noqa: SLF001  (its maker)
    except BaseException:
        server.stop()
        raise
    return server


@contextmanager
def running(data_dir: Path, *, log: Log | None = None) -> Iterator[str]:
    """The dsn of the server that runs on `data_dir`, or of one run for as long as the block lasts."""
    dsn = cluster.find_dsn(data_dir.absolute())
    if dsn:
        yield dsn
        return
    with start(data_dir, log=log) as server:
        yield server.dsn
