"""A template's state in plain words: what it is in, why, and what to do."""

from datetime import datetime
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel.core import Locale, UnknownLocaleError

from tasktalk.assistant.replies.speech import Speech, phrase
from tasktalk.console.when import day_words
from tasktalk.messaging.templates.shown import ShownTemplate


class State(NamedTuple):
    """A short name with its tone, and what it means for who has to act."""

    name: str
    tone: str
    meaning: str


STATES = {
    "DRAFT": State(phrase("draft"), "", phrase("Only here so far. Submit it, and WhatsApp reviews it.")),
    "IN_REVIEW": State(
        phrase("waits for approval"), "busy", phrase("Another administrator approves it before it goes to WhatsApp.")
    ),
    "PENDING": State(
        phrase("in review"), "busy", phrase("WhatsApp reviews it: most often within minutes, a day at most.")
    ),
    "APPROVED": State(phrase("approved"), "good", phrase("WhatsApp takes it.")),
    "REJECTED": State(
        phrase("rejected"), "bad", phrase("WhatsApp does not take it. Change its words and submit it again.")
    ),
    "PAUSED": State(
        phrase("paused"),
        "warn",
        phrase(
            "WhatsApp paused it because people blocked or reported it. It comes back by itself; until then "
            "people outside the window are reached in other ways."
        ),
    ),
    "DISABLED": State(
        phrase("switched off"), "bad", phrase("WhatsApp switched it off for good. Word a new one, under a new name.")
    ),
    "LOCKED": State(phrase("locked"), "bad", phrase("WhatsApp locked it; its Manager tells more.")),
    "LIMIT_EXCEEDED": State(phrase("too many"), "bad", phrase("The account has as many templates as WhatsApp allows.")),
    "IN_APPEAL": State(phrase("in appeal"), "warn", phrase("WhatsApp looks at it again.")),
    "PENDING_DELETION": State(phrase("being deleted"), "", phrase("WhatsApp is deleting it.")),
    "DELETED": State(
        phrase("deleted"), "bad", phrase("WhatsApp has it no more. “Submit the pack” brings one of the pack back.")
    ),
}
PURPOSES = {
    "reminder": phrase("Reminder"),
    "digest": phrase("Daily digest"),
    "assigned": phrase("Task given"),
    "invitation": phrase("Invitation to a project"),
    "comment": phrase("New comment"),
    "update": phrase("News of shared tasks"),
    "login_code": phrase("Sign-in code"),
}
CATEGORIES = {
    "UTILITY": phrase("Utility"),
    "MARKETING": phrase("Marketing"),
    "AUTHENTICATION": phrase("Authentication"),
}
QUALITIES = {
    "GREEN": (phrase("good"), "good"),
    "YELLOW": (phrase("medium"), "warn"),
    "RED": (phrase("low"), "bad"),
    "UNKNOWN": (phrase("not rated yet"), ""),
}
# What a tap on a quick reply does, by the action's name.
ACTIONS = {
    "done": phrase("completes the task"),
    "later": phrase("comes back in an hour"),
    "due": phrase("moves it to tomorrow"),
    "list": phrase("opens the list"),
    "accept": phrase("accepts the task"),
    "decline": phrase("declines it"),
    "show": phrase("shows the task"),
}
_EXPECTED = frozenset({"DRAFT", "IN_REVIEW", "PENDING", "APPROVED"})
REASONS = {
    "ABUSIVE_CONTENT": phrase("its words offend"),
    "INCORRECT_CATEGORY": phrase("its category does not fit its words"),
    "INVALID_FORMAT": phrase("its places or its form are not right"),
    "PROMOTIONAL": phrase("it promotes something"),
    "SCAM": phrase("it reads like fraud"),
    "TAG_CONTENT_MISMATCH": phrase("its language or category does not fit its words"),
}


def state_of(status: str) -> State:
    """Of one of our states or Meta's; a new one of Meta's is called as Meta does."""
    return STATES.get(status) or State(status.replace("_", " ").lower(), "", "")


@cache
def language_words(code: str, language: str) -> str:
    """`pt_BR` as `Portuguese (Brazil)`, in a language of ours."""
    try:
        name = Locale.parse(code).get_display_name(language)
    except (ValueError, UnknownLocaleError):
        return code
    return name[:1].upper() + name[1:] if name else code


def tell_state(
    each: ShownTemplate, speech: Speech, now: datetime, zone: ZoneInfo, *, brief: bool = False
) -> list[tuple[str, str]]:
    """What is to be known of it, each with its tone; `brief`: what is not as it should be alone."""
    state = state_of(each.status)
    meaning = speech.say(state.meaning)
    if each.status == "DRAFT" and each.meta_id is not None:
        meaning = speech.say("Changed here since WhatsApp saw it. Submit it, and WhatsApp reviews the new words.")
    told = [(state.tone, meaning)] if meaning and not (brief and each.status in _EXPECTED) else []
    if each.reason:
        why = speech.say(REASONS[each.reason]) if each.reason in REASONS else each.reason
        told.append(("bad", speech.say("The reason: {why}.", why=why)))
    if each.drifted:
        told += _tell_drift(each, speech, now, zone)
    if each.quality == "RED":
        told.append(("bad", speech.say("People block or report it. If that goes on, WhatsApp pauses it.")))
    if each.purpose is None and not brief:
        told.append(("", speech.say("It has no purpose, so Tasktalk never sends it.")))
    return told


def _tell_drift(each: ShownTemplate, speech: Speech, now: datetime, zone: ZoneInfo) -> list[tuple[str, str]]:
    def named(category: str) -> str:
        return speech.say(CATEGORIES.get(category, category))

    told = []
    if each.category is not None and each.category != each.wanted_category:
        words = {"category": named(each.category), "wanted": named(each.wanted_category)}
        told.append(("warn", speech.say("WhatsApp counts it as {category}; we asked for {wanted}.", **words)))
    if each.next_category is not None and each.next_category != each.wanted_category:
        on = each.next_category_at
        day = day_words(on.astimezone(zone).date(), now.astimezone(zone).date(), speech) if on else ""
        words = {"category": named(each.next_category), "day": day}
        told.append(
            ("warn", speech.say("From {day} WhatsApp counts it as {category}.", **words))
            if day
            else ("warn", speech.say("WhatsApp will count it as {category}.", **words))
        )
    if "MARKETING" in {each.category, each.next_category}:
        told.append(
            ("bad", speech.say("Marketing is not sent, for nobody agreed to it. Word it plainly under a new name."))
        )
    return told
