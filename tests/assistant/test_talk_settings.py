"""Personal settings in words."""

import datetime as dt

import pytest
from talk import Talk

from tasktalk.assistant.personal import find_zone
from tasktalk.tasks.preferences.preferences import Preferences, get_preferences


async def settings(talk: Talk) -> Preferences:
    async with talk.pool.acquire() as conn:
        return await get_preferences(conn, viewer=talk.viewer)


async def test_a_new_zone_counts_at_once(ana: Talk) -> None:
    await ana.say("call Bo tomorrow 9am")
    reply = await ana.say("set my timezone to Tokyo")
    assert reply.text == "🌍 Your time zone is Asia/Tokyo: it is 19:00 there."
    [task] = await ana.tasks()
    assert task.due is not None
    assert task.due.datetime == dt.datetime.fromisoformat("2026-11-24T09:00+09:00")  # it goes where she goes
    reply = await ana.say("remind me to sleep at 11pm")
    assert "23:00" in reply.text
    assert (await ana.rings())[0] == ("sleep", dt.datetime.fromisoformat("2026-11-23T23:00+09:00"))


@pytest.mark.parametrize(
    ("said", "zone"),
    [
        ("Europe/Madrid", "Europe/Madrid"),
        ("europe/madrid", "Europe/Madrid"),
        ("New York", "America/New_York"),
        ("new york, usa", "America/New_York"),
        ("São Paulo", "America/Sao_Paulo"),
        ("buenos aires", "America/Argentina/Buenos_Aires"),
        ("UTC", "UTC"),
        ("Atlantis", None),
        ("", None),
    ],
)
def test_zones_by_name_and_city(said: str, zone: str | None) -> None:
    found = find_zone(said)
    assert found == zone or (zone == "America/Argentina/Buenos_Aires" and found == "America/Buenos_Aires")


async def test_a_zone_that_is_not_there_changes_nothing(ana: Talk) -> None:
    assert "no time zone “Atlantis”" in (await ana.say("set my timezone to Atlantis")).text
    assert (await settings(ana)).timezone == "Europe/Madrid"


async def test_stop_says_what_still_comes_and_start_ends_it(ana: Talk, ben: Talk) -> None:
    stopped = await ana.say("stop")
    assert "reminders of your tasks still come" in stopped.text
    assert "_start_" in stopped.text
    assert (await settings(ana)).muted
    assert not (await settings(ben)).muted
    assert "waits until" in (await ana.say("digest at 7:30")).text
    assert "again" in (await ana.say("start")).text
    assert not (await settings(ana)).muted
    await ana.say("turn off notifications")
    assert (await settings(ana)).muted


async def test_hours(ana: Talk) -> None:
    assert "comes at 07:30" in (await ana.say("digest at 7:30")).text
    assert "from 22:00 to 07:00" in (await ana.say("quiet hours 22:00 to 7:00")).text
    now = await settings(ana)
    assert (now.digest_time, now.quiet_hours) == (dt.time(7, 30), (dt.time(22), dt.time(7)))
    assert (await ana.say("quiet hours 22:00 to 22:00")).text.startswith("⚠️")
    assert (await settings(ana)).quiet_hours == (dt.time(22), dt.time(7))


async def test_a_language_is_kept(ana: Talk) -> None:
    assert "Deutsch" in (await ana.say("language: de")).text
    assert ana.viewer.language == "de"
    assert (await settings(ana)).language == "de"


async def test_what_cannot_be_done_by_chat_is_said_in_a_sentence(ana: Talk) -> None:
    await ana.say("buy milk")
    assert (await ana.say("forget me")).text.startswith("I cannot")
    assert await ana.titles() == ["buy milk"]


async def test_a_zone_goes_back_with_a_message_that_fails(ana: Talk, ben: Talk) -> None:
    """Ben may only look at Home: nothing of his message is done, and his dialogue is where it was."""
    await ana.say("paint the wall #Home")
    assert (await ben.say("set my timezone to Tokyo and done paint the wall")).text.startswith("⚠️")
    assert ben.viewer.timezone == "Europe/Madrid"
    assert (await settings(ben)).timezone == "Europe/Madrid"


async def test_what_follows_in_the_message_is_in_the_new_zone(ana: Talk) -> None:
    """It is 23:30 in Madrid and tomorrow in Tokyo."""
    ana.wait(hours=12, minutes=30)
    await ana.say("buy milk")
    await ana.say("set my timezone to Tokyo and snooze milk")
    [task] = await ana.tasks()
    assert task.due is not None
    assert task.due.date == dt.date(2026, 11, 25)


async def test_letters_and_a_budget_in_words_and_back(ana: Talk) -> None:
    assert (await ana.say("no more emails")).text == "✉️ No e-mails any more."
    assert not (await settings(ana)).by_email
    assert "At most 50 messages a month" in (await ana.say("at most 50 messages a month")).text
    assert (await settings(ana)).monthly_messages == 50
    assert "your settings" in (await ana.say("undo")).text
    assert (await settings(ana)).monthly_messages is None
    assert "by e-mail" in (await ana.say("notifications by email on")).text
    assert (await settings(ana)).by_email
    await ana.say("at most 1 message a month")
    assert "No limit" in (await ana.say("unlimited messages")).text
    assert (await settings(ana)).monthly_messages is None


async def test_an_export_goes_along_with_its_reply(ana: Talk, ben: Talk) -> None:
    assert (await ana.say("export")).text == "There is nothing to export yet."
    await ana.say("paint the wall #Home")
    await ana.say("buy milk")
    reply = await ana.say("export")
    assert reply.text.startswith("📄 All you have, open and done: 2 tasks.")
    [file] = reply.files
    assert file.path == "/api/export?format=csv"
    assert (await ben.say("export #Home as pdf")).text == "📄 #Home: 1 task."
