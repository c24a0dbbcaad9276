"""Pages of a list, and questions about what was done: "more", "what did I finish last month in the garden project"."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from tasktalk.assistant.grammar.calendar import DAY
from tasktalk.assistant.grammar.engine import Engine
from tasktalk.assistant.grammar.lexicon import get_source
from tasktalk.assistant.grammar.orders import LIKELY, SURE
from tasktalk.assistant.grammar.queries import as_name, find_when, list_days
from tasktalk.assistant.grammar.resolve import local_now
from tasktalk.assistant.grammar.templates import Template, as_regex
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.grammar.values import Moment
from tasktalk.assistant.understanding import Context, Intent, Query
from tasktalk.tasks.filters.days import Days, find_days

_ACTIONS = {
    "today": "daily",
    "this week": "weekly",
    "last week": "weekly",
    "this month": "monthly",
    "last month": "monthly",
}
_LENGTHS = {"days": 1, "week": 7, "weeks": 7, "month": 30}  # days that one of them has
_MOST_WORDS = 12
_COUNT = r"\d{1,3}"


@dataclass(frozen=True, slots=True)
class Lookback:
    """The table `lists` of a lexicon, compiled; `periods` by what the filter language calls them."""

    more: tuple[Template, ...]
    all: tuple[Template, ...]
    finished: tuple[Template, ...]
    completed: tuple[Template, ...]
    place: tuple[Template, ...]
    since: tuple[Template, ...]
    last: tuple[Template, ...]
    periods: tuple[tuple[str, Template], ...]
    project: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Reading:
    text: str
    context: Context
    engine: Engine
    words: Lookback

    @property
    def today(self) -> dt.date:
        return local_now(self.context).date()


@cache
def get_lookback(language: str) -> Lookback:
    """Compiled once."""
    source = get_source(language)
    table, macros = source["lists"], {**source["macros"], "{count}": _COUNT}

    def compiled(name: str) -> tuple[Template, ...]:
        return tuple(Template(as_regex(each, macros)) for each in table[name])

    return Lookback(
        more=compiled("more"),
        all=compiled("all"),
        finished=compiled("finished"),
        completed=compiled("completed"),
        place=compiled("place"),
        since=compiled("since"),
        last=compiled("last"),
        periods=tuple((name, Template(as_regex(each, macros))) for name, each in table["periods"].items()),
        project=frozenset(map(fold, table["project"])),
    )


def read_lookback(text: str, context: Context, engine: Engine, language: str) -> Intent | None:
    """What a whole message asks of lists and of what was done, or None."""
    words, folded = get_lookback(language), fold(text)
    if _matches(words.more, folded):
        return Intent(intent="list_tasks", confidence=SURE, action="more", query=Query())
    if _matches(words.all, folded):
        return Intent(intent="list_tasks", confidence=SURE, query=Query())
    reading = _Reading(text, context, engine, words)
    for match in _list_matches(words.finished, folded):
        found = _read_rest(_cut(text, match, "rest"), reading)
        if found is not None:
            action = _ACTIONS.get(found[0])
            return Intent(intent="summary", confidence=LIKELY, action=action, query=_query(*found))
    for match in _list_matches(words.completed, folded):
        found = _read_rest(_cut(text, match, "rest"), reading)
        if found is not None:
            return Intent(intent="list_tasks", confidence=LIKELY, query=_query(*found))
    return None


def find_past_days(words: str, context: Context, engine: Engine, language: str) -> Days | None:
    """The days that `words` name and nothing else, the last such ones where they may be of the future as well."""
    return _find_past(words.strip(), _Reading(words, context, engine, get_lookback(language)))


def _query(days: str, project: str | None) -> Query:
    parts = [f"completed: {days}" if days else "done"]
    if project:
        parts.append(f"#{as_name(project)}")
    return Query(filter=" & ".join(parts))


def _read_rest(rest: str, reading: _Reading) -> tuple[str, str | None] | None:
    """The days and the project that `rest` names, in whichever order; None when it is about something else."""
    if not rest:
        return "", None
    if days := _read_days(rest, reading):
        return days, None
    spaces = [found.span() for found in re.finditer(r"\s+", rest)][:_MOST_WORDS]
    for begin, end in spaces:
        for one, other in ((rest[:begin], rest[end:]), (rest[end:], rest[:begin])):
            project = _read_project(one, reading)
            if project and (days := _read_days(other, reading)):
                return days, project
    project = _read_project(rest, reading)
    return ("", project) if project else None


def _read_project(words: str, reading: _Reading) -> str | None:
    """A project that is known, or one that is said to be a project."""
    words = words.strip(" ?.!")
    slots = [_cut(words, match, "project") for match in _list_matches(reading.words.place, fold(words))]
    ending = re.compile(rf"-(?:{'|'.join(reading.words.project)})$")  # "Home-Projekt"
    for name in (words, *slots, *(ending.sub("", fold(slot)) for slot in slots)):
        plain = fold(_bare(name))
        known = next((each for each in reading.context.projects if fold(each) == plain), None)
        if known:
            return known
    if re.fullmatch(r"#[^\W\d_][\w&.'-]*", words):
        return words[1:]
    if slots and (slots[0].startswith("#") or reading.words.project & set(re.findall(r"\w+", fold(words)))):
        return min((_bare(name) for name in slots), key=len)
    return None


def _bare(name: str) -> str:
    return name.strip("\"'“”«» ").removeprefix("#")


def _read_days(words: str, reading: _Reading) -> str | None:
    """As the filter language has it: its own word, a day, or two with `..` between them."""
    folded = fold(words).strip(" ?.!")
    for name, template in reading.words.periods:
        if match := template.match(folded):
            if name not in _LENGTHS:
                return name
            count = int(match["count"]) if "count" in match.re.groupindex else 1
            length = max(_LENGTHS[name] * count, 1)
            return _write(reading.today - DAY * (length - 1), reading.today)
    for match in _list_matches(reading.words.since, folded):
        since = _find_past(_cut(words, match, "rest"), reading)
        if since is not None:
            return _write(since.first, reading.today)
    since = _find_past(words, reading)
    return _write(*since) if since is not None else None


def _find_past(words: str, reading: _Reading) -> Days | None:
    """The days that `words` name, the last such ones: "Friday" is the one gone, "October" may be that of last year."""
    for name, template in reading.words.periods:
        if name not in _LENGTHS and template.match(fold(words).strip(" ?.!")):
            return find_days(name, reading.today, past=True)
    for match in _list_matches(reading.words.last, fold(words)):
        day = _find_past(_cut(words, match, "day"), reading)
        if day is not None:
            return day if day.last < reading.today else Days(day.first - DAY * 7, day.last - DAY * 7)
    found = find_when(words, reading.context, reading.engine)
    if found is None:
        return None
    node, said = found
    if words[: node.start].strip() or words[node.end :].strip(" ?.!") or said.slot not in {"due", "start"}:
        return None
    first, last = list_days(said.value, reading.today)
    today = reading.today
    if isinstance(said.value, Moment) and (said.value.weekday is not None or said.value.days > 1) and first > today:
        first, last = (day - DAY * 7 for day in (first, last))
    while first > today:
        first, last = _year_before(first), _year_before(last)
    return Days(first, today) if said.slot == "start" else Days(first, last)


def _year_before(day: dt.date) -> dt.date:
    month_ends = (day + DAY).day == 1
    back = day.replace(year=day.year - 1, day=min(day.day, 28))
    if month_ends:
        return (back.replace(day=1) + DAY * 32).replace(day=1) - DAY
    return back.replace(day=day.day) if (day.month, day.day) != (2, 29) else back


def _write(first: dt.date, last: dt.date) -> str:
    return f"{first}" if first == last else f"{first}..{last}"


def _cut(text: str, match: re.Match[str], name: str) -> str:
    """The words of a slot as they were written."""
    if name not in match.re.groupindex or match.start(name) < 0:
        return ""
    return text[match.start(name) : match.end(name)].strip(" ?.!")


def _matches(templates: tuple[Template, ...], folded: str) -> bool:
    return any(template.match(folded) for template in templates)


def _list_matches(templates: tuple[Template, ...], folded: str) -> Iterator[re.Match[str]]:
    return (match for template in templates if (match := template.match(folded)))
