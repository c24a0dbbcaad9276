"""A letter: what would have been a chat message, as plain text with a subject."""

import re

from tasktalk.assistant.replies.speech import Speech
from tasktalk.messaging.letters.letters import Way
from tasktalk.whatsapp.graphemes import shorten

MAX_SUBJECT = 120

# Bold and italics, as WhatsApp reads them.
_MARKED = re.compile(r"(?<![\w*_])([*_])(?=\S)([^*_\n]+)(?<=\S)\1(?![\w*_])")
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def write_letter(text: str, *, speech: Speech, way: Way, public_url: str) -> tuple[str, str]:
    """Subject and body; `text` has WhatsApp's marks. Nothing of it can end a line of the subject."""
    plain = to_plain(text)
    subject = to_line(plain.partition("\n")[0])
    if way == "apprise":
        return subject, plain
    said = speech.say(
        "WhatsApp could not be used for this, so it comes by e-mail. Write to me there, and it works again."
    )
    foot = [said, public_url] if public_url else [said]
    return subject, "\n".join([plain, "", "-- ", *foot])


def to_plain(text: str) -> str:
    """Without marks, and without what no letter may hold."""
    return _MARKED.sub(r"\2", _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))).strip()


def to_line(text: str) -> str:
    """One line, short enough for a subject, without what no letter may hold."""
    return shorten(" ".join(_UNSEEN.sub("", text).split()), MAX_SUBJECT) or "Tasktalk"
