"""Of the hold-out, how much is understood in all that its rows say: by language and tag."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from bench.dates.cases import read_utterances
from bench.dates.said import context_of
from bench.dates.score import Share
from tasktalk.assistant.understand import understand

Shares = dict[tuple[str, str], Share]


def measure() -> Shares:
    """By language and tag."""
    shares: Shares = defaultdict(Share)
    for language, file, row in read_utterances():
        if file == "holdout":
            titles = row.get("context", {}).get("open_titles", ())
            context = context_of(row["now"], language, row["tz"], open_titles=titles)
            intents = msgspec.to_builtins(understand(row["text"], context).intents)
            expected = row["expect"]
            said = intents if isinstance(expected, list) else intents[0]
            shares[language, row["tag"]].add(says(said, expected))
    return shares


def says(said: Any, expected: Any) -> bool:
    """Whether `said` has all of `expected`, whose leaves are texts; keys that it does not name are free."""
    if isinstance(expected, Mapping):
        return isinstance(said, Mapping) and all(says(said.get(key), value) for key, value in expected.items())
    if isinstance(expected, list):
        same = isinstance(said, Sequence) and len(said) == len(expected)
        return same and all(says(one, other) for one, other in zip(said, expected, strict=True))
    text = "null" if said is None else str(said).lower() if isinstance(said, bool) else str(said)
    return text == expected
