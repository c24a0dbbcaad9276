"""Never silent, never twice: whatever windows, templates, refusals and statuses do, in whatever order."""

import datetime as dt
import random
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from notice_kit import LATER, Pair, open_pair
from ways_kit import accept, approve, go_on, refuse, say_status, sent_to

from product_kit import Product
from tasktalk.messaging.notices.ways import Means

STEPS = 60
CODES = (131047, 131026, 132015, 132001, 131049, 131050, 131000, 131009)


@dataclass
class World:
    """Ben's phone and mail, as the world has them. `seen`: the messages that he has seen, by id."""

    pair: Pair
    chance: random.Random
    titles: list[str] = field(default_factory=list)
    seen: set[UUID] = field(default_factory=set)

    async def act(self) -> None:
        """Something happens."""
        await self.chance.choice(
            [
                self.give,
                self.give,
                self.wait,
                self.close,
                self.write,
                self.templates,
                self.mail,
                *[self.meta] * 5,
                self.post,
            ]
        )()
        await go_on(self.pair, means=Means(email=True))

    async def give(self) -> None:
        title = f"Task {len(self.titles):03}"
        self.titles.append(title)
        await self.pair.add(self.pair.ana, title, assignees=(self.pair.ben.user_id,))

    async def wait(self) -> None:
        self.pair.now += self.chance.choice([LATER, dt.timedelta(hours=1), dt.timedelta(hours=5)])

    async def close(self) -> None:
        await self.pair.open_window(self.pair.product.ben, until=self.pair.now)

    async def write(self) -> None:
        """As a turn notes it, on the clock in hand."""
        await self.pair.open_window(self.pair.product.ben, until=self.pair.now + dt.timedelta(days=1))
        await self.pair.product.pool.execute(
            "update contacts set last_seen_at = $2 where id = $1", self.pair.product.ben.contact_id, self.pair.now
        )

    async def templates(self) -> None:
        status = self.chance.choice(["APPROVED", "PAUSED"])
        await self.pair.product.pool.execute("update templates set status = $1", status)

    async def mail(self) -> None:
        by_email = self.chance.random() < 0.5
        await self.pair.prefer(self.pair.ben, by_email=by_email)

    async def meta(self) -> None:
        """Meta answers for one message, or says more of it; what it says may come in any order, and lie."""
        rows = await sent_to(self.pair.product, self.pair.product.ben)
        if not rows:
            return
        row = self.chance.choice(rows[-4:])
        product = self.pair.product
        if row["state"] == "waiting":
            if self.chance.random() < 0.5:
                await refuse(product, row["id"], self.chance.choice(CODES))
            else:
                await accept(product, row["id"])
        elif row["state"] == "refused":
            await say_status(product, row["id"], "failed", self.chance.choice(CODES))
        elif row["status"] != "failed" and self.chance.random() < 0.6:
            await say_status(product, row["id"], self.chance.choice(["sent", "delivered", "read"]))
            heard = await product.pool.fetchval("select status from outbox where id = $1", row["id"])
            self.seen |= {row["id"]} if heard in {"delivered", "read"} else set()
        else:
            await say_status(product, row["id"], "failed", self.chance.choice(CODES))

    async def post(self) -> None:
        await self.pair.product.pool.execute(
            "update letters set state = $1, error = 'x' where state = 'waiting'",
            self.chance.choice(["sent", "refused"]),
        )

    async def reached(self) -> list[tuple[UUID, list[Any]]]:
        """By notice, what of it went out and may have reached Ben: all that was not refused for certain."""
        rows = await self.pair.product.pool.fetch(
            "select n.id, n.state, n.why, array_remove(array_agg(case when t.outcome is null then "
            "coalesce(t.outbox_id, t.letter_id) end), null) as out, "
            "array_remove(array_agg(t.outbox_id), null) as by_whatsapp "
            "from notices n left join notice_tries t on t.notice_id = n.id where n.event = 'assigned' group by n.id"
        )
        for row in rows:
            shown = self.seen & set(row["by_whatsapp"])
            assert len(shown) <= 1, "shown on the phone twice"
            assert not shown or row["state"] == "sent", "shown, and to be told again"
            assert not shown or row["out"] == list(shown), "shown, and by another way as well"
            assert row["state"] in {"waiting", "held", "sent", "dropped"}
            assert (row["state"] == "sent") == (len(row["out"]) == 1), dict(row)
            assert row["state"] not in {"held", "dropped"} or row["why"], "silent"
        return [(row["id"], row["out"]) for row in rows]


@pytest.mark.parametrize("seed", range(6))
async def test_none_is_lost_and_none_told_twice(product: Product, seed: int) -> None:
    pair = await open_pair(product, dt.datetime.now(dt.UTC))
    await approve(product, "assigned", "digest")
    world = World(pair, random.Random(seed))
    for _ in range(STEPS):
        await world.act()
        await world.reached()
    # At last all is well, and Ben writes.
    for _ in range(3):
        await product.pool.execute("update outbox set state = 'accepted' where state = 'waiting'")
        await product.pool.execute("update letters set state = 'sent' where state = 'waiting'")
        pair.now += dt.timedelta(hours=1)
        await world.write()
        await go_on(pair, means=Means(email=True))
    notices = await world.reached()
    assert len(notices) == len(world.titles)
    states = await product.pool.fetch("select state, why from notices where event = 'assigned'")
    assert {row["state"] for row in states} <= {"sent", "dropped"}
    assert all(row["why"] for row in states if row["state"] == "dropped")
