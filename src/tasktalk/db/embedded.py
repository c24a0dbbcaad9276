"""Our own PostgreSQL, run as a child of `tasktalk up` where no DATABASE_URL is given.

The data folder gets a `postgres` folder (the cluster, the socket, two lock files) and `postgres.log`.
Two locks make every start safe, whatever pid files say:

- `supervisor.lock` is held by this process; a second start is refused at once.
- `server.lock` is inherited by every process of PostgreSQL; once it is free none of them is left, so whatever
  `postmaster.pid` names is stale (a pid from before a reboot or of another container, a zombie nobody reaped).

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

from tasktalk.db.cluster import Cluster, ServerError
from tasktalk.db.place import find_dsn, open_cluster
from tasktalk.logs import Log, get_log

__all__ = ["OPTIONS", "Server", "ServerError", "running", "start"]

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
    "log_error_verbosity": "terse",  # the details of an error quote people's data
}

_PROGRESS_SECONDS = 3
_STOP = ((signal.SIGINT, 60), (signal.SIGQUIT, 10), (signal.SIGKILL, None))  # fast, immediate, by force


class Server:
    """A PostgreSQL of ours. Close it, best as a context manager, and it shuts down cleanly."""

    def __init__(self, cluster: Cluster, options: Mapping[str, str], log: Log) -> None:
        self._cluster = cluster
        self._options = {**OPTIONS, **cluster.options(), **options}
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = False
        # The kernel ties "tell me when my parent dies" to the thread that forked: this one lives as long as we do.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="postgres")

    @property
    def dsn(self) -> str:
        """Where it listens; stays the same over restarts."""
        return self._cluster.dsn

    @property
    def pid(self) -> int:
        """The postmaster's process id."""
        if self._process is None:
            raise ServerError("PostgreSQL has not been started")
        return self._process.pid

    def poll(self) -> int | None:
        """None while it runs, else how it ended: its exit status, a signal as a negative number."""
        return self._process.poll() if self._process else 0

    def ensure_running(self) -> bool:
        """Start it, if it does not run, and wait until it is ready; True if that was needed. Any thread may ask."""
        if self._stopping or self.poll() is None:
            return False
        return self._thread.submit(self._run).result()

    def shorten_log(self) -> None:
        """Look after its log; now and then."""
        self._cluster.shorten_log()

    def stop(self) -> None:
        """Shut down: open transactions are rolled back, everything committed is on disk."""
        self._stopping = True
        if self._process is not None:
            for number, patience in _STOP:
                self._process.send_signal(number)
                try:
                    self._process.wait(patience)
                    break
                except subprocess.TimeoutExpired:
                    self._log.warning("postgres.slow_to_stop", after_seconds=patience)
        self._thread.shutdown()
        self._cluster.leave()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self) -> bool:
        """Launch the postmaster, on a new cluster if there is none, and wait until it is ready."""
        if self.poll() is None and self._process is not None:
            return False  # somebody else asked first
        if self._process is not None:
            self._log.warning("postgres.died", exit_status=self._process.returncode)
        elif self._cluster.make(durable=self._options.get("fsync") != "off"):
            self._log.info("postgres.made", folder=str(self._cluster.folder), version=self._cluster.binaries.version)
        if self._stopping:
            raise ServerError("PostgreSQL was told to stop")
        self._process = self._cluster.launch(self._options, log=self._log)
        self._wait(self._process)
        return True

    def _wait(self, process: "subprocess.Popen[bytes]") -> None:
        """Until it accepts connections, however long recovery takes."""
        started = told = time.monotonic()
        while not self._cluster.is_ready(process.pid):
            if process.poll() is not None:
                raise ServerError(f"PostgreSQL did not start: {self._cluster.last_words()}")
            if time.monotonic() - told > _PROGRESS_SECONDS:
                told = time.monotonic()
                says = self._cluster.last_words(lines=1)
                self._log.info("postgres.recovering", seconds=round(told - started), says=says)
            time.sleep(0.005)
        self._log.info("postgres.ready", pid=process.pid, seconds=round(time.monotonic() - started, 2))


def start(data_dir: Path, *, options: Mapping[str, str] | None = None, log: Log | None = None) -> Server:
    """Run PostgreSQL on `data_dir`, making the cluster if there is none; blocks until it is ready.

    `options` go over our own settings. Raises ServerError with what to do about it: already running, made by another
    major version, not ours to read, or what PostgreSQL itself says.
    """
    log = log or get_log(__name__)
    server = Server(open_cluster(data_dir.absolute(), log=log), options or {}, log)
    try:
        server.ensure_running()
    except BaseException:
        server.stop()
        raise
    return server


@contextmanager
def running(data_dir: Path, *, log: Log | None = None) -> Iterator[str]:
    """The dsn of the server that runs on `data_dir`, or of one that runs for as long as the block lasts."""
    dsn = find_dsn(data_dir.absolute())
    if dsn:
        yield dsn
        return
    with start(data_dir, log=log) as server:
        yield server.dsn
