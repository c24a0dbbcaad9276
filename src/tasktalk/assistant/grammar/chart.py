"""The machine the rules run on: a row of nodes, and rules that turn neighbours into one node, stage after stage.

Every node may be several kinds of thing at once ("second" is an ordinal and a unit), so each set of kinds is given
a letter, and a rule's pattern, written over kinds, becomes a regular expression over the row's letters. In a stage the
longest match at the leftmost place wins; a rule's action may still decline it by returning None ("32 August").
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Kinds = frozenset[str]


class Node:
    """A piece `[start, end)` of the message, and what it may be: a value for each kind."""

    __slots__ = ("end", "letter", "senses", "start", "weak")

    def __init__(self, start: int, end: int, senses: dict[str, Any], letter: str, *, weak: bool = False) -> None:
        """`weak` words need a neighbour to count."""
        self.start = start
        self.end = end
        self.senses = senses
        self.letter = letter
        self.weak = weak

    def __repr__(self) -> str:
        """For a person in a debugger."""
        return f"<{self.start}:{self.end} {self.senses}>"


@dataclass(frozen=True, slots=True)
class Setting:
    """What the rules may look at beyond the words: the local time, whether 5/6 is in May or June, the clock's hours."""

    now: dt.datetime  # naive, on the person's wall clock
    date_order: str = "MDY"
    hours: int = 12

    @property
    def today(self) -> dt.date:
        """The person's day."""
        return self.now.date()


class Found:
    """The nodes that a rule matched."""

    __slots__ = ("_groups", "_match", "_offset", "nodes", "setting")

    def __init__(
        self, nodes: Sequence[Node], match: re.Match[str], groups: dict[str, tuple[str, ...]], setting: Setting
    ) -> None:
        self.nodes = nodes
        self.setting = setting
        self._match = match
        self._groups = groups
        self._offset = match.start()

    def __getitem__(self, name: str) -> Any:
        """The value of the named node, or None where the match has none."""
        at = self._match.start(name) if name in self._groups else -1
        if at < 0:
            return None
        senses = self.nodes[at - self._offset].senses
        return next(senses[kind] for kind in self._groups[name] if kind in senses)

    def all(self, *kinds: str) -> list[Any]:
        """The values of every matched node that is one of `kinds`, in order."""
        return [node.senses[kind] for node in self.nodes for kind in kinds if kind in node.senses]

    def node(self, name: str) -> Node:
        """The named node itself."""
        return self.nodes[self._match.start(name) - self._offset]


Action = Callable[[Found], Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern over kinds, the kind it makes, and the action that makes its value or declines with None."""

    pattern: str
    makes: str
    action: Action


class Rules:
    """A stage's rules, gathered by its decorator: `@rules("IN q:QTY", makes="MOMENT")`."""

    def __init__(self, *, repeat: bool = False) -> None:
        """`repeat`: go over the row again until nothing changes."""
        self.repeat = repeat
        self.list: list[Rule] = []

    def __call__(self, *patterns: str, makes: str) -> Callable[[Action], Action]:
        """Register an action for each of `patterns`."""

        def register(action: Action) -> Action:
            self.list.extend(Rule(pattern, makes, action) for pattern in patterns)
            return action

        return register


class Alphabet:
    """The letter of each set of kinds."""

    def __init__(self) -> None:
        self._letters: dict[Kinds, str] = {}
        self._of: dict[str, str] = {}  # by kind, the letters of its sets

    def letter(self, kinds: Iterable[str]) -> str:
        """The letter for this set of kinds, a new one if the set is new."""
        key = frozenset(kinds)
        if key not in self._letters:
            letter = self._letters[key] = chr(0xE000 + len(self._letters))
            for kind in key:
                self._of[kind] = self._of.get(kind, "") + letter
        return self._letters[key]

    def letters_of(self, kind: str) -> str:
        """All letters whose set has `kind`."""
        return self._of.get(kind, "")


@dataclass(frozen=True)
class _Compiled:
    source: str
    groups: dict[str, tuple[str, ...]]
    letter: str
    rule: Rule
    needs: str  # the letters of which a row must have one for the rule to match; empty for "any row"

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """Compiled when a row may first match: of hundreds, one message's may match a few."""
        return re.compile(self.source)


_NOTHING = r"\x00"  # no letter: nothing in a row is that, and it is as wide as one, for a look behind
_PIECES = re.compile(
    r"(?:(?P<name>[a-z]\w*):)?(?P<kinds>[A-Z][A-Z_0-9]*(?:/[A-Z][A-Z_0-9]*)*)|(?P<other>\(\?<[!=]|\(\?!|\(\?=|[()|?*+$^])"
)


def _compile(rule: Rule, alphabet: Alphabet, letter: str) -> _Compiled:
    """The rule's pattern as a regular expression over letters; a kind that no word has matches nothing."""
    groups: dict[str, tuple[str, ...]] = {}
    out: list[str] = []
    for found in _PIECES.finditer(rule.pattern):
        if found["other"]:
            out.append("(?:" if found["other"] == "(" else found["other"])
            continue
        kinds = tuple(found["kinds"].split("/"))
        letters = "".join(alphabet.letters_of(kind) for kind in kinds)
        atom = f"[{letters}]" if letters else _NOTHING
        if found["name"]:
            groups[found["name"]] = kinds
            atom = f"(?P<{found['name']}>{atom})"
        out.append(atom)
    return _Compiled("".join(out), groups, letter, rule, _find_needs(rule.pattern, alphabet))


def _find_needs(pattern: str, alphabet: Alphabet) -> str:
    """The smallest set of letters that a match must have one of: an atom or whole group that is not optional."""
    pieces = list(_PIECES.finditer(pattern))
    best = ""
    at = 0
    while at < len(pieces):
        end = at
        other = pieces[at]["other"]
        if other and other.startswith("("):
            depth = 1
            while depth:
                end += 1
                closing = pieces[end]["other"] or ""
                depth += closing.startswith("(") - (closing == ")")
        inside = "".join(
            alphabet.letters_of(kind)
            for piece in pieces[at : end + 1]
            if piece["kinds"]
            for kind in piece["kinds"].split("/")
        )
        follower = pieces[end + 1]["other"] if end + 1 < len(pieces) else None
        if inside and follower not in {"?", "*"} and other in {None, "("} and (not best or len(inside) < len(best)):
            best = inside
        at = end + 1
    return best


class _Stage:
    """A stage's compiled rules; `masks` says by letter which of them a row with that letter may match."""

    def __init__(self, rules: list[_Compiled], *, repeat: bool) -> None:
        self.rules = rules
        self.repeat = repeat
        self.always = sum(1 << order for order, compiled in enumerate(rules) if not compiled.needs)
        self.masks: dict[str, int] = {}
        for order, compiled in enumerate(rules):
            for letter in compiled.needs:
                self.masks[letter] = self.masks.get(letter, 0) | 1 << order

    def possible(self, letters: Iterable[str]) -> int:
        """The rules that may match a row of these letters, as bits."""
        mask, masks = self.always, self.masks
        for letter in letters:
            if letter in masks:
                mask |= masks[letter]
        return mask


class Machine:
    """Stages of rules compiled for an alphabet. Make all letters of tokens before making the machine."""

    def __init__(self, stages: Sequence[Rules], alphabet: Alphabet) -> None:
        made = {rule.makes: alphabet.letter({rule.makes}) for stage in stages for rule in stage.list}
        self._stages = [
            _Stage([_compile(rule, alphabet, made[rule.makes]) for rule in stage.list], repeat=stage.repeat)
            for stage in stages
        ]

    def run(self, row: list[Node], setting: Setting) -> list[Node]:
        """The row after all stages."""
        letters = _spell(row)
        there = frozenset(letters)
        for stage in self._stages:
            again = True
            while again and (possible := stage.possible(there)):
                reduced = _reduce(row, letters, stage, possible, setting)
                if reduced is row:
                    break
                again = stage.repeat and len(reduced) < len(row)
                row, letters = reduced, _spell(reduced)
                there = frozenset(letters)
        return row


def _spell(row: list[Node]) -> str:
    return "".join([node.letter for node in row])


def _reduce(row: list[Node], letters: str, stage: _Stage, possible: int, setting: Setting) -> list[Node]:
    """The row with what the `possible` rules make of it; itself when they match nothing."""
    matches: list[tuple[int, int, int, re.Match[str]]] = []
    while possible:
        order = (possible & -possible).bit_length() - 1
        possible &= possible - 1
        for found in stage.rules[order].regex.finditer(letters):
            start, end = found.span()
            if end > start:
                matches.append((start, -end, order, found))
    if not matches:
        return row
    matches.sort(key=lambda match: match[:3])
    out: list[Node] = []
    at = 0
    for start, minus_end, order, found in matches:
        if start < at:
            continue
        compiled = stage.rules[order]
        nodes = row[start:-minus_end]
        value = compiled.rule.action(Found(nodes, found, compiled.groups, setting))
        if value is None:
            continue
        out.extend(row[at:start])
        out.append(Node(nodes[0].start, nodes[-1].end, {compiled.rule.makes: value}, compiled.letter))
        at = -minus_end
    out.extend(row[at:])
    return out
