"""Makes the scope model of a language from its sentences: `python scripts/train_scope.py en`.

Reads tests/utterances/scope/<language>.yaml, writes src/tasktalk/assistant/grammar/scopes/<language>.json. The same
sentences make the same file, to the byte.
"""

import hashlib
import json
import re
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import yaml

from tasktalk.assistant.grammar.scope import FOLDER, KINDS, MADE_FROM, SCALE, list_features, softmax
from tasktalk.assistant.grammar.tokens import fold

SENTENCES = Path(__file__).parents[1] / "tests" / "utterances" / "scope"
SAMPLES = {"task": 48, "query": 48, "change": 48, "other": 48}  # sentences made of a pattern, at most
BARE = 24  # of so many tasks, one is also shown as if none of its words were known: what is unknown is a task
MODELS = 5  # one alone hangs on its dice
EPOCHS = 5
RATE = 0.25
FEWEST = 4  # patterns that must show a feature
SMALLEST = 8  # weights nearer to nothing are not kept, in parts of SCALE
_PIECE = re.compile(r"\{(\w+)\}|[()\[\]|]|[^()\[\]|{}]+")


class Dice:
    """Chance that is the same everywhere and always."""

    def __init__(self, seed: str) -> None:
        self._state = zlib.crc32(seed.encode()) or 1

    def roll(self, sides: int) -> int:
        """A number from 0 to below `sides`."""
        self._state = (self._state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self._state >> 33) % sides


def parse(pattern: str) -> list[object]:
    """A pattern as a tree: a list is a sequence, a tuple one of several, a string itself, "{x}" a word of that name."""
    pieces = [found.group() for found in _PIECE.finditer(pattern)]
    tree, rest = _parse(pieces, 0)
    if rest != len(pieces):
        raise ValueError(f"unbalanced bracket in {pattern!r}")
    return [tree]


def _parse(pieces: list[str], at: int) -> tuple[tuple[list[object], ...], int]:
    choices: list[list[object]] = [[]]
    while at < len(pieces) and pieces[at] not in ")]":
        piece = pieces[at]
        at += 1
        if piece == "|":
            choices.append([])
        elif piece in "([":
            inside, at = _parse(pieces, at)
            if at >= len(pieces) or pieces[at] != {"(": ")", "[": "]"}[piece]:
                raise ValueError(f"unbalanced bracket in {''.join(pieces)!r}")
            at += 1
            choices[-1].append((inside, []) if piece == "[" else inside)
        else:
            choices[-1].append(piece)
    return tuple(choices), at


def speak(tree: object, words: dict[str, list[str]], dice: Dice) -> str:
    """One sentence of the tree."""
    if isinstance(tree, tuple):
        return speak(tree[dice.roll(len(tree))], words, dice)
    if isinstance(tree, list):
        return "".join(speak(part, words, dice) for part in tree)
    text = str(tree)
    if text.startswith("{"):
        choices = words[text[1:-1]]
        return choices[dice.roll(len(choices))]
    return text


def list_sentences(language: str, seed: str) -> Iterator[tuple[int, str, str]]:
    """The kind of each sentence, the sentence, and the pattern it was made of."""
    source = yaml.safe_load((SENTENCES / f"{language}.yaml").read_text(encoding="utf-8"))
    words = {name: text.split("|") for name, text in source["words"].items()}
    for kind, name in enumerate(KINDS):
        for topic in source[name].values():
            for pattern in topic.strip().splitlines():
                tree, dice = parse(pattern), Dice(f"{seed} {pattern}")
                made = (" ".join(speak(tree, words, dice).split()) for _ in range(SAMPLES[name]))
                for sentence in dict.fromkeys(made):
                    yield kind, sentence, pattern


def train(language: str) -> dict[str, list[int]]:
    """The weights: the mean of what several models learn, each of sentences and in an order of its own."""
    models = [_train(language, f"{language} {number}") for number in range(MODELS)]
    nothing = [0.0] * len(KINDS)
    features = sorted(set().union(*models))
    each = {name: [model.get(name, nothing) for model in models] for name in features}
    return _as_parts(
        {name: [sum(kind) / MODELS for kind in zip(*weights, strict=True)] for name, weights in each.items()}
    )


def _train(language: str, seed: str) -> dict[str, list[float]]:
    """Logistic regression, each step as large as what its weight has not seen yet calls for (AdaGrad)."""
    rows: list[tuple[int, list[str]]] = []
    shown: dict[str, set[str]] = {}
    for kind, sentence, pattern in list_sentences(language, seed):
        features = list(dict.fromkeys(list_features(fold(sentence))))
        rows.append((kind, features))
        if KINDS[kind] == "task" and len(rows) % BARE == 0:
            rows.append((kind, features[:2]))
        for feature in features:
            seen = shown.setdefault(feature, set())
            if len(seen) < FEWEST:
                seen.add(pattern)
    kept = {feature for feature, patterns in shown.items() if len(patterns) >= FEWEST or " " not in feature}
    weights = {feature: [0.0] * len(KINDS) for feature in sorted(kept)}
    totals = {feature: [0.0] * len(KINDS) for feature in weights}  # their mean hangs less on the order than the last
    slopes = {feature: [1.0] * len(KINDS) for feature in kept}
    data = [(kind, [(weights[each], slopes[each]) for each in features if each in kept]) for kind, features in rows]
    dice = Dice(seed)
    for epoch in range(EPOCHS):
        for last in range(len(data) - 1, 0, -1):
            other = dice.roll(last + 1)
            data[last], data[other] = data[other], data[last]
        for kind, row in data:
            _learn(kind, row)
        for feature, weight in weights.items() if epoch else ():
            totals[feature] = [total + each for total, each in zip(totals[feature], weight, strict=True)]
    return {feature: [total / (EPOCHS - 1) for total in totals[feature]] for feature in totals}


def _learn(kind: int, row: list[tuple[list[float], list[float]]]) -> None:
    shares = softmax([sum(weight[at] for weight, _ in row) for at in range(len(KINDS))])
    for at, share in enumerate(shares):
        error = share - (at == kind)
        if -0.002 < error < 0.002:  # noqa: PLR2004  (known by heart)
            continue
        square = error * error
        for weight, slope in row:
            slope[at] += square
            weight[at] -= RATE * error / slope[at] ** 0.5


def _as_parts(weights: dict[str, list[float]]) -> dict[str, list[int]]:
    """Only what sets each kind apart from the first counts, so that the first goes without saying."""
    parts = {
        feature: [round((each - first) * SCALE) for each in others] for feature, (first, *others) in weights.items()
    }
    return {feature: part for feature, part in parts.items() if max(map(abs, part)) >= SMALLEST}


def digest(language: str) -> str:
    """Of all that the weights are made from: the sentences, this script, and how the model looks at words."""
    made_from = (SENTENCES / f"{language}.yaml", Path(__file__), FOLDER.with_name("scope.py"))
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in made_from)).hexdigest()


def write(weights: dict[str, list[int]], made_from: str) -> str:
    """The weights as text, a feature a line, after the digest of what they were made from."""
    lines = (
        f"{json.dumps(name, ensure_ascii=False)}:{json.dumps(part).replace(' ', '')}"
        for name, part in sorted(weights.items())
    )
    return "{" + ",\n".join((f'"{MADE_FROM}":"{made_from}"', *lines)) + "}\n"


if __name__ == "__main__":
    for each in sys.argv[1:]:
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / f"{each}.json").write_text(write(train(each), digest(each)), encoding="utf-8")
