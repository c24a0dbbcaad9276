"""One cluster of our own PostgreSQL: made whole or not at all, its locks, its state as its files tell."""

import fcntl
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import IO

from tasktalk.db.binaries import Binaries
from tasktalk.errors import AppError
from tasktalk.logs import Log

DATABASE = "tasktalk"

_POLITE_SECONDS = 1
_FIRM_SECONDS = 10
_LEFTOVER_SECONDS = 60
_PROGRESS_SECONDS = 3
_LAUNCH = Path(__file__).with_name("launch.py")
_NEW_CLUSTER = ("-U", "postgres", "-A", "trust", "-E", "UTF8")  # trust: the socket's folder is what keeps others out
_BUILTIN_LOCALE_MAJOR = 17
_PID_FILE_STATE = 7
_LOG_BYTES = 10_000_000


class ServerError(AppError):
    """Our own PostgreSQL cannot run; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who runs PostgreSQL: ourselves (-1), or for root another account, because PostgreSQL refuses root."""

    uid: int = -1
    gid: int = -1

    @property
    def is_us(self) -> bool:
        """Whether PostgreSQL runs as we do."""
        return self.uid < 0

    def may_enter(self, folder: Path) -> bool:
        """Whether it may reach what is in `folder`, by the mode bits of every folder on the way."""
        return self.is_us or all(self._may(step, stat.S_IXUSR) for step in (folder, *folder.parents))

    def may_read(self, file: Path) -> bool:
        """Whether it may read `file` and reach it."""
        return self.is_us or (self.may_enter(file.parent) and self._may(file, stat.S_IRUSR))

    def _may(self, path: Path, owner_bit: int) -> bool:
        found = path.stat()
        shift = 0 if found.st_uid == self.uid else 3 if found.st_gid == self.gid else 6
        return bool(found.st_mode & (owner_bit >> shift))


@dataclass(slots=True)
class Cluster:
    """A cluster we hold the supervisor's lock of.

    `home` has `data` (the cluster), the two locks and, where its path is short enough for one, the socket.
    """

    home: Path
    log_file: Path
    account: Account
    binaries: Binaries
    socket_dir: Path
    supervisor_lock: int

    @property
    def folder(self) -> Path:
        """What PostgreSQL calls PGDATA."""
        return self.home / "data"

    @property
    def name(self) -> str:
        """Names this cluster's processes in `ps`, so that ours can be told from others'."""
        return f"tasktalk-{blake2b(os.fsencode(self.home), digest_size=4).hexdigest()}"

    @property
    def dsn(self) -> str:
        """Where it listens."""
        return dsn(self.socket_dir)

    def options(self) -> dict[str, str]:
        """The settings that follow from where it is."""
        return {"unix_socket_directories": str(self.socket_dir), "port": "5432", "cluster_name": self.name}

    def make(self, *, durable: bool) -> bool:
        """Make the cluster and our database in it, unless it is there; True if it was made."""
        if self.folder.exists():
            return False
        draft = self.home / "data.new"
        with self.server_lock() as lock:
            shutil.rmtree(draft, ignore_errors=True)
            words = [self.binaries.path("initdb"), "-D", str(draft), *_NEW_CLUSTER, *([] if durable else ["-N"])]
            builtin = self.binaries.major >= _BUILTIN_LOCALE_MAJOR
            words += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if builtin else ["--locale=C.UTF-8"]
            self._finish(words, lock)
            single = [self.binaries.path("postgres"), "--single", "-D", str(draft), "postgres"]
            self._finish(single, lock, say=f"create database {DATABASE}\n")
            draft.rename(self.folder)
        return True

    def launch(self, options: Mapping[str, str], *, log: Log) -> "subprocess.Popen[bytes]":
        """Start the postmaster, once no process of an earlier one is left; it is not ready yet."""
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        words = [self.binaries.path("postgres"), "-D", str(self.folder), *settings]
        self.shorten_log()
        with self.server_lock(log) as lock:
            output = os.open(self.log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                return self._spawn(words, lock, output=output, env=self._environment())
            finally:
                os.close(output)

    def shorten_log(self) -> None:
        """Copy a log that has grown past 10 MB aside and begin it anew: the server holds it open, and appends."""
        try:
            if self.log_file.stat().st_size <= _LOG_BYTES:
                return
        except FileNotFoundError:
            return
        with suppress(OSError):  # with no room for a copy, all the more
            shutil.copyfile(self.log_file, self.log_file.with_name(f"{self.log_file.name}.1"))
        os.truncate(self.log_file, 0)

    @contextmanager
    def server_lock(self, log: Log | None = None) -> Iterator[int]:
        """Wait until no process of this cluster is left; the lock is then ours, and our children's."""
        lock = os.open(self.home / "server.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            started = told = time.monotonic()
            sent = 0
            while not lock_file(lock):
                waited = time.monotonic() - started
                if waited > _LEFTOVER_SECONDS:
                    raise ServerError(f"processes of PostgreSQL still run on {self.folder} and do not end; stop them")
                # A killed postmaster leaves backends that notice at their next pause; a busy one needs telling.
                for after, number in ((_POLITE_SECONDS, signal.SIGQUIT), (_FIRM_SECONDS, signal.SIGKILL)):
                    if waited > after > sent:
                        sent = after
                        self._signal_leftovers(number)
                if log and time.monotonic() - told > _PROGRESS_SECONDS:
                    told = time.monotonic()
                    log.info("postgres.waiting_for_leftovers", seconds=round(waited))
                time.sleep(0.005)
            yield lock
        finally:
            os.close(lock)

    def is_ready(self, pid: int) -> bool:
        """Whether the server with this process id accepts connections: a stale pid file says "ready", too."""
        lines = read_pid_file(self.folder)
        return (
            len(lines) > _PID_FILE_STATE and lines[0].strip() == str(pid) and lines[_PID_FILE_STATE].strip() == "ready"
        )

    def last_words(self, lines: int = 3) -> str:
        """The end of PostgreSQL's own log."""
        try:
            with self.log_file.open("rb") as file:
                file.seek(max(0, self.log_file.stat().st_size - 4000))
                said = file.read().decode(errors="replace").strip().splitlines()
        except OSError as error:
            return f"its log cannot be read: {error}"
        return " ".join(said[-lines:])

    def leave(self) -> None:
        """Give up the supervisor's lock and the socket's own folder; once."""
        if self.supervisor_lock < 0:
            return
        if self.socket_dir != self.home:
            shutil.rmtree(self.socket_dir, ignore_errors=True)
        os.close(self.supervisor_lock)
        self.supervisor_lock = -1

    def _environment(self) -> dict[str, str]:
        """What makes PostgreSQL take over a stale `postmaster.pid`, instead of our unlinking it (a race).

        With the server's lock in hand no server of ours lives. One that somebody started by hand might.
        """
        pid = "".join(read_pid_file(self.folder)[:1]).strip()
        if not pid:
            return {}
        if is_server(pid, self.folder):
            raise ServerError(f"another PostgreSQL (process {pid}) already runs on {self.folder}; stop it first")
        return {"PG_GRANDPARENT_PID": pid}

    def _finish(self, words: list[str], lock: int, say: str = "") -> None:
        """Run one of PostgreSQL's programs to its end."""
        process = self._spawn(words, lock, stdin=subprocess.PIPE, output=subprocess.PIPE, death_signal=signal.SIGKILL)
        said, _ = process.communicate(say.encode())
        if process.returncode:
            lines = said.decode(errors="replace").strip().splitlines()
            raise ServerError(f"{Path(words[0]).name} failed: {' '.join(lines[-3:])}")

    def _spawn(
        self,
        words: list[str],
        lock: int,
        *,
        output: IO[bytes] | int,
        env: Mapping[str, str] | None = None,
        stdin: int = subprocess.DEVNULL,
        death_signal: signal.Signals = signal.SIGQUIT,
    ) -> "subprocess.Popen[bytes]":
        """Start a program under the cluster's account; it inherits `lock` and ends when the calling thread does."""
        numbers = (self.account.uid, self.account.gid, os.getpid(), int(death_signal))
        return subprocess.Popen(  # noqa: S603  (our own words)
            [sys.executable, "-I", "-S", str(_LAUNCH), *map(str, numbers), *words],
            cwd="/",
            env={"PATH": os.defpath, "LC_MESSAGES": "C", **(env or {})},
            stdin=stdin,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=(lock,),
            start_new_session=True,  # Ctrl-C is for us; PostgreSQL stops after its clients
        )

    def _signal_leftovers(self, number: signal.Signals) -> None:
        titled = f"postgres: {self.name}: ".encode()
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            pid = entry.parent.name
            try:
                if entry.read_bytes().startswith(titled) or is_server(pid, self.folder):
                    os.kill(int(pid), number)
            except OSError:  # it has ended meanwhile, which is what we want
                continue


def dsn(socket_dir: Path) -> str:
    """The URL of our database behind the socket in `socket_dir`."""
    return f"postgresql://postgres@/{DATABASE}?host={urllib.parse.quote(str(socket_dir), safe='/')}&port=5432"


def lock_file(lock: int) -> bool:
    """Lock an open file, if nobody else has; the lock is everybody's who inherits it and ends with the last of them."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def read_pid_file(folder: Path) -> list[str]:
    """The lines of `postmaster.pid`: pid, folder, start, port, socket's folder, address, shared memory, state."""
    try:
        return (folder / "postmaster.pid").read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return []


def is_server(pid: str, folder: Path) -> bool:
    """Whether that process is a living postmaster on `folder`, by its command line (which a zombie has none of)."""
    try:
        words = Path("/proc", pid.strip(), "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return Path(os.fsdecode(words[0])).name.startswith("postgres") and os.fsencode(folder) in words
