"""Replies about a person's own settings."""

from collections.abc import Collection
from datetime import datetime

from tasktalk.accounts.users import LANGUAGES
from tasktalk.assistant.replies.speech import Speech
from tasktalk.tasks.preferences.preferences import Preferences


def settled(chosen: Preferences, named: Collection[str], now: datetime, speech: Speech) -> str:
    """The settings a person spoke of, as they are now; `now` is on their clock."""
    lines = []
    if "muted" in named:
        lines.append(_muted(speech) if chosen.muted else _unmuted(speech))
    if "timezone" in named:
        lines.append(
            speech.say("🌍 Your time zone is {zone}: it is {time} there.", zone=chosen.timezone, time=f"{now:%H:%M}")
        )
    if "language" in named:
        lines.append(speech.say("🗣️ Your language is {language}.", language=LANGUAGES[chosen.language]))
    if "digest_time" in named:
        lines += _digest(chosen, speech)
    if "quiet_hours" in named and chosen.quiet_hours is None:
        lines.append(speech.say("🌙 No quiet hours any more."))
    if "quiet_hours" in named and chosen.quiet_hours is not None:
        begin, end = (f"{hour:%H:%M}" for hour in chosen.quiet_hours)
        lines.append(
            speech.say(
                "🌙 Quiet from {begin} to {end}: only what you asked for yourself comes then.", begin=begin, end=end
            )
        )
    if "by_email" in named:
        lines.append(_by_email(speech) if chosen.by_email else speech.say("✉️ No e-mails any more."))
    if "monthly_messages" in named:
        lines.append(_budget(chosen.monthly_messages, speech))
    return "\n".join(lines)


def _digest(chosen: Preferences, speech: Speech) -> list[str]:
    if chosen.digest_time is None:
        return [speech.say("☀️ No daily digest any more.")]
    comes = speech.say("☀️ Your daily digest comes at {time}.", time=f"{chosen.digest_time:%H:%M}")
    return [comes, speech.say("You are muted, so it waits until you say _start_.")] if chosen.muted else [comes]


def _by_email(speech: Speech) -> str:
    return speech.say("✉️ What I cannot tell you here comes by e-mail, where this server sends any.")


def _budget(most: int | None, speech: Speech) -> str:
    if most is None:
        return speech.say("📨 No limit to my messages any more.")
    return speech.count(
        "📨 At most {number} message a month that you did not ask for. Answers and your reminders always come.",
        "📨 At most {number} messages a month that you did not ask for. Answers and your reminders always come.",
        most,
    )


def _muted(speech: Speech) -> str:
    return speech.say(
        "🔕 Muted: no word of what others do, and no digests. "
        "The reminders of your tasks still come. Say _start_ to hear everything again."
    )


def _unmuted(speech: Speech) -> str:
    return speech.say("🔔 You hear of what concerns you again. Say _stop_ to mute it.")
