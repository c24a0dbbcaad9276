"""What people say about a task in the chat, and what a task's card shows."""

import pytest
from talk import Talk

from tasktalk.tasks.comments.comments import Comment, list_comments
from tasktalk.tasks.model import Task


async def comments(talk: Talk, task: Task) -> list[Comment]:
    async with talk.pool.acquire() as conn:
        return (await list_comments(conn, viewer=talk.viewer, task_id=task.id)).items


async def test_a_comment_by_name(ana: Talk) -> None:
    await ana.say("buy milk")
    reply = await ana.say("comment on milk: the blue one", message_id="wamid.C")
    assert reply.text == "💬 On *buy milk*:\nthe blue one"
    [task] = await ana.tasks()
    [comment] = await comments(ana, task)
    assert (comment.text, comment.author and comment.author.name) == ("the blue one", "Ana")
    assert comment.source is not None
    assert comment.source.message_id == "wamid.C"
    assert (await ana.say("undo")).text == "↩️ Undone: the blue one"
    assert await comments(ana, task) == []


async def test_plain_words_in_answer_to_a_task(ana: Talk) -> None:
    added = await ana.say("write the report")
    reply = await ana.say("ask Bo for the figures first", about=added.task_ids)
    [task] = await ana.tasks()
    assert [each.text for each in await comments(ana, task)] == ["ask Bo for the figures first"]
    assert reply.task_ids == added.task_ids
    await ana.tap(reply, "Undo")
    assert await comments(ana, task) == []
    assert await ana.titles() == ["write the report"]


async def test_a_card_shows_what_hangs_on_a_task(ana: Talk) -> None:
    await ana.say("buy milk tomorrow 5pm remind me 30 min before")
    await ana.say("comment on milk: the blue one")
    ana.wait(minutes=5)
    await ana.say("comment on milk: or the red one")
    card = await ana.tap(await ana.say("all"), "1. buy milk")
    assert card.text == (
        "*buy milk*\n📅 Tue 24 Nov (tomorrow), 17:00 · ⏰ 16:30\n\n"
        "💬 2 comments\nAna, Mon 23 Nov (today), 11:05: or the red one"
    )


async def test_a_card_counts_files(ana: Talk) -> None:
    added = await ana.say("buy milk")
    async with ana.pool.acquire() as conn:
        await conn.execute(
            "insert into attachments (id, task_id, uploader_id, name, mime_type, size, sha256, key) "
            "values (gen_random_uuid(), $1, $2, 'list.pdf', 'application/pdf', 1, '', 'k')",
            added.task_ids[0],
            ana.viewer.user_id,
        )
    assert (await ana.tap(await ana.say("all"), "1. buy milk")).text == "*buy milk*\n\n📎 1 file"


async def test_a_card_lists_open_subtasks(ana: Talk) -> None:
    await ana.say("- move house\n" + "\n".join(f"  - box {number}" for number in range(1, 9)))
    listed = await ana.say("search move house")
    card = await ana.tap(listed, "1. move house")
    assert card.text.endswith("☐ box 1\n☐ box 2\n☐ box 3\n☐ box 4\n☐ box 5\n…")
    await ana.say("done box 2")
    assert "☐ box 3" in (await ana.tap(listed, "1. move house")).text
    assert "box 2" not in (await ana.tap(listed, "1. move house")).text


async def test_who_may_look_may_comment_and_nobody_else(ana: Talk, ben: Talk) -> None:
    wall = await ana.say("paint the wall #Home")
    secret = await ana.say("buy a ring")
    await ben.say("comment on the wall: in white please")
    card = await ana.tap(await ana.say("#Home"), "1. paint the wall")
    assert "Ben, Mon 23 Nov (today), 11:00: in white please" in card.text
    assert "not there" in (await ben.say("lovely", about=secret.task_ids)).text
    assert "found no task" in (await ben.say("comment on ring: lovely")).text
    [ring] = [task for task in await ana.tasks() if task.id not in wall.task_ids]
    assert ring.comments_count == 0


@pytest.mark.parametrize("words", ["\u202e", "x" * 20_001])
async def test_words_that_cannot_be_a_comment(ana: Talk, words: str) -> None:
    added = await ana.say("buy milk")
    assert (await ana.say(words, about=added.task_ids)).text.startswith("⚠️ The text is")
    [task] = await ana.tasks()
    assert task.comments_count == 0
