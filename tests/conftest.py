"""One PostgreSQL for the whole run, one migrated template in it, and a fresh copy of that for every test.

And how a run is shared out among several processes: a file to each, but for what is better kept together.
"""

import gc
import logging
import os
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
import structlog
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from tasktalk.db import Conn, Pool, embedded
from tasktalk.db.migrate import migrate
from tasktalk.db.pool import open_pool

# Nothing here outlives the run, so nothing needs to reach the disk.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
ROOM = 1_000_000_000  # bytes

# Whose files one process takes, for they share what it has started: a `tasktalk up`, a browser.
TOGETHER = ("tests/browser/", "tests/e2e/")
# What takes long, and is few tests; it begins before all else, so that none of it is left alone at the end.
FIRST = (
    *TOGETHER,
    "tests/chaos/",
    "tests/docs/test_run_commands.py",
    "tests/backup/",
    "tests/api/test_schemathesis.py",
)

gc.set_threshold(50_000, 20, 50)  # what is imported and collected stays: the search there for garbage took a third


class _Sharing(LoadFileScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return next((each for each in TOGETHER if nodeid.startswith(each)), super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> _Sharing | None:
    """For `--dist loadfile`, which `make test` uses."""
    return _Sharing(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes long comes first. The long version of a proof runs when it is asked for."""
    items.sort(key=lambda item: next((at for at, each in enumerate(FIRST) if item.nodeid.startswith(each)), len(FIRST)))
    if "slow" not in config.option.markexpr:
        for item in items:
            if "slow" in item.keywords:
                item.add_marker(pytest.mark.skip("the long version of this proof; run it with -m slow"))


def pytest_collection_finish() -> None:
    """What was collected is looked at for garbage once."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """A command that a test runs in this process sets up logs of its own, some of which keep silent."""
    level, handlers, configured = logging.root.level, logging.root.handlers[:], structlog.get_config()
    yield
    logging.root.setLevel(level)
    logging.root.handlers[:] = handlers
    structlog.configure(**configured)


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """A folder that every account may enter (run as root, PostgreSQL runs under another), in memory if there is room.

    A database is a few hundred small files: on a disk they take thirty times as long to make as they do in memory.
    """
    memory = Path("/dev/shm")
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM
    folder = Path(tempfile.mkdtemp(prefix="tt-", dir=memory if roomy else None))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def server(scratch: Path) -> Iterator[str]:
    """The dsn of a server to make databases in: TASKTALK_TEST_DATABASE_URL, or one of our own."""
    given = os.environ.get("TASKTALK_TEST_DATABASE_URL")
    if given:
        yield given
        return
    with embedded.start(scratch / "server", options=CARELESS) as running:
        yield running.dsn


@pytest.fixture(scope="session")
async def admin(server: str) -> AsyncIterator[Conn]:
    """A connection that makes and drops databases."""
    conn = await asyncpg.connect(server)
    yield conn
    await conn.close()


@pytest.fixture(scope="session")
async def template(server: str, admin: Conn) -> AsyncIterator[str]:
    """The name of a migrated database without rows, to copy."""
    name = f"template_{secrets.token_hex(4)}"
    await admin.execute(f"create database {name} template template0")
    await migrate(dsn_of(server, name))
    yield name
    await admin.execute(f"drop database {name} with (force)")


@pytest.fixture
async def empty_database(server: str, admin: Conn) -> AsyncIterator[str]:
    """The dsn of a database without a schema."""
    name = f"test_{secrets.token_hex(6)}"
    await admin.execute(f"create database {name} template template0 strategy file_copy")
    yield dsn_of(server, name)
    await admin.execute(f"drop database {name} with (force)")


@pytest.fixture
async def database(server: str, admin: Conn, template: str) -> AsyncIterator[str]:
    """The dsn of a migrated database of this test's own."""
    name = f"test_{secrets.token_hex(6)}"
    await admin.execute(f"create database {name} template {template} strategy file_copy")
    yield dsn_of(server, name)
    await admin.execute(f"drop database {name} with (force)")


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    """A pool on this test's own database."""
    pool = await open_pool(database, min_size=1, max_size=8, application_name="tasktalk-test")
    yield pool
    await pool.close()


@pytest.fixture
def now() -> datetime:
    """A Monday morning."""
    return datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def dsn_of(server: str, database: str) -> str:
    """The same server, another database."""
    parts = urlsplit(server)
    return f"{parts.scheme}://{parts.netloc}/{database}" + (f"?{parts.query}" if parts.query else "")
