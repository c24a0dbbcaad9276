"""What nobody asked for at that moment: a reminder rings, somebody is given a task, and says yes."""

from datetime import UTC, datetime, timedelta

from process_kit import Phone, post, text_of, titles_of
from product_kit import until


async def test_a_reminder_rings_to_the_second_and_its_buttons_work(someone: Phone) -> None:
    await someone.ask("call the plumber")
    (task,) = await someone.tasks()
    token = someone.up.person(someone.name)["api_token"]
    at = datetime.now(UTC) + timedelta(seconds=5)  # still to come when it is set, on a machine that is busy
    body = {"task_id": task["id"], "at": {"datetime": at.isoformat()}}
    reminder = await post(someone.session, someone.up, "/api/reminders", body, token=token)
    assert datetime.fromisoformat(reminder["next_at"]) == at.replace(microsecond=0)

    rang = await someone.hear()
    assert "call the plumber" in text_of(rang)
    late = (datetime.fromtimestamp(int(rang["timestamp"]), UTC) - at).total_seconds()
    assert -1 < late < 5  # a phone counts whole seconds, and this machine may be busy
    assert "In 1 hour" in titles_of(rang)
    done = await someone.tap(rang, "Done")
    assert "Done" in text_of(done)
    assert [each["status"] for each in await someone.tasks()] == ["done"]
    notified = await someone.api("/api/notifications")
    assert [(each["event"], each["state"]) for each in notified["items"]] == [("reminder", "sent")]


async def test_a_task_that_is_given_away_is_told_accepted_and_told_back(ana: Phone, ben: Phone) -> None:
    await ben.ask("hello")  # who has not written for 24 hours cannot be written to
    given = await ana.ask("paint the fence #Home +Ben")
    assert "Ben will be told" in text_of(given)
    heard = await ben.hear()
    assert "Ana gave you *paint the fence*" in text_of(heard)
    assert {"Accept", "Decline"} <= set(titles_of(heard))
    await ben.tap(heard, "Accept")
    back = await ana.hear()
    assert "Ben accepted" in text_of(back)

    async def painted() -> bool:
        return any(task["title"] == "paint the fence" for task in await ben.tasks())

    assert await until(painted)
    (task,) = [task for task in await ana.tasks() if task["title"] == "paint the fence"]
    headers = {"Authorization": f"Bearer {ana.up.person('Ana')['api_token']}"}
    async with ana.session.delete(f"{ana.up.facts['web']}/api/tasks/{task['id']}", headers=headers) as answer:
        assert answer.status < 300  # others count what these two have
