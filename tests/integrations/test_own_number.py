"""The number of the WHATSAPP_ settings, whichever process starts, and however often."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from product_kit import until
from tasktalk.crypto import Keyring
from tasktalk.db import Pool
from tasktalk.integrations.connections import Directory
from tasktalk.settings import Settings, load_settings
from tasktalk.up.own_number import connect_own_number

KEY = "a master secret for tests"
GIVEN = {
    "SECRET_KEY": KEY,
    "WHATSAPP_ACCESS_TOKEN": "EAAone",
    "WHATSAPP_VERIFY_TOKEN": "verify",
    "WHATSAPP_APP_SECRET": "secret",
    "WHATSAPP_APP_ID": "77",
    "WHATSAPP_PHONE_NUMBER_ID": "301",
    "WHATSAPP_BUSINESS_ACCOUNT_ID": "202",
}


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    for name, value in GIVEN.items():
        monkeypatch.setenv(name, value)
    return load_settings()


async def test_it_is_added_once_and_what_was_changed_since_stays(
    database: str, pool: Pool, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asyncio.gather(*(connect_own_number(database, settings=settings) for _ in range(4)))
    (known,) = await Directory(pool, Keyring(KEY)).all()
    assert (known.phone_number_id, known.waba_id, known.app_id) == ("301", "202", "77")
    assert (known.access_token, known.app_secrets, known.verify_tokens) == ("EAAone", ("secret",), ("verify",))
    await pool.execute("update integrations set name = 'Ours', display_phone_number = '+1 555 010 0000'")
    monkeypatch.setenv("WHATSAPP_ACCESS_TOKEN", "EAAtwo")
    await connect_own_number(database, settings=load_settings())
    (known,) = await Directory(pool, Keyring(KEY)).all()
    assert (known.name, known.display_phone_number, known.access_token) == ("Ours", "+1 555 010 0000", "EAAtwo")


async def test_a_number_that_was_switched_off_stays_off(database: str, pool: Pool, settings: Settings) -> None:
    await connect_own_number(database, settings=settings)
    await pool.execute("update integrations set disabled_at = now()")
    await connect_own_number(database, settings=settings)
    assert await Directory(pool, Keyring(KEY)).all() == ()


async def test_before_the_schema_is_there_a_start_goes_on(empty_database: str, settings: Settings) -> None:
    await connect_own_number(empty_database, settings=settings)


@pytest.mark.parametrize("command", ["serve", "worker"])
async def test_a_process_alone_stores_it(database: str, pool: Pool, tmp_path: Path, command: str) -> None:
    more = ["--port", "0"] if command == "serve" else []
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tasktalk", command, "--data", str(tmp_path), *more,
        env=os.environ | GIVEN | {"DATABASE_URL": database}, cwd=tmp_path, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await until(lambda: pool.fetchval("select count(*) = 3 from credentials"), seconds=30)
    finally:
        process.terminate()
        await process.wait()
    assert await pool.fetchval("select phone_number_id from integrations") == "301"
