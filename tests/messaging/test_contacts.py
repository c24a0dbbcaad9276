"""Who writes to us, as their ids become known one by one."""

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
        return await meet(conn, await open_book(conn, [sender]), sender)


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
    still = await _meet(pool, Sender(integration_id, "GB.1", None))
    assert still.viewer is not None
    assert still.wa_id is None
