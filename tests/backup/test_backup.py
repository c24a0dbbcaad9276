"""A backup is everything as of one moment, and a restore puts back exactly that, or nothing."""

import asyncio
import datetime as dt
import os
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from filled import NASTY, files_of, fill, snapshot
from pydantic import SecretStr

from s3_peer import ACCESS, REGION, SECRET, open_bucket
from tasktalk.accounts.audit.audit import record
from tasktalk.accounts.audit.chain import verify
from tasktalk.backup import making
from tasktalk.backup.archive import MANIFEST, NotABackup
from tasktalk.backup.making import IsBeingMade, alone, make_backup
from tasktalk.backup.restoring import Restored, Wishes, restore_backup
from tasktalk.backup.runs import list_runs, newest_backup_at, run_backup
from tasktalk.backup.sealing import WrongPassphrase
from tasktalk.backup.tables import list_known, list_tables
from tasktalk.db.migrate import HEAD, SchemaTooNew
from tasktalk.db.pool import set_codecs
from tasktalk.errors import BadRequest, Conflict, Unavailable
from tasktalk.ids import new_id
from tasktalk.settings import Settings
from tasktalk.tasks.attachments.purge import purge_files
from tasktalk.tasks.attachments.store import open_store

PASSPHRASE = "correct horse battery"
KEY = "k" * 40


def quiet(_what: str, _done: int, _total: int) -> None:
    pass


@pytest.fixture
async def conn(database: str) -> AsyncIterator[Any]:
    """Not named as ours are: a restore refuses a database that ours use."""
    conn = await asyncpg.connect(database)
    yield conn
    await conn.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The data folder with its key."""
    return folder_of(tmp_path / "data", KEY)


def folder_of(folder: Path, key: str | None = None) -> Settings:
    folder.mkdir()
    if key:
        (folder / "secret.key").write_text(key)
    return Settings(data=folder, _env_file=None)  # type: ignore[call-arg]


def names_in(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


async def back_up(dsn: str, path: Path, settings: Settings, **more: Any) -> Any:
    return await run_backup(dsn, path, settings=settings, progress=more.pop("progress", quiet), **more)


async def put_back(dsn: str, path: Path, settings: Settings, **wishes: Any) -> Restored:
    return await restore_backup(dsn, path, settings=settings, wishes=Wishes(**wishes), progress=quiet)


async def add_file(conn: Any, settings: Settings, key: str, content: bytes) -> None:
    """An attachment of some task, and its bytes."""
    path = settings.data / "files" / key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    await conn.execute(
        "insert into attachments (id, task_id, name, mime_type, size, sha256, key) "
        "values (gen_random_uuid(), (select id from tasks limit 1), 'a', 'b', $1, '', $2)",
        len(content),
        key,
    )


async def test_everything_comes_back_row_by_row_and_file_by_file(
    conn: Any, database: str, empty_database: str, settings: Settings, tmp_path: Path
) -> None:
    tables = await list_tables(conn)
    taken = await fill(conn, tables)
    assert len(taken) > len(tables) * 0.9, set(tables) - taken
    for key, content in {"ab/c1": os.urandom(300_000), "ab/c2": b"", "cd/e": NASTY.encode()}.items():
        await add_file(conn, settings, key, content)
    (settings.data / "sandbox.json").write_text("{}")
    before, path = await snapshot(conn), tmp_path / "one.sealed"
    async with alone(database) as own:
        made = await make_backup(
            own, path, settings=settings, id=new_id(), now=dt.datetime.now(dt.UTC), passphrase=PASSPHRASE,
            with_key=True, progress=quiet,
        )  # fmt: skip
    assert made.files == 3
    assert len(made.lost) == 2  # the filled rows speak of files that never were
    assert path.stat().st_mode & 0o777 == 0o600
    assert KEY.encode() not in path.read_bytes()
    assert names_in(tmp_path) == {"data", "one.sealed"}

    there = folder_of(tmp_path / "there")
    restored = await put_back(empty_database, path, there, passphrase=PASSPHRASE, resume_sending=True)
    assert (restored.held, restored.files, restored.manifest.rows) == (0, 3, made.manifest.rows)
    other = await asyncpg.connect(empty_database)
    try:
        after = await snapshot(other)
        added = set(after["audit"]) - set(before["audit"])
        assert len(added) == 1
        assert "backup.restored" in added.pop()
        # It is told of, and open backups are not open any more.
        changed = {"audit", "audit_chain", "sequence audit_seq_seq", "backups"}
        assert {name: after[name] for name in after if name not in changed} == {
            name: before[name] for name in before if name not in changed
        }
        assert files_of(there.data) == files_of(settings.data)
        assert (there.data / "secret.key").stat().st_mode & 0o777 == 0o600
        with pytest.raises(asyncpg.InsufficientPrivilegeError):  # the audit is kept again
            await other.execute("delete from audit")
        await other.execute("delete from attachments where key = 'ab/c2'")
        assert await other.fetchval("select count(*) from loose_files where key = 'ab/c2'") == 1
    finally:
        await other.close()


async def test_no_table_of_ours_is_forgotten(conn: Any) -> None:
    there = await conn.fetch("select tablename from pg_tables where schemaname = 'public'")
    assert {row[0] for row in there} - {"alembic_version"} == set(await list_tables(conn))
    functions = await conn.fetch(
        "select distinct proname from pg_proc p where pronamespace = 'public'::regnamespace "
        "and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')"
    )
    assert {row[0] for row in functions} <= list_known()[1]


async def test_a_backup_is_of_one_moment_while_others_write(
    conn: Any, database: str, empty_database: str, settings: Settings, tmp_path: Path
) -> None:
    user = new_id()
    await conn.execute("insert into users (id, name) values ($1, 'Ana')", user)
    written, begun, done = 0, asyncio.Event(), asyncio.Event()

    async def write() -> None:
        nonlocal written
        while not done.is_set():
            async with conn.transaction():
                id_ = new_id()
                await conn.execute(
                    "insert into journal (change_set, subject, subject_id, verb) values ($1, 'task', $1, 'x')", id_
                )
                await conn.execute("insert into tasks (id, owner_id, title) values ($1, $2, 'x')", id_, user)
            written += 1
            begun.set()

    writing = asyncio.create_task(write())
    try:
        await begun.wait()
        await back_up(database, tmp_path / "a.zip", settings)
    finally:
        done.set()
        await writing
    assert written > 5
    await put_back(empty_database, tmp_path / "a.zip", settings)
    other = await asyncpg.connect(empty_database)
    try:
        tasks = {row[0] for row in await other.fetch("select id from tasks")}
        assert 0 < len(tasks) < written
        assert {row[0] for row in await other.fetch("select subject_id from journal")} == tasks
        (run,) = await list_runs(other)
        assert (run.state, run.kind, run.error) == ("ok", "command", None)
        assert await newest_backup_at(other) == run.at
        await other.execute(
            "insert into journal (change_set, subject, subject_id, verb) values ($1, 'task', $1, 'x')", user
        )
    finally:
        await other.close()


@pytest.mark.parametrize("passphrase", [PASSPHRASE, None])
async def test_what_was_damaged_touches_nothing(
    database: str,
    empty_database: str,
    settings: Settings,
    tmp_path: Path,
    passphrase: str | None,
) -> None:
    whole = tmp_path / "whole"
    await back_up(database, whole, settings, passphrase=passphrase)
    good = whole.read_bytes()
    there = folder_of(tmp_path / "there", KEY)
    middle = len(good) // 2
    if not passphrase:
        with zipfile.ZipFile(whole) as zipped:  # a byte of rows: those between members mean nothing
            middle = zipped.getinfo("tables/users.csv").header_offset + 80
    spoiled = {
        "cut": good[: len(good) // 2],
        "end": good[:-1],
        "flipped": good[:middle] + bytes([good[middle] ^ 1]) + good[middle + 1 :],
        "empty": b"",
        "text": b"hello",
    }
    for name, content in spoiled.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises((NotABackup, WrongPassphrase)):
            await put_back(empty_database, path, there, passphrase=passphrase)
    if passphrase:
        with pytest.raises(WrongPassphrase):
            await put_back(empty_database, whole, there, passphrase="wrong horse battery")
        with pytest.raises(BadRequest, match="--passphrase-file"):
            await put_back(empty_database, whole, there)
    other = await asyncpg.connect(empty_database)
    try:
        assert await snapshot(other) == {}
    finally:
        await other.close()
    assert files_of(there.data) == {"secret.key": KEY.encode()}


async def test_a_member_with_other_content_is_found(
    database: str, empty_database: str, settings: Settings, tmp_path: Path
) -> None:
    await back_up(database, tmp_path / "a.zip", settings)
    forged = tmp_path / "forged.zip"
    with zipfile.ZipFile(tmp_path / "a.zip") as old, zipfile.ZipFile(forged, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name) + (b"\n" if name == "tables/users.csv" else b""))
    with pytest.raises(NotABackup, match=r"tables/users\.csv"):
        await put_back(empty_database, forged, settings)
    newer = tmp_path / "newer.zip"
    with zipfile.ZipFile(tmp_path / "a.zip") as old, zipfile.ZipFile(newer, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content.replace(f'"{HEAD}"'.encode(), b'"9999"') if name == MANIFEST else content)
    with pytest.raises(SchemaTooNew, match="9999"):
        await put_back(empty_database, newer, settings)


async def test_people_are_not_replaced_unasked_and_running_ones_never(
    conn: Any, pool: Any, database: str, settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "a.zip"
    async with pool.acquire() as ours:
        await record(ours, by=None, action="user.created", subject="user")
    ana, ben = new_id(), new_id()
    await conn.execute("insert into users (id, name) values ($1, 'Ana')", ana)
    await conn.execute("insert into tasks (id, owner_id, title) values ($1, $1, 'x')", ana)
    await add_file(conn, settings, "kept/1", b"1")
    await back_up(database, path, settings)
    await conn.execute("insert into users (id, name) values ($1, 'Ben')", ben)
    await add_file(conn, settings, "later/2", b"2")
    before = await snapshot(conn)
    with pytest.raises(Conflict, match="in use by tasktalk-test"):
        await put_back(database, path, settings, replace=True)
    await pool.close()
    with pytest.raises(Conflict, match="--replace"):
        await put_back(database, path, settings)
    for secret, more in ((None, {}), ("other" * 8, {"replace": True})):
        there = folder_of(tmp_path / f"there{secret}", secret)
        with pytest.raises(Conflict, match="--new-key"):
            await put_back(database, path, there, **more)
    assert await snapshot(conn) == before
    await put_back(database, path, settings, replace=True)
    after = await snapshot(conn)
    assert [await conn.fetchval("select name from users")] == ["Ana"]
    assert len(after["users"]) == 1
    await set_codecs(conn)
    assert (await verify(conn)).ok  # the audit's chain goes on from where it was
    assert await conn.fetchval("select max(place) from audit") == 2
    # What nobody speaks of any more is swept from the store like any other.
    assert [row[0] for row in await conn.fetch("select key from loose_files")] == ["later/2"]


async def test_a_foreign_database_is_left_alone(
    empty_database: str, database: str, settings: Settings, tmp_path: Path
) -> None:
    await back_up(database, tmp_path / "a.zip", settings)
    other = await asyncpg.connect(empty_database)
    try:
        await other.execute("create table users (id int)")
        with pytest.raises(Conflict, match="somebody else"):
            await put_back(empty_database, tmp_path / "a.zip", settings, replace=True)
        await other.execute(
            "create table alembic_version (version_num text); insert into alembic_version values ('abc')"
        )
        with pytest.raises(Conflict, match="abc"):
            await put_back(empty_database, tmp_path / "a.zip", settings, replace=True)
    finally:
        await other.close()


async def test_a_restore_that_fails_leaves_what_was(
    conn: Any, database: str, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await conn.execute("insert into users (id, name) values ($1, 'Ana')", new_id())
    await back_up(database, tmp_path / "a.zip", settings)
    before = await snapshot(conn)

    async def fail(*_: object, **__: object) -> None:
        raise asyncpg.DiskFullError("no space")

    monkeypatch.setattr("tasktalk.backup.restoring.hold_pending", fail)
    with pytest.raises(asyncpg.DiskFullError):
        await put_back(database, tmp_path / "a.zip", settings, replace=True)
    assert await snapshot(conn) == before


async def test_a_backup_that_fails_leaves_no_file_and_says_why(
    conn: Any, database: str, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.zip"
    with pytest.raises(BadRequest, match="--passphrase-file"):
        await back_up(database, path, settings, with_key=True)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(making, "_add_file", full)
    with pytest.raises(OSError, match="space"):
        await back_up(database, path, settings, passphrase=PASSPHRASE)
    assert names_in(tmp_path) == {"data"}
    runs = await list_runs(conn)
    assert [(run.state, run.error) for run in runs] == [
        ("error", making.SHORT_OF_SPACE),
        ("error", "--with-key wants --passphrase-file: a key beside what it opens protects nothing."),
    ]
    assert await newest_backup_at(conn) is None
    monkeypatch.undo()
    async with alone(database):
        with pytest.raises(IsBeingMade):
            await back_up(database, path, settings)
    await back_up(database, path, settings)
    with pytest.raises(Conflict, match="there already"):
        await back_up(database, path, settings)


async def test_no_file_leaves_the_store_while_a_backup_is_made(
    conn: Any, pool: Any, database: str, settings: Settings, tmp_path: Path
) -> None:
    """It was deleted for good after the moment that the backup shows: the backup still has it."""
    await conn.execute("insert into users (id, name) values ($1, 'Ana')", new_id())
    await conn.execute("insert into tasks (id, owner_id, title) values ($1, (select id from users), 'x')", new_id())
    await add_file(conn, settings, "ab/c", b"kept")
    store, purged = open_store(settings), []

    def progress(what: str, done: int, _total: int) -> None:
        if what == "Saving files" and not done:
            purged.append(asyncio.run_coroutine_threadsafe(purge(), loop))

    async def purge() -> int:
        await conn.execute("delete from attachments")
        async with pool.acquire() as other:
            return await purge_files(other, store, before=dt.datetime.now(dt.UTC), limit=10)

    loop, real = asyncio.get_running_loop(), making._add_file

    def late(*args: Any) -> bool:
        """In a thread of its own: the loop purges meanwhile."""
        if args[2].startswith("files/"):
            assert purged[0].result(30) == 0
        return real(*args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(making, "_add_file", late)
        made = await back_up(database, tmp_path / "a.zip", settings, progress=progress)
    assert (made.files, made.lost) == (1, ())
    assert await purge() == 1
    assert not (settings.data / "files" / "ab" / "c").exists()


async def test_files_of_a_bucket_are_in_it_and_go_to_any_store(
    conn: Any, database: str, empty_database: str, settings: Settings, tmp_path: Path
) -> None:
    async with open_bucket() as bucket:
        keys = {"files_access_key": SecretStr(ACCESS), "files_secret_key": SecretStr(SECRET)}
        url = f"s3://files?endpoint={bucket.url}&region={REGION}"
        kept = settings.model_copy(update={"files_url": url, **keys})
        await conn.execute("insert into users (id, name) values (gen_random_uuid(), 'Ana')")
        await conn.execute(
            "insert into tasks (id, owner_id, title, position) select gen_random_uuid(), id, 't', 1 from users limit 1"
        )
        contents = {"ab/c1": os.urandom(700_000), "ab/c2": b"small", "cd/lost": b"?"}
        for key, content in contents.items():
            await add_file(conn, settings, key, content)  # its row; its bytes lie in the bucket
            await open_store(kept).put(key, chunks(content))
        await open_store(kept).delete("cd/lost")
        path = tmp_path / "one.zip"
        made = await back_up(database, path, kept)
        assert (made.files, made.lost, made.manifest.files_in) == (2, ("cd/lost",), "backup")
        elsewhere = folder_of(tmp_path / "there", KEY)
        assert (await put_back(empty_database, path, elsewhere)).files == 2
        assert files_of(elsewhere.data / "files") == {name: contents[name] for name in ("ab/c1", "ab/c2")}
        bucket.objects.clear()
        assert (await put_back(empty_database, path, kept, replace=True)).files == 2
        assert sorted(bucket.objects.values()) == sorted(contents[name] for name in ("ab/c1", "ab/c2"))
        stays = await back_up(database, tmp_path / "two.zip", kept.model_copy(update={"backup_bucket": False}))
        assert (stays.files, stays.lost, stays.manifest.files_in) == (0, (), "s3://files")
        bucket.away = True
        with pytest.raises(Unavailable):
            await back_up(database, tmp_path / "three.zip", kept)
        assert not (tmp_path / "three.zip").exists()


async def chunks(content: bytes) -> AsyncIterator[bytes]:
    yield content
