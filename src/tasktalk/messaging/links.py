"""Senders who are nobody's yet: linked by the code they send us, else told how to, once a day at the most."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tasktalk.accounts.linking.codes import Answer, find_code, try_code, without_codes
from tasktalk.assistant.replies.speech import get_speech, phrase
from tasktalk.assistant.understand import understand
from tasktalk.assistant.understanding import Context
from tasktalk.crypto import Keyring
from tasktalk.db import Conn
from tasktalk.messaging.contacts import Contact
from tasktalk.messaging.strangers import guess_language
from tasktalk.whatsapp.payloads import Inbound

_TOLD_EVERY = timedelta(days=1)
_LONGEST = 200  # characters of a message that may bring a code

_HOW = phrase(
    "This number is not linked to anybody in Tasktalk yet. Sign in at {console}, choose _Account_, "
    "_Phones_, then _Link my phone_, and send me the code it shows: _link CODE_. If you have no account, "
    "ask the person who runs it."
)
_HOW_ANYWHERE = phrase(
    "This number is not linked to anybody in Tasktalk yet. Sign in to Tasktalk in a browser, choose _Account_, "
    "_Phones_, then _Link my phone_, and send me the code it shows: _link CODE_. If you have no account, "
    "ask the person who runs it."
)
_LINKED = phrase(
    "👋 Hello {name}, this phone is linked to you now. Tell me a task, like _buy milk tomorrow 5pm_; say _today_ to "
    "see your day, and _help_ for what else I can do."
)
_REFUSED: dict[Answer, str] = {
    "wrong": phrase(
        "This code does not work: each works once, within ten minutes. Make a new one in Tasktalk under _Account_ and "
        "send it to me."
    ),
    "wait": phrase(
        "Too many codes that do not work. Wait an hour, then make a new one in Tasktalk under _Account_ and send it to "
        "me."
    ),
}


@dataclass(frozen=True, slots=True)
class Welcome:
    """What a stranger hears, if anything; `note` is for the message log. `how`: they were told how to link."""

    note: str
    text: str = ""
    how: bool = False


async def welcome(
    conn: Conn, *, contact: Contact, message: Inbound, keyring: Keyring, console: str | None, now: datetime
) -> Welcome:
    """Answer a sender who is nobody's; `contact.viewer` is whose they are after a code. `console`: its address."""
    language = guess_language(contact.wa_id, without_codes(message.text))
    speech = get_speech(language)
    code = _read_code(message, language, now)
    if code is not None:
        tried = await try_code(conn, contact_id=contact.id, code=code, keyring=keyring, now=now)
        if tried.viewer is not None:
            contact.link(tried.viewer)
            return Welcome("linked by a code", get_speech(tried.viewer.language).say(_LINKED, name=tried.viewer.name))
        refused = _REFUSED.get(tried.answer)
        return Welcome("a code that does not count", speech.say(refused) if refused else "")
    last = contact.registration_answered_at
    if message.kind == "reaction" or (last is not None and now - last < _TOLD_EVERY):
        return Welcome("from a number that is not linked")
    contact.registration_answered_at = now
    how = speech.say(_HOW, console=console) if console else speech.say(_HOW_ANYWHERE)
    return Welcome("from a number that is not linked; told how to link", how, how=True)


def _read_code(message: Inbound, language: str, now: datetime) -> str | None:
    """A code by its looks, in whatever words; else what is sent as one in the words of `language`."""
    if message.kind != "text" or message.forwarded or len(message.text) > _LONGEST:
        return None
    code = find_code(message.text)
    if code is not None:
        return code
    understood = understand(message.text, Context(now=now, language=language)).intents
    if len(understood) == 1 and understood[0].intent == "link_account" and understood[0].query is not None:
        return understood[0].query.text
    return None
