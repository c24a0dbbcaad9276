"""Which task a command speaks of: "1 and 3", "the presentation", "it", "all of them"; and who takes it."""

import re
from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz, process

from tasktalk.assistant.grammar.phrasebook import Phrasebook
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.understanding import Target

MAX_RANGE = 50
SIMILAR = 82  # of 100: a typo or a missing word, not another task
_NUMBERS = re.compile(r"#?\d{1,3}(?:\s*(?:-|\u2013)\s*#?\d{1,3})?")


def read_target(words: str | None, book: Phrasebook) -> Target:
    """The target that `words` name; nothing named is the task in focus."""
    if words is None or not words.strip():
        return Target(last=True)
    said = words.strip().strip("\"'“”«»").strip(" .,:;!")
    folded = fold(said)
    if folded in book.slots["pronouns"]:
        return Target(last=True)
    if folded in book.slots["all_words"]:
        return Target(all=True)
    numbers = read_numbers(folded, book)
    if numbers:
        return Target(numbers=tuple(numbers))
    return Target(text=_without_article(said, book) or said)


def _without_article(words: str, book: Phrasebook) -> str:
    found = book.article.match(fold(words))
    return words[found.end() :] if found else words


def read_numbers(folded: str, book: Phrasebook) -> list[int]:
    """The list numbers that are the whole of `folded` ("1, 3 and 5-7", "number two"); else none."""
    rest = folded
    for lead in book.slots["number_leads"]:
        if rest.startswith(f"{lead} ") or lead == "#":
            rest = rest[len(lead) :].strip() if rest.startswith(lead) else rest
    said = rest.split()
    if len(said) > 1 and said[-1] in book.slots["number_tails"]:
        said.pop()
    rest = " ".join(_ordinal_or_word(word, book) for word in said)
    rest = book.number_ranges.sub("-", rest)
    numbers: list[int] = []
    for found in _NUMBERS.finditer(rest):
        ends = [int(figure) for figure in re.findall(r"\d+", found.group())]
        if len(ends) == 2 and 0 <= ends[1] - ends[0] <= MAX_RANGE:  # noqa: PLR2004  (a range has two ends)
            numbers += range(ends[0], ends[1] + 1)
        else:
            numbers += ends
    left = _NUMBERS.sub(" ", rest)
    left = book.number_joins.sub(" ", left).strip()
    return [] if left or not numbers or 0 in numbers else list(dict.fromkeys(numbers))


def _ordinal_or_word(word: str, book: Phrasebook) -> str:
    value = book.number_words.get(word)
    return str(value) if value else word


def find_open(words: str, titles: Sequence[str], book: Phrasebook) -> str | None:
    """The open task that `words` name, by its whole title or most of it, letter slips forgiven."""
    folded = fold(_without_article(words.strip(), book))
    if not folded or not titles:
        return None
    folds = [fold(title) for title in titles]
    if folded in folds:
        return titles[folds.index(folded)]
    padded = f" {folded} "
    for title, each in zip(titles, folds, strict=True):
        if padded in f" {each} " or (f" {each} " in padded and len(each.split()) > 1):
            return title
    found = process.extractOne(folded, folds, scorer=fuzz.ratio, score_cutoff=SIMILAR)
    return titles[found[2]] if found else None


def find_people(words: str, people: Sequence[str], book: Phrasebook) -> list[str]:
    """The known people that make up `words`; empty when someone else is named too."""
    known = {fold(person): person for person in people}
    names = [name.strip(" @+.") for name in book.people_joins.split(fold(words)) if name.strip(" @+.")]
    found = [known[name] for name in names if name in known]
    return found if found and len(found) == len(names) else []


def find_people_last(words: str, people: Sequence[str], book: Phrasebook) -> tuple[list[str], str]:
    """The known people that `words` end with, and the words before them ("den Bericht Ben"); none, and all words."""
    said = words.split()
    for cut in range(1, len(said)):
        found = find_people(" ".join(said[cut:]), people, book)
        if found:
            return found, " ".join(said[:cut])
    return [], words


def spell_list(name: str, projects: Iterable[str]) -> str:
    """The known project that a list is: of its name, or called a list itself; a new one as it was said."""
    known = {fold(project): project for project in projects}
    return known.get(f"{fold(name)} list", known.get(fold(name), name))
