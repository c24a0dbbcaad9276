"""Telling apart what is said in one breath: "buy milk and call Ana tomorrow and pay the rent" is three things to do.

Who writes that may well mean one; who speaks it has no line to break. Cut is only where it is sure: what follows begins
as an order does, what came before was one, and neither is a part of the other ("go to the shop and buy milk").
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from tasktalk.assistant.grammar.lexicon import get_source
from tasktalk.assistant.grammar.phrasebook import Phrasebook
from tasktalk.assistant.grammar.tokens import fold

_SENTENCE = re.compile(r"[.!?…;]+\s+")
_SHORTENED = re.compile(r"(?:^|[\s.])(?:\w|dr|dra|mr|mrs|ms|sr|sra|st|nr|no|prof|bzw|ca|approx|sig|mme|av|etc)$")
_HALF_DAY = re.compile(r"\b[ap]\.\s?m$")
_QUOTES = re.compile(r"[\"“”«»„]")
_ENDS = " \t\n,;.!…"
_PAUSE = " " * 80  # nobody hums for so long


@dataclass(frozen=True, slots=True)
class _Signs:
    """What the data of a language says of it, compiled; all of it folded but `last`.

    `day` is a day that comes before an order ("tomorrow call Tom"), `further` what asks for one more ("muss ich noch").
    """

    joins: re.Pattern[str]
    fillers: re.Pattern[str]
    hesitations: re.Pattern[str]
    goes_with: re.Pattern[str]
    follows: re.Pattern[str]
    leads_on: re.Pattern[str]
    day: re.Pattern[str]
    further: re.Pattern[str]
    orders: re.Pattern[str] | None
    last: re.Pattern[str] | None


def split_spoken(text: str, book: Phrasebook) -> list[str]:
    """What `text` speaks of, one after the other: pieces of it, without what only joins or fills; one, if it is one."""
    signs = _signs(book.language)
    pieces: list[str] = []
    for sentence in _sentences(text, book, signs):
        pieces += _split_orders(sentence, book, signs)
    trimmed = [piece for piece in (_trim(each, signs) for each in pieces) if piece]
    return trimmed or [text.strip()]


def filler_length(text: str, book: Phrasebook) -> int:
    """How much of the beginning only fills ("um", "okay so"); 0 where nothing would be left."""
    folded, begin = fold(text), len(text) - len(text.lstrip())
    while filler := _signs(book.language).fillers.match(folded, begin):
        begin = filler.end()
    return begin if folded[begin:].strip() else 0


def blank_hesitations(text: str, book: Phrasebook) -> str:
    """The text with "uh" and its like turned into spaces, so that places stay; as it is where nothing else is said."""
    signs = _signs(book.language)
    if _QUOTES.search(text) or not signs.hesitations.search(folded := fold(text)):
        return text
    blanked = text
    for found in signs.hesitations.finditer(folded):
        blanked = blanked[: found.start()] + " " * (found.end() - found.start()) + blanked[found.end() :]
    return blanked if blanked.strip(_ENDS) and _PAUSE not in blanked else text


def _sentences(text: str, book: Phrasebook, signs: _Signs) -> Iterator[str]:
    """Parts that end as sentences do, where the next one begins as an order."""
    begin = 0
    for end in _SENTENCE.finditer(text):
        before = fold(text[begin : end.start()])
        shortened = end.group().startswith(".") and _SHORTENED.search(before)
        if shortened and not _HALF_DAY.search(before):
            continue
        question = "?" in end.group()
        if question or _find_order(_without_lead(text[end.end() :], signs), book, signs):
            yield _without_lead(text[begin : end.end()], signs) if begin else text[: end.end()]
            begin = end.end()
    yield _without_lead(text[begin:], signs) if begin else text


def _split_orders(sentence: str, book: Phrasebook, signs: _Signs) -> Iterator[str]:
    folded, begin = fold(sentence), 0
    joins = list(signs.joins.finditer(folded))
    for place, join in enumerate(joins):
        if join.start() < begin:
            continue
        end = joins[place + 1].start() if place + 1 < len(joins) else len(sentence)
        left, right = sentence[begin : join.start()], sentence[join.end() : end]
        if _may_part(left, right, book, signs):
            yield _without_further(left, signs) if begin else left
            begin = join.end()
    yield _without_further(sentence[begin:], signs) if begin else sentence


def _may_part(left: str, right: str, book: Phrasebook, signs: _Signs) -> bool:
    left, right = _trim(left, signs), _trim(right, signs)
    day = signs.day.match(fold(right))
    if day and (signs.further.match(fold(right), day.end()) or _find_order(right[day.end() :], book, signs)):
        right = right[day.end() :]
    before, after = fold(left), fold(right)
    kind = _find_order(right, book, signs)
    if kind is None or signs.goes_with.search(after) or signs.follows.match(after):
        return False
    if day is None and signs.leads_on.match(before):
        return False
    first = _find_order(left, book, signs)
    if kind == "last":  # "bitte Brot und Butter kaufen" is one: the verb is for both
        return first in {"verb", "last"}
    return first is not None or any(True for _ in book.find_commands(before))


def _find_order(piece: str, book: Phrasebook, signs: _Signs) -> Literal["lead", "verb", "last"] | None:
    """What makes an order of it: words that ask to write it down, a verb in front, or one at the end."""
    folded = fold(piece)
    if signs.further.match(folded):
        return "lead"
    day = signs.day.match(folded)
    if day:
        folded, piece = folded[day.end() :], piece[day.end() :]
    if len(folded.split()) < 2:  # noqa: PLR2004  (an order and what it is about)
        return None
    if (signs.orders or book.task_verb).match(folded):
        return "verb"
    if signs.last is not None and signs.last.search(piece.rstrip(_ENDS)):
        return "last"
    return "lead" if book.asks_capture(folded) else None


def _without_lead(text: str, signs: _Signs) -> str:
    """The beginning of a sentence without "and", "then", "um"."""
    folded = f" {fold(text)}"
    lead = signs.joins.match(folded)
    return _trim(text[max(lead.end() - 1, 0) :] if lead else text, signs)


def _without_further(piece: str, signs: _Signs) -> str:
    """Without what only asks for one more, which may stand behind the day."""
    piece = _trim(piece, signs)
    day = signs.day.match(fold(piece))
    begin = day.end() if day else 0
    found = signs.further.match(fold(piece), begin)
    return f"{piece[:begin]}{piece[found.end() :]}" if found and piece[found.end() :].strip() else piece


def _trim(piece: str, signs: _Signs) -> str:
    piece = piece.strip(_ENDS)
    while (filler := signs.fillers.match(fold(piece))) and filler.end() < len(piece):
        piece = piece[filler.end() :].strip(_ENDS)
    return piece


@cache
def _signs(language: str) -> _Signs:
    data: dict[str, Any] = get_source(language)["spoken"]
    joins = "|".join(sorted(map(fold, data["joins"]), key=len, reverse=True))
    last = data.get("last")
    more = rf"(?:(?:{joins}|{_choice([*data['fillers'], *data['hesitations']])})(?:[,\s]+)){{0,3}}"
    return _Signs(
        joins=re.compile(rf"\s*[,;]\s*(?:(?:{joins})\s+{more})?|\s+(?:{joins})[,\s]\s*{more}"),
        fillers=_words(data["fillers"], after=r"(?:[\s,.]+|$)"),
        hesitations=re.compile(rf"(?<![\w-]){_choice(data['hesitations'])}(?![\w-])(?:\s*(?:…|\.{{2,}}|,))?"),
        goes_with=re.compile(rf"(?<![\w-]){_choice(data['goes_with'])}(?!\w)"),
        follows=_words(data["follows"], after=r"(?!\w)"),
        leads_on=_words(data["leads_on"], after=r"(?!\w)"),
        day=_day(get_source(language), data),
        further=_words(data["further"], after=r"(?:\s+|$)"),
        orders=_words(data["orders"], after=r"(?!\w)") if "orders" in data else None,
        last=re.compile(rf"(?<=\s){last}$") if last else None,
    )


def _day(source: dict[str, Any], data: dict[str, Any]) -> re.Pattern[str]:
    """A weekday or "tomorrow", with what leads it in and a part of the day behind it."""

    def either(*kinds: str) -> str:
        words = {
            fold(word.lstrip("~")) for kind in kinds for word in source.get(kind, ()) if word.strip("~-.").isalpha()
        }
        return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) or "(?!)"

    leads = f"(?:(?:{either('ON', 'THIS', 'NEXT', 'THE', 'IN')})\\s+){{0,2}}"
    part = f"(?:\\s+(?:(?:{either('IN', 'ON', 'THE')})\\s+){{0,2}}(?:{either('PART')}))?"
    stress = f"(?:\\s+{_choice(data['stress'])})?"
    return re.compile(rf"{leads}(?:{either('WEEKDAY', 'DAYREL', 'TONIGHT')}){part}{stress},?\s+")


def _words(patterns: list[str], *, after: str) -> re.Pattern[str]:
    return re.compile(_choice(patterns) + after)


def _choice(patterns: list[str]) -> str:
    return f"(?:{'|'.join(patterns)})"
