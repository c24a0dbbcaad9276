"""What people are told of each other's changes: whom, when, how often."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from uuid import UUID

import pytest
from notice_kit import LATER, Pair, buttons_of, open_pair

from product_kit import Product, count
from tasktalk.ids import new_id
from tasktalk.messaging.notices.digests import Digest
from tasktalk.messaging.notices.hear import hear
from tasktalk.messaging.notices.history import forget_settled
from tasktalk.messaging.notices.loop import Teller
from tasktalk.messaging.notices.reading import Notice
from tasktalk.messaging.notices.tell import tell
from tasktalk.messaging.notices.wording import Message, Writer
from tasktalk.tasks import Act, create_project
from tasktalk.tasks.assignments import answer_assignment
from tasktalk.tasks.comments.comments import create_comment, delete_comment
from tasktalk.tasks.journal.undo import undo
from tasktalk.tasks.projects.sharing.invitations import answer, invite
from tasktalk.tasks.projects.sharing.members import add_member, remove_member


@pytest.fixture
async def pair(product: Product, now: dt.datetime) -> Pair:
    return await open_pair(product, now)


async def test_who_is_given_a_task_hears_of_it_and_can_say_yes(pair: Pair) -> None:
    task = await pair.add(pair.ana, "Paint", assignees=(pair.ben.user_id,))
    await pair.tell()
    assert await pair.heard(pair.product.ben) == ["👤 Ana gave you *Paint*\n#Home · 👤 Ben"]
    assert await pair.heard(pair.product.ana) == []
    message = await pair.product.pool.fetchval("select message from outbox")
    said = await pair.product.ask(
        "/api/assistant/messages",
        method="POST",
        body={"tap": buttons_of(message)["Accept"]},
        token=pair.product.ben.token,
    )
    assert "Paint" in said.json["reply"]["text"]
    assert await pair.product.pool.fetchval("select accepted from tasks where id = $1", task.id) == [pair.ben.user_id]


async def test_yes_and_no_go_back_to_who_asked(pair: Pair) -> None:
    """Ben made the task, Ana gave it to him: both are asked, and Ben does not hear of himself."""
    first = await pair.add(pair.ben, "Paint")
    await pair.change(pair.ana, first, assignees=(pair.ben.user_id,))
    second = await pair.add(pair.ana, "Sand", assignees=(pair.ben.user_id,))
    await pair.tell()
    for task, accept in ((first, True), (second, False)):
        async with pair.tx() as conn:
            await answer_assignment(conn, viewer=pair.ben, task_id=task.id, accept=accept, by=pair.act())
    await pair.tell()
    assert await pair.heard(pair.product.ana) == [
        "🔔 *News*\n1. 👍 Ben accepted Paint\n2. 👎 Ben declined Sand\n\nSay _done 1_, or _move 1 to friday_."
    ]


async def test_twenty_changes_are_one_message_that_numbers_hold_for(pair: Pair) -> None:
    tasks = [await pair.add(pair.ana, f"Task {n}", assignees=(pair.ben.user_id,)) for n in range(20)]
    await pair.tell()
    [text] = await pair.heard(pair.product.ben)
    assert text.splitlines()[1] == "1. 👤 Ana gave you Task 0"
    assert text.splitlines()[20] == "20. 👤 Ana gave you Task 19"
    await pair.product.say(pair.product.ben, "done 1 3")
    await pair.product.settle()
    done = await pair.product.pool.fetch("select id from tasks where status = 'done' order by id")
    assert [row["id"] for row in done] == [tasks[0].id, tasks[2].id]


async def test_the_same_again_and_again_is_said_once(pair: Pair) -> None:
    task = await pair.add(pair.ben, "Paint")
    for _ in range(5):
        await pair.change(pair.ana, task, status="done")
        await pair.change(pair.ana, task, status="open")
    await pair.change(pair.ana, task, status="done")
    await pair.tell()
    assert await pair.heard(pair.product.ben) == ["✔️ Ana completed *Paint*"]


async def test_a_mention_beats_a_comment_and_being_given_beats_a_change(pair: Pair) -> None:
    await pair.prefer(pair.ben, switches={"changed": True, "added": True})
    task = await pair.add(pair.ben, "Paint")
    async with pair.tx() as conn:
        await create_comment(conn, viewer=pair.ana, task_id=task.id, text="@Ben which colour?", by=pair.act())
    await pair.change(pair.ana, task, title="Paint it", assignees=(pair.ben.user_id,))
    await pair.tell()
    assert [event for event, _, _ in await pair.states(pair.ben)] == ["mentioned", "assigned"]
    [text] = await pair.heard(pair.product.ben)
    assert "💬 Ana mentioned you on Paint it: @Ben which colour?" in text
    assert "👤 Ana gave you Paint it" in text


async def test_whoever_has_commented_hears_of_the_next_comment(pair: Pair) -> None:
    task = await pair.add(pair.ana, "Paint")
    for viewer, text in ((pair.ben, "blue?"), (pair.ana, "green")):
        async with pair.tx() as conn:
            await create_comment(conn, viewer=viewer, task_id=task.id, text=text, by=pair.act())
    await pair.tell()
    assert await pair.heard(pair.product.ana) == ["💬 Ben on *Paint*:\nblue?"]
    assert await pair.heard(pair.product.ben) == ["💬 Ana on *Paint*:\ngreen"]


async def test_a_comment_that_was_deleted_is_not_told(pair: Pair) -> None:
    task = await pair.add(pair.ben, "Paint")
    async with pair.tx() as conn:
        comment = await create_comment(conn, viewer=pair.ana, task_id=task.id, text="oops", by=pair.act())
    await pair.tell(after=dt.timedelta())
    async with pair.tx() as conn:
        await delete_comment(conn, viewer=pair.ana, comment_id=comment.id, by=pair.act())
    await pair.tell()
    await pair.tell()
    assert await pair.heard(pair.product.ben) == []
    assert await pair.states(pair.ben) == [("commented", "dropped", "The comment was deleted before it left.")]


@pytest.mark.parametrize(
    ("own", "project", "told"),
    [
        ({}, {}, ["completed"]),
        ({"completed": False}, {}, []),
        ({"completed": False}, {"completed": True}, ["completed"]),
        ({"added": True}, {"completed": False}, ["added"]),
        ({"changed": True}, {}, ["changed", "completed"]),
    ],
)
async def test_switches_of_the_project_come_before_ones_own(
    pair: Pair, own: dict[str, bool], project: dict[str, bool], told: list[str]
) -> None:
    await pair.prefer(pair.ben, switches=own)
    await pair.product.pool.execute(
        "update project_members set switches = $2 where user_id = $1", pair.ben.user_id, project
    )
    await pair.add(pair.ana, "Sand")
    task = await pair.add(pair.ben, "Paint")
    await pair.change(pair.ana, task, title="Paint it")
    await pair.change(pair.ana, task, position=5.0)
    await pair.change(pair.ana, task, status="done")
    await pair.tell(after=dt.timedelta())
    assert [event for event, _, _ in await pair.states(pair.ben)] == told


async def test_who_muted_everything_hears_nothing_of_others(pair: Pair) -> None:
    await pair.add(pair.ana, "Paint", assignees=(pair.ben.user_id,))
    await pair.tell(after=dt.timedelta())
    await pair.prefer(pair.ben, muted=True)
    await pair.add(pair.ana, "Sand", assignees=(pair.ben.user_id,))
    await pair.tell()
    await pair.tell()
    assert await pair.heard(pair.product.ben) == []
    assert await pair.states(pair.ben) == [("assigned", "dropped", "You muted notices.")]


async def test_an_undo_tells_nobody_and_takes_back_what_has_not_left(pair: Pair) -> None:
    task, act = await pair.add(pair.ben, "Paint"), pair.act()
    await pair.change(pair.ana, task, by=act, status="done")
    await pair.tell(after=dt.timedelta())
    async with pair.tx() as conn:
        await undo(conn, viewer=pair.ana, change_set=act.change_set, by=pair.act())
    quick = pair.act()
    await pair.change(pair.ana, task, by=quick, status="done")
    async with pair.tx() as conn:
        await undo(conn, viewer=pair.ana, change_set=quick.change_set, by=pair.act())
    await pair.tell()
    assert await pair.heard(pair.product.ben) == []
    assert await pair.states(pair.ben) == [("completed", "dropped", "Taken back before it left.")]


async def test_who_left_the_project_hears_no_more_of_it(pair: Pair) -> None:
    await pair.add(pair.ben, "Paint")
    task = await pair.add(pair.ana, "Sand", assignees=(pair.ben.user_id,))
    async with pair.tx() as conn:
        await create_comment(conn, viewer=pair.ana, task_id=task.id, text="@Ben secret", by=pair.act())
    await pair.tell(after=dt.timedelta())
    async with pair.tx() as conn:
        await remove_member(conn, viewer=pair.ana, project_id=pair.home, user_id=pair.ben.user_id, by=pair.act())
    await pair.change(pair.ana, task, status="done")
    await pair.tell()
    await pair.tell()
    assert await pair.heard(pair.product.ben) == []
    assert {(state, why) for _, state, why in await pair.states(pair.ben)} == {
        ("dropped", "The task is gone, or not yours to see any more.")
    }
    shown = await pair.product.ask("/api/notifications", token=pair.product.ben.token)
    assert b"Sand" not in shown.body
    assert b"secret" not in shown.body


async def test_a_task_that_is_done_or_taken_away_by_then_is_not_announced(pair: Pair) -> None:
    done = await pair.add(pair.ana, "Paint", assignees=(pair.ben.user_id,))
    taken = await pair.add(pair.ana, "Sand", assignees=(pair.ben.user_id,))
    await pair.tell(after=dt.timedelta())
    await pair.change(pair.ana, done, status="done")
    await pair.change(pair.ana, taken, assignees=())
    await pair.tell()
    await pair.tell()
    assert [why for event, _, why in await pair.states(pair.ben) if event == "assigned"] == [
        "The task was finished before it left.",
        "The task was given to somebody else before it left.",
    ]
    assert await pair.heard(pair.product.ben) == ["✔️ Ana completed *Paint*"]


async def test_who_is_let_in_and_whoever_owns_the_place_hear_of_it(pair: Pair) -> None:
    zoe = await pair.product.pool.fetchval("select id from users where name = 'Owner'")
    async with pair.tx() as conn:
        await add_member(
            conn, viewer=pair.ana, project_id=pair.home, user_id=pair.ben.user_id, role="owner", now=pair.now
        )
        await add_member(
            conn, viewer=pair.ana, project_id=pair.home, user_id=zoe, role="viewer", now=pair.now, by=pair.act()
        )
    await pair.tell()
    assert await pair.heard(pair.product.ben) == ["👥 Owner joined #Home"]
    assert await pair.product.pool.fetch("select event, state, why from notices where user_id = $1", zoe) == [
        ("invited", "held", "No phone is linked: it leaves as soon as one is, and has written.")
    ]


async def test_out_of_the_window_it_waits_and_leaves_when_they_write(pair: Pair) -> None:
    """As one message, without what is done meanwhile, after the answer to what they wrote."""
    await pair.open_window(pair.product.ben, until=pair.now - dt.timedelta(hours=1))
    done = await pair.add(pair.ana, "Paint", assignees=(pair.ben.user_id,))
    for n in range(2):
        await pair.add(pair.ana, f"Sand {n}", assignees=(pair.ben.user_id,))
        await pair.tell()
    assert await pair.heard(pair.product.ben) == []
    assert {(state, why) for _, state, why in await pair.states(pair.ben)} == {
        ("held", "Outside WhatsApp's 24-hour window: it leaves as soon as you write.")
    }
    await pair.change(pair.ana, done, assignees=())
    pair.now = dt.datetime.now(dt.UTC)  # turns read the machine's clock
    await pair.product.say(pair.product.ben, "hello")
    await pair.product.settle()
    pair.now = dt.datetime.now(dt.UTC)
    await pair.tell()
    [text] = await pair.heard(pair.product.ben)
    assert "Sand 0" in text
    assert "Sand 1" in text
    assert "Paint" not in text
    assert await pair.product.pool.fetchval("select kind from outbox order by seq desc limit 1") == "notice"


async def test_what_nothing_could_reach_anybody_with_is_given_up_after_a_week(pair: Pair) -> None:
    await pair.open_window(pair.product.ben, until=pair.now)
    await pair.add(pair.ana, "Paint", assignees=(pair.ben.user_id,))
    await pair.tell()
    pair.now += dt.timedelta(days=7)
    await sweep(pair)
    [(_, state, why)] = await pair.states(pair.ben)
    assert state == "dropped"
    assert why is not None
    assert why.startswith("It waited for seven days. Outside WhatsApp's")


async def test_a_phone_that_is_linked_later_gets_what_was_held(pair: Pair) -> None:
    await pair.product.pool.execute("update contacts set user_id = null where id = $1", pair.product.ben.contact_id)
    await pair.add(pair.ana, "Paint", assignees=(pair.ben.user_id,))
    await pair.tell()
    assert [state for _, state, _ in await pair.states(pair.ben)] == ["held"]
    await pair.product.pool.execute(
        "update contacts set user_id = $2 where id = $1", pair.product.ben.contact_id, pair.ben.user_id
    )
    await sweep(pair)
    await pair.tell()
    assert len(await pair.heard(pair.product.ben)) == 1


async def test_killed_between_any_two_steps_it_is_told_once(pair: Pair) -> None:
    """A step that is not committed has not been: the next worker does it again."""
    await pair.add(pair.ana, "Paint", assignees=(pair.ben.user_id,))
    pool, keyring = pair.product.pool, pair.product.keyring

    async def step(name: str, *, dies: bool) -> int:
        async with pool.acquire() as conn:
            transaction = conn.transaction()
            await transaction.start()
            if name == "hear":
                found = await hear(conn, now=pair.now, gather=LATER)
            else:
                found = await tell(conn, now=pair.now + LATER, gather=LATER, keyring=keyring)
            await (transaction.rollback() if dies else transaction.commit())
        return found

    assert [await step("hear", dies=True), await step("hear", dies=False), await step("hear", dies=False)] == [1, 1, 0]
    assert [await step("tell", dies=True), await step("tell", dies=False), await step("tell", dies=False)] == [1, 1, 0]
    assert len(await pair.heard(pair.product.ben)) == 1
    assert await count(pool, "from notices where state = 'sent' and outbox_id = (select id from outbox)") == 1


async def test_a_line_that_nobody_can_read_stops_no_other(pair: Pair, caplog: pytest.LogCaptureFixture) -> None:
    act = Act(new_id(), "test", pair.now)
    task = await pair.add(pair.ben, "Paint")
    await pair.product.pool.execute(
        "insert into journal (change_set, actor_id, subject, subject_id, task_id, project_id, verb, after) "
        "values ($1, $2, 'task', $3, $3, $4, 'changed', $5)",
        act.change_set,
        pair.ana.user_id,
        task.id,
        pair.home,
        {"assignees": ["nobody's id"]},
    )
    await pair.change(pair.ana, task, status="done")
    await pair.tell()
    assert await pair.heard(pair.product.ben) == ["✔️ Ana completed *Paint*"]
    assert "news_unreadable" in caplog.text
    assert not await count(pair.product.pool, "from news")


async def test_an_invitation_reaches_whom_it_is_for_and_no_more_once_answered(pair: Pair) -> None:
    for name, delay in (("Studio", LATER), ("Shop", dt.timedelta())):
        async with pair.tx() as conn:
            place = await create_project(conn, viewer=pair.ana, name=name, by=pair.act())
            invitation = await invite(
                conn, viewer=pair.ana, project_id=place.id, user_id=pair.ben.user_id, role="editor", by=pair.act()
            )
        await pair.tell(after=delay)
    async with pair.tx() as conn:
        await answer(conn, viewer=pair.ben, invitation_id=invitation.id, accept=True, by=pair.act())
    await pair.tell()
    await pair.tell()
    assert await pair.heard(pair.product.ben) == ["✉️ Ana invites you to #Studio. Accept or decline in the console."]
    assert (await pair.states(pair.ben))[-1] == ("invited", "dropped", "You answered before it left.")
    assert await pair.heard(pair.product.ana) == ["👥 Ben joined #Shop"]


async def test_long_and_odd_words_still_make_one_message(pair: Pair) -> None:
    odd = ["x" * 850, "💥" * 400, "*bold* _it_ {title} {0} %s", "שלום"]
    for n in range(60):
        title = odd[n % len(odd)] + str(n)
        task = await pair.add(pair.ana, title[:900], assignees=(pair.ben.user_id,))
        async with pair.tx() as conn:
            text = "@Ben " + odd[n % len(odd)] * 9
            await create_comment(conn, viewer=pair.ana, task_id=task.id, text=text, by=pair.act())
    await pair.tell()
    [text] = await pair.heard(pair.product.ben)
    assert "more" in text
    assert await count(pair.product.pool, "from outbox") == 1
    row = await pair.product.pool.fetchrow("select message, task_ids from outbox")
    assert len(row["message"].encode("utf-16-le")) // 2 < 4096 + 200
    assert len(row["task_ids"]) == len(set(re.findall(r"^(\d+)\. ", text, re.MULTILINE)))


async def test_what_cannot_be_worded_stops_no_other_and_is_tried_for_a_day(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    write = Writer.write

    def broken(self: Writer, notices: Sequence[Notice], digests: Mapping[UUID, Digest]) -> Message:
        if self.pen.user_id == pair.ben.user_id:
            raise KeyError("no such word")
        return write(self, notices, digests)

    monkeypatch.setattr(Writer, "write", broken)
    await pair.add(pair.ana, "Paint", assignees=(pair.ben.user_id,))
    await pair.add(pair.ben, "Sand", assignees=(pair.ana.user_id,))
    await pair.tell()
    assert len(await pair.heard(pair.product.ana)) == 1
    assert await pair.states(pair.ben) == [("assigned", "waiting", None)]
    assert "notices_unsaid" in caplog.text
    pair.now += dt.timedelta(days=1)
    await pair.tell()
    assert await pair.states(pair.ben) == [("assigned", "dropped", "It could not be put into words; the log says why.")]


async def test_what_was_told_long_ago_is_forgotten(pair: Pair) -> None:
    await pair.add(pair.ana, "Paint", assignees=(pair.ben.user_id,))
    await pair.tell()
    await pair.product.pool.execute("update users set disabled_at = now() where id = $1", pair.ben.user_id)
    await pair.add(pair.ana, "Sand", assignees=(pair.ben.user_id,))
    await pair.tell()
    async with pair.tx() as conn:
        assert await forget_settled(conn, before=dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)) == 0
        assert await forget_settled(conn, before=dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1)) == 1
    assert await pair.states(pair.ben) == []


async def test_who_has_the_task_in_their_inbox_by_then_hears_of_it(pair: Pair) -> None:
    task = await pair.add(pair.ben, "Paint")
    await pair.change(pair.ana, task, status="done")
    await pair.change(pair.ben, task, project_id=None)
    await pair.tell()
    assert await pair.heard(pair.product.ben) == ["✔️ Ana completed *Paint*"]
    assert await pair.heard(pair.product.ana) == []


async def test_a_repetition_that_went_on_was_completed_all_the_same(pair: Pair) -> None:
    daily = {"rrule": "FREQ=DAILY", "from": "schedule", "text": "every day"}
    task = await pair.add(pair.ben, "Water plants", due_on=pair.now.date(), recurrence=daily)
    once = await pair.add(pair.ben, "Paint")
    await pair.change(pair.ana, task, status="done")
    await pair.change(pair.ana, once, status="done")
    await pair.tell(after=dt.timedelta())
    await pair.change(pair.ana, once, status="open")
    await pair.tell()
    await pair.tell()
    assert await pair.heard(pair.product.ben) == ["✔️ Ana completed *Water plants*"]
    assert (await pair.states(pair.ben))[-1] == ("completed", "dropped", "The task was opened again before it left.")


async def test_an_account_that_was_switched_off_hears_nothing(pair: Pair) -> None:
    await pair.add(pair.ana, "Paint", assignees=(pair.ben.user_id,))
    await pair.tell(after=dt.timedelta())
    await pair.product.pool.execute("update users set disabled_at = now() where id = $1", pair.ben.user_id)
    await pair.add(pair.ana, "Sand", assignees=(pair.ben.user_id,))
    await pair.tell()
    await pair.tell()
    assert await pair.heard(pair.product.ben) == []
    assert await pair.states(pair.ben) == [("assigned", "dropped", "This account is switched off.")]


async def test_what_was_held_goes_along_with_what_comes_next(pair: Pair) -> None:
    await pair.open_window(pair.product.ben, until=pair.now)
    await pair.add(pair.ana, "Paint", assignees=(pair.ben.user_id,))
    await pair.tell()
    await pair.open_window(pair.product.ben)
    await pair.add(pair.ana, "Sand", assignees=(pair.ben.user_id,))
    await pair.tell()
    [text] = await pair.heard(pair.product.ben)
    assert "Paint" in text
    assert "Sand" in text


async def test_of_two_phones_the_one_that_wrote_last_is_told(pair: Pair) -> None:
    other = new_id()
    await pair.product.pool.execute(
        "insert into contacts (id, integration_id, wa_id, user_id, window_until) values ($1, $2, '4477', $3, $4)",
        other,
        pair.product.integration_id,
        pair.ben.user_id,
        pair.now - LATER,
    )
    await pair.add(pair.ana, "Paint", assignees=(pair.ben.user_id,))
    await pair.tell()
    assert len(await pair.heard(pair.product.ben)) == 1
    await pair.product.pool.execute("update contacts set window_until = window_until + '9 years' where id = $1", other)
    await pair.add(pair.ana, "Sand", assignees=(pair.ben.user_id,))
    await pair.tell()
    assert len(await pair.heard(pair.product.ben)) == 1
    assert await count(pair.product.pool, "from outbox where contact_id = $1", other) == 1


async def sweep(pair: Pair) -> None:
    await Teller(pair.product.pool, pair.product.keyring, LATER, clock=lambda: pair.now).look()
