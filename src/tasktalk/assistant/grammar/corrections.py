"""Orders behind words that put something right: "actually no, reopen it", "sorry, I meant tuesday", "oops, undo"."""

from tasktalk.assistant.grammar.changes import read_answer, read_change
from tasktalk.assistant.grammar.commands import read_command
from tasktalk.assistant.grammar.engine import Engine
from tasktalk.assistant.grammar.phrasebook import Phrasebook
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.understanding import Context

_LONGEST = 200  # characters of who puts something right
_ENDS = " \t\n.,:;!?¿¡…"
_PAUSES = frozenset(".,:;!…-\u2013\u2014")
# What says yes or no to something is no order that was put right.
_ANSWERS = frozenset({"greet", "confirm", "cancel", "help"})


def correction_length(text: str, context: Context, engine: Engine, book: Phrasebook) -> int:
    """How much of the beginning only says that something is put right; 0 where no order comes after it."""
    end, said = _lead_length(text, book)
    rest = text[end:].strip(_ENDS)
    if not end or not rest:
        return 0
    whole = read_command(text.strip(), context, engine, book)
    if whole is not None and whole.intent != "undo":  # "no daily digest"; "oops, undo" is one undo
        return 0
    order = read_command(rest, context, engine, book)
    if order is not None:
        return 0 if order.intent in _ANSWERS else end
    if read_change(rest, context, engine, book):
        return end
    # "No tomorrow" may be a name, "no, tomorrow" is none
    if not said:
        return 0
    folded = fold(rest)
    asked = book.asks_capture(folded) or (book.task_verb.match(folded) and not book.question.match(folded))
    return end if asked or read_answer(rest, context, engine, book) else 0


def _lead_length(text: str, book: Phrasebook) -> tuple[int, bool]:
    """Where the words end that lead in a correction, and whether they say so: by a pause, or by two of them."""
    folded = fold(text)
    if len(folded) > _LONGEST or "\n" in folded.strip():
        return 0, False
    end, count, paused = len(folded) - len(folded.lstrip(_ENDS)), 0, False
    while (found := book.answers.leads.match(folded, end)) and folded[found.end() :].strip(_ENDS):
        paused = paused or bool(_PAUSES & set(found.group().strip()[-1:]))
        end, count = found.end(), count + 1
    return (end, paused or count > 1) if count else (0, False)
