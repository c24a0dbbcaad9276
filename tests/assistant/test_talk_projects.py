"""Projects in words."""

import pytest
from talk import Talk

from tasktalk.assistant.reply import Reply
from tasktalk.tasks import get_project


def buttons(reply: Reply) -> list[str]:
    return [button.title for button in reply.buttons]


async def members(talk: Talk, name: str) -> dict[str, str]:
    async with talk.pool.acquire() as conn:
        project_id = await conn.fetchval("select id from projects where name = $1", name)
        project = await get_project(conn, viewer=talk.viewer, project_id=project_id)
    return {member.name: member.role for member in project.members}


async def test_rename_and_undo(ana: Talk) -> None:
    await ana.say("plant a tree #Garden")
    assert (await ana.say("rename project Garden to Yard")).text == "✏️ #Garden is called #Yard now."
    assert await ana.titles("#Yard") == ["plant a tree"]
    assert (await ana.say("undo")).text == "↩️ Undone: #Garden"
    assert await ana.titles("#Garden") == ["plant a tree"]


async def test_archive_and_delete_can_be_taken_back(ana: Talk) -> None:
    await ana.say("plant a tree #Garden")
    archived = await ana.say("archive project Garden")
    assert archived.text.startswith("📦 Archived #Garden")
    assert "#Garden" not in (await ana.say("projects")).text
    await ana.tap(archived, "Undo")
    deleted = await ana.tap(await ana.say("delete project Garden"), "Delete project")
    assert deleted.text.startswith("🗑️ Deleted #Garden with 1 open task. _undo_")
    assert await ana.titles() == []
    await ana.tap(deleted, "Undo")
    assert await ana.titles() == ["plant a tree"]


async def test_share_with_somebody_known(ana: Talk, ben: Talk) -> None:
    await ana.say("plant a tree #Garden")
    assert await ben.titles() == []
    shared = await ana.say("share Garden with Ben")
    assert shared.text == "👥 Ben can now see and change the tasks of #Garden, and will be told."
    assert await members(ana, "Garden") == {"Ana": "owner", "Ben": "editor"}
    assert await ben.titles() == ["plant a tree"]
    assert (await ana.say("share Garden with Ben")).text == "Ben was in #Garden already."


@pytest.mark.parametrize(
    "text", ["rename project Home to Mine", "archive project Home", "delete project Home", "share Home with Ana"]
)
async def test_who_may_only_look_changes_no_project(ana: Talk, ben: Talk, text: str) -> None:
    await ana.say("paint the wall #Home")
    reply = await ben.say(text)
    assert reply.text.startswith("⚠️") or reply.text == "Ana was in #Home already."
    assert await ana.titles("#Home") == ["paint the wall"]
    assert await members(ana, "Home") == {"Ana": "owner", "Ben": "viewer"}


async def test_a_project_of_others_is_not_there(ana: Talk, ben: Talk) -> None:
    await ana.say("plant a tree #Secret")
    for text in ("delete project Secret", "archive project Secret", "#Secret status", "share Secret with Ana"):
        assert (await ben.say(text)).text == "You have no project #Secret. Say _projects_ to see them."
    assert await ana.titles("#Secret") == ["plant a tree"]


async def test_how_a_project_stands(ana: Talk) -> None:
    for text in (
        "paint the wall today 9am #Home",
        "fix the roof friday 5pm #Home",
        "oil the door #Home",
        "sweep #Home",
        "buy milk",
    ):
        await ana.say(text)
    ana.wait(days=1)
    await ana.say("done sweep")
    standing = await ana.say("#Home status")
    assert (
        standing.text
        == "*#Home*\n3 open, 1 overdue, 1 done this week\n✔️ 1 done in all\n➡️ Next: fix the roof — Fri 27 Nov, 17:00"
    )
    assert buttons(standing) == ["Done", "Overdue", "All open"]
    assert "1. paint the wall" in (await ana.tap(standing, "Overdue")).text
    assert len((await ana.tap(standing, "All open")).rows) == 3
    await ana.tap(standing, "Done")
    assert "2 done this week" in (await ana.say("#Home status")).text
    assert "• #Home — 2 open, 1 overdue, 2 done this week" in (await ana.say("project status")).text


async def test_an_undone_completion_is_not_counted(ana: Talk) -> None:
    await ana.say("sweep #Home")
    await ana.say("done sweep")
    await ana.say("undo")
    assert "1 open, 0 done this week" in (await ana.say("#Home status")).text


async def test_only_existing_tasks_make_a_project_by_moving(ana: Talk, ben: Talk) -> None:
    await ana.say("buy milk")
    await ana.say("move milk to #Shop")
    assert await ana.titles("#Shop") == ["buy milk"]
    assert "Which task" in (await ben.say("move it to #Stable")).text
    assert "#Stable" not in (await ben.say("projects")).text


async def test_a_name_that_is_taken(ana: Talk) -> None:
    await ana.say("plant a tree #Garden")
    assert (await ana.say("rename project Garden to home")).text == "There is a project #home already."
    assert await ana.titles("#Garden") == ["plant a tree"]
    assert "called #garden now" in (await ana.say("rename project Garden to garden")).text
