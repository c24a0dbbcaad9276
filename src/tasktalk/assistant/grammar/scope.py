"""Whether a message is for a task manager at all: a linear model over its words, learnt from sentences of our own.

Each language has one, `scopes/<language>.json`; `scripts/train_scope.py` makes it.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "scopes"
KINDS = ("task", "query", "change", "other")  # a new task, a question about tasks, a change of them, none of it
LONGEST = 40  # words looked at
STEM = 4  # letters of a longer word that stand for all its endings and slips
MADE_FROM = "//"  # beside the weights, and no word: the digest of what they were made from
SCALE = 32  # the weights are whole numbers of this part
# Words that lose their vowel before another: "l'eau" is two words.
_ELIDED = r"\b(?:[cdjlmnstv]|(?:jus|lors|puis)?qu|un|[cd]?all|[dns]ell|sull|quest|quell|cos|com|dov|quand|mezz)'"
_WORD = re.compile(_ELIDED + r"(?!s\b)(?=\w)|[^\W\d_]+(?:'[^\W\d_]+)*|\d+|\?(?=[\s?!.]*$)")


class Model:
    """What each feature says for each of KINDS, against the first of them."""

    def __init__(self, weights: Mapping[str, Sequence[int]]) -> None:
        self._weights = weights

    def __contains__(self, word: str) -> bool:
        """Whether the model has learnt something of a word."""
        return word in self._weights

    def judge(self, folded: str) -> dict[str, float]:
        """How likely the message is each of KINDS."""
        scores = [0] * len(KINDS)
        for feature in list_features(folded):
            found = self._weights.get(feature)
            if found is not None:
                for at, weight in enumerate(found, 1):
                    scores[at] += weight
        return dict(zip(KINDS, softmax([score / SCALE for score in scores]), strict=True))

    def knows(self, folded: str) -> float:
        """The share of its words that the model has seen, 0-1; figures are no words, nor is a letter alone."""
        words = [
            word for word in _WORD.findall(folded)[:LONGEST] if not word.isdigit() and (len(word) > 1 or word == "?")
        ]
        return sum(word in self._weights for word in words) / len(words) if words else 0.0


def list_features(folded: str) -> Iterator[str]:
    """What the model looks at: words, pairs of them, the stems of long ones, the ends, how many there are."""
    words = ["0" if word.isdigit() else word for word in _WORD.findall(folded)[:LONGEST]]
    yield ""
    yield f"#{min(len(words), 9)}"
    before = "^"
    for word in words:
        yield word
        yield f"{before} {word}"
        if len(word) > STEM:
            yield f"{word[:STEM]}*"
        before = word
    yield f"{before} $"


def softmax(scores: Sequence[float]) -> list[float]:
    """Scores as shares of one."""
    top = max(scores)
    shares = [math.exp(score - top) for score in scores]
    total = sum(shares)
    return [share / total for share in shares]


@cache
def get_model(language: str) -> Model:
    """The model of a language. Raises FileNotFoundError for a language without one."""
    weights = json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    del weights[MADE_FROM]
    return Model(weights)
