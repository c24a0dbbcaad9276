"""The daily digest and the weekly review, as they arrive."""

import datetime as dt
from typing import Any

import pytest
from notice_kit import Pair, open_pair

from product_kit import Product
from tasktalk.tasks.journal.undo import undo
from tasktalk.tasks.preferences.preferences import change_preferences

DAY = dt.timedelta(days=1)


@pytest.fixture
async def pair(product: Product, now: dt.datetime) -> Pair:
    return await open_pair(product, now)


async def want(pair: Pair, **wanted: Any) -> None:
    async with pair.tx() as conn:
        await change_preferences(conn, viewer=pair.ana, changes=wanted, now=pair.now)  # type: ignore[arg-type]


async def due_on(pair: Pair, title: str, days: int, **more: Any) -> Any:
    """Ana's, a whole day's, so many days from now."""
    return await pair.add(pair.ana, title, **{"project_id": None, "due_on": pair.now.date() + days * DAY} | more)


async def test_a_day_begins_with_what_is_due_and_overdue(pair: Pair) -> None:
    await want(pair, digest_time=dt.time(11))
    late = await due_on(pair, "Late", -2)
    await due_on(pair, "Today", 0)
    await due_on(pair, "Not yet", 1)
    await due_on(pair, "Ben's", 0, project_id=pair.home, assignees=(pair.ben.user_id,))
    await due_on(pair, "Anybody's", 0, project_id=pair.home)
    await pair.tell(after=dt.timedelta(hours=1) - dt.timedelta(seconds=1))
    assert await pair.heard(pair.product.ana) == []
    await pair.tell(after=dt.timedelta(seconds=1))
    [text] = await pair.heard(pair.product.ana)
    assert text.splitlines() == [
        "☀️ *Mon 23 Nov (today)* — 1 overdue, 2 due today",
        "1. Late — Sat 21 Nov",
        "2. Today — Mon 23 Nov (today)",
        "3. Anybody's — Mon 23 Nov (today)",
        "",
        "Say _done 1 3_, or _move 2 to friday_.",
    ]
    await pair.product.say(pair.product.ana, "done 1")
    await pair.product.settle()
    assert await pair.product.pool.fetchval("select status from tasks where id = $1", late.id) == "done"


async def test_a_digest_and_the_reminders_of_its_moment_are_one_message(pair: Pair) -> None:
    await want(pair, digest_time=dt.time(11))
    await due_on(pair, "Call", 0, due_time=dt.time(11))
    await pair.add(pair.ben, "Given", assignees=(pair.ana.user_id,))
    pair.now += dt.timedelta(hours=1)
    await pair.tell()
    [text] = await pair.heard(pair.product.ana)
    assert text.splitlines()[:2] == ["☀️ *Mon 23 Nov (today)* — 1 due today", "1. Call — Mon 23 Nov (today), 11:00"]
    assert "2. 👤 Ben gave you Given" in text
    assert "⏰" not in text


async def test_nothing_due_no_digest(pair: Pair) -> None:
    await want(pair, digest_time=dt.time(11))
    await due_on(pair, "Tomorrow", 1)
    await pair.tell(after=dt.timedelta(hours=1))
    assert await pair.heard(pair.product.ana) == []
    assert await pair.states(pair.ana) == [
        ("digest", "dropped", "Nothing was due: an empty digest is not sent."),
    ]
    await pair.tell(after=DAY)
    [text] = await pair.heard(pair.product.ana)
    assert text.endswith("1. Tomorrow — Tue 24 Nov (today)\n\nSay _done 1_, or _move 1 to friday_.")


async def test_a_long_list_is_cut_and_says_so(pair: Pair) -> None:
    await want(pair, digest_time=dt.time(11))
    for n in range(13):
        await due_on(pair, f"Task {n:02}", 0)
    await pair.tell(after=dt.timedelta(hours=1))
    [text] = await pair.heard(pair.product.ana)
    assert text.startswith("☀️ *Mon 23 Nov (today)* — 13 due today")
    assert "10. Task 09" in text
    assert "Task 10" not in text
    assert "…and 3 more" in text


async def test_a_week_ends_with_a_review(pair: Pair) -> None:
    """On Sunday evening; a finished repetition counts each time."""
    await want(pair, review_time=dt.time(18))
    every_day = await due_on(
        pair, "Pills", 0, recurrence={"rrule": "FREQ=DAILY", "from": "schedule", "text": "every day"}
    )
    done = await due_on(pair, "Done", 1)
    pair.now += 2 * DAY
    await pair.change(pair.ana, every_day, status="done")
    await pair.change(pair.ana, every_day, status="done")
    await pair.change(pair.ana, done, status="done")
    undone, act = await due_on(pair, "Undone", 28), pair.act()
    await pair.change(pair.ana, undone, by=act, status="done")
    async with pair.tx() as conn:
        await undo(conn, viewer=pair.ana, change_set=act.change_set, by=pair.act())
    await due_on(pair, "Next", 6)
    await due_on(pair, "Far", 30)
    pair.now = dt.datetime(2026, 11, 29, 17, 59, tzinfo=dt.UTC)
    await pair.tell(after=dt.timedelta(minutes=1))
    [text] = await pair.heard(pair.product.ana)
    assert text.startswith("🗓️ *Your week* — 3 done, 1 overdue, 1 due in the next seven days\n1. Pills")
    assert "2. Next — Tue 1 Dec" in text
    assert "Far" not in text


async def test_an_empty_week_is_a_friendly_line(pair: Pair) -> None:
    await want(pair, review_time=dt.time(18), review_weekday=1)
    await pair.tell(after=dt.timedelta(hours=8))
    assert await pair.heard(pair.product.ana) == [
        "🗓️ *Your week* — 0 done. Nothing is overdue, and nothing due in the next seven days. Enjoy it!"
    ]


async def test_the_hour_is_the_persons_and_quiet_hours_do_not_hold_it(pair: Pair) -> None:
    await want(pair, timezone="America/New_York", digest_time=dt.time(6), quiet_hours=(dt.time(22), dt.time(7)))
    await due_on(pair, "Today", 0)
    await pair.tell(after=dt.timedelta(hours=1) - dt.timedelta(seconds=1))
    assert await pair.heard(pair.product.ana) == []
    await pair.tell(after=dt.timedelta(seconds=1))
    assert len(await pair.heard(pair.product.ana)) == 1


async def test_who_muted_everything_gets_no_digest(pair: Pair) -> None:
    await want(pair, digest_time=dt.time(11), muted=True)
    await due_on(pair, "Today", 0)
    await pair.tell(after=DAY)
    assert await pair.heard(pair.product.ana) == []


async def test_days_without_a_window_are_made_up_for_with_one_digest(pair: Pair) -> None:
    """Of the day it is by then."""
    await want(pair, digest_time=dt.time(11))
    await pair.open_window(pair.product.ana, until=pair.now)
    await due_on(pair, "First", 0)
    for _ in range(3):
        await pair.tell(after=DAY)
    assert await pair.heard(pair.product.ana) == []
    await pair.open_window(pair.product.ana)
    await pair.tell(after=DAY)
    [text] = await pair.heard(pair.product.ana)
    assert text.startswith("☀️ *Fri 27 Nov (today)* — 1 overdue")
