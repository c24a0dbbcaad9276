"""Who writes to us, as their ids become known one by one."""

from datetime import UTC, datetime
from uuid import UUID

from tasktalk.accounts.users import create_user
from tasktalk.db import Pool
from tasktalk.ids import new_id
from tasktalk.integrations.connections import save_integration
from tasktalk.messaging.contacts import Contact, Sender, meet, open_book


async def _integration(pool: Pool) -> UUID:
    async with pool.acquire() as conn:
        return await save_integration(conn, name="n", waba_id="1", phone_number_id="2")


async def _meet(pool: Pool, sender: Sender) -> Contact:
    async with pool.acquire() as conn, conn.transaction():
        return await meet(conn, await open_book(conn, [sender]), sender, now=datetime.now(UTC))


async def _map_by_hand(pool: Pool, integration_id: UUID, wa_id: str) -> UUID:
    async with pool.acquire() as conn:
        user_id = await create_user(conn, name="Ana", email="ana@example.org")
        await conn.execute(
            "insert into contacts (id, integration_id, wa_id, user_id, linked_at) values ($1, $2, $3, $4, now())",
            new_id(),
            integration_id,
            wa_id,
            user_id,
        )
    return user_id


async def test_a_phone_mapped_by_hand_learns_its_id(pool: Pool) -> None:
    integration_id = await _integration(pool)
    user_id = await _map_by_hand(pool, integration_id, "447700900123")
    contact = await _meet(pool, Sender(integration_id, "GB.1", "447700900123"))
    assert contact.viewer is not None
    assert contact.viewer.user_id == user_id
    again = await _meet(pool, Sender(integration_id, "GB.1", None))
    assert again.id == contact.id
    assert again.viewer is not None


async def test_a_link_made_by_hand_follows_who_was_known_by_id_alone(pool: Pool) -> None:
    integration_id = await _integration(pool)
    first = await _meet(pool, Sender(integration_id, "GB.1", None))
    user_id = await _map_by_hand(pool, integration_id, "447700900123")
    both = await _meet(pool, Sender(integration_id, "GB.1", "447700900123"))
    assert both.id == first.id
    later = await _meet(pool, Sender(integration_id, None, "447700900123"))
    assert later.id == first.id
    assert later.viewer is not None
    assert later.viewer.user_id == user_id


async def test_a_recycled_number_does_not_inherit_the_link(pool: Pool) -> None:
    integration_id = await _integration(pool)
    await _map_by_hand(pool, integration_id, "447700900123")
    ana = await _meet(pool, Sender(integration_id, "GB.1", "447700900123"))
    stranger = await _meet(pool, Sender(integration_id, "GB.2", "447700900123"))
    assert stranger.id != ana.id
    assert stranger.viewer is None
    suspended = await pool.fetchrow("select suspended_at, suspended_why from contacts where id = $1", ana.id)
    assert suspended["suspended_at"] is not None
    assert suspended["suspended_why"] == "phone_reused"
    still = await _meet(pool, Sender(integration_id, "GB.1", None))
    assert still.viewer is not None
    assert still.wa_id is None
    assert await pool.fetchval("select suspended_at from contacts where id = $1", ana.id) is None
    actions = [row["action"] for row in await pool.fetch("select action from audit order by seq")]
    assert actions == ["phone.suspended", "phone.resumed"]


async def test_a_suspended_phone_is_not_taken_over_with_its_link(pool: Pool) -> None:
    """Mapped by hand, never seen, and left by its person: whoever comes with it is a stranger, and stays one."""
    integration_id = await _integration(pool)
    await _map_by_hand(pool, integration_id, "447700900123")
    await pool.execute("update contacts set suspended_at = now(), suspended_why = 'number_changed'")
    assert (await _meet(pool, Sender(integration_id, None, "447700900123"))).viewer is None
    for _ in range(2):
        assert (await _meet(pool, Sender(integration_id, "GB.9", "447700900123"))).viewer is None
    known = await _meet(pool, Sender(integration_id, "GB.8", None))
    assert (await _meet(pool, Sender(integration_id, "GB.8", "447700900123"))).id == known.id
    assert (await _meet(pool, Sender(integration_id, "GB.8", "447700900123"))).viewer is None
