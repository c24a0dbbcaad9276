"""How well and how fast messages are understood: our own utterances, and development corpora where they are at hand.

The corpora are other people's data and no part of the project; without them their rows are left out.
"""

import datetime as dt
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bench.figures import percentile
from tasktalk.assistant.understand import understand
from tasktalk.assistant.understanding import Context, Intent

_ROOT = Path(__file__).parent.parent
UTTERANCES = _ROOT / "tests" / "utterances"
CORPORA = _ROOT.parent / "shared" / "corpora"
SPOKEN = ("en", "es", "pt", "fr", "de", "it", "nl")
_NOW = "2026-11-24T10:00:00"
_WHOLE_DAYS = frozenset({"day", "week", "month", "year"})
_KINDS = {
    **dict.fromkeys(("create_task", "create_tasks", "create_project", "remind"), "add"),
    **dict.fromkeys(("list_tasks", "search", "summary", "plan_day", "project_status", "list_projects"), "query"),
    **dict.fromkeys(("update_task", "reschedule_task", "snooze", "assign_task", "update_project"), "update"),
    "delete_task": "remove",
}
_WANTED = {"set": "add", "createoradd": "add", "query": "query", "remove": "remove"}


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
class Understood:
    """By language: own sentences and their speed in ms; right days, right moments. Over all: the rest."""

    sentences: Counter[str] = field(default_factory=Counter)
    speeds_ms: list[float] = field(default_factory=list)
    days: dict[str, Share] = field(default_factory=lambda: defaultdict(Share))
    moments: dict[str, Share] = field(default_factory=lambda: defaultdict(Share))
    invented: Share = field(default_factory=Share)
    rules: Share = field(default_factory=Share)
    kinds: dict[str, Share] = field(default_factory=lambda: defaultdict(Share))


def measure() -> Understood:
    """All there is to measure here."""
    found = Understood()
    _measure_own(found)
    if CORPORA.is_dir():
        _measure_days(found)
        _measure_invented(found)
        _measure_rules(found)
        _measure_kinds(found)
    return found


def _measure_own(found: Understood) -> None:
    """The speed over our own sentences; that they are understood is what the tests say."""
    messages: list[tuple[str, Context]] = []
    for path in sorted(UTTERANCES.glob("*.yaml")):
        language = path.stem.split("_")[0]
        for row in yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)["utterances"]:
            found.sentences[language] += 1
            messages.append((row["text"], _context(_NOW, language)))
    for text, context in messages:
        understand(text, context)  # compiles the rules
    for text, context in messages:
        began = time.perf_counter()
        understand(text, context)
        found.speeds_ms.append((time.perf_counter() - began) * 1000)


def _measure_days(found: Understood) -> None:
    for row in _read("chrono.jsonl"):
        expected, now = row["expected"], row["reference_now"] or _NOW
        if len(expected) != 1 or expected[0]["start"] < now[:10] or expected[0]["time_only"]:
            continue
        if expected[0]["grain"] == "second":
            continue
        intent = _intent(row["text"], now, row["lang"])
        when = intent.due or intent.start or intent.deadline
        right = when is not None and when.date == expected[0]["start"][:10]
        found.days[row["lang"]].add(right)
        exact = expected[0]["grain"] in _WHOLE_DAYS or (when is not None and when.time == expected[0]["start"][11:16])
        found.moments[row["lang"]].add(right and exact)


def _measure_invented(found: Understood) -> None:
    for row in _read("chrono_negative.jsonl"):
        intent = _intent(row["text"], _NOW, row["lang"])
        found.invented.add(bool(intent.due or intent.recurrence))


def _measure_rules(found: Understood) -> None:
    for row in _read("recurrence.jsonl"):
        if not row["expected"] or "rrule" not in row["expected"]:
            continue
        wanted = row["expected"]["rrule"]
        said = _intent(row["text"], row["reference_now"] or _NOW, row["lang"]).recurrence
        rule = dict(part.split("=") for part in said.rrule.splitlines()[0].split(";")) if said else {}
        same = rule.get("FREQ", "").lower() == wanted["freq"]
        found.rules.add(same and int(rule.get("INTERVAL", 1)) == int(wanted["interval"]))


def _measure_kinds(found: Understood) -> None:
    for row in _read("hwu64_train.jsonl"):
        scenario, _, action = row["intent"].partition("_")
        ours = scenario in {"lists", "calendar", "alarm"}
        wanted = _WANTED.get(action, "other") if ours else "other"
        kind = _KINDS.get(_intent(row["text"], _NOW, "en").intent, "other")
        found.kinds["all"].add(kind == wanted)
        found.kinds[wanted].add(kind == wanted)


def _read(name: str) -> Iterator[dict[str, Any]]:
    for line in (CORPORA / name).read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["lang"] in SPOKEN:
            yield row


def _intent(text: str, now: str, language: str) -> Intent:
    return understand(text, _context(now, language)).intents[0]


def _context(now: str, language: str) -> Context:
    return Context(now=dt.datetime.fromisoformat(now).replace(tzinfo=dt.UTC), language=language)


def describe_speed(found: Understood) -> str:
    """Mean and percentiles."""
    speeds = found.speeds_ms
    mean = sum(speeds) / len(speeds)
    return f"mean {mean:.2f} ms, p50 {percentile(speeds, 50):.2f}, p99 {percentile(speeds, 99):.2f}"
