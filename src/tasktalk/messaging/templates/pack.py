"""Our own templates: what each is for, what goes into it, what its buttons do, and its words in each language."""

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from tasktalk.messaging.templates.choosing import Purpose
from tasktalk.messaging.templates.drafts import AUTHENTICATION, UTILITY, Button, Draft, Sample

WORDINGS = Path(__file__).parent / "wordings"
LANGUAGES = ("en", "es", "pt_BR", "pt_PT", "fr", "de", "it", "nl")
_PREFIX = "tasktalk_"


class Kind(NamedTuple):
    """`values`: the names that may be filled in. `actions`: what its quick replies do, in their order; see Action."""

    category: str
    values: tuple[str, ...]
    actions: tuple[str, ...] = ()


# The actions are those of the same notice inside the window, so that its payloads serve here too.
KINDS: dict[Purpose, Kind] = {
    "reminder": Kind(UTILITY, ("task", "due"), ("done", "later", "due")),
    "digest": Kind(UTILITY, ("date", "due_count", "overdue_count", "first_task"), ("list",)),
    "assigned": Kind(UTILITY, ("actor", "project", "task", "due"), ("accept", "decline")),
    "invitation": Kind(UTILITY, ("actor", "project")),
    "comment": Kind(UTILITY, ("actor", "task", "comment"), ("show",)),
    "update": Kind(UTILITY, ("news",), ("show",)),
    "login_code": Kind(AUTHENTICATION, ("code",)),
}


def write_pack(languages: tuple[str, ...] = LANGUAGES) -> list[Draft]:
    """Every template of the pack in these languages."""
    return [write(purpose, language) for language in languages for purpose in KINDS]


def write(purpose: Purpose, language: str) -> Draft:
    """One of them."""
    kind, words = KINDS[purpose], _read(language)
    wording, examples = words[purpose], words["examples"]
    style = "OTP" if kind.category == AUTHENTICATION else "QUICK_REPLY"
    return Draft(
        name=_PREFIX + purpose,
        language=language,
        category=kind.category,
        body=wording["body"],
        buttons=tuple(Button(style, label) for label in wording["buttons"]),
        samples=tuple(Sample(name, examples[name]) for name in kind.values),
        purpose=purpose,
    )


def find_purpose(name: str) -> Purpose | None:
    """Of a template of ours, by its name."""
    return next((purpose for purpose in KINDS if name == _PREFIX + purpose), None)


@cache
def _read(language: str) -> dict[str, Any]:
    words: dict[str, Any] = msgspec.json.decode((WORDINGS / f"{language}.json").read_bytes())
    return words
