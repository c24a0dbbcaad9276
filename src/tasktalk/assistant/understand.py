"""Reads a message: exact commands first, then lists, questions and changes, and last the task that it may simply be."""

from tasktalk.assistant.grammar.engine import get_engine
from tasktalk.assistant.grammar.languages import choose_languages
from tasktalk.assistant.grammar.lexicon import list_languages
from tasktalk.assistant.grammar.messages import read_message
from tasktalk.assistant.grammar.phrasebook import get_phrasebook
from tasktalk.assistant.understanding import Context, Understanding

DEFAULT_LANGUAGE = "en"


def understand(text: str, context: Context) -> Understanding:
    """What `text` means to the person of `context`. Pure; takes any text; never raises."""
    own = context.language if context.language in list_languages() else DEFAULT_LANGUAGE
    languages = choose_languages(text, own, context.people)
    engine, book = get_engine(languages), get_phrasebook(languages[0])
    return Understanding(language=languages[0], intents=tuple(read_message(text, context, engine, book)))
