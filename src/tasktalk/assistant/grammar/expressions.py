"""Filter expressions typed as a whole message: "today & p1", "(today | overdue) & #Home", "no date"."""

import re
from collections.abc import Iterator

from tasktalk.assistant.grammar.lexicon import list_languages
from tasktalk.assistant.grammar.phrasebook import get_phrasebook
from tasktalk.assistant.grammar.quickadd import find_marks
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.understanding import Context
from tasktalk.errors import BadRequest
from tasktalk.tasks.filters import All, Any, Dated, Expr, Named, Not, Search, Word, parse

# Words of the filter language that say nothing else when they stand alone; "done" and "no priority" do.
_ALONE = re.compile(r"p[1-4]|overdue|yesterday|no date|no time|no labels?|no section|unassigned|recurring|7 days")
_MAY_BE = re.compile(
    rf"[&|]|[!(#/@]|(?:search|project|section|label|assigned to|[a-z ]{{4,16}}) ?:|(?:{_ALONE.pattern})$"
)
_NAMES = {"assignee": "assigned to: ", "project": "#", "label": "@"}


def find_expression(text: str, context: Context) -> str | None:
    """The expression that the whole of `text` is, names spelled as they are known; None for anything else."""
    text = text.strip().rstrip(" ?.")
    folded = fold(text)
    if "\n" in text or not (_MAY_BE.match(folded) or "&" in folded or "|" in folded):
        return None
    if _ALONE.fullmatch(folded):
        return folded
    written = _spell_names(_translate(text, context.language), context)
    try:
        expr = parse(written)
    except BadRequest:
        return None
    return written if _is_meant(expr, written, context) else None


def _translate(text: str, language: str) -> str:
    """The text with the lists that a person calls in their own language ("heute & p1") as the filter language does."""
    if '"' in text or not re.search(r"[&|]", text) or language not in list_languages():
        return text
    words = get_phrasebook(language).slots["list_words"]
    return re.sub(r"[^&|!()\s][^&|!()]*(?<!\s)", lambda leaf: words.get(fold(leaf.group()), leaf.group()), text)


def _spell_names(text: str, context: Context) -> str:
    """The text with `@Ana` as the filter language writes a person, and known names in their own spelling."""
    if '"' in text:
        return text
    for mark in reversed(find_marks(text, context)):
        if mark.kind in _NAMES and text[mark.start] in "#@+":
            text = text[: mark.start] + _NAMES[mark.kind] + mark.value + text[mark.end :]
    return text


def _is_meant(expr: Expr, text: str, context: Context) -> bool:
    """Whether it is a filter and no task or change that also reads as one: "today p1" lacks its sign, "friday" too."""
    leaves = list(_list_leaves(expr))
    if len(leaves) - 1 != text.count("&") + text.count("|"):
        return False
    known = {fold(name) for name in (*context.projects, *context.labels, *context.people)}
    if any(isinstance(leaf, Named) and not _is_name(leaf, text, known) for leaf in leaves):
        return False
    if len(leaves) == 1 and not isinstance(expr, Not):
        return _is_meant_alone(leaves[0], fold(text))
    return ":" in text or not all(isinstance(leaf, Dated) for leaf in leaves)


def _is_meant_alone(leaf: Expr, folded: str) -> bool:
    match leaf:
        case Named():
            return not folded.startswith("+")
        case Search():
            return folded.startswith("search")
        case Dated():
            return ":" in folded and (leaf.side != "on" or folded.startswith(("date", "completed")))
        case _:
            return False


def _is_name(leaf: Named, text: str, known: set[str]) -> bool:
    """A word, or more where a project, label or person is called so, or where it stands in quotes."""
    name = "".join(part or "*" for part in leaf.pattern)
    return '"' in text or fold(name) in known or (" " not in name and not name[:1].isdigit())


def _list_leaves(expr: Expr) -> Iterator[Word | Named | Dated | Search]:
    match expr:
        case All(parts) | Any(parts):
            for part in parts:
                yield from _list_leaves(part)
        case Not(part):
            yield from _list_leaves(part)
        case _:
            yield expr
