"""Finds the place of our own PostgreSQL on disk: which folder, which account, which programs, which socket."""

import os
import pwd
import re
import secrets
import shutil
import tempfile
from pathlib import Path

from tasktalk.db.binaries import OLDEST_MAJOR, Binaries, copy_binaries, find_binaries
from tasktalk.db.cluster import Account, Cluster, ServerError, dsn, is_server, lock_file, read_pid_file
from tasktalk.logs import Log

ELSEWHERE = Path("/var/lib/tasktalk")  # where a root keeps it whose own folders no other account may enter

_SOCKET_NAME = ".s.PGSQL.5432"
_SOCKET_PATH_MAX = 107  # bytes, sun_path in unix(7)
_PID_FILE_SOCKET, _PID_FILE_STATE = 4, 7


def open_cluster(data_dir: Path, *, log: Log) -> Cluster:
    """The cluster of `data_dir`, locked for this process; its folder is made, the cluster itself is not yet."""
    try:
        _make_folder(data_dir, 0o711)  # PostgreSQL's account passes through it and cannot look around
        home = find_home(data_dir)
        account = _account_for_root(home) if os.geteuid() == 0 else Account()
        if not home.exists() and not account.may_enter(data_dir):
            home = _home_elsewhere(data_dir, account, log=log)
        if _make_folder(home, 0o700):
            os.chown(home, account.uid, account.gid)
    except OSError as error:
        raise ServerError(f"the database's folder cannot be made: {error}") from error
    if not os.access(home, os.W_OK):
        raise ServerError(f"{home} belongs to another account ({home.stat().st_uid}); run as that one, or as root")
    if not account.may_enter(home):
        raise ServerError(f"PostgreSQL's account ({account.uid}) cannot enter {home}; chmod a+x the folders above it")
    lock = _lock_supervisor(home)
    try:
        binaries = _find_binaries(home / "data", account)
        return Cluster(home, data_dir / "postgres.log", account, binaries, _socket_dir(home, account), lock)
    except BaseException:
        os.close(lock)
        raise


def find_home(data_dir: Path) -> Path:
    """The folder of PostgreSQL that belongs to `data_dir`: inside, or where a note in it points."""
    try:
        home = Path(_note(data_dir).read_text(encoding="utf-8").strip())
    except FileNotFoundError:
        return data_dir / "postgres"
    if not home.is_dir():
        raise ServerError(f"{_note(data_dir)} says that the database is in {home}, which is not there")
    return home


def find_dsn(data_dir: Path) -> str | None:
    """Where the server of `data_dir` listens, if one runs and is ready."""
    folder = find_home(data_dir) / "data"
    try:
        lines = read_pid_file(folder)
    except PermissionError as error:
        raise ServerError(f"the database belongs to another account: {error}; run as that one, or as root") from error
    if len(lines) <= _PID_FILE_STATE or lines[_PID_FILE_STATE].strip() != "ready":
        return None
    return dsn(Path(lines[_PID_FILE_SOCKET].strip())) if is_server(lines[0], folder) else None


def _make_folder(folder: Path, mode: int) -> bool:
    if folder.is_dir():
        return False
    folder.mkdir(parents=True)
    folder.chmod(mode)  # whatever the umask
    return True


def _account_for_root(home: Path) -> Account:
    """Who runs PostgreSQL for root: the owner of a cluster that is there, else `nobody`."""
    if home.exists() and home.stat().st_uid:
        return Account(home.stat().st_uid, home.stat().st_gid)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise ServerError("PostgreSQL refuses root and there is no account `nobody`; run as any other one") from None
    return Account(nobody.pw_uid, nobody.pw_gid)


def _home_elsewhere(data_dir: Path, account: Account, *, log: Log) -> Path:
    # A random name: the same path may one day hold another, fresh, data folder.
    home = ELSEWHERE / f"{data_dir.name}-{secrets.token_hex(4)}"
    try:
        _make_folder(ELSEWHERE, 0o755)
        _make_folder(home, 0o700)
        os.chown(home, account.uid, account.gid)
    except OSError as error:
        raise ServerError(
            f"PostgreSQL refuses root, no other account may enter {data_dir}, and {ELSEWHERE} cannot be used: {error}; "
            "choose another data folder, or run as another account"
        ) from error
    _note(data_dir).write_text(f"{home}\n", encoding="utf-8")
    log.warning("postgres.elsewhere", folder=str(home), because=f"only root may enter {data_dir}")
    return home


def _note(data_dir: Path) -> Path:
    return data_dir / "postgres.location"


def _lock_supervisor(home: Path) -> int:
    lock = os.open(home / "supervisor.lock", os.O_RDWR | os.O_CREAT, 0o600)
    if not lock_file(lock):
        pid = os.pread(lock, 20, 0).decode().strip() or "unknown"
        os.close(lock)
        raise ServerError(f"the database in {home} is already run by process {pid}; stop that one first")
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
    return lock


def _find_binaries(folder: Path, account: Account) -> Binaries:
    """Programs that can run the cluster in `folder` (any, while there is none), readable by `account`."""
    try:
        made_by = int((folder / "PG_VERSION").read_text()) if folder.exists() else None
    except (OSError, ValueError) as error:
        raise ServerError(f"{folder} is not a cluster of PostgreSQL that can be read: {error}") from error
    binaries = find_binaries(made_by)
    if binaries is None and made_by is not None:
        other = find_binaries()
        raise ServerError(
            f"the database in {folder} was made by PostgreSQL {made_by}; here is "
            f"{f'only {other.version}' if other else 'none'}. Install PostgreSQL {made_by} beside it, or go back to "
            "the release that made it, write a dump (`pg_dumpall` lies beside its `postgres`), move that folder away, "
            "and load the dump with this release"
        )
    if binaries is None:
        raise ServerError(f"no PostgreSQL {OLDEST_MAJOR} or newer was found; install one, or set DATABASE_URL")
    if account.may_read(Path(binaries.path("postgres"))):
        return binaries
    return copy_binaries(binaries, ELSEWHERE)


def _socket_dir(home: Path, account: Account) -> Path:
    """`home`, or a short private folder where its path is too long or too strange for a socket's address."""
    name = str(home / _SOCKET_NAME)
    if len(os.fsencode(name)) <= _SOCKET_PATH_MAX and re.fullmatch(r"[\w/.+@ -]+", name):
        return home
    note = home / "socket"
    if note.exists():  # left by a start that was killed
        shutil.rmtree(note.read_text(encoding="utf-8"), ignore_errors=True)
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    private = account.is_us and runtime and os.access(runtime, os.W_OK)
    made = tempfile.mkdtemp(prefix="tasktalk-", dir=runtime if private else "/tmp")  # noqa: S108  (0700, random name)
    os.chown(made, account.uid, account.gid)
    note.write_text(made, encoding="utf-8")
    return Path(made)
