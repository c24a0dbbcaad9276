"""A new master secret takes the old one's place: nothing is lost, whatever sealed or signed it, whoever is running."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tasktalk.accounts.users import create_user
from tasktalk.assistant.actions import Action, decode_action, encode_action
from tasktalk.backup import keys
from tasktalk.crypto import CannotUnseal, Keyring
from tasktalk.db import Pool
from tasktalk.errors import Conflict
from tasktalk.ids import new_id
from tasktalk.integrations.connections import save_credential, save_integration
from tasktalk.settings import Settings, load_settings

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
# Every column that holds sealed values; `fill` puts one into each. A new one is to be filled here too.
SEALED = {
    "credentials.sealed",
    "preferences.apprise_url",
    "users.totp_secret",
    "webhooks.old_secret",
    "webhooks.secret",
}
# Digests, files and answers: none is sealed.
PLAIN = {
    *(
        "api_tokens.token_hash",
        "attachments.sha256",
        "idempotency_keys.body",
        "idempotency_keys.fingerprint",
        "inbox.key",
    ),
    *("link_codes.code_hash", "login_links.token_hash", "recovery_codes.code_hash", "sessions.token_hash"),
    *(
        "sign_in_steps.token_hash",
        "audit.hash",
        "audit_chain.hash",
        "audit_chain.base_hash",
        "feeds.token_hash",
        "import_drafts.content",
    ),
}


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    return load_settings(data=tmp_path / "data")


async def fill(pool: Pool, keyring: Keyring) -> None:
    user_id = await create_user(pool, name="Ana", email=None)
    integration_id = await save_integration(
        pool, name="Tests", waba_id="2", phone_number_id="3", display_phone_number="1", app_id="4", graph_url=None
    )
    await save_credential(
        pool, keyring=keyring, integration_id=integration_id, kind="app_secret", secret="app secret", now=NOW
    )
    await pool.execute("update users set totp_secret = $1", keyring.seal("totp"))
    await pool.execute("insert into preferences (user_id, apprise_url) values ($1, $2)", user_id, keyring.seal("ntfy"))
    await pool.execute(
        "insert into webhooks (id, owner_id, name, url, events, secret, old_secret) "
        "values ($1, $2, 'w', 'https://w.example', '{task.created}', $3, $4)",
        *(new_id(), user_id, keyring.seal("whsec"), keyring.seal("whsec before")),
    )


async def read(pool: Pool, keyring: Keyring) -> dict[str, str]:
    return {
        name: keyring.unseal(await pool.fetchval(f"select {name.partition('.')[2]} from {name.partition('.')[0]}"))
        for name in SEALED
    }


async def test_every_column_that_could_hold_a_secret_is_known(pool: Pool) -> None:
    async with pool.acquire() as conn:
        found = {row["name"] async for row in keys.Q.list_sealed_columns(conn)}
    assert found == SEALED | PLAIN


async def test_all_that_is_sealed_is_sealed_again_and_what_was_signed_still_holds(
    pool: Pool, database: str, settings: Settings
) -> None:
    running = Keyring.kept(settings.read_secrets)  # a process that was there before
    old = settings.master_secret
    await fill(pool, running)
    before, user_id = await read(pool, running), new_id()
    button = encode_action(Action("done", user_id), keyring=running, user_id=user_id, now=NOW)

    told: list[tuple[str, int]] = []
    done = await keys.rotate(database, settings=settings, progress=lambda *each: told.append(each))
    assert (done.made, done.sealed, done.unreadable) == (True, 5, 0)
    assert {name for name, _ in told} == SEALED
    new = settings.master_secret
    assert new != old
    assert (settings.data / "secret.key").stat().st_mode & 0o777 == 0o600
    assert (settings.data / "secret.key.old").stat().st_mode & 0o777 == 0o600
    assert await read(pool, Keyring(new)) == before  # without the old one
    assert await read(pool, running) == before  # and whoever was running looks again
    assert running.seal("x")[:4] == Keyring(new).seal("x")[:4]
    late = Keyring.kept(settings.read_secrets)
    for keyring in (running, late):
        assert decode_action(button, keyring=keyring, user_id=user_id, now=NOW).verb == "done"
    fresh = encode_action(Action("undo", user_id), keyring=late, user_id=user_id, now=NOW)
    assert decode_action(fresh, keyring=Keyring(new), user_id=user_id, now=NOW).verb == "undo"

    rows = await pool.fetch("select action, detail from audit")
    assert [(row["action"], row["detail"]) for row in rows] == [("key.rotated", {"sealed": 5, "unreadable": 0})]
    await keys.drop_old(database, settings=settings)
    assert settings.read_secrets() == (new,)
    with pytest.raises(Exception, match="button"):
        decode_action(button, keyring=Keyring.kept(settings.read_secrets), user_id=user_id, now=NOW)


async def test_a_rotation_that_was_cut_short_goes_on_where_it_was(
    pool: Pool, database: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(pool, Keyring.kept(settings.read_secrets))

    class Killed(Exception):
        pass

    def die(column: str, _done: int) -> None:
        if column == "preferences.apprise_url":
            raise Killed

    monkeypatch.setattr(keys, "BATCH", 1)
    with pytest.raises(Killed):
        await keys.rotate(database, settings=settings, progress=die)
    key = settings.master_secret
    both = Keyring.kept(settings.read_secrets)
    assert len(await read(pool, both)) == 5  # half old, half new, and all of it opens
    with pytest.raises(CannotUnseal):
        await read(pool, Keyring(key))
    with pytest.raises(Conflict, match="still"):
        await keys.drop_old(database, settings=settings)
    done = await keys.rotate(database, settings=settings, progress=lambda *_: None)
    assert (done.made, settings.master_secret) == (False, key)
    assert len(await read(pool, Keyring(key))) == 5


async def test_a_key_from_the_environment_is_the_operators_to_change(
    pool: Pool, database: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "the key before this one")
    await fill(pool, Keyring.kept(load_settings().read_secrets))
    with pytest.raises(Conflict, match="SECRET_KEY_OLD"):
        await keys.rotate(database, settings=load_settings(), progress=lambda *_: None)
    monkeypatch.setenv("SECRET_KEY_OLD", "the key before this one")
    monkeypatch.setenv("SECRET_KEY", "a key that is brand new")
    first, second = await asyncio.gather(
        *(keys.rotate(database, settings=load_settings(), progress=lambda *_: None) for _ in range(2)),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in (first, second)) == ["Conflict", "Rotation"]
    assert len(await read(pool, Keyring("a key that is brand new"))) == 5
    assert not (settings.data / "secret.key.old").exists()


async def test_no_key_is_dropped_that_a_row_somebody_holds_still_needs(
    pool: Pool, database: str, settings: Settings
) -> None:
    await fill(pool, Keyring.kept(settings.read_secrets))
    async with pool.acquire() as conn, conn.transaction():
        await conn.execute("select from users for update")
        done = await keys.rotate(database, settings=settings, progress=lambda *_: None)
        assert (done.sealed, done.left) == (len(SEALED) - 1, 1)  # that of the row which is held
        with pytest.raises(Conflict, match="1 values"):
            await keys.drop_old(database, settings=settings)
    await keys.rotate(database, settings=settings, progress=lambda *_: None)
    await keys.drop_old(database, settings=settings)
    assert len(await read(pool, Keyring(settings.master_secret))) == len(SEALED)
