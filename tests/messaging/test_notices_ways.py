"""How a notice finds its way: free words, a template, e-mail, Apprise, waiting; the next one when one is refused."""

import datetime as dt
from dataclasses import replace

import pytest
from fake_graph import FakeGraph
from notice_kit import LATER, Pair, open_pair, text_of
from sender_kit import sending, states
from ways_kit import (
    accept,
    approve,
    go_on,
    letters_of,
    payloads_of,
    refuse,
    say_status,
    sent_to,
    tap,
    values_of,
    ways_of,
)

from product_kit import Product, count, delivery, until
from tasktalk.messaging.notices import sentences
from tasktalk.messaging.notices.ways import Means
from tasktalk.messaging.templates.choosing import NOTHING

CLOSED = ("chat", "passed over", sentences.CLOSED)
NO_TEMPLATE = ("template", "passed over", sentences.NO_TEMPLATE)


@pytest.fixture
async def pair(product: Product) -> Pair:
    """On the machine's clock, for turns read that one."""
    pair = await open_pair(product, dt.datetime.now(dt.UTC))
    await pair.open_window(product.ben, until=pair.now - dt.timedelta(hours=1))
    return pair


async def give(pair: Pair, title: str = "Paint") -> None:
    """Ben is given a task, and it is time to tell him."""
    await pair.add(pair.ana, title, assignees=(pair.ben.user_id,))
    await go_on(pair)
    pair.now += LATER
    await go_on(pair)


async def test_the_window_closes_a_template_goes_and_a_tap_on_it_opens_the_window_again(pair: Pair) -> None:
    await approve(pair.product, "assigned")
    await give(pair)
    [row] = await sent_to(pair.product, pair.product.ben)
    assert row["message"]["template"]["name"] == "tasktalk_assigned"
    assert values_of(row) == {"actor": "Ana", "project": "Home", "task": "Paint", "due": NOTHING}
    assert row["template_id"] is not None
    assert await ways_of(pair.product) == [CLOSED, ("template", None, None)]

    await tap(pair.product, pair.product.ben, payloads_of(row)[0], "Accept")
    assert await pair.product.pool.fetchval("select accepted from tasks") == [pair.ben.user_id]
    pair.now = dt.datetime.now(dt.UTC)
    await give(pair, "Sand")
    assert text_of(await pair.product.pool.fetchval("select message from outbox order by seq desc limit 1")) == (
        "👤 Ana gave you *Sand*\n#Home · 👤 Ben"
    )


async def test_a_reminder_rings_by_template_and_can_be_put_off(pair: Pair) -> None:
    await approve(pair.product, "reminder")
    await pair.add(pair.ben, "Call", project_id=None, due_on=pair.now.date(), due_time=pair.now.time(), due_zone="UTC")
    await go_on(pair)
    await pair.product.pool.execute("update reminders set ring_at = $1", pair.now)
    await go_on(pair)
    [row] = await sent_to(pair.product, pair.product.ben)
    assert values_of(row)["task"] == "Call"
    assert len(payloads_of(row)) == 3
    await tap(pair.product, pair.product.ben, payloads_of(row)[1], "In 1 hour")
    [at] = await pair.product.pool.fetch("select ring_at from reminders where ring_at > $1", pair.now)
    assert at["ring_at"] - pair.now > dt.timedelta(minutes=59)


async def test_in_the_persons_language_else_in_english(pair: Pair) -> None:
    await approve(pair.product, "assigned", languages=("en", "de"))
    for language, meant in (("de", "de"), ("it", "en")):
        await pair.product.pool.execute("update users set language = $1", language)
        await give(pair, language)
        row = (await sent_to(pair.product, pair.product.ben))[-1]
        assert row["message"]["template"]["language"] == {"code": meant}


async def test_several_things_are_one_template(pair: Pair) -> None:
    await approve(pair.product, "assigned", "digest", "comment")
    await pair.add(pair.ana, "Paint", assignees=(pair.ben.user_id,))
    await give(pair, "Sand")
    [row] = await sent_to(pair.product, pair.product.ben)
    assert row["message"]["template"]["name"] == "tasktalk_digest"
    assert values_of(row)["first_task"] == "👤 Ana gave you Paint; 👤 Ana gave you Sand"
    await tap(pair.product, pair.product.ben, payloads_of(row)[0], "Open list")
    assert await count(pair.product.pool, "from outbox where kind = 'reply'") == 1


async def test_news_of_shared_tasks_are_one_template_that_shows_them(pair: Pair) -> None:
    await approve(pair.product, "update", "digest")
    tasks = [await pair.add(pair.ben, title, assignees=(pair.ana.user_id,)) for title in ("Paint", "Sand", "Sweep")]
    await pair.change(pair.ana, tasks[0], status="done")
    await pair.tell()
    [row] = await sent_to(pair.product, pair.product.ben)
    assert row["message"]["template"]["name"] == "tasktalk_update"
    assert values_of(row) == {"news": "✔️ Ana completed Paint"}
    await tap(pair.product, pair.product.ben, payloads_of(row)[0], "Show me")
    assert "Paint" in await pair.product.pool.fetchval("select message from outbox where kind = 'reply'")
    await pair.open_window(pair.product.ben, until=pair.now - dt.timedelta(hours=1))
    for task in tasks[1:]:
        await pair.change(pair.ana, task, status="done")
    await pair.tell()
    row = (await sent_to(pair.product, pair.product.ben))[-1]
    assert values_of(row) == {"news": "✔️ Ana completed Sand; ✔️ Ana completed Sweep"}
    assert row["message"]["template"]["name"] == "tasktalk_update"


async def test_without_one_for_several_the_first_goes_alone(pair: Pair) -> None:
    await approve(pair.product, "assigned")
    await pair.product.pool.execute("update users set email = null")
    await pair.add(pair.ana, "Paint", assignees=(pair.ben.user_id,))
    await give(pair, "Sand")
    [row] = await sent_to(pair.product, pair.product.ben)
    assert values_of(row)["task"] == "Paint"
    assert [state for _, state, _ in await pair.states(pair.ben)] == ["sent", "held"]


async def test_a_paused_template_is_refused_and_e_mail_goes(pair: Pair) -> None:
    await approve(pair.product, "assigned")
    await give(pair)
    [row] = await sent_to(pair.product, pair.product.ben)
    await refuse(pair.product, row["id"], 132015)
    await go_on(pair)
    assert await letters_of(pair.product, pair.product.ben) == [("email", "👤 Ana gave you Paint")]
    assert await ways_of(pair.product) == [
        CLOSED,
        ("template", "refused", "(#132015) refused"),
        CLOSED,
        ("template", "passed over", sentences.REFUSED_BEFORE),
        ("email", None, None),
    ]
    assert [state for _, state, _ in await pair.states(pair.ben)] == ["sent"]


@pytest.mark.parametrize("code", [131047, 132000, 131049, 131050, 131009, 131053])
@pytest.mark.parametrize("later", [False, True])
async def test_any_refusal_of_free_words_leads_to_the_template(pair: Pair, code: int, *, later: bool) -> None:
    """At once, or by a status after it was taken: our own clock may be wrong."""
    await approve(pair.product, "assigned")
    await pair.open_window(pair.product.ben)
    await give(pair)
    [row] = await sent_to(pair.product, pair.product.ben)
    if later:
        await accept(pair.product, row["id"])
        await say_status(pair.product, row["id"], "failed", code)
    else:
        await refuse(pair.product, row["id"], code)
    await go_on(pair)
    await go_on(pair)
    assert [each["message"]["type"] for each in await sent_to(pair.product, pair.product.ben)] == [
        "interactive",
        "template",
    ]
    assert not await letters_of(pair.product, pair.product.ben)


async def test_who_is_out_of_reach_gets_no_template_either(pair: Pair) -> None:
    await approve(pair.product, "assigned")
    await pair.open_window(pair.product.ben)
    await give(pair)
    [row] = await sent_to(pair.product, pair.product.ben)
    await accept(pair.product, row["id"])
    await say_status(pair.product, row["id"], "failed", 131026)
    await go_on(pair)
    assert len(await sent_to(pair.product, pair.product.ben)) == 1
    assert await letters_of(pair.product, pair.product.ben) == [("email", "👤 Ana gave you Paint")]


async def test_all_ways_gone_it_waits_and_is_told_when_they_write(pair: Pair) -> None:
    await approve(pair.product, "assigned")
    await pair.product.pool.execute("update users set email = null")
    await give(pair)
    await refuse(pair.product, (await sent_to(pair.product, pair.product.ben))[0]["id"], 132016)
    for _ in range(3):
        pair.now += dt.timedelta(hours=2)
        await go_on(pair)
    assert [(state, why) for _, state, why in await pair.states(pair.ben)] == [("held", sentences.WINDOW_CLOSED)]
    tries = "from notice_tries t join notices n on n.id = t.notice_id where n.event = 'assigned'"
    assert await count(pair.product.pool, tries) == 4  # nothing new, nothing noted
    await pair.product.say(pair.product.ben, "hello")
    await pair.product.settle()
    pair.now = dt.datetime.now(dt.UTC)
    await go_on(pair)
    rows = await sent_to(pair.product, pair.product.ben)
    assert [row["message"]["type"] for row in rows] == ["template", "interactive"]


async def test_what_arrived_is_not_told_again_whatever_is_said_later(pair: Pair) -> None:
    await pair.open_window(pair.product.ben)
    await give(pair)
    [row] = await sent_to(pair.product, pair.product.ben)
    await accept(pair.product, row["id"])
    await say_status(pair.product, row["id"], "delivered")
    await say_status(pair.product, row["id"], "failed", 131026)
    await go_on(pair)
    assert len(await sent_to(pair.product, pair.product.ben)) == 1
    assert not await letters_of(pair.product, pair.product.ben)
    assert not await count(pair.product.pool, "from undelivered")


async def test_what_nobody_answered_for_is_not_told_again_and_says_so(pair: Pair) -> None:
    """As the sender gives a message up whose answers and statuses are lost again and again."""
    await pair.open_window(pair.product.ben)
    await give(pair)
    [row] = await sent_to(pair.product, pair.product.ben)
    await pair.product.pool.execute(
        "insert into attempts (outbox_id, number, started_at, outcome) values ($1, 6, now(), 'unknown')", row["id"]
    )
    await pair.product.pool.execute("update outbox set state = 'refused', attempts = 6, error = 'Given up.'")
    await go_on(pair)
    assert await count(pair.product.pool, "from outbox") == 1
    assert not await letters_of(pair.product, pair.product.ben)
    [shown] = (await pair.product.ask("/api/notifications", token=pair.product.ben.token)).json["items"]
    assert shown["state"] == "sent"
    assert [(each["way"], each["outcome"], each["why"]) for each in shown["tries"]] == [
        ("chat", "unknown", "No answer came: it may have arrived.")
    ]


async def test_mail_that_comes_back_leads_to_apprise_then_to_waiting(pair: Pair) -> None:
    await pair.prefer(pair.ben, apprise_url=b"sealed")
    await give(pair)
    for way in ("email", "apprise"):
        assert (await letters_of(pair.product, pair.product.ben))[-1][0] == way
        await pair.product.pool.execute("update letters set state = 'refused', error = 'No such mailbox.'")
        await go_on(pair)
    assert len(await letters_of(pair.product, pair.product.ben)) == 2
    assert [state for _, state, _ in await pair.states(pair.ben)] == ["held"]
    await pair.open_window(pair.product.ben)
    await go_on(pair)
    assert len(await sent_to(pair.product, pair.product.ben)) == 1


@pytest.mark.parametrize("means", [Means(), Means(apprise=True)])
async def test_without_a_mail_server_there_is_no_mail(pair: Pair, means: Means) -> None:
    await pair.add(pair.ana, "Paint", assignees=(pair.ben.user_id,))
    await go_on(pair, means=means)
    pair.now += LATER
    await go_on(pair, means=means)
    assert not await letters_of(pair.product, pair.product.ben)
    assert await ways_of(pair.product) == [CLOSED, NO_TEMPLATE]


async def test_who_wants_no_mail_gets_none_until_they_do(pair: Pair) -> None:
    await pair.prefer(pair.ben, by_email=False)
    await give(pair)
    assert not await letters_of(pair.product, pair.product.ben)
    await pair.prefer(pair.ben, by_email=True)
    pair.now += dt.timedelta(hours=1)
    await go_on(pair)
    assert len(await letters_of(pair.product, pair.product.ben)) == 1


async def test_of_tasks_only_who_asked_for_it_gets_mail(pair: Pair) -> None:
    """An address is what one signs in with, and somebody else may have entered it."""
    await pair.product.pool.execute("delete from preferences")
    await give(pair)
    assert not await letters_of(pair.product, pair.product.ben)
    asked = {"preferences": {"by_email": True}}
    me = await pair.product.ask("/api/users/me", token=pair.product.ben.token)
    assert me.json["preferences"]["by_email"] is False
    changed = await pair.product.ask("/api/users/me", token=pair.product.ben.token, method="PATCH", body=asked)
    assert changed.json["preferences"]["by_email"] is True
    pair.now += dt.timedelta(hours=1)
    await go_on(pair)
    assert len(await letters_of(pair.product, pair.product.ben)) == 1


@pytest.mark.parametrize("wanted", [None, True, False])
async def test_whose_phone_may_be_somebody_else_s_is_asked_to_link_again(pair: Pair, *, wanted: bool | None) -> None:
    ben = pair.product.ben
    await pair.prefer(pair.ben, by_email=wanted)
    recycled = replace(ben, bsuid="GB.another")
    await pair.product.say(recycled, "hello")
    await pair.product.settle()
    await pair.product.say(recycled, "hello again")
    await pair.product.settle()
    pair.now = dt.datetime.now(dt.UTC)
    await go_on(pair)
    written = await letters_of(pair.product, ben)
    assert len(written) == (0 if wanted is False else 1)
    if written:
        body = await pair.product.pool.fetchval("select body from letters")
        assert "link yours again" in body
    assert not await sent_to(pair.product, ben)
    event, state, _ = (await pair.states(pair.ben))[-1]
    assert (event, state) == ("relink", "held" if wanted is False else "sent")
    if wanted is False:
        await pair.product.pool.execute("update contacts set suspended_at = null where id = $1", ben.contact_id)
        pair.now += dt.timedelta(hours=2)
        await go_on(pair)
        assert (await pair.states(pair.ben))[-1] == ("relink", "dropped", sentences.OVER)


async def test_a_changed_number_is_asked_about_too(pair: Pair) -> None:
    ben = pair.product.ben
    system = {"type": "customer_changed_number", "body": "x", "wa_id": "447700900999"}
    told = {"from": ben.wa_id, "id": "wamid.s", "timestamp": "1790000000", "type": "system", "system": system}
    assert (await pair.product.deliver(delivery(told))).status == 200
    await pair.product.settle()
    pair.now = dt.datetime.now(dt.UTC)
    await go_on(pair)
    assert len(await letters_of(pair.product, ben)) == 1


async def test_who_is_refused_again_and_again_is_not_written_to_for_ever(pair: Pair) -> None:
    await pair.open_window(pair.product.ben)
    await pair.product.pool.execute("update users set email = null")
    await give(pair)
    for _ in range(20):
        for row in await sent_to(pair.product, pair.product.ben):
            if row["state"] == "waiting":
                await refuse(pair.product, row["id"], 131000)
        await pair.product.pool.execute("update contacts set last_seen_at = $1", pair.now + LATER)
        pair.now += LATER
        await go_on(pair)
    assert [(state, why) for _, state, why in await pair.states(pair.ben)] == [("dropped", sentences.GIVEN_UP)]
    assert len(await sent_to(pair.product, pair.product.ben)) == 8


async def test_while_the_number_is_stopped_e_mail_goes_and_without_one_it_waits_in_line(pair: Pair) -> None:
    await pair.open_window(pair.product.ben)
    await pair.product.pool.execute(
        "insert into findings (id, integration_id, kind, severity) "
        "values (gen_random_uuid(), $1, 'sender_stopped', 'critical')",
        pair.product.integration_id,
    )
    await give(pair)
    assert await letters_of(pair.product, pair.product.ben) == [("email", "👤 Ana gave you Paint")]
    await pair.product.pool.execute("update users set email = null")
    await give(pair, "Sand")
    assert len(await sent_to(pair.product, pair.product.ben)) == 1


async def test_from_a_refusal_at_metas_door_to_the_phone(pair: Pair, graph: FakeGraph) -> None:
    """Through the sender: its clock was wrong of the window, the template goes, a tap on it works."""
    await approve(pair.product, "assigned")
    await pair.open_window(pair.product.ben)
    said = "👤 Ana gave you *Paint*\n#Home · 👤 Ben"
    graph.plans[said] = [(400, 131047)]
    async with sending(pair.product, graph):
        await give(pair)
        await until(states(pair.product, "refused"))
        await go_on(pair)
        await until(states(pair.product, "refused", "accepted"))
    assert graph.carried_out == ["tasktalk_assigned"]
    template = (await sent_to(pair.product, pair.product.ben))[1]
    await say_status(pair.product, template["id"], "delivered")
    await tap(pair.product, pair.product.ben, payloads_of(template)[1], "Decline")
    assert await pair.product.pool.fetchval("select assignees from tasks") == []
    shown = (await pair.product.ask("/api/notifications", token=pair.product.ben.token)).json["items"]
    assert [(each["way"], each["outcome"]) for each in shown[-1]["tries"]] == [
        ("chat", "refused"),
        ("chat", "passed over"),
        ("template", "delivered"),
    ]
    assert "131047" in shown[-1]["tries"][0]["why"]
