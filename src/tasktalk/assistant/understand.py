"""Reads a message: exact commands first, then lists, questions and changes, and last the task that it may simply be."""

import re

from msgspec import structs

from tasktalk import metrics
from tasktalk.assistant.grammar.answers import Choice, Correction, read_choice, read_correction, read_task
from tasktalk.assistant.grammar.begun import is_begun
from tasktalk.assistant.grammar.capture import capture
from tasktalk.assistant.grammar.changes import read_answer
from tasktalk.assistant.grammar.engine import Engine, get_engine
from tasktalk.assistant.grammar.languages import choose_languages
from tasktalk.assistant.grammar.lexicon import list_languages
from tasktalk.assistant.grammar.messages import MAX_LENGTH, read_message
from tasktalk.assistant.grammar.orders import LIKELY
from tasktalk.assistant.grammar.phrasebook import Phrasebook, get_phrasebook
from tasktalk.assistant.grammar.refusing import is_negated
from tasktalk.assistant.grammar.spoken import split_spoken
from tasktalk.assistant.grammar.titles import blank_formatting, bullet_length
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.grammar.typos import mend_first, mend_words, names_nothing, read_mended, says_more
from tasktalk.assistant.understanding import Context, Intent, Understanding

DEFAULT_LANGUAGE = "en"
# A line drawn across the message, a page of empty lines: it says nothing, and patterns would walk it again and again.
_ORNAMENT = re.compile(r"[\W_]{80,}")
_ORNAMENT_KEPT = 3
_PERHAPS_MISTYPED = frozenset({"create_task", "unknown"})


@metrics.UNDERSTAND_SECONDS.time()
def understand(text: str, context: Context) -> Understanding:
    """What `text` means to the person of `context`. Pure; takes any text; never raises."""
    said, text = text, _ORNAMENT.sub(_shorten, text.strip()) if _ORNAMENT.search(text) else text
    engine, book = _open(text, context)
    intents = read_message(text, context, engine, book)
    if len(intents) == 1 and (intents[0].intent in _PERHAPS_MISTYPED or names_nothing(intents[0], context, book)):
        intents = [_mended(intents[0], text, context, engine, book)]
    if len(intents) == 1 and is_negated(intents[0], text, book):
        intents = [Intent(intent="cancel", confidence=LIKELY, action="keep")]
    if len(intents) == 1 and intents[0].intent == "unknown" and len(text) <= MAX_LENGTH:
        intents = [_with_times(intents[0], text, context, engine, book)]
    if text != said:  # places in it are none of the message's
        intents = [structs.replace(intent, spans=()) for intent in intents]
    return Understanding(language=book.language, intents=tuple(intents))


def _shorten(ornament: re.Match[str]) -> str:
    """The first signs of an ornament, and a new line where it has one."""
    signs = ornament.group()
    return signs[:_ORNAMENT_KEPT].rstrip("\n") + ("\n" if "\n" in signs else " ")


def _mended(intent: Intent, text: str, context: Context, engine: Engine, book: Phrasebook) -> Intent:
    """What it says with a slip in its first word, or in those that ask, put right, where that says more."""
    for mended in mend_first(text, intent, book) if intent.intent in _PERHAPS_MISTYPED else ():
        again = read_message(mended.text, context, engine, book)
        if len(again) == 1 and (read := read_mended(again[0], intent, mended, context, book)):
            return read
    words = mend_words(text, intent, context, book)
    again = read_message(words, context, engine, book) if words else []
    if len(again) != 1 or not says_more(again[0], intent, context, book):
        return intent
    return structs.replace(again[0], spans=())  # places in it are none of the message's


def _with_times(unknown: Intent, text: str, context: Context, engine: Engine, book: Phrasebook) -> Intent:
    """What is none of ours keeps the times it names, so that it can be made a task after all."""
    said = capture(text, context, engine, book).draft
    if fold(said.title or "") in book.whoever:  # "I'm at 10": where, not when
        return unknown
    return structs.replace(
        unknown,
        due=said.due,
        start=said.start,
        deadline=said.deadline,
        end=said.end,
        duration_minutes=said.duration_minutes,
        recurrence=said.recurrence,
    )


def understand_answer(text: str, context: Context) -> Intent | None:
    """What `text` changes when it answers a task's message and is only a time or a mark; None when it is more."""
    return read_answer(text, context, *_open(text, context))


def breaks_off(text: str, context: Context) -> bool:
    """Whether what the person writes next belongs to `text`, which is not all of what they mean to say."""
    return is_begun(text, _open(text, context)[1])


def tell_apart(text: str, context: Context) -> list[str]:
    """The things that somebody speaks of in one breath, each as they said it; one, if it is one."""
    return split_spoken(text, _open(text, context)[1])


def understand_choice(text: str, context: Context) -> Choice:
    """What `text` may say in answer to a question of ours."""
    return read_choice(text, _open(text, context)[1])


def understand_correction(text: str, context: Context) -> Correction | None:
    """What `text` puts right about the task that was just spoken of; None when it does not read like that."""
    engine, book = _open(text, context)
    own = get_phrasebook(_own_language(context))  # a title that is quoted in it may be of another language
    return read_correction(text, context, engine, book) or (
        read_correction(text, context, engine, own) if own is not book else None
    )


def understand_task(text: str, context: Context) -> Intent:
    """The task that `text` is when it is to be one whatever it reads like."""
    return read_task(text, context, *_open(text, context))


def speaks_of_several(text: str, context: Context) -> bool:
    """Whether `text` speaks of several things by a word like "them"."""
    return _open(text, context)[1].answers.several.search(fold(text)) is not None


def speaks_of_all(text: str, context: Context, count: int) -> bool:
    """Whether `text` speaks of all `count` things by a word like "them" or "all"; "both", "all three" tell how many."""
    book, folded = _open(text, context)[1], fold(text)
    if told := book.answers.counted.search(folded):
        return next((book.number_words[word] for word in told.group().split() if word in book.number_words), 2) == count
    return book.answers.several.search(folded) is not None or book.answers.every.search(folded) is not None


def tells_how_many(text: str, context: Context) -> bool:
    """Whether `text` says "both" or "all three", which in some languages holds a number of the list."""
    return _open(text, context)[1].answers.counted.search(fold(text)) is not None


def understand_answer_for_all(text: str, context: Context) -> Intent | None:
    """What `text` changes when beside "all" or "both" it is only a time or a mark: "both on friday"."""
    engine, book = _open(text, context)
    said = book.answers.every.search(fold(text))
    rest = f"{text[: said.start()]} {text[said.end() :]}".strip(" ,;:") if said else ""
    return read_answer(rest, context, engine, book) if rest else None


def asks_reminder(text: str, context: Context) -> bool:
    """Whether a line of `text` asks to be reminded of what it says."""
    if len(text) > MAX_LENGTH:
        return False
    engine, book = _open(text, context)
    return any(
        capture(line, context, engine, book, begin=bullet_length(line)).reminded
        for line in text.splitlines()
        if book.may_remind.search(fold(blank_formatting(line)))
    )


def _open(text: str, context: Context) -> tuple[Engine, Phrasebook]:
    languages = choose_languages(text, _own_language(context), context.people)
    return get_engine(languages), get_phrasebook(languages[0])


def _own_language(context: Context) -> str:
    return context.language if context.language in list_languages() else DEFAULT_LANGUAGE
