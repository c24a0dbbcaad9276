"""What each reader got right, by whose sentences they are, language and tag."""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from bench.dates.cases import Case
from bench.dates.peers import CHRONO, DATEPARSER, RECURRENT, Answer, ask, peers
from bench.dates.rules import all_of, begin_alike, days_of, read_rule, unit_of
from bench.dates.said import context_of
from tasktalk.assistant.understand import understand

OURS = "Tasktalk"
_DATES_OF = {
    DATEPARSER: {"en", "es", "pt", "fr", "de", "it", "nl"},
    CHRONO: {"en", "es", "pt", "fr", "de", "it", "nl"},
    RECURRENT: {"en"},
}
_Key = tuple[str, str, str]


@dataclass(slots=True)
class Share:
    """How many of how many."""

    right: int = 0
    total: int = 0

    def add(self, right: bool) -> None:  # noqa: FBT001  (what there is to count)
        """One more."""
        self.right += right
        self.total += 1

    @property
    def percent(self) -> float:
        """Of a hundred; 0 of nothing."""
        return 100 * self.right / self.total if self.total else 0.0


@dataclass(slots=True)
class Tally:
    """One reader: right days, right moments, dates where none is meant; rules by unit, by days too, in all parts."""

    days: Share = field(default_factory=Share)
    moments: Share = field(default_factory=Share)
    invented: Share = field(default_factory=Share)
    units: Share = field(default_factory=Share)
    rule_days: Share = field(default_factory=Share)
    rules: Share = field(default_factory=Share)
    ms: list[float] = field(default_factory=list)

    def add(self, case: Case, answer: Answer) -> None:
        """Count one case."""
        self.ms.append(answer.ms)
        if case.rule is not None:
            said = read_rule(answer.rrule)
            self.units.add(unit_of(said) == unit_of(case.rule))
            self.rule_days.add(days_of(said) == days_of(case.rule))
            bounds = all_of(said) == all_of(case.rule) and begin_alike(case.rule, said, answer.date)
            self.rules.add(bounds)
        elif case.day is None:
            self.invented.add(bool(answer.date or answer.rrule))
        else:
            right = answer.date == case.day and not answer.rrule
            self.days.add(right)
            self.moments.add(right and case.clock in (None, answer.time))

    def merge(self, other: "Tally") -> None:
        """Take over what another has counted."""
        for name in ("days", "moments", "invented", "units", "rule_days", "rules"):
            mine, more = getattr(self, name), getattr(other, name)
            mine.right += more.right
            mine.total += more.total
        self.ms += other.ms


@dataclass(slots=True)
class Scores:
    """By whose sentences, language, tag, and reader. A reader is absent where it does not know the language."""

    tallies: dict[_Key, dict[str, Tally]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(Tally)))
    readers: list[str] = field(default_factory=list)

    def of(self, reader: str, *, source: str = "", language: str = "", tag: str = "") -> Tally:
        """One reader over all that matches; what is empty matches all."""
        whole = Tally()
        for key, tallies in self.tallies.items():
            wanted = zip((source, language, tag), key, strict=True)
            if all(want in ("", part) for want, part in wanted) and reader in tallies:
                whole.merge(tallies[reader])
        return whole

    def keys(self) -> Iterable[_Key]:
        """Whose sentences, language and tag, in order."""
        return sorted(self.tallies)


def score(cases: Sequence[Case]) -> Scores:
    """Ours and the peers that could be fetched, on the same cases."""
    scores = Scores()
    _count(scores, OURS, cases, list(_read(cases)))
    with peers() as commands:
        for peer, command in commands.items():
            asked = [case for case in cases if _reads(peer, case)]
            _count(scores, peer, asked, ask(command, asked))
    return scores


def _reads(peer: str, case: Case) -> bool:
    """Whether it may be asked: a language of its own, and a rule only where it knows what a rule is."""
    return case.language in _DATES_OF[peer] and (case.rule is None or peer == RECURRENT)


def _count(scores: Scores, reader: str, cases: Sequence[Case], answers: Sequence[Answer]) -> None:
    scores.readers.append(reader)
    for case, answer in zip(cases, answers, strict=True):
        scores.tallies[case.source, case.language, case.tag][reader].add(case, answer)


def _read(cases: Sequence[Case]) -> Iterator[Answer]:
    contexts = [context_of(case.now, case.language, case.tz) for case in cases]
    for case, context in zip(cases, contexts, strict=True):
        understand(case.text, context)  # compiles the rules
    for case, context in zip(cases, contexts, strict=True):
        began = time.perf_counter()
        intent = understand(case.text, context).intents[0]
        ms = (time.perf_counter() - began) * 1000
        when = intent.due or intent.start or intent.deadline
        rule = intent.recurrence.rrule if intent.recurrence else None
        yield Answer(when.date if when else None, when.time if when else None, rule, ms)
