"""People from the command line, and that the audit says so."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tasktalk.accounts.linking.codes import try_code
from tasktalk.crypto import Keyring
from tasktalk.db import Pool
from tasktalk.errors import NotFound
from tasktalk.ids import new_id
from tasktalk.integrations.connections import save_integration
from tasktalk.settings import Settings
from tasktalk.up.people import add_person, link_phone, list_people


async def test_somebody_is_added_and_their_phone_linked(database: str, pool: Pool, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    await add_person(database, settings=settings, email="cleo@example.org", name="Cleo", role="admin")
    made = await link_phone(database, settings=settings, email="Cleo@example.org")
    contact_id = new_id()
    async with pool.acquire() as conn:
        number = await save_integration(conn, name="n", waba_id="1", phone_number_id="2")
        await conn.execute("insert into contacts (id, integration_id, wa_id) values ($1, $2, '1')", contact_id, number)
        keyring, now = Keyring(settings.master_secret), datetime.now(UTC)
        tried = await try_code(conn, contact_id=contact_id, code=made.code, keyring=keyring, now=now)
    assert tried.viewer is not None
    assert tried.viewer.name == "Cleo"
    actions = [
        (row["action"], row["actor"]) for row in await pool.fetch("select action, actor from audit order by seq")
    ]
    assert actions == [("user.created", ""), ("phone.code_made", ""), ("phone.linked", "Cleo")]
    assert await list_people(database) == [("cleo@example.org", "Cleo", "admin", True)]


async def test_nobody_has_the_address(database: str, pool: Pool, tmp_path: Path) -> None:
    assert pool
    with pytest.raises(NotFound, match="Nobody here"):
        await link_phone(database, settings=Settings(data=tmp_path), email="nobody@example.org")
