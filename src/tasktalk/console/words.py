"""The console's words in the language of who looks: the sentences of the replies, and its own in catalogues/."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from babel.core import negotiate_locale
from fastapi import Request
from markupsafe import Markup, escape

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.users import LANGUAGES
from tasktalk.assistant.replies.speech import SOURCE, Speech, get_speech

CATALOGUES = Path(__file__).parent / "catalogues"


def speech_of(language: str) -> Speech:
    """How the console speaks one of our languages."""
    return get_speech(language, CATALOGUES)


def choose_language(request: Request) -> str:
    """That of who is signed in; what a visitor who is not wants by their browser, of what we speak."""
    viewer: Viewer | None = getattr(request.state, "viewer", None)
    if viewer is not None:
        return viewer.language
    header = request.headers.get("accept-language", "")
    wanted = [part.partition(";")[0].strip() for part in header.split(",")]  # browsers send the dearest first
    chosen: str | None = negotiate_locale([each for each in wanted if each], list(LANGUAGES), sep="-")
    return chosen or SOURCE


@cache
def template_words(language: str) -> dict[str, Callable[..., Markup]]:
    """`say` and `count` for templates: the sentence is escaped, and so is each value unless it is Markup."""
    speech = speech_of(language)

    def say(english: str, **values: object) -> Markup:
        sentence = escape(speech.say(english))
        return sentence.format(**values) if values else sentence

    def count(singular: str, plural: str, number: int, **values: object) -> Markup:
        return escape(speech.words.ngettext(singular, plural, number)).format(number=number, **values)

    return {"say": say, "count": count}
