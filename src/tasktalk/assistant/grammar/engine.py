"""Puts the stages in order and reads a message into its row."""

import datetime as dt
from functools import lru_cache

# The rules of the first of these join the stages of the others.
from tasktalk.assistant.grammar import (  # noqa: F401
    articles,
    daynumbers,
    dotted,
    frequencies,
    marked,
    numbered,
    turns,
    yeardays,
)
from tasktalk.assistant.grammar.behind import ALTERNATES, BEHIND, HABITS
from tasktalk.assistant.grammar.bounds import BOUNDS
from tasktalk.assistant.grammar.chart import Alphabet, Machine, Node, Setting
from tasktalk.assistant.grammar.clocks import CLOCKS, EARLY_CLOCKS
from tasktalk.assistant.grammar.coming import COMING
from tasktalk.assistant.grammar.dates import DATES, MONTHS
from tasktalk.assistant.grammar.dayparts import DAYPARTS, TIMESPANS
from tasktalk.assistant.grammar.days import DAYS, OFFSETS
from tasktalk.assistant.grammar.hours import HOUR_SPANS, HOURS
from tasktalk.assistant.grammar.joins import JOINS
from tasktalk.assistant.grammar.lexicon import Lexicon, load
from tasktalk.assistant.grammar.numbers import AMOUNTS, NUMBERS, SUMS
from tasktalk.assistant.grammar.picks import LISTS, NTH_LISTS, NTHS
from tasktalk.assistant.grammar.recurrence import BASES, CYCLES
from tasktalk.assistant.grammar.roles import ROLES
from tasktalk.assistant.grammar.rows import RowMaker
from tasktalk.assistant.grammar.tokens import tokenise

# Small things first: a stage sees what the stages before it have made.
STAGES = (
    *(NUMBERS, EARLY_CLOCKS, LISTS, NTHS, NTH_LISTS, AMOUNTS, SUMS, HOURS, CLOCKS, DAYPARTS),
    *(ALTERNATES, BASES, CYCLES, HABITS, DATES, BEHIND, COMING),
    *(DAYS, MONTHS, HOUR_SPANS, TIMESPANS, OFFSETS, JOINS, BOUNDS, ROLES),
)


_RECENT = 8  # texts: one part of a message is read for several of its readings


class Engine:
    """The rules compiled for the words of some languages."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        alphabet = Alphabet()
        self._rows = RowMaker(lexicon, alphabet)
        self._machine = Machine(STAGES, alphabet)
        self._read = lru_cache(maxsize=_RECENT)(self._read_anew)

    def read(self, text: str, now: dt.datetime, taken: list[tuple[int, int]]) -> list[Node]:
        """The message as a row in which every time expression has become one node of kind WHEN."""
        return list(self._read(text, now, tuple(taken)))

    def _read_anew(self, text: str, now: dt.datetime, taken: tuple[tuple[int, int], ...]) -> list[Node]:
        row = self._rows.make(tokenise(text, list(taken), self.lexicon.elisions, dotted=self.lexicon.dotted))
        return self._machine.run(row, Setting(now, self.lexicon.date_order, self.lexicon.hours))


@lru_cache(maxsize=64)
def get_engine(languages: tuple[str, ...]) -> Engine:
    """The engine for these languages, built once. Raises FileNotFoundError for a language without a lexicon."""
    return Engine(load(languages))
