"""How well and how fast messages are understood: our own utterances, and development corpora where they are at hand.

The corpora are other people's data and no part of the project; without them their rows are left out.
"""

import json
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from bench import holdout
from bench.dates.cases import CORPORA, NOW, list_cases, read_utterances
from bench.dates.said import context_of
from bench.dates.score import Scores, Share, score
from bench.figures import percentile
from tasktalk.assistant.understand import understand

_KINDS = {
    **dict.fromkeys(("create_task", "create_tasks", "create_project", "remind"), "add"),
    **dict.fromkeys(("list_tasks", "search", "summary", "plan_day", "project_status", "list_projects"), "query"),
    **dict.fromkeys(("update_task", "reschedule_task", "snooze", "assign_task", "update_project"), "update"),
    "delete_task": "remove",
}
_WANTED = {"set": "add", "createoradd": "add", "query": "query", "remove": "remove"}


@dataclass(slots=True)
class Understood:
    """Our own sentences by language, their speed in ms; dates and rules beside the peers; hold-out; what is wanted."""

    scores: Scores
    holdout: holdout.Shares
    sentences: Counter[str] = field(default_factory=Counter)
    speeds_ms: list[float] = field(default_factory=list)
    kinds: dict[str, Share] = field(default_factory=lambda: defaultdict(Share))


def measure() -> Understood:
    """All there is to measure here."""
    found = Understood(scores=score(list_cases()), holdout=holdout.measure())
    _measure_speed(found)
    if CORPORA.is_dir():
        _measure_kinds(found)
    return found


def _measure_speed(found: Understood) -> None:
    """The speed over our own sentences; that they are understood is what the tests say."""
    messages = []
    for language, _, row in read_utterances():
        found.sentences[language] += 1
        messages.append((row["text"], context_of(row["now"], language, row["tz"])))
    for text, context in messages:
        understand(text, context)  # compiles the rules
    for text, context in messages:
        began = time.perf_counter()
        understand(text, context)
        found.speeds_ms.append((time.perf_counter() - began) * 1000)


def _measure_kinds(found: Understood) -> None:
    context = context_of(NOW, "en", "UTC")
    for line in (CORPORA / "hwu64_train.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        scenario, _, action = row["intent"].partition("_")
        ours = scenario in {"lists", "calendar", "alarm"}
        wanted = _WANTED.get(action, "other") if ours else "other"
        kind = _KINDS.get(understand(row["text"], context).intents[0].intent, "other")
        found.kinds["all"].add(kind == wanted)
        found.kinds[wanted].add(kind == wanted)


def describe_speed(found: Understood) -> str:
    """Mean and percentiles."""
    speeds = found.speeds_ms
    mean = sum(speeds) / len(speeds)
    return f"mean {mean:.2f} ms, p50 {percentile(speeds, 50):.2f}, p99 {percentile(speeds, 99):.2f}"
