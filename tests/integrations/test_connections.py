"""Connected numbers: secrets sealed at rest, old and new during a rotation, one bad one harming no other."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import UUID

import asyncpg
import pytest

from product_kit import until
from tasktalk.crypto import Keyring
from tasktalk.db import Conn, Pool
from tasktalk.db.pool import open_pool
from tasktalk.integrations.connections import CredentialKind, Directory, save_credential, save_integration

KEYRING = Keyring("the master secret")
NOW = datetime.now(UTC)


async def add(pool: Pool, number: str, *, keyring: Keyring = KEYRING, **secrets: str) -> None:
    async with pool.acquire() as conn, conn.transaction():
        made = await save_integration(conn, name=f"Number {number}", waba_id="1", phone_number_id=number)
        for kind, secret in secrets.items():
            await save(conn, made, kind, secret, keyring=keyring)


async def save(
    conn: Conn, made: UUID, kind: str, secret: str, *, keyring: Keyring = KEYRING, grace: timedelta = timedelta(0)
) -> None:
    known = cast("CredentialKind", kind)
    await save_credential(conn, keyring=keyring, integration_id=made, kind=known, secret=secret, now=NOW, grace=grace)


async def test_secrets_are_sealed_at_rest(pool: Pool) -> None:
    await add(pool, "301", access_token="EAAveryplain", app_secret="plainsecret", verify_token="plainverify")
    rows = await pool.fetch("select i::text as i, c::text as c, sealed from integrations i, credentials c")
    assert len(rows) == 3
    for row in rows:
        for plain in ("EAAveryplain", "plainsecret", "plainverify"):
            assert plain not in row["i"] + row["c"]
            assert plain.encode() not in row["sealed"]
    (known,) = await Directory(pool, KEYRING).all()
    assert (known.access_token, known.app_secrets, known.verify_tokens) == (
        "EAAveryplain", ("plainsecret",), ("plainverify",)
    )  # fmt: skip


@pytest.mark.parametrize(("grace", "expected"), [(timedelta(hours=1), ["new", "old"]), (timedelta(0), ["new"])])
async def test_a_rotation_keeps_the_old_secret_for_its_grace(pool: Pool, grace: timedelta, expected: list[str]) -> None:
    await add(pool, "301", app_secret="old")
    directory = Directory(pool, KEYRING)
    assert list(await directory.app_secrets()) == ["old"]
    made = (await directory.all())[0].id
    async with pool.acquire() as conn:
        for _ in range(2):  # the same again changes nothing
            await save(conn, made, "app_secret", "new", grace=grace)
    assert list(await directory.app_secrets()) == ["old"]  # until it is told
    directory.forget()
    assert list(await directory.app_secrets()) == expected


async def test_a_number_sealed_with_another_key_does_not_take_the_others_down(pool: Pool) -> None:
    await add(pool, "301", app_secret="one", access_token="EAAone")
    await add(pool, "302", keyring=Keyring("another master secret"), app_secret="two", access_token="EAAtwo")
    directory = Directory(pool, KEYRING)
    assert list(await directory.app_secrets()) == ["one"]
    other = await directory.find("302")
    assert other is not None
    assert other.access_token is None


async def test_a_replaced_secret_can_be_saved_though_the_old_one_cannot_be_opened(pool: Pool) -> None:
    """The key was lost: entering the credentials again must be possible."""
    await add(pool, "301", keyring=Keyring("a lost master secret"), app_secret="gone")
    directory = Directory(pool, KEYRING)
    made = (await directory.all())[0].id
    async with pool.acquire() as conn:
        await save(conn, made, "app_secret", "entered again")
    directory.forget()
    assert list(await directory.app_secrets()) == ["entered again"]


async def test_verify_tokens_and_numbers_are_found(pool: Pool) -> None:
    await add(pool, "301", verify_token="one")
    await add(pool, "302", verify_token="twö")
    directory = Directory(pool, KEYRING)
    assert [await directory.knows_verify_token(token) for token in ("one", "twö", "", "on", "onee")] == [
        True, True, False, False, False
    ]  # fmt: skip
    assert await directory.find("303") is None
    assert await directory.find(None) is None
    await pool.execute("update integrations set disabled_at = now() where phone_number_id = '301'")
    directory.forget()
    assert not await directory.knows_verify_token("one")
    assert [each.phone_number_id for each in await directory.all()] == ["302"]


async def test_what_changes_while_it_is_being_read_is_read_again(pool: Pool) -> None:
    await add(pool, "301", app_secret="one")
    directory = Directory(pool, KEYRING)
    waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    async with pool.acquire() as conn, conn.transaction():
        await conn.execute("lock table integrations in access exclusive mode")
        reading = asyncio.create_task(directory.all())
        await until(lambda: pool.fetchval(waiting))
        directory.forget()
    await reading
    misses = directory.misses
    await directory.all()
    assert directory.misses == misses + 1
    await directory.all()
    assert directory.misses == misses + 1


async def test_many_who_ask_at_once_are_answered_by_one_reading(database: str, pool: Pool) -> None:
    await add(pool, "301", app_secret="one")
    single = await open_pool(database, max_size=1)
    directory = Directory(single, KEYRING)
    answers = await asyncio.gather(*(directory.app_secrets() for _ in range(100)))
    assert set(answers) == {("one",)}
    assert len({id(answer) for answer in answers}) == 1
    await single.close()


async def test_while_the_database_is_away_everybody_who_asks_is_told(database: str) -> None:
    single = await open_pool(database, max_size=1)
    await single.close()
    directory = Directory(single, KEYRING)
    for _ in range(2):
        answers = await asyncio.gather(*(directory.all() for _ in range(3)), return_exceptions=True)
        assert [type(answer) for answer in answers] == [asyncpg.InterfaceError] * 3
