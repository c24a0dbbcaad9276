"""What a language says around tasks, compiled: commands, questions, lead-ins, the words for priorities and targets."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from tasktalk.assistant.grammar.answerbook import AnswerBook
from tasktalk.assistant.grammar.lexicon import get_source
from tasktalk.assistant.grammar.templates import Template, as_regex, list_amounts, list_numbers
from tasktalk.assistant.grammar.tokens import fold

_HEAD = re.compile(r"\w+|\S")
_FIRST = re.compile(r"[\s¿¡]*(\w+|\S)")
_OPTION = re.compile(r"\[[^\[\]]*\]")
_LEADING_SLOT = re.compile(r"^\s*\{\w+\}")

_LONGEST_ORDER = 500  # characters of an order whose first words may be anything
_LONG_ARTICLE = 3  # letters
_NEVER = (r"(?!)",)  # where a language has no such words


@dataclass(frozen=True, slots=True)
class Command:
    """One template of a command. `heads` are the words it can begin with, None when that may be any word.

    `needs` are the words one of which follows what it begins with; None when that may be any word, too.
    """

    name: str
    template: Template
    heads: frozenset[str] | None
    needs: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class LeadIn:
    """Words that ask for a task ("please remind me to"); whether they ask for a reminder. `heads` as of a Command."""

    template: Template
    reminds: bool
    heads: frozenset[str] | None


class Phrasebook:
    """The phrases of one language."""

    def __init__(self, language: str) -> None:
        """Compile the language's templates. Raises FileNotFoundError for a language without a lexicon."""
        source = get_source(language)
        self.language = language
        self.slots: dict[str, Any] = source["slots"]
        numbers = list_numbers(self.slots["number_leads"], self.slots["number_joins"])
        counts = [word for kind in ("NUM", "TENS", "HALF", "A", "QUARTER", "SPELL") for word in source.get(kind, ())]
        macros: dict[str, str] = {
            "{amount}": list_amounts(counts),
            "{emptied}": "|".join(re.escape(fold(word)) for word in self.slots["emptied"]),
            **source["macros"],
            "{numbers}": numbers,
        }
        self._read_commands(source, macros)
        self._read_questions(source["questions"], macros)
        self._read_capture(source["capture"], macros)
        # the words that what asks for something begins with
        self.heads = frozenset(self._by_head).union(*(lead.heads or () for lead in self.lead_ins))
        self._read_slots(source, macros)
        self._read_small_words(source)
        self.answers = AnswerBook(language, macros, map(fold, self.slots["all_words"]))

    def _read_commands(self, source: dict[str, Any], macros: dict[str, str]) -> None:
        self._by_head: dict[str, list[tuple[int, Command]]] = {}
        self._anywhere: list[tuple[int, Command]] = []
        order = 0
        for name, templates in source["commands"].items():
            for template in templates:
                heads, needs = _find_heads(template, macros), _find_needs(template, macros)
                command = Command(name, Template(as_regex(template, macros)), heads, needs)
                for head in command.heads or ():
                    self._by_head.setdefault(head, []).append((order, command))
                if command.heads is None:
                    self._anywhere.append((order, command))
                order += 1

    def _read_questions(self, questions: dict[str, Any], macros: dict[str, str]) -> None:
        self.question = re.compile(r"[\s¿¡]*" + _words(questions["begin"], "match").pattern)
        self.own = _words(questions["own"], "search")
        self.foreign = _words(questions["foreign"], "search")
        # "tell me a joke", "book us a table" ask a machine: what is done for the one who says it is no task of theirs
        self.for_me = re.compile("|".join(questions.get("for_me", _NEVER)))
        self.for_me_later = _words(questions.get("for_me_later", _NEVER), "search")
        self.verb = _words(questions["task_verbs"], "match")
        self.task_verb = re.compile(rf"{self.verb.pattern}(?!{self.for_me.pattern})")
        self.delegates = _words(questions.get("delegates", _NEVER), "match")
        # What only leads in a question, though its first words lead in a task elsewhere: "I need to know".
        self.frame = _words(questions.get("frames", _NEVER), "match")
        self.makes = _words(questions.get("makes", _NEVER), "match")
        self.only_plays = _words(questions.get("only_plays", _NEVER), "match")
        self.plays = _words(questions.get("plays", _NEVER), "match")
        self.before_person = _words(questions.get("before_person", _NEVER), "match")
        self.cancellable = _words(questions["cancellable"], "search")
        self.removal = _words(questions.get("removal", _NEVER), "search")
        # What takes away, and is a thing to do with an hour: "togliere il pane alle 15:30".
        self.may_do = _words(questions.get("may_do", _NEVER), "match")
        self.wake = re.compile(rf"\s*(?:{'|'.join(questions['wake'])})")
        self.machine = re.compile("|".join(questions.get("machine", _NEVER)))
        self.nothing = re.compile(rf"\W*(?:{'|'.join(questions.get('nothing', _NEVER))})\W*")
        self.polite = re.compile(as_regex("<please>", macros) + r"(?!\w)")
        self.columns = {
            column: re.compile(rf"(?<!\w)(?:{words})\s*$") for column, words in questions["columns"].items()
        }

    def _read_capture(self, capture: dict[str, Any], macros: dict[str, str]) -> None:
        self.lead_ins = [
            LeadIn(
                Template(as_regex(lead, macros)),
                bool(re.search(capture["remind_lead"], lead)),
                _find_heads(lead, macros),
            )
            for lead in capture["lead_ins"]
        ]
        self.alarm = _words(capture["alarm"], "search")
        self.wakes = _words(capture["wakes"], "search")
        self.alarm_for = re.compile(capture.get("alarm_for", _NEVER[0]), re.IGNORECASE)
        self.into_list = [re.compile(as_regex(each, macros) + r"\s*[.!]*$") for each in capture["into_list"]]
        last = capture.get("into_list_last", ())  # where the verb comes last and nothing leads in
        self.into_list_last = [re.compile(as_regex(each, macros) + r"\s*[.!]*$") for each in last]
        # "add paint to Kitchen": the words that add, and how they go on to a project that is known
        self.adds = _words(capture.get("adds", _NEVER), "search")
        self.put_down = re.compile(rf"\s*[,;.\u2013-]\s+(?:{capture['put_down']})(?!\w)")
        that = capture.get("notes_that", _NEVER[0])
        self.notes_that = re.compile(rf"{self.adds.pattern}(?:\s+\w+)?,?\s+(?:{that})(?:(?<=')|(?!\w))")
        self.brings_about = _words(capture.get("brings_about", _NEVER), "match")
        self.into_known = [
            re.compile(as_regex(each, macros) + r"\s*[.!]*\s*$") for each in capture.get("into_known", ())
        ]
        self.closers = {
            word: re.compile(rf"(?<!\w)(?:{closer})$") for word, closer in capture.get("closers", {}).items()
        }
        self.having = re.compile(capture["having"])
        self.to_do = frozenset(capture["to_do"])
        self.plain_lists = frozenset(capture["plain_lists"])
        self.small_talk = _words(capture["small_talk"], "match")
        self.loose_ends = frozenset(capture["loose_ends"])
        self.open_ends = frozenset(map(fold, capture["open_ends"]))
        self.loose_starts = frozenset(capture["loose_starts"])
        self.whoever = frozenset(capture.get("whoever", ()))
        ends = "|".join(capture.get("polite_ends", ()))
        self.polite_end = re.compile(rf"[\s,]+(?:{ends})[\s.!?]*$" if ends else r"(?!)")
        self.trailers = [
            re.compile(r"(?<!\S)" + as_regex(each, macros) + r"\s*[.!?]*\s*$") for each in capture.get("trailers", ())
        ]
        self.remind_trailer = capture.get("remind_trailer", capture["remind_lead"])
        reminding = [lead for lead in capture["lead_ins"] if re.search(capture["remind_lead"], lead)]
        reminding += _listed(self.slots["before_due"])
        # All that asks for a reminder, wherever it stands: what has none of it need not be read for that.
        asking = "|".join(as_regex(each, macros, slots=False) for each in reminding)
        self.may_remind = re.compile(rf"{self.remind_trailer}|(?<!\w)(?:{asking})")

    def _read_slots(self, source: dict[str, Any], macros: dict[str, str]) -> None:
        # What leads in a number and is longer than an article ("the", "las") is a word for a task.
        self.task_words = frozenset(word for word in self.slots["number_leads"] if len(word) > _LONG_ARTICLE)
        self.negated = re.compile(self.slots["negated"])
        self.splitters = [re.compile(each) for each in self.slots["splitters"]]
        self.priorities = _alternatives(self.slots["priorities"])
        self.priority_marks = _alternatives(self.slots["priority_marks"])
        self.priority_edges = _alternatives(self.slots["priority_edges"])
        self.changes = [re.compile(as_regex(each, macros)) for each in self.slots["changes"]]
        # "set high priority on 2": what changes comes before its task
        self.changes_before = [re.compile(as_regex(each, macros)) for each in self.slots.get("changes_before", ())]
        self.states = [re.compile(as_regex(each, macros)) for each in self.slots["states"]]
        self.reminders = _words(self.slots["reminder_words"], "search")
        self.change_fillers = frozenset(self.slots["change_fillers"])
        self.number_joins = re.compile("|".join(re.escape(join) for join in self.slots["number_joins"]))
        ranges = "|".join(map(re.escape, self.slots.get("number_ranges", ()))) or r"(?!)"
        self.number_ranges = re.compile(rf"(?<=\d) +(?:{ranges}) +(?=#?\d)")
        # "two" and "second" name an entry of a list as well as "2" does
        self.number_words: dict[str, int] = {
            fold(word): value
            for kind in ("NUM", "ORD", "LEADORD")
            for word, value in source.get(kind, {}).items()
            if " " not in word and value
        }
        self.project_words = frozenset(map(fold, self.slots["project_words"]))
        self.strong_moves = _words(self.slots["strong_moves"], "search")
        led = "|".join(re.escape(word) for kind in ("BY", "DEADLINE") for word in source[kind])
        self.sides = {
            side: re.compile(rf"(?:(?:{led}) )??(?:{words})(?!\w)")
            for side, words in source["questions"]["sides"].items()
        }
        before, also = (_listed(self.slots[key]) for key in ("before_due", "remind_also"))
        alone = (as_regex(each, macros) for each in self.slots["told_alone"])
        self.told_alone = [re.compile(rf"(?<!\w)(?:{each})(?!\w)") for each in alone]
        self.before_due = [re.compile(as_regex(each, macros)) for each in before]
        self.remind_also = [re.compile(rf"(?<!\w)(?:{as_regex(each, macros)})\s*[.!?]*\s*$") for each in also]

    def _read_small_words(self, source: dict[str, Any]) -> None:
        # what begins a title that is something to do: "recuérdame llamar", unlike "recuérdame la llamada"
        self.action = _words(actions, "match") if (actions := source["capture"].get("actions")) else None
        self.assigned = _alternatives(self.slots["assigned"])
        self.for_whom = _alternatives(self.slots["for_whom"])
        ands = "|".join(self.slots["ands"])
        self.people_joins = re.compile(rf"\s*(?:,\s*(?:{ands})\b|,|&|\+|\b(?:{ands})\b)")
        articles = (word if word.endswith("'") else rf"{word}\s+" for word in self.slots["articles"])
        self.article = re.compile("|".join(articles))
        self.accented = {fold(word): word for word in self.slots.get("accented", ())}
        self.same_time = _words(self.slots["same_time"], "search")
        self.other_week = re.compile("|".join(self.slots["other_week"]))
        old = (*source["FROM"], *self.slots.get("old_leads", ()))  # "from seven" to eight
        self.leads_from = re.compile("(?:" + "|".join(map(re.escape, sorted(old, key=len, reverse=True))) + r")(?!\w)")
        # The words that make a time of what a slot holds without them: "at", "in", "for".
        self.at, self.within, self.length = (next(iter(source[kind])) for kind in ("AT", "IN", "FOR"))

    def asks_capture(self, folded: str) -> bool:
        """Whether the message begins with words that ask to write a task down ("remind me to", "add")."""
        return any(lead.template.lead(folded) for lead in self.list_leads(folded))

    def skip_polite(self, folded: str) -> int:
        """Where the words begin that are asked for politely: behind "could you please"."""
        polite = self.polite.match(folded)
        begin = polite.end() if polite else 0
        return begin + len(folded[begin:]) - len(folded[begin:].lstrip(" ,"))

    def is_lead_in(self, folded: str) -> bool:
        """Whether the message only leads in to a task: "remind me to", "add"."""
        return any(lead.template.match(folded) for lead in self.list_leads(folded))

    def list_leads(self, folded: str) -> list[LeadIn]:
        """The lead-ins that may stand at the beginning, by its first word."""
        head = _find_head(folded)
        return [lead for lead in self.lead_ins if lead.heads is None or head in lead.heads]

    def find_commands(self, folded: str) -> Iterator[tuple[Command, re.Match[str]]]:
        """Every command that the whole of `folded` may be, in the lexicon's order."""
        candidates = self._by_head.get(_find_head(folded), [])
        words = set(_HEAD.findall(folded))
        short = self._anywhere if len(folded) <= _LONGEST_ORDER else []
        anywhere = (each for each in short if each[1].needs is None or not words.isdisjoint(each[1].needs))
        for _, command in sorted([*candidates, *anywhere], key=lambda each: each[0]):
            found = command.template.match(folded)
            if found:
                yield command, found


def _find_head(folded: str) -> str:
    """The first word, or mark; empty where there is none."""
    head = _FIRST.match(folded)
    return head.group(1) if head else ""


def _listed(entry: str | list[str]) -> list[str]:
    return [entry] if isinstance(entry, str) else entry


def _words(patterns: Sequence[str], how: str) -> re.Pattern[str]:
    joined = "|".join(f"(?:{fold(pattern)})" for pattern in patterns)
    return re.compile(rf"(?:{joined})(?!\w)" if how == "match" else rf"(?<!\w)(?:{joined})(?!\w)")


def _alternatives(words: Any) -> re.Pattern[str]:
    joined = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<![\w-])(?:{joined})(?![\w-])")


def _find_heads(template: str, macros: dict[str, str]) -> frozenset[str] | None:
    """The first words a template can begin with, read off its structure."""
    for name, macro in macros.items():
        template = template.replace(f"<{name}>", macro)
    heads: set[str] = set()
    at = 0
    while at < len(template):
        char = template[at]
        if char == " ":
            at += 1
        elif char == "{":
            return None
        elif char in "[(":
            inside, end = _bracket(template, at)
            for choice in _choices(inside):
                found = _find_heads(choice, {})
                if found is None:
                    return None
                heads |= found
            at = end
            if char == "(":
                return frozenset(heads)
        else:
            word = re.match(r"[^\s\[\](){}|]+", template[at:])
            token = fold(word.group()) if word else ""
            first = re.match(r"\w+|\S", token)
            heads.add(first.group() if first else token)
            return frozenset(heads)
    return frozenset(heads)


def _find_needs(template: str, macros: dict[str, str]) -> frozenset[str] | None:
    """The words one of which comes behind the slot that a template begins with."""
    rest = _LEADING_SLOT.sub("", template)
    optional = rest
    while optional != (optional := _OPTION.sub("", optional)):
        pass
    return _find_heads(rest, macros) if optional.strip(" ~") and not rest.startswith("~") else None


def _bracket(template: str, at: int) -> tuple[str, int]:
    depth = 0
    for place in range(at, len(template)):
        depth += (template[place] in "[(") - (template[place] in "])")
        if depth == 0:
            return template[at + 1 : place], place + 1
    raise ValueError(f"unbalanced bracket in template: {template}")


def _choices(inside: str) -> list[str]:
    out, depth, piece = [], 0, ""
    for char in inside:
        depth += (char in "[(") - (char in "])")
        if char == "|" and depth == 0:
            out.append(piece)
            piece = ""
        else:
            piece += char
    return [*out, piece]


@cache
def get_phrasebook(language: str) -> Phrasebook:
    """The phrasebook of a language, compiled once."""
    return Phrasebook(language)
