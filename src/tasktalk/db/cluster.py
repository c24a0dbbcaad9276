"""The place of our own PostgreSQL on disk: which folder, which account, which lock, which programs, which socket."""

import fcntl
import os
import pwd
import re
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import IO

from tasktalk.db import launch
from tasktalk.db.binaries import OLDEST_MAJOR, Binaries, copy_binaries, find_binaries
from tasktalk.errors import AppError
from tasktalk.logs import Log

DATABASE = "tasktalk"
ELSEWHERE = Path("/var/lib/tasktalk")  # where a root keeps it whose own folders no other account may enter

_SOCKET_NAME = ".s.PGSQL.5432"
_SOCKET_PATH_MAX = 107  # bytes, sun_path in unix(7)
_POLITE_SECONDS = 1
_FIRM_SECONDS = 10
_PROGRESS_SECONDS = 3
_NEW_CLUSTER = ("-U", "postgres", "-A", "trust", "-E", "UTF8")  # trust: the socket's folder is what keeps others out
_BUILTIN_LOCALE_MAJOR = 17
_STATE_LINE = 7


class ServerError(AppError):
    """Our own PostgreSQL cannot run; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who runs PostgreSQL: ourselves (-1), or for root another account, because PostgreSQL refuses root."""

    uid: int = -1
    gid: int = -1

    def may_enter(self, folder: Path) -> bool:
        """Whether it may reach things in `folder`, by the mode bits of every folder on the way."""
        return self.uid < 0 or all(self._may(step, stat.S_IXUSR) for step in (folder, *folder.parents) if step.exists())

    def may_read(self, file: Path) -> bool:
        """Whether it may read `file` and enter the folders above."""
        return self.uid < 0 or (self.may_enter(file.parent) and self._may(file, stat.S_IRUSR))

    def _may(self, path: Path, owner_bit: int) -> bool:
        found = path.stat()
        shift = 0 if found.st_uid == self.uid else 3 if found.st_gid == self.gid else 6
        return bool(found.st_mode & (owner_bit >> shift))


@dataclass(slots=True)
class Place:
    """An opened place: `home` holds `data` (the cluster), the locks and, where its path is short enough, the socket."""

    home: Path
    log_file: Path
    account: Account
    binaries: Binaries
    socket_dir: Path
    _supervisor_lock: int | None = field(default=None, repr=False)

    @property
    def folder(self) -> Path:
        """The cluster, `PGDATA`."""
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
        """The settings that follow from the place."""
        return {"unix_socket_directories": str(self.socket_dir), "port": "5432", "cluster_name": self.name}

    def make_cluster(self, *, durable: bool) -> bool:
        """Make the cluster and our database, if there is none; whole or not at all. True if it was made."""
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

    def _finish(self, words: list[str], lock: int, say: str = "") -> None:
        """Run one of PostgreSQL's programs to its end."""
        process = spawn(
            words, self, lock, stdin=subprocess.PIPE, output=subprocess.PIPE, env={}, death_signal=signal.SIGKILL
        )
        said, _ = process.communicate(say.encode())
        if process.returncode:
            lines = said.decode(errors="replace").strip().splitlines()
            raise ServerError(f"{Path(words[0]).name} failed: {' '.join(lines[-3:])}")

    @contextmanager
    def server_lock(self, *, patience: float = 60, log: Log | None = None) -> Iterator[int]:
        """Wait until no process of this cluster is left; the lock is then the caller's, and its children's."""
        lock = os.open(self.home / "server.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            started = told = time.monotonic()
            sent = 0
            while not _locked(lock):
                waited = time.monotonic() - started
                if waited > patience:
                    raise ServerError(f"processes of PostgreSQL still run on {self.folder} and do not end; stop them")
                # A killed postmaster leaves backends that notice at their next pause; a busy one needs telling.
                for after, number in ((_POLITE_SECONDS, signal.SIGQUIT), (_FIRM_SECONDS, signal.SIGKILL)):
                    if waited > after and sent < after:
                        sent = after
                        self._signal_leftovers(number)
                if log and time.monotonic() - told > _PROGRESS_SECONDS:
                    told = time.monotonic()
                    log.info("postgres.waiting_for_leftovers", seconds=round(waited))
                time.sleep(0.005)
            yield lock
        finally:
            os.close(lock)

    def _signal_leftovers(self, number: signal.Signals) -> None:
        titled, as_started = f"postgres: {self.name}: ".encode(), os.fsencode(self.folder)
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = entry.read_bytes().split(b"\0")
                if words[0].startswith(titled) or (as_started in words and b"-D" in words):
                    os.kill(int(entry.parent.name), number)
            except OSError:  # it has ended meanwhile, which is what we want
                continue

    def launch_environment(self) -> dict[str, str]:
        """What makes PostgreSQL take over a stale `postmaster.pid` without anybody unlinking it (a race).

        Called with the server's lock in hand, so no server of ours lives. One that somebody started by hand might.
        """
        pid = _pid_file(self.folder)[:1]
        if not pid or not pid[0].strip().isdigit():
            return {}
        if _is_server(int(pid[0]), self.folder):
            raise ServerError(f"another PostgreSQL (process {pid[0]}) already runs on {self.folder}; stop it first")
        return {"PG_GRANDPARENT_PID": pid[0].strip()}

    def is_ready(self, pid: int) -> bool:
        """Whether the server with this process id accepts connections: a stale pid file says "ready", too."""
        lines = _pid_file(self.folder)
        return len(lines) > _STATE_LINE and lines[0].strip() == str(pid) and lines[_STATE_LINE].strip() == "ready"

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
        """Give up the supervisor's lock and the socket's own folder."""
        if self.socket_dir != self.home:
            shutil.rmtree(self.socket_dir, ignore_errors=True)
        if self._supervisor_lock is not None:
            os.close(self._supervisor_lock)
            self._supervisor_lock = None


def open_place(data_dir: Path, *, log: Log) -> Place:
    """Find or make the place for `data_dir` and lock it; ServerError if another supervisor has it."""
    # Others may pass through, not look around: PostgreSQL may run under another account.
    data_dir.mkdir(mode=0o711, parents=True, exist_ok=True)
    account = Account()
    home = find_home(data_dir)
    if os.geteuid() == 0:
        account = _account_for_root(home)
        if not home.exists() and not account.may_enter(data_dir):
            home = _home_elsewhere(data_dir, log=log)
    if not home.exists():
        home.mkdir(mode=0o700)
        os.chown(home, account.uid, account.gid)
    if not os.access(home, os.W_OK):
        owner = home.stat().st_uid
        raise ServerError(f"{home} belongs to another account ({owner}); run as that one or as root")
    if not account.may_enter(home):
        raise ServerError(
            f"account {account.uid}, which runs PostgreSQL for root, cannot enter {home}; move it, or chmod a+x"
        )
    lock = _lock_supervisor(home)
    try:
        binaries = _binaries_for(home / "data", account)
        return Place(home, data_dir / "postgres.log", account, binaries, _socket_dir(home, account), lock)
    except BaseException:
        os.close(lock)
        raise


def find_home(data_dir: Path) -> Path:
    """The folder of PostgreSQL that belongs to `data_dir`: inside, or where a note in it points."""
    try:
        home = Path(_pointer(data_dir).read_text().strip())
    except FileNotFoundError:
        return data_dir / "postgres"
    if not home.is_dir():
        raise ServerError(f"{_pointer(data_dir)} says that the database is in {home}, which is not there")
    return home


def find_dsn(data_dir: Path) -> str | None:
    """Where the server of `data_dir` listens, if one runs and is ready."""
    folder = find_home(data_dir) / "data"
    lines = _pid_file(folder)
    if len(lines) <= _STATE_LINE or lines[_STATE_LINE].strip() != "ready" or not _is_server(int(lines[0]), folder):
        return None
    return dsn(Path(lines[4].strip()))


def dsn(socket_dir: Path) -> str:
    """The URL of our database behind the socket in `socket_dir`."""
    return f"postgresql://postgres@/{DATABASE}?host={urllib.parse.quote(str(socket_dir), safe='/')}&port=5432"


def spawn(
    words: list[str],
    place: Place,
    lock: int,
    *,
    output: IO[bytes] | int,
    env: Mapping[str, str],
    stdin: int = subprocess.DEVNULL,
    death_signal: signal.Signals = signal.SIGQUIT,
) -> subprocess.Popen[bytes]:
    """Start a program of PostgreSQL as the place's account; it gets `lock` and ends when the calling thread does."""
    numbers = (place.account.uid, place.account.gid, os.getpid(), int(death_signal))
    return subprocess.Popen(  # noqa: S603  (our own words)
        [sys.executable, "-I", "-S", launch.__file__, *map(str, numbers), *words],
        cwd="/",
        env={"PATH": os.defpath, "LC_MESSAGES": "C", **env},
        stdin=stdin,
        stdout=output,
        stderr=subprocess.STDOUT,
        pass_fds=(lock,),
        start_new_session=True,  # Ctrl-C is for us; we stop it when its clients are gone
    )


def _account_for_root(home: Path) -> Account:
    if home.exists() and home.stat().st_uid:
        return Account(home.stat().st_uid, home.stat().st_gid)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise ServerError(
            "PostgreSQL refuses to run as root and there is no account `nobody`; run as another"
        ) from None
    return Account(nobody.pw_uid, nobody.pw_gid)


def _home_elsewhere(data_dir: Path, *, log: Log) -> Path:
    # A random name: the same path may one day hold another, fresh, data folder.
    home = ELSEWHERE / f"{data_dir.name}-{secrets.token_hex(4)}"
    try:
        ELSEWHERE.mkdir(mode=0o755, parents=True, exist_ok=True)
        _pointer(data_dir).write_text(f"{home}\n")
        home.mkdir(mode=0o700)
        nobody = _account_for_root(home)
        os.chown(home, nobody.uid, nobody.gid)
    except OSError as error:
        raise ServerError(
            f"PostgreSQL refuses to run as root, no other account may enter {data_dir}, and {ELSEWHERE} cannot be "
            f"used ({error}); choose another data folder, or run as another account"
        ) from error
    log.warning("postgres.elsewhere", folder=str(home), because=f"only root may enter {data_dir}")
    return home


def _lock_supervisor(home: Path) -> int:
    lock = os.open(home / "supervisor.lock", os.O_RDWR | os.O_CREAT, 0o600)
    if not _locked(lock):
        pid = os.pread(lock, 20, 0).decode().strip() or "unknown"
        os.close(lock)
        raise ServerError(f"the database in {home} is already run by process {pid}; stop that one first")
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
    return lock


def _locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _binaries_for(folder: Path, account: Account) -> Binaries:
    """Programs that can run the cluster in `folder` (any, while there is none), readable by `account`."""
    made_by = int((folder / "PG_VERSION").read_text()) if folder.exists() else None
    binaries = find_binaries(made_by)
    if binaries is None and made_by is not None:
        other = find_binaries()
        raise ServerError(
            f"the database in {folder} was made by PostgreSQL {made_by}; here is "
            f"{f'only {other.version}' if other else 'none'}. Install PostgreSQL {made_by} beside it, or go back to "
            "the release that made it, run `tasktalk backup FILE`, move that folder away, and `tasktalk restore FILE` here"
        )
    if binaries is None:
        raise ServerError(f"no PostgreSQL {OLDEST_MAJOR} or newer was found; install one, or set DATABASE_URL")
    program = Path(binaries.path("postgres"))
    return binaries if account.may_read(program) else copy_binaries(binaries, ELSEWHERE)


def _socket_dir(home: Path, account: Account) -> Path:
    """`home`, or a short private folder where its path is too long or strange for a socket's address."""
    name = str(home / _SOCKET_NAME)
    if len(os.fsencode(name)) <= _SOCKET_PATH_MAX and re.fullmatch(r"[\w/.+@ -]+", name):
        return home
    note = home / "socket"
    if note.exists():  # left by a start that was killed
        shutil.rmtree(note.read_text(), ignore_errors=True)
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    private = account.uid < 0 and runtime and os.access(runtime, os.W_OK)
    made = tempfile.mkdtemp(prefix="tasktalk-", dir=runtime if private else "/tmp")  # noqa: S108  (0700, random name)
    os.chown(made, account.uid, account.gid)
    note.write_text(made)
    return Path(made)


def _pointer(data_dir: Path) -> Path:
    return data_dir / "postgres.location"


def _pid_file(folder: Path) -> list[str]:
    try:
        return (folder / "postmaster.pid").read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return []


def _is_server(pid: int, folder: Path) -> bool:
    """Whether that process is a living postmaster on `folder`, as far as /proc tells."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")  # empty for a zombie
    except OSError:
        return False
    return "postgres" in Path(os.fsdecode(words[0])).name and os.fsencode(folder) in words
