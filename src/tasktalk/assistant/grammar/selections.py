"""Orders about all tasks of a kind: "postpone everything due today to tomorrow", "delete all tasks in Kitchen".

The words that tell which tasks ("everything due today") are a filter when nothing in them is left over; the rest of the
message is an order about all, in the words of any other order.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any

from msgspec import UNSET, structs

from tasktalk.assistant.grammar.engine import Engine
from tasktalk.assistant.grammar.lexicon import get_source
from tasktalk.assistant.grammar.orders import LIKELY
from tasktalk.assistant.grammar.phrasebook import Phrasebook
from tasktalk.assistant.grammar.queries import as_name, find_when, list_days, list_marked, name_days
from tasktalk.assistant.grammar.quickadd import find_marks
from tasktalk.assistant.grammar.resolve import local_now
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.understanding import Context, Intent, Query, Span

Read = Callable[[str, Context, Engine, Phrasebook], Intent | None]

_LONGEST = 24  # words of a message that may hold one
_CHANGES = frozenset(
    {"complete_task", "update_task", "reschedule_task", "assign_task", "delete_task", "snooze", "remind"}
)
# What is called a list and is a day: that is read as a day anywhere is.
_DAYS = frozenset({"today", "tomorrow", "this week", "7 days"})
_LIST = re.compile("list|lijst")  # a calendar may be a thing that one throws away
_WORD = re.compile(r"[^\s,.;:!?\0]+")
_POSSESSIVE = re.compile(r"(?<=\w)'s(?!\w)")


@dataclass(frozen=True, slots=True)
class _Signs:
    """What the data of a language says of it, compiled; all of it folded.

    `opens` is where the words begin, `all` those of them that mean all; `leads` do not end them, `ends` and `things`
    may, `phrases` are leads of several words. `tells`: behind an all-word they always tell which.
    """

    word: str
    all: re.Pattern[str]
    opens: re.Pattern[str]
    own: re.Pattern[str]
    things: re.Pattern[str]
    leads: frozenset[str]
    ends: frozenset[str]
    tells: frozenset[str]
    whole: re.Pattern[str]
    clears: re.Pattern[str]
    off: re.Pattern[str]
    excepts: re.Pattern[str]
    phrases: re.Pattern[str]
    lists: tuple[tuple[re.Pattern[str], str], ...]
    days: tuple[tuple[re.Pattern[str], str], ...]


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The filter that some words are, None for all there is ("everything on my list"), and how it was said.

    `plain`: only by a day, so that it may as well say when ("all today"). `is_all`: with a word for all.
    """

    filter: str | None
    plain: bool = False
    is_all: bool = True


def read_selection(text: str, context: Context, engine: Engine, book: Phrasebook, read: Read) -> Intent | None:
    """The order about all tasks of a kind that the whole message is; `read` reads one about all."""
    folded, signs = fold(text), _signs(book.language)
    words = list(_WORD.finditer(folded))
    told = any(found.search(folded) for found in (signs.all, signs.things, signs.whole))
    if len(words) > _LONGEST or not told:
        return None
    second: Intent | None = None
    names = {fold(name.split()[0]) for name in (*context.people, *context.projects) if name.split()}
    for begin, end in _list_places(folded, words, signs, names):
        chosen = _read_filter(text[begin:end], context, engine, book)
        if chosen is None or (
            chosen.filter is None and not _means_all(text[:begin], text[begin:end], chosen, context, book)
        ):
            continue
        intent = read(text[:begin] + signs.word + text[end:], context, engine, book)
        if intent is None or not _fits(intent, chosen):
            continue
        query = Query(filter=chosen.filter) if chosen.filter else None
        spans = _moved(intent.spans, begin, end - begin - len(signs.word))
        intent = structs.replace(_away(intent, chosen, context), query=query, spans=spans)
        if intent.intent != "snooze" or intent.due or intent.duration_minutes:
            return intent
        second = second or intent  # "postpone everything due today": unless what comes next says until when
    return None if second and _says_until(read(text, context, engine, book), text, context, book) else second


def _means_all(before: str, place: str, chosen: _Chosen, context: Context, book: Phrasebook) -> bool:
    """Whether all there is is meant: by a word for all, or by an order to clear the list, which is no task's name."""
    signs, verb = _signs(book.language), fold(before)[book.skip_polite(fold(before)) :].strip()
    if chosen.is_all:
        return not book.asks_capture(verb)  # "put all on my list"
    *_, bare = fold(place).split()
    if signs.clears.fullmatch(verb) is None or signs.off.match(fold(place)) or not _LIST.search(bare):
        return False
    return not any(bare in title for title in map(fold, context.open_titles))


def _moved(spans: Sequence[Span], begin: int, by: int) -> tuple[Span, ...]:
    """The spans with those behind `begin` where they stand in the message."""
    return tuple(
        structs.replace(span, start=span.start + by, end=span.end + by) if span.start >= begin else span
        for span in spans
    )


def _says_until(intent: Intent | None, text: str, context: Context, book: Phrasebook) -> bool:
    """Whether the time says until when: "verschiebe alles bis Freitag", unlike "postpone everything due today"."""
    due = intent.due if intent and intent.target and intent.target.all and intent.end is None else None
    return due is not None and due.on != local_now(context).date() and not _tells_which(text, book)


def is_loose(intent: Intent, text: str, context: Context, book: Phrasebook) -> bool:
    """Whether a change would be of all, or of a task called so, though it speaks of a kind that was not understood."""
    target, signs = intent.target, _signs(book.language)
    if intent.intent not in _CHANGES or target is None or intent.query is not None:
        return False
    if target.text:
        begin = signs.all.match(fold(target.text))
        rest = fold(target.text)[begin.end() :].split() if begin else []
        while rest and signs.own.match(rest[0]):
            del rest[0]
        if not rest or fold(target.text) in map(fold, context.open_titles):
            return False
        # "everything on my calendar" is all there is
        own = signs.things.search(" ".join(rest)) is None and book.own.search(" ".join(rest))
        return not own and (rest[0] in signs.leads or signs.things.search(" ".join(rest)) is not None)
    return target.all and _tells_which(text, book) and not signs.whole.search(fold(text))


def _tells_which(text: str, book: Phrasebook) -> bool:
    """Whether words come behind the all-word that always tell which."""
    places = (re.search(rf"(?<!\w){re.escape(word)}(?!\w)", fold(text)) for word in book.slots["all_words"])
    said = max((found for found in places if found), key=lambda each: len(each.group()), default=None)
    after = fold(text)[said.end() :].split() if said else []
    return len(after) > 1 and after[0] in _signs(book.language).tells


def leaves_out(intent: Intent, text: str, book: Phrasebook) -> bool:
    """Whether it is to change all but some ("delete everything but taxes"), which no filter says."""
    target, signs = intent.target, _signs(book.language)
    if intent.intent not in _CHANGES or target is None or not (target.all or target.text):
        return False
    begins = target.all or signs.all.match(fold(target.text or "")) is not None
    found = signs.all.search(fold(text)) if begins else None
    return found is not None and signs.excepts.search(fold(text), found.end()) is not None


def _fits(intent: Intent, chosen: _Chosen) -> bool:
    """Whether it is a change of all; "finish everything today" is rather something to do."""
    if intent.intent not in _CHANGES or intent.target is None or not intent.target.all or intent.query is not None:
        return False
    if not (chosen.filter or chosen.is_all) and intent.intent != "delete_task":  # "finish my list"
        return False
    if intent.start is not None:  # "… from today": which, rather than since when
        return False
    return not (chosen.plain and intent.intent == "complete_task" and intent.confidence <= LIKELY)


def _away(intent: Intent, chosen: _Chosen, context: Context) -> Intent:
    """On a friday, "move today's tasks to friday" means the next one."""
    due, others = intent.due, intent.alternatives
    today = local_now(context).date()
    if chosen.filter != "today" or due is None or due.on != today or others is UNSET or not others:
        return intent
    return structs.replace(intent, due=others[0], alternatives=UNSET)


def _list_places(folded: str, words: list[re.Match[str]], signs: _Signs, names: set[str]) -> Iterator[tuple[int, int]]:
    """Where such words may stand, from the first word that may open them, the longest choice first."""
    for at, word in enumerate(words):
        if not signs.opens.match(folded, word.start()) and _POSSESSIVE.sub("", word.group()) not in names:
            continue
        for last in reversed(words[at:]):
            if last.group() not in signs.leads or last.group() in signs.ends:
                yield word.start(), last.end()


def _read_filter(words: str, context: Context, engine: Engine, book: Phrasebook) -> _Chosen | None:
    """The filter that all of `words` make up: they say "all", or speak of tasks, and which; None for anything else."""
    folded, signs = fold(words), _signs(book.language)
    is_all, has_things = signs.all.match(folded) is not None, signs.things.search(folded) is not None
    whole = signs.whole.search(folded)
    before = signs.things.sub("", signs.all.sub("", folded[: whole.start()])) if whole else ""
    if whole and whole.end() == len(folded) and not before.strip():
        return _Chosen(None, is_all=is_all)
    if not (is_all or (has_things and not signs.all.search(folded))):
        return None
    parts = list_marked(words, context)
    for mark in find_marks(words, context):
        folded = _blank(folded, mark.start, mark.end)
    folded = _POSSESSIVE.sub(
        "  ", signs.phrases.sub(_spaces, signs.things.sub(_gap, signs.all.sub(_spaces, folded, count=1)))
    )
    folded, listed = _take_list_words(folded, signs.lists)
    days = find_when(folded, context, engine)
    if days is not None:
        if "overdue" in listed and list_days(days[1].value, local_now(context).date())[0] > local_now(context).date():
            return None  # nothing is that: the day says when
        parts.append(name_days(folded, days, context, book))
        folded = _blank(folded, days[0].start, days[0].end)
    else:
        folded, called = _take_list_words(folded, signs.days)
        listed += called
    folded, named = _take_names(folded, context)
    folded, rank = (
        _take_priority(folded, book) if not any(re.fullmatch(r"p\d", part) for part in parts) else (folded, [])
    )
    parts += listed + named + rank
    left = [word.group() for word in _WORD.finditer(folded)]
    if not parts or any(word not in signs.leads and word not in signs.ends for word in left):
        return None
    plain = days is not None and not days[1].led and len(parts) == 1 and not has_things and not left
    return _Chosen(" & ".join(dict.fromkeys(parts)), plain, is_all)


def _take_list_words(folded: str, lists: tuple[tuple[re.Pattern[str], str], ...]) -> tuple[str, list[str]]:
    """The words without those that name a list ("overdue"), and what these mean."""
    meant: list[str] = []
    for words, filter_ in lists:
        folded, count = words.subn(_spaces, folded)
        if count:
            meant.append(filter_)
    return folded, meant


def _take_names(folded: str, context: Context) -> tuple[str, list[str]]:
    """The words without the names of projects, people and labels, and the filters that these are."""
    found: list[str] = []
    for form, names in (("#", context.projects), ("assigned to: ", context.people), ("@", context.labels)):
        for name in sorted(names, key=len, reverse=True):
            folded, count = re.subn(rf"(?<!\w){re.escape(fold(name))}(?!\w)", _spaces, folded)
            if count:
                found.append(f"{form}{as_name(name)}" if len(form) == 1 else f"{form}{name}")
    return folded, found


def _take_priority(folded: str, book: Phrasebook) -> tuple[str, list[str]]:
    found = book.priority_marks.search(folded) or book.priorities.search(folded)
    if found is None:
        return folded, []
    return _blank(folded, found.start(), found.end()), [f"p{book.slots['priorities'][found.group()]}"]


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]


def _spaces(found: re.Match[str]) -> str:
    return " " * len(found.group())


def _gap(found: re.Match[str]) -> str:
    """No spaces, so that the words on both sides of it are no time together: "today's tasks to friday"."""
    return "\0" * len(found.group())


@cache
def _signs(language: str) -> _Signs:
    source = get_source(language)
    data: dict[str, Any] = source["selections"]
    lists: dict[str, list[str]] = {}
    for word, filter_ in source["slots"]["list_words"].items():
        lists.setdefault(filter_, []).append(fold(word))
    named = [(_words([re.escape(word) for word in words]), filter_) for filter_, words in lists.items()]
    known = [*chain.from_iterable(lists.values()), *map(fold, source["slots"]["priorities"])]
    return _Signs(
        word=data["word"],
        all=_words(data["all"]),
        opens=_words([*data["all"], *data["things"], *data["own"], data["whole"], *map(re.escape, known)]),
        own=_words(data["own"]),
        things=_words(data["things"]),
        leads=frozenset(map(fold, data["leads"])),
        ends=frozenset(map(fold, data["ends"])),
        tells=frozenset(map(fold, data["tells"])),
        whole=_words([data["whole"]]),
        clears=_words([data["clears"]]),
        off=_words([data["off"]]),
        excepts=_words(data["excepts"]),
        phrases=_words(data["phrases"]),
        lists=tuple(each for each in named if each[1] not in _DAYS),
        days=tuple(each for each in named if each[1] in _DAYS),
    )


def _words(patterns: list[str]) -> re.Pattern[str]:
    joined = "|".join(f"(?:{fold(pattern)})" for pattern in sorted(patterns, key=len, reverse=True))
    return re.compile(rf"(?<![\w'-])(?:{joined})(?![\w-])")
