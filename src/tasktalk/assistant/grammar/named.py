"""Questions about a thing by its name: "when is the dentist", "is there anything about taxes", "what's in Kitchen"."""

import re
from collections.abc import Sequence
from functools import cache

from tasktalk.assistant.grammar.engine import Engine
from tasktalk.assistant.grammar.lexicon import get_source
from tasktalk.assistant.grammar.lookback import find_past_days
from tasktalk.assistant.grammar.orders import LIKELY, Order, reads
from tasktalk.assistant.grammar.phrasebook import Phrasebook
from tasktalk.assistant.grammar.queries import SEARCH, as_name, between, find_when
from tasktalk.assistant.grammar.resolve import local_now
from tasktalk.assistant.grammar.scope import get_model
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.understanding import ME, Context, Intent, Query

_BARE = 3  # words that name something without a question around them
_MOST_WORDS = 5  # of a name: what is longer is a sentence that was not understood
# How surely it must be for others, by the model: with words of one's own list, without, with words of their business.
_ALMOST, _OTHER, _STRANGE = 0.9, 0.75, 0.5
_STEM = 4  # letters that a verb keeps in all its forms
_WORD = re.compile(r"[^\W_]+(?:[.&][^\W_]+)*")
_LETTERS = re.compile(r"[^\W\d_]+")
_ASKING = ("show", "things", "my", "please")  # the macros whose words name nothing


@cache
def list_small_words(language: str) -> frozenset[str]:
    """The words of a question that name no thing: "what", "is", "the", "tasks"."""
    source = get_source(language)
    slots, questions = source["slots"], source["questions"]
    said = [*questions["begin"], *questions["small"], *(source["macros"][name] for name in _ASKING)]
    said += [*slots["list_words"], *slots["pronouns"], *slots["all_words"], *slots["articles"], *slots["project_words"]]
    plain = (re.sub(r"\\.|\[.*?\]", " ", text) if "(?" in text or "\\" in text else text for text in said)
    return frozenset(word for text in plain for word in _LETTERS.findall(fold(text)))


@cache
def _list_stems(language: str) -> frozenset[str]:
    """How the verbs begin that tasks are said with."""
    verbs = (word for text in get_source(language)["questions"]["task_verbs"] for word in _LETTERS.findall(fold(text)))
    return frozenset(verb[:_STEM] for verb in verbs if len(verb) >= _STEM)


def find_name(words: str, context: Context, engine: Engine, book: Phrasebook) -> str | None:
    """What is asked for in `words`, without its times and small words; None where they name nothing, or too much.

    Of a thing to do ("pay the rent") the verb is left out where open tasks are called by the rest alone.
    """
    small = list_small_words(book.language)
    for node in engine.read(words, local_now(context), []):
        if "WHEN" in node.senses:
            words = words[: node.start] + " " * (node.end - node.start) + words[node.end :]
    names = [_unglue(word, book.language) for word in _WORD.findall(words) if fold(word) not in small]
    names = [name for name in names if len(name) > 1 or name.isdigit()]
    if not 0 < len(names) <= _MOST_WORDS or all(name.isdigit() for name in names):
        return None
    things = [name for name in names if not _is_verb(fold(name), book.language)]
    if (
        things
        and things != names
        and not names_open(names, context.open_titles)
        and names_open(things, context.open_titles)
    ):
        names = things
    return " ".join(names)


def _unglue(word: str, language: str) -> str:
    """Without what a language writes onto a name: "Einkaufsliste", "boodschappenlijst"."""
    for kind in get_source(language)["questions"].get("glued", ()):
        name = word[: -len(kind)].removesuffix("-")
        if fold(word).endswith(kind) and len(name) >= _STEM:
            return name
    return word


def _is_verb(word: str, language: str) -> bool:
    return word[:_STEM] in _list_stems(language) or word.removeprefix("ge")[:_STEM] in _list_stems(language)


def names_open(names: Sequence[str], titles: Sequence[str]) -> bool:
    """Whether an open task has all these words in its title."""
    folded = [fold(name) for name in names]
    return any(all(name in title for name in folded) for title in map(fold, titles))


def ask_for(name: str, confidence: float = LIKELY) -> Intent:
    """The tasks that have these words."""
    return Intent(intent="list_tasks", confidence=confidence, query=Query(filter=f"{SEARCH}{as_name(name)}"))


@reads("ask_thing")
def _ask(order: Order) -> Intent | None:
    """Read "what time is the dentist", unless it is rather of the world than of one's own tasks."""
    folded, book = fold(order.text), order.book
    others = _ALMOST if book.own.search(folded) else _STRANGE if book.foreign.search(folded) else _OTHER
    name = _find_name(order, others)
    return ask_for(name) if name else None


@reads("ask_about")
def _ask_about(order: Order) -> Intent | None:
    """Read "is there anything about taxes"."""
    name = _find_name(order, _ALMOST)
    return ask_for(name) if name else None


@reads("ask_done")
def _ask_done(order: Order) -> Intent | None:
    """Read "did I finish the report?" as the wish to see it, as "is the report done?" is."""
    if find_when(order["thing"] or "", order.context, order.engine):
        return None  # what was or is on a day
    name = _find_name(order, _ALMOST)
    return Intent(intent="search", confidence=LIKELY, action="show", query=Query(text=name)) if name else None


def _find_name(order: Order, others: float) -> str | None:
    """What it asks for; None where the model is so sure, `others`, that it asks others."""
    words = order["thing"] or ""
    name = find_name(words, order.context, order.engine, order.book)
    if name is None or names_open(name.split(), order.context.open_titles):
        return name
    return None if get_model(order.book.language).judge(fold(order.text))["other"] >= others else name


@reads("ask_known")
def _ask_known(order: Order) -> Intent | None:
    """Read "who is doing the flour", where a task of such a name is open."""
    name = find_name(order["thing"] or "", order.context, order.engine, order.book)
    return ask_for(name) if name and names_open(name.split(), order.context.open_titles) else None


@reads("ask_bare")
def _ask_bare(order: Order) -> Intent | None:
    """Read "dentist?", where a task of such a name is open."""
    words = order["thing"] or ""
    return _ask_known(order) if len(words.split()) <= _BARE and not order.book.question.match(fold(words)) else None


@reads("mine")
def _list_mine(_order: Order) -> Intent:
    """Read "what is assigned to me"."""
    return Intent(intent="list_tasks", confidence=LIKELY, query=Query(filter=f"assigned to: {ME}"))


@reads("added_when")
def _list_added(order: Order) -> Intent | None:
    """Read "what did I add today"."""
    days = find_past_days(order["when"] or "", order.context, order.engine, order.book.language)
    if days is None:
        return None
    first, last = days
    filter_ = f"created: {first.isoformat()}" if first == last else between(first, last, "created")
    return Intent(intent="list_tasks", confidence=LIKELY, query=Query(filter=filter_))


@reads("place_known")
def _list_place(order: Order) -> Intent | None:
    """Read "what's in Kitchen", where there is such a project."""
    project = find_project(order["project"] or "", order.context, order.book)
    return list_project(project) if project else None


def list_project(project: str) -> Intent:
    """What is open in it."""
    return Intent(intent="list_tasks", confidence=LIKELY, query=Query(filter=f"#{as_name(project)}"))


def find_project(words: str, context: Context, book: Phrasebook) -> str | None:
    """The known project that is the whole of `words`, with or without its article."""
    said = fold(words).strip(" #\"'“”?.!:")
    bare = book.article.match(said)
    names = {said, said[bare.end() :] if bare else said}
    return next((project for project in context.projects if fold(project) in names), None)
