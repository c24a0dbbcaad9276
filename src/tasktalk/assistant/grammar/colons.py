"""Lists in a line: "shopping list: milk, eggs", "in Garden: mow the lawn", "tomorrow: pay the rent, call Ana"."""

import re

from msgspec import structs

from tasktalk.assistant.grammar.capture import capture
from tasktalk.assistant.grammar.engine import Engine
from tasktalk.assistant.grammar.lexicon import get_source
from tasktalk.assistant.grammar.named import find_project
from tasktalk.assistant.grammar.orders import LIKELY
from tasktalk.assistant.grammar.phrasebook import Phrasebook
from tasktalk.assistant.grammar.reading import read_slots
from tasktalk.assistant.grammar.spoken import split_spoken
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.understanding import Context, Draft, Intent

_COLON = re.compile(r"\s*:\s+(?=\S)")
_BETWEEN = re.compile(r"\s*[,;]\s+")
_WHOLE = re.compile(r"\([^()]*\)|\"[^\"]*\"|“[^“”]*”|„[^„“”]*[“”]|«[^«»]*»")  # what no comma in it parts
_LONGEST_HEAD, _LONGEST_ITEM, _LONGEST_LAST = 8, 16, 9  # words
_MOST, _MANY = 50, 3  # items
_PLAIN_LIST = 2  # words
_ANYTHING = "xx"  # a thing without a meaning, to see where things would go


def read_colon_list(text: str, context: Context, engine: Engine, book: Phrasebook) -> Intent | None:
    """The tasks behind a colon, when what stands before it is a list, a known project or a day; else None."""
    head, tail = _split_head(text)
    if not head or not (_BETWEEN.search(tail) or _names_place(head, context, book)):
        return None
    project = _find_place(head, context, engine, book)
    listed = project is not None or _is_list(head, context, engine, book)
    items = split_things(tail, book) if listed else _split_orders(tail, book)
    enough = len(items) > 1 or project is not None
    if not enough or len(items) > _MOST or not (listed or _is_day(head, context, engine)):
        return None
    drafts = [_read_item(item, None if listed else head, context, engine, book) for item in items]
    if not all(draft.title for draft in drafts):  # "5 January, 2027"
        return None
    tasks = tuple(
        structs.replace(draft, project=draft.project or project, spans=(), confidence=LIKELY) for draft in drafts
    )
    if len(tasks) == 1:
        return Intent(**{**structs.asdict(tasks[0]), "intent": "create_task"})
    return Intent(intent="create_tasks", confidence=LIKELY, tasks=tasks)


def _split_head(text: str) -> tuple[str, str]:
    """What stands before the one colon and behind it; nothing where it parts nothing."""
    colon = _COLON.search(text)
    if colon is None or "\n" in text.strip() or len(text[: colon.start()].split()) > _LONGEST_HEAD:
        return "", ""
    head, tail = text[: colon.start()].strip(), text[colon.end() :].strip(" .!,;")
    return (head, tail) if tail and not _COLON.search(tail) else ("", "")


def _read_item(item: str, day: str | None, context: Context, engine: Engine, book: Phrasebook) -> Draft:
    """A task of its own day, or of the one before the colon."""
    if day is not None:
        draft = capture(f"{day} {item}", context, engine, book).draft
        if draft.due and not fold(draft.title or "").startswith(fold(day)):
            return draft
    return capture(item, context, engine, book).draft


def _find_place(head: str, context: Context, engine: Engine, book: Phrasebook) -> str | None:
    """The project that "Garden", "in the garden", "add to the shopping list" name."""
    words, small = head.split(), get_source(book.language)["questions"]["small"]
    while words:
        if project := find_project(" ".join(words), context, book):
            return project
        if fold(words[0]) not in small:
            break
        del words[0]
    folded, adds = fold(head), get_source(book.language)["capture"]["adds"][0]
    leads = {each.template.lead(folded) for each in book.list_leads(folded)} | {folded.find(" ")}
    for lead in sorted((each for each in leads if each > 0), reverse=True):
        place = f"{head[:lead].strip()} {_ANYTHING} {head[lead:].strip()}"
        draft = capture(place, context, engine, book).draft
        if draft.project and draft.title == _ANYTHING:
            return draft.project
    draft = capture(f"{adds} {_ANYTHING} {head}", context, engine, book).draft
    if draft.project and draft.title == _ANYTHING:
        return draft.project
    return next((each.project for each in _put_onto(head, context, engine, book) if each.project), None)


def _is_list(head: str, context: Context, engine: Engine, book: Phrasebook) -> bool:
    """Whether it is "list" or "my list", of no project."""
    return len(head.split()) <= _PLAIN_LIST and bool(_put_onto(head, context, engine, book))


def _names_place(head: str, context: Context, book: Phrasebook) -> bool:
    """Whether it speaks of a list or a project, by the looks of it."""
    folded = fold(head)
    if any(fold(project) in folded for project in context.projects):
        return True
    ways = (fold(f"{_ANYTHING} {head}"), fold(f"{_ANYTHING} {_onto(head, book)}"))
    return any(each.search(way) for each in book.into_list for way in ways)


def _onto(head: str, book: Phrasebook) -> str:
    """How what is added to a "shopping list" goes on: "to my shopping list"."""
    return f"{get_source(book.language)['capture']['onto']} {head}"


def _put_onto(head: str, context: Context, engine: Engine, book: Phrasebook) -> list[Draft]:
    """How "shopping list" is read where something is added "to my shopping list", as far as it is read whole."""
    onto = f"{_ANYTHING} {_onto(head, book)}"
    adds = get_source(book.language)["capture"]["adds"][0]
    drafts = [capture(each, context, engine, book).draft for each in (f"{adds} {onto}", onto)]
    return [draft for draft in drafts if draft.title == _ANYTHING and draft.due is None]


def _is_day(head: str, context: Context, engine: Engine) -> bool:
    """Whether it says on which day and nothing else."""
    slots = read_slots(head, context, engine)
    covered = sum(span.end - span.start for span in slots.spans)
    return slots.due is not None and slots.due.clock is None and slots.recurrence is None and covered >= len(head)


def _split_orders(tail: str, book: Phrasebook) -> list[str]:
    """Orders, or three and more things of several words each."""
    items = [_bare(item, book) for item in _part(tail)]
    if len(items) >= _MANY and all(1 < len(item.split()) <= _LONGEST_ITEM for item in items):
        return items
    return split_spoken(tail, book)


def split_things(tail: str, book: Phrasebook) -> list[str]:
    """What commas part; the last two things of a list of things have a word between them: "milk, eggs and bread"."""
    items = _part(tail)
    if any(len(item.split()) > _LONGEST_ITEM for item in items) or _are_people(items, book):
        return [tail]
    *others, last = items
    parts = split_spoken(last, book)
    if len(parts) == 1 and not any(book.verb.match(fold(item)) for item in items):
        found = re.split(rf"\s+(?:{_ands(book)})\s+", last)
        parts = found if len(found) == 2 and len(last.split()) <= _LONGEST_LAST else parts  # noqa: PLR2004
    return [*others, *(_bare(part, book) for part in parts)]


def _part(tail: str) -> list[str]:
    """What stands between its commas, but for those in brackets and quotes."""
    items, begin = [], 0
    for comma in _BETWEEN.finditer(_WHOLE.sub(lambda found: "x" * len(found.group()), tail)):
        items.append(tail[begin : comma.start()])
        begin = comma.end()
    return [item for item in (*items, tail[begin:]) if item]


def _are_people(items: list[str], book: Phrasebook) -> bool:
    """Whether all go with what leads in the first: "email Bob, Carol and Dave"."""
    first, *others = items
    words = [word for item in others for word in re.sub(rf"\s+(?:{_ands(book)})\s+", " ", _bare(item, book)).split()]
    found = book.before_person.match(fold(first))
    if any(book.task_verb.match(fold(item)) or book.before_person.match(fold(item)) for item in others):
        return False
    named = [*first[found.end() :].split(), *words] if found and words else []
    return bool(named) and all(word[0].isupper() for word in named)


def _bare(item: str, book: Phrasebook) -> str:
    """Without the word that leads in the last one."""
    return re.sub(rf"^(?:{_ands(book)})\s+", "", item)


def _ands(book: Phrasebook) -> str:
    return "|".join(map(re.escape, book.slots["ands"]))
