"""What a language says in answer to a question and to put something right, compiled."""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

from tasktalk.assistant.grammar.templates import Template, as_regex

_FOLDER = Path(__file__).parent / "dialogues"


class AnswerBook:
    """The phrases of one language, from `dialogues/`."""

    __slots__ = (
        "add",
        "both",
        "counted",
        "denials",
        "every",
        "keep",
        "last",
        "leads",
        "none",
        "other",
        "project",
        "rename",
        "several",
        "small",
        "them_verbs",
        "told",
        "unmark",
        "week",
    )

    def __init__(self, language: str, macros: dict[str, str], all_words: Iterable[str]) -> None:
        with (_FOLDER / f"{language}.toml").open("rb") as file:
            answers = tomllib.load(file)
        for name in ("add", "both", "keep", "last", "none", "other", "unmark", "week"):
            setattr(self, name, _whole(answers[name]))
        self.leads = re.compile(rf"(?:{_joined(answers['leads'])})(?!\w)[\s,.;:!…-]*")
        every = _joined([*map(re.escape, sorted(all_words, key=len, reverse=True))])
        self.counted = re.compile(rf"(?<!\w)(?:{_joined(answers['both'])})(?!\w)")
        self.every = re.compile(rf"(?<!\w)(?:{_joined(answers['both'])}|{every})(?!\w)")
        self.several = re.compile(_joined(answers["several"]))
        self.them_verbs = re.compile(rf"(?:{_joined(answers['them_verbs'])})(?!\w)\s*")
        self.denials = [re.compile(each) for each in answers["denials"]]
        self.rename = [Template(as_regex(each, macros)) for each in answers["rename"]]
        self.project = [Template(as_regex(each, macros)) for each in answers["project"]]
        self.small = frozenset(answers["small"])
        self.told = frozenset(answers["told"])

    add: re.Pattern[str]
    both: re.Pattern[str]
    keep: re.Pattern[str]
    last: re.Pattern[str]
    none: re.Pattern[str]
    other: re.Pattern[str]
    unmark: re.Pattern[str]
    week: re.Pattern[str]


def _joined(patterns: list[str]) -> str:
    return "|".join(f"(?:{pattern})" for pattern in patterns) or r"(?!)"


def _whole(patterns: list[str]) -> re.Pattern[str]:
    return re.compile(_joined(patterns))
