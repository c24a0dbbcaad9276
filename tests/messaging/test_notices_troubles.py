"""What is wrong with a number reaches its administrators: once, by what still works, and its end too."""

import datetime as dt
from typing import Any

import pytest
from notice_kit import Pair, open_pair
from ways_kit import go_on, sent_to

from product_kit import Product
from tasktalk.ids import new_id
from tasktalk.integrations.findings import Trouble, open_findings, resolve_findings
from tasktalk.messaging.stops import Stop, note_going, note_stop
from tasktalk.phrases import Told

HOUR = dt.timedelta(hours=1)
FIELDS = Trouble("webhook_fields", "critical", "The app is not subscribed to messages.", "Subscribe to them.")
TOKEN = Trouble("token", "critical", "The access token is not valid.", "Enter a new one.")
QUALITY = Trouble("quality", "warning", "The number's quality is low.", "Send less.")


@pytest.fixture
async def pair(product: Product, now: dt.datetime) -> Pair:
    """Ana is an administrator, Ben is not."""
    one = await open_pair(product, now)
    await product.pool.execute("update users set role = 'admin' where id = $1", product.ana.id)
    return one


async def find(pair: Pair, *troubles: Trouble) -> None:
    async with pair.tx() as conn:
        await open_findings(conn, integration_id=pair.product.integration_id, troubles=troubles, now=pair.now)


async def resolve(pair: Pair, *kinds: str) -> None:
    async with pair.tx() as conn:
        await resolve_findings(conn, integration_id=pair.product.integration_id, kinds=kinds, now=pair.now)


async def pass_by(pair: Pair, time: dt.timedelta = dt.timedelta(seconds=10)) -> None:
    """A worker hears all there is, and again when `time` has gone."""
    await go_on(pair)
    pair.now += time
    await go_on(pair)


async def letters(pair: Pair) -> list[Any]:
    return [dict(row) for row in await pair.product.pool.fetch("select user_id, way, body from letters order by id")]


async def test_an_error_is_told_once_to_administrators_and_so_is_its_end(product: Product, pair: Pair) -> None:
    await find(pair, FIELDS)
    await pass_by(pair)
    for _ in range(3):  # found again, hour by hour
        pair.now += HOUR
        await find(pair, FIELDS)
        await pass_by(pair)
    (said,) = await pair.heard(product.ana)
    assert said == "🔴 *Tests*: The app is not subscribed to messages. → Subscribe to them."
    assert await pair.heard(product.ben) == []
    await resolve(pair, "webhook_fields")
    await pass_by(pair)
    assert len(await pair.heard(product.ana)) == 1  # it may come back
    pair.now += dt.timedelta(minutes=10)
    await pass_by(pair)
    assert await pair.heard(product.ana) == [said, "🟢 *Tests*, over by now: The app is not subscribed to messages."]
    await pass_by(pair, HOUR)
    assert len(await pair.heard(product.ana)) == 2
    assert await letters(pair) == []
    shown = (await product.ask("/api/notifications", token=product.ana.token)).json["items"]
    assert [(each["event"], each["state"]) for each in shown] == [("mended", "sent"), ("trouble", "sent")]


async def test_each_reads_it_in_their_own_language(product: Product, pair: Pair) -> None:
    await product.pool.execute("update users set role = 'admin', language = 'it' where id = $1", product.ben.id)
    await product.pool.execute("update users set language = 'de' where id = $1", product.ana.id)
    ends = Told("The access token expires soon: on {when}.", when="2026-12-01")
    await find(pair, Trouble("webhook_fields", "critical", ends, "Subscribe it: one click here."))
    await pass_by(pair)
    assert await pair.heard(product.ana) == [
        "🔴 *Tests*: Das Access-Token läuft bald ab: am 2026-12-01. → Abonniere es: ein Klick hier."
    ]
    assert await pair.heard(product.ben) == [
        "🔴 *Tests*: Il token di accesso scade presto: il 2026-12-01. → Iscrivila: un clic qui."
    ]


async def test_what_is_found_at_one_moment_is_one_message(product: Product, pair: Pair) -> None:
    await find(pair, FIELDS, Trouble("subscription", "critical", "The app is not subscribed.", "Subscribe it."))
    await pass_by(pair)
    (said,) = await pair.heard(product.ana)
    assert said.count("🔴") == 2


async def test_what_comes_and_goes_is_one_trouble(product: Product, pair: Pair) -> None:
    for _ in range(5):
        await find(pair, FIELDS)
        await pass_by(pair)
        pair.now += dt.timedelta(minutes=3)
        await resolve(pair, "webhook_fields")
        await pass_by(pair, dt.timedelta(minutes=5))
    await pass_by(pair, HOUR)
    await pass_by(pair)
    assert [text[0] for text in await pair.heard(product.ana)] == ["🔴", "🟢"]
    await find(pair, FIELDS)  # after it was over for good it is another one
    await pass_by(pair)
    assert [text[0] for text in await pair.heard(product.ana)] == ["🔴", "🟢", "🔴"]


async def test_warnings_are_one_message_in_the_morning(product: Product, pair: Pair) -> None:
    await find(pair, QUALITY)
    await pass_by(pair, HOUR)
    await find(pair, Trouble("limit_lowered", "warning", "The limit was lowered.", "Wait."))
    await find(pair, Trouble("name", "warning", "The name is being reviewed.", "Wait."))
    await resolve(pair, "name")  # over before anybody was told
    await find(pair, Trouble("alert_x", "info", "Something is eligible."))
    await pass_by(pair, HOUR)
    assert await pair.heard(product.ana) == []
    pair.now = (pair.now + dt.timedelta(days=1)).replace(hour=9, minute=0)
    await pass_by(pair)
    (said,) = await pair.heard(product.ana)
    assert said.count("🟡") == 2
    await find(pair, Trouble("quality", "critical", "The number's quality is lowest.", "Stop."))  # worse: at once
    await pass_by(pair)
    assert len(await letters(pair)) == 1


async def test_never_through_the_number_that_cannot_send(product: Product, pair: Pair) -> None:
    await product.pool.execute("delete from preferences where user_id = $1", product.ana.id)  # never asked for e-mail
    await find(pair, TOKEN)
    async with pair.tx() as conn:
        await note_stop(conn, integration_id=product.integration_id, stop=Stop("critical", 190, None, "expired"))
    await pass_by(pair)
    assert await sent_to(product, product.ana) == []
    (letter,) = await letters(pair)
    assert (letter["user_id"], letter["way"], letter["body"].count("🔴")) == (product.ana.id, "email", 2)
    async with pair.tx() as conn:
        await note_going(conn, integration_id=product.integration_id)
    await resolve(pair, "token")
    pair.now = dt.datetime.now(dt.UTC) + HOUR
    await pair.open_window(product.ana)
    await pass_by(pair)
    (said,) = await pair.heard(product.ana)
    assert said.count("🟢") == 2  # by now it sends again


async def test_with_no_other_way_it_waits_and_is_dropped_when_it_is_over(product: Product, pair: Pair) -> None:
    await product.pool.execute("update users set email = null where id = $1", product.ana.id)
    await find(pair, TOKEN)
    await pass_by(pair)
    assert [state for _, state, _ in await pair.states(pair.ana)] == ["held"]
    await resolve(pair, "token")
    await pass_by(pair, 2 * HOUR)
    await pass_by(pair, HOUR)
    assert await pair.states(pair.ana) == [("trouble", "dropped", "It was over before it left.")]
    assert (await pair.heard(product.ana), await letters(pair)) == ([], [])


async def test_a_second_number_that_sends_tells_of_the_first(product: Product, pair: Pair) -> None:
    other, contact = new_id(), new_id()
    await product.pool.execute(
        "insert into integrations (id, name, waba_id, phone_number_id) values ($1, 'Second', '2', '302')", other
    )
    await product.pool.execute(
        "insert into contacts (id, integration_id, bsuid, user_id, window_until) values ($1, $2, 'GB.x', $3, $4)",
        contact,
        other,
        product.ana.id,
        pair.now + HOUR,
    )
    await find(pair, TOKEN)
    await pass_by(pair)
    row = await product.pool.fetchrow("select contact_id, integration_id from outbox where kind = 'notice'")
    assert tuple(row) == (contact, other)


async def test_switches_count_and_nobody_hears_who_is_no_administrator(product: Product, pair: Pair) -> None:
    off = {"preferences": {"notifications": {"trouble": False}}}
    assert (await product.ask("/api/users/me", token=product.ana.token, method="PATCH", body=off)).status == 200
    await find(pair, FIELDS)
    await pass_by(pair)
    assert await pair.states(pair.ana) == []
    await resolve(pair, "webhook_fields")
    await pass_by(pair, HOUR)
    assert await pair.states(pair.ana) == []  # nor that it is over
    await product.pool.execute("update users set role = 'admin' where id = $1", product.ben.id)
    await find(pair, FIELDS)
    await go_on(pair)
    await product.pool.execute("update users set role = 'member' where id = $1", product.ben.id)
    await pass_by(pair)
    assert await pair.states(pair.ben) == [("trouble", "dropped", "It is not yours to see any more.")]
    shown = (await product.ask("/api/notifications", token=product.ben.token)).body.decode()
    assert "subscribed" not in shown


async def test_what_an_administrator_dismissed_is_not_said_to_be_over(product: Product, pair: Pair) -> None:
    await find(pair, FIELDS)
    await pass_by(pair)
    path = f"/api/integrations/{product.integration_id}/findings"
    (found,) = (await product.ask(path, token=product.owner_token)).json["items"]
    assert (await product.ask(f"{path}/{found['id']}", token=product.owner_token, method="DELETE")).status == 204
    pair.now = dt.datetime.now(dt.UTC) + HOUR
    await pair.open_window(product.ana)
    await pass_by(pair)
    assert len(await pair.heard(product.ana)) == 1
