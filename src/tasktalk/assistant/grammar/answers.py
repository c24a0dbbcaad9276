"""Answers to questions ("the second one", "the one in Home") and corrections ("at 6, not 5"): a dialogue's alone."""

import re
from dataclasses import dataclass

from msgspec import structs

from tasktalk.assistant.grammar.capture import capture
from tasktalk.assistant.grammar.changes import read_answer
from tasktalk.assistant.grammar.engine import Engine
from tasktalk.assistant.grammar.phrasebook import Phrasebook
from tasktalk.assistant.grammar.targets import read_numbers
from tasktalk.assistant.grammar.titles import strip_formatting
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.understanding import Context, Draft, Intent, Target

_SURE = 0.9
_ENDS = " \t\n.,:;!?¿¡…"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a message says where it answers a question: which of those offered, or what is left but for small words.

    `keep`: no, leave them; `add`: yes, make it a task.
    """

    numbers: tuple[int, ...] = ()
    last: bool = False
    all: bool = False
    none: bool = False
    keep: bool = False
    add: bool = False
    words: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """What is put right: a change of the task in focus; or `other`: its date's other reading, `week`: or a week later.

    `sure`: it is said as a correction, and no command of its own. `subject`: the words for the task that it is of, in
    which case `instead_of` is what that had until now.
    """

    intent: Intent | None = None
    other: bool = False
    week: bool = False
    sure: bool = True
    subject: str = ""
    instead_of: Draft | None = None


def read_choice(text: str, book: Phrasebook) -> Choice:
    """Reads "the second one", "both", "neither", "the lease one"."""
    said = strip_formatting(text).strip(_ENDS)
    folded = fold(said)
    answers = book.answers
    is_all = folded in book.slots["all_words"] or answers.both.fullmatch(folded) is not None
    left = [word for word in said.split() if fold(word.strip(_ENDS)) not in answers.small]
    words = " ".join(left).strip(_ENDS)
    return Choice(
        numbers=tuple(read_numbers(folded, book) or read_numbers(fold(words), book)),
        last=answers.last.fullmatch(folded) is not None,
        all=is_all,
        none=answers.none.fullmatch(folded) is not None,
        keep=answers.keep.fullmatch(folded) is not None,
        add=answers.add.fullmatch(folded) is not None,
        words=words,
    )


def read_correction(text: str, context: Context, engine: Engine, book: Phrasebook) -> Correction | None:
    """Reads "no, tomorrow", "at 6 not 5", "not urgent", "call it X", "wrong project, Home", "the other one"."""
    said = strip_formatting(text).strip(_ENDS)
    rest, is_led = _without_lead(said, book)
    for words in dict.fromkeys((said, rest)):
        if (correction := _read_words(words, context, engine, book)) is not None:
            return correction
    answers = book.answers
    folded = fold(rest)
    several = answers.them_verbs.match(folded)
    begin = several.end() if several else 0
    changed = rest[begin:].strip()
    intent = None
    if (is_led or several) and changed:
        # "doch am 3.": the stop may be the day's
        stopped = is_led and changed[-1].isdigit() and text.rstrip().endswith(".")
        intent = read_answer(changed, context, engine, book) or (
            read_answer(f"{changed}.", context, engine, book) if stopped else None
        )
    return Correction(intent, sure=is_led or several is not None) if intent is not None else None


def _read_words(words: str, context: Context, engine: Engine, book: Phrasebook) -> Correction | None:
    """What is put right in words of its own."""
    folded, answers = fold(words), book.answers
    if answers.other.fullmatch(folded) or answers.week.fullmatch(folded):
        return Correction(other=True, week=answers.week.fullmatch(folded) is not None)
    if answers.unmark.fullmatch(folded):
        return Correction(_change(clear=("priority",)))
    for template in answers.rename:
        found = template.match(folded)
        if found and (title := words[slice(*found.span("text"))].strip(" \"'“”«»")):
            return Correction(_change(title=title))
    for template in answers.project:
        found = template.match(folded)
        name = found and fold(words[slice(*found.span("project"))]).strip(" #")
        project = next((each for each in context.projects if fold(each) == name), None)
        if project is not None:
            return Correction(_change(project=project))
    for pattern in answers.denials:
        found = pattern.fullmatch(folded)
        if found and (instead := _read_instead(words, found, context, engine, book)) is not None:
            return instead
    return None


def read_task(text: str, context: Context, engine: Engine, book: Phrasebook) -> Intent:
    """The task that `text` is, whatever else it may be: its words, but for the slots that can be read."""
    draft = capture(text, context, engine, book).draft
    if not draft.title:
        return Intent(intent="create_task", confidence=_SURE, title=" ".join(text.split()))
    return Intent(**{**structs.asdict(draft), "intent": "create_task", "confidence": _SURE})


def _without_lead(said: str, book: Phrasebook) -> tuple[str, bool]:
    """The words behind "no, sorry, I meant", and whether there were such."""
    rest = said
    while (found := book.answers.leads.match(fold(rest))) and rest[found.end() :].strip(_ENDS):
        rest = rest[found.end() :].lstrip(_ENDS)
    return rest, rest != said


def _read_instead(
    words: str, found: re.Match[str], context: Context, engine: Engine, book: Phrasebook
) -> Correction | None:
    """What is meant instead of what is not, when both are times or marks; before them may be what they are of."""
    new, old = (words[slice(*found.span(name))].strip(_ENDS) for name in ("new", "old"))
    old_one = _read_bare(old, context, engine, book)
    if old_one is None:
        return None
    if (intent := _read_bare(new, context, engine, book)) is not None:
        return Correction(intent)
    said = new.split()
    for at in range(1, len(said)):  # "the train is on the 15th": the longest time behind a name
        if (intent := _read_bare(" ".join(said[at:]), context, engine, book)) is not None:
            subject = said[:at]
            while subject and fold(subject[-1].strip(_ENDS)) in book.answers.told:
                subject.pop()
            return Correction(intent, subject=" ".join(subject), instead_of=old_one) if subject else None
    return None


def _read_bare(words: str, context: Context, engine: Engine, book: Phrasebook) -> Intent | None:
    """A bare number is an hour; one behind another word may be a day that lost its stop, "am 3"."""
    if re.fullmatch(r"\d{1,2}(h|[:.h]\d{2})?", words):
        words = f"{book.at} {words}"
    stopped = f"{words}." if words[-1:].isdigit() and " " in words else ""
    answer = read_answer(words, context, engine, book)
    return answer or (read_answer(stopped, context, engine, book) if stopped else None)


def _change(**slots: object) -> Intent:
    return Intent(intent="update_task", confidence=_SURE, target=Target(last=True), **slots)  # type: ignore[arg-type]
