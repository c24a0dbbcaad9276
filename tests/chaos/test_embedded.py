"""Our own PostgreSQL under the worst a host does to it: what was acknowledged is there, and it starts again."""

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import asyncpg
import pytest

from tasktalk.db import binaries, embedded, place
from tasktalk.db.cluster import Account, is_server, read_pid_file
from tasktalk.db.embedded import ServerError
from tasktalk.db.pool import LOST

pytestmark = pytest.mark.chaos

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL under another account")

# Stands for `tasktalk up`: runs the database and sees to it until it is told to stop.
UP = """
import signal, sys, threading
from pathlib import Path
from tasktalk.db import embedded
from tasktalk.logs import set_up_logs
set_up_logs(level="INFO", process="up")
told = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: told.set())
with embedded.start(Path(sys.argv[1])) as server:
    print(server.pid, server.dsn, flush=True)
    while not told.wait(0.02):
        server.ensure_running()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every account may enter, unlike pytest's own, and from which programs may be run."""
    made = Path(tempfile.mkdtemp(prefix="tt-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def made(scratch: Path) -> Path:
    """A data folder whose server was started and stopped once, with a table in it; to copy, since initdb is slow."""
    with embedded.start(scratch / "made") as server:
        asyncio.run(_execute(server.dsn, "create table kept (writer int, number int)"))
    return scratch / "made"


@pytest.fixture
def data_dir(scratch: Path, made: Path) -> Iterator[Path]:
    yield copy(made, scratch / "data")
    shutil.rmtree(scratch / "data")


def copy(made: Path, data_dir: Path) -> Path:
    data_dir.parent.mkdir(exist_ok=True)
    subprocess.run(["cp", "-a", made, data_dir], check=True)
    return data_dir


def put_into_pid_file(data_dir: Path, pid: int) -> None:
    file = data_dir / "postgres/data/postmaster.pid"
    lines = file.read_text().splitlines(keepends=True)
    assert lines[7].strip() == "ready"
    file.write_text("".join([f"{pid}\n", *lines[1:]]))


def private_socket_dir(data_dir: Path) -> Path:
    noted = Path((data_dir / "postgres/socket").read_text())
    assert noted.stat().st_mode & 0o777 == 0o700
    return noted


async def _execute(dsn: str, sql: str) -> None:
    conn = await asyncpg.connect(dsn)
    await conn.execute(sql)
    await conn.close()


class Writers:
    """Eight connections that insert and commit row after row, and remember what was acknowledged."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.acknowledged: set[tuple[int, int]] = set()
        self._more = asyncio.Condition()

    async def write(self, writer: int) -> None:
        number = 0
        while True:
            with suppress(*LOST):
                conn = await asyncpg.connect(self.dsn)
                try:
                    while True:
                        number += 1
                        await conn.execute("insert into kept values ($1, $2)", writer, number)
                        self.acknowledged.add((writer, number))
                        async with self._more:
                            self._more.notify_all()
                finally:
                    conn.terminate()
            await asyncio.sleep(0.01)  # the server is down; until it is back

    async def reach(self, more: int) -> None:
        """Until so many more rows are acknowledged."""
        goal = len(self.acknowledged) + more
        async with asyncio.timeout(20), self._more:
            await self._more.wait_for(lambda: len(self.acknowledged) >= goal)


@asynccontextmanager
async def writing(dsn: str) -> AsyncIterator[Writers]:
    writers = Writers(dsn)
    tasks = [asyncio.create_task(writers.write(number)) for number in range(8)]
    try:
        yield writers
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def lost(writers: Writers) -> set[tuple[int, int]]:
    """Rows acknowledged by now that are not there."""
    acknowledged = set(writers.acknowledged)  # they may be going on
    conn = await asyncpg.connect(writers.dsn)
    kept = {(row["writer"], row["number"]) for row in await conn.fetch("select writer, number from kept")}
    await conn.close()
    return acknowledged - kept


@asynccontextmanager
async def up(data_dir: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, int, str]]:
    """A supervisor in a process of its own: the process, the postmaster's pid, the dsn."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", UP, str(data_dir), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout
    try:
        pid, dsn = (await process.stdout.readline()).decode().split()
        yield process, int(pid), dsn
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


def family(postmaster: int) -> list[int]:
    """A postmaster and its children."""
    pids = [postmaster]
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if parent_of(int(entry.parent.name)) == postmaster:
                pids.append(int(entry.parent.name))
    return pids


def kill_all(pids: list[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110  (what a process does sends us no event)
            await asyncio.sleep(0.005)


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def state_of(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]


def log_of(data_dir: Path) -> str:
    return (data_dir / "postgres.log").read_text()


async def test_killed_with_all_its_backends_under_writers_it_is_started_again_and_nothing_is_lost(
    data_dir: Path,
) -> None:
    with embedded.start(data_dir) as server:
        async with writing(server.dsn) as writers:
            for _ in range(3):
                await writers.reach(300)
                kill_all(family(server.pid))
                server._process.wait()  # type: ignore[union-attr]  # started above
                assert await asyncio.to_thread(server.ensure_running)
            await writers.reach(100)
        assert await lost(writers) == set()
        assert not server.ensure_running()


async def test_a_busy_backend_that_outlives_its_postmaster_does_not_keep_it_from_starting(data_dir: Path) -> None:
    with embedded.start(data_dir) as server:
        conn = await asyncpg.connect(server.dsn)
        busy = asyncio.create_task(conn.execute("do 'begin loop end loop; end'"))
        other = await asyncpg.connect(server.dsn)
        async with asyncio.timeout(10):
            while not await other.fetchval("select count(*) from pg_stat_activity where query like 'do %'"):
                pass
        other.terminate()
        os.kill(server.pid, signal.SIGKILL)
        server._process.wait()  # type: ignore[union-attr]  # started above
        assert await asyncio.to_thread(server.ensure_running)
        with pytest.raises((asyncpg.PostgresError, OSError)):
            await busy
        conn.terminate()


async def test_a_zombie_nobody_reaps_is_not_taken_for_a_running_server(data_dir: Path) -> None:
    gone = embedded.start(data_dir)
    kill_all(family(gone.pid))
    await until(lambda: state_of(gone.pid) == "Z")
    gone._cluster.leave()  # its supervisor is gone, too, as far as the locks tell
    assert read_pid_file(data_dir / "postgres/data")[0] == str(gone.pid)
    with embedded.start(data_dir) as server:
        assert state_of(gone.pid) == "Z"
        await _execute(server.dsn, "insert into kept values (1, 1)")
    gone.stop()


@pytest.mark.parametrize("foreign", ["sleep", "postgres"])
async def test_a_stale_pid_file_that_names_a_living_stranger_is_taken_over(
    data_dir: Path, server: str, foreign: str
) -> None:
    gone = embedded.start(data_dir)
    kill_all(family(gone.pid))
    gone.stop()
    stranger = await asyncio.create_subprocess_exec("sleep", "600")
    try:
        pid = stranger.pid
        if foreign == "postgres":
            conn = await asyncpg.connect(server)
            pid = parent_of(await conn.fetchval("select pg_backend_pid()"))
            await conn.close()
        put_into_pid_file(data_dir, pid)
        with embedded.start(data_dir) as again:
            await _execute(again.dsn, "insert into kept values (1, 1)")
            assert again.pid != pid
    finally:
        stranger.kill()
        await stranger.wait()


async def test_sigterm_to_the_supervisor_shuts_down_cleanly(data_dir: Path) -> None:
    async with up(data_dir) as (supervisor, postmaster, dsn):
        conn = await asyncpg.connect(dsn)  # a client that does not go away by itself
        supervisor.terminate()
        assert await asyncio.wait_for(supervisor.wait(), 5) == 0
        assert not is_server(str(postmaster), data_dir / "postgres/data")
        conn.terminate()
    with embedded.start(data_dir):
        assert "database system is shut down" in log_of(data_dir)
        assert "not properly shut down" not in log_of(data_dir)


async def test_killed_the_supervisor_takes_postgres_along_and_the_next_start_recovers(data_dir: Path) -> None:
    async with up(data_dir) as (supervisor, postmaster, dsn), writing(dsn) as writers:
        await writers.reach(500)
        supervisor.kill()
        await supervisor.wait()
        with embedded.start(data_dir) as server:
            assert not is_server(str(postmaster), data_dir / "postgres/data")
            assert server.dsn == dsn
            await writers.reach(100)
            assert "not properly shut down" in log_of(data_dir)
            assert await lost(writers) == set()


async def test_a_second_start_on_one_data_folder_is_refused_and_harms_nothing(data_dir: Path) -> None:
    async with up(data_dir) as (supervisor, _postmaster, dsn), writing(dsn) as writers:
        await writers.reach(10)
        with pytest.raises(ServerError, match=f"process {supervisor.pid}"):
            embedded.start(data_dir)
        with embedded.running(data_dir) as found:
            assert found == dsn
        await writers.reach(100)
        assert await lost(writers) == set()


async def test_a_server_that_somebody_started_by_hand_is_left_alone(data_dir: Path) -> None:
    found = binaries.find_binaries()
    assert found
    home = data_dir / "postgres"
    owner = home.stat().st_uid if os.geteuid() == 0 else None
    words = [found.path("postgres"), "-D", str(home / "data"), "-k", str(home), "-h", ""]
    by_hand = await asyncio.create_subprocess_exec(*words, cwd="/", stderr=subprocess.DEVNULL, user=owner)
    await until(lambda: place.find_dsn(data_dir))
    with pytest.raises(ServerError, match=f"process {by_hand.pid}"):
        embedded.start(data_dir)
    with embedded.running(data_dir) as dsn:
        await _execute(dsn, "insert into kept values (1, 1)")
    by_hand.send_signal(signal.SIGINT)
    assert await by_hand.wait() == 0


async def test_a_path_too_long_for_a_socket_gets_a_short_private_one(folder: Path, made: Path) -> None:
    data_dir = copy(made, folder / ("so long a name, " * 8).strip() / "data")
    async with up(data_dir) as (supervisor, _postmaster, dsn):
        await _execute(dsn, "insert into kept values (1, 1)")
        left = private_socket_dir(data_dir)
        supervisor.kill()
        await supervisor.wait()
    with embedded.start(data_dir) as server:
        assert not left.exists()
        await _execute(server.dsn, "insert into kept values (1, 2)")
        used = private_socket_dir(data_dir)
    assert not used.exists()


def test_a_cluster_of_another_major_version_is_refused_with_a_way_out(data_dir: Path) -> None:
    version = data_dir / "postgres/data/PG_VERSION"
    version.write_text("9\n")
    with pytest.raises(ServerError, match=r"made by PostgreSQL 9; .* only 1\d\..*pg_dumpall"):
        embedded.start(data_dir)
    version.unlink()
    with pytest.raises(ServerError, match="not a cluster"):
        embedded.start(data_dir)


def test_an_initdb_that_was_killed_leaves_nothing_in_the_way(folder: Path) -> None:
    half = folder / "data/postgres/data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(half.parent, nobody.pw_uid, nobody.pw_gid)
    half.parent.chmod(0o700)
    with embedded.start(folder / "data", options={"fsync": "off"}) as server:
        assert server.poll() is None
    assert not half.exists()


@as_root
def test_for_root_it_runs_under_another_account_and_only_its_own_folder_changes_hands(data_dir: Path) -> None:
    with embedded.start(data_dir) as server:
        assert Path(f"/proc/{server.pid}").stat().st_uid == pwd.getpwnam("nobody").pw_uid
        home = data_dir / "postgres"
        assert (home.stat().st_uid, home.stat().st_mode & 0o777) == (pwd.getpwnam("nobody").pw_uid, 0o700)
        assert (data_dir.stat().st_uid, data_dir.parent.stat().st_uid) == (0, 0)


@as_root
async def test_under_a_folder_only_root_may_enter_data_and_programs_go_where_they_can_run(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = folder / "root"
    private.mkdir(mode=0o700)
    found = binaries.find_binaries()
    assert found
    hidden = binaries.copy_binaries(found, private)
    monkeypatch.setattr(place, "find_binaries", lambda _major=None: hidden)
    monkeypatch.setattr(place, "ELSEWHERE", folder / "elsewhere")
    data_dir = private / "clone/data"
    for number in range(2):
        with embedded.start(data_dir, options={"fsync": "off"}) as server:
            if number == 0:
                await _execute(server.dsn, "create table kept (writer int, number int)")
            await _execute(server.dsn, "insert into kept values (1, 1)")
            with embedded.running(data_dir) as found_dsn:
                assert found_dsn == server.dsn
    assert private.stat().st_mode & 0o777 == 0o700
    assert not (data_dir / "postgres").exists()
    home = Path((data_dir / "postgres.location").read_text().strip())
    assert home.parent == folder / "elsewhere"
    shutil.rmtree(home)
    with pytest.raises(ServerError, match=r"postgres\.location says"):
        embedded.start(data_dir)


@as_root
def test_an_unprivileged_account_runs_it_as_itself(folder: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    account = Account(nobody.pw_uid, nobody.pw_gid)
    same = f"python{sys.version_info.major}.{sys.version_info.minor}"
    pythons = [
        Path(path).resolve() for path in (sys.executable, shutil.which(same, path="/usr/bin:/usr/local/bin")) if path
    ]
    usable = [path for path in pythons if account.may_read(path) and account.may_enter(Path(embedded.__file__).parent)]
    if not usable:
        pytest.skip("no Python here that another account may run")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    source = (
        "import os, sys\nfrom pathlib import Path\nfrom tasktalk.db import embedded\n"
        "with embedded.start(Path(sys.argv[1]), options={'fsync': 'off'}) as server:\n"
        "    print(os.geteuid(), Path(f'/proc/{server.pid}').stat().st_uid)\n"
    )
    ran = subprocess.run(
        [usable[0], "-c", source, folder / "data"],
        env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONDONTWRITEBYTECODE": "1"},
        cwd="/",
        user=nobody.pw_uid,
        group=nobody.pw_gid,
        extra_groups=[],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines()[-1] == f"{nobody.pw_uid} {nobody.pw_uid}"
