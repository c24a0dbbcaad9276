"""What the scope model says of what may be a task: that it is one, a question about some, or none of ours."""

from tasktalk.assistant.grammar.capture import Captured
from tasktalk.assistant.grammar.engine import Engine
from tasktalk.assistant.grammar.named import ask_for, find_name
from tasktalk.assistant.grammar.orders import PERHAPS
from tasktalk.assistant.grammar.phrasebook import Phrasebook
from tasktalk.assistant.grammar.queries import read_query
from tasktalk.assistant.grammar.reasons import without_reason
from tasktalk.assistant.grammar.scope import LONGEST, Model, get_model
from tasktalk.assistant.grammar.targets import read_target
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.understanding import Context, Draft, Intent

_LONGEST_NAME, _SHORT_NAME = 3, 2  # words
_NEVER, _TRULY, _ALMOST, _QUITE, _SURELY, _MOSTLY, _RATHER, _HALF = 1.1, 0.98, 0.9, 0.81, 0.75, 0.7, 0.65, 0.5


def read_judged(captured: Captured, plain: str, context: Context, engine: Engine, book: Phrasebook) -> Intent | None:
    """What is no task after all by what the model has learnt: a question about tasks, or not for us."""
    model = get_model(book.language)
    if captured.asked:
        plain = without_reason(plain, book)
    folded = fold(plain)
    if len(folded.split()) > LONGEST:  # a text, not a sentence
        return None
    if (captured.asked and book.alarm.search(folded)) or _asks_to_make(folded, book):
        return None
    if (book.only_plays.match(folded) and not captured.draft.due) or _asks_machine(captured, folded, book):
        return Intent(intent="unknown", confidence=_SURELY)
    shares = model.judge(folded)
    if shares["other"] < _enough(captured, plain, context, model, book):
        shares["other"] = 0.0
    kind = max(shares, key=lambda each: shares[each])
    sure = round(shares[kind], 2)
    own = _asks_of_own(folded, book)
    if kind == "other" and sure < _ALMOST and own:
        kind = "query"
    if kind == "query" and (own or not _is_listed(captured)) and _may_be_asked(captured, folded, sure, book):
        return _read_question(plain, sure, context, engine, book)
    if kind == "change":
        return _read_removal(captured, plain, sure, book)
    return Intent(intent="unknown", confidence=sure) if kind == "other" else None


def _enough(captured: Captured, plain: str, context: Context, model: Model, book: Phrasebook) -> float:
    """How sure the model must be that it is none of ours, for all that tells otherwise."""
    draft, folded = captured.draft, fold(plain)
    noted = captured.asked and book.notes_that.match(folded, book.skip_polite(folded))
    if captured.reminded or noted or _names_somebody(draft.title or plain, model, book):
        return _NEVER
    enough = [0.0]
    if _is_marked(draft, plain):
        enough.append(_TRULY if _is_handle(draft, context) else _NEVER)
    if _is_listed(captured):
        enough.append(_enough_for_list(captured, folded, book))
    # Words it has never met tell it next to nothing, but in a question, or behind "play": of songs nobody knows all.
    known = model.knows(folded)
    if known <= _HALF and not book.question.match(folded) and not book.plays.match(folded):
        enough.append(_NEVER if book.language != context.language else _SURELY if known else _ALMOST)
    if folded.strip().isalpha():
        enough.append(_MOSTLY if known else _ALMOST)
    if _may_be_name(draft, folded, model, book):
        enough.append(_QUITE)
    if _may_be_done(draft, folded, book):
        enough.append(_ALMOST if draft.recurrence else _RATHER)
    return max(enough)


def _read_removal(captured: Captured, plain: str, sure: float, book: Phrasebook) -> Intent | None:
    """The order to take away what follows a word for it."""
    folded, draft = fold(plain), captured.draft
    if captured.reminded or _is_marked(draft, plain) or book.task_verb.match(folded):
        return None
    found = book.removal.search(folded)
    # With a time of its own it is soon something to do: "kill the weeds tomorrow".
    if found is None or sure <= (_SURELY if draft.due else PERHAPS):
        return None
    return Intent(intent="delete_task", confidence=min(sure, PERHAPS), target=read_target(plain[found.end() :], book))


def _read_question(plain: str, sure: float, context: Context, engine: Engine, book: Phrasebook) -> Intent:
    """What it asks for: the tasks of a filter, or those of a name; all there are only where it names nothing."""
    query = read_query(plain, context, engine, book)
    name = find_name(plain, context, engine, book) if query.filter is None else None
    return ask_for(name, sure) if name else Intent(intent="list_tasks", confidence=sure, query=query)


def _enough_for_list(captured: Captured, folded: str, book: Phrasebook) -> float:
    """How sure the model must be that what goes onto a list is none of ours: "add this song to my list"."""
    if not captured.asked:
        return _ALMOST
    return _RATHER if book.foreign.search(folded) else _NEVER


def _is_listed(captured: Captured) -> bool:
    return any(span.kind == "project" for span in captured.draft.spans)


def _asks_machine(captured: Captured, folded: str, book: Phrasebook) -> bool:
    """Whether somebody else is to do it now: "book a train for me", "i need you to call the bank"."""
    if captured.asked:
        return False
    if book.delegates.match(folded):
        return True
    verb = book.verb.match(folded, book.skip_polite(folded))
    if verb is None or not (book.for_me.match(folded, verb.end()) or book.for_me_later.search(folded, verb.end())):
        return False
    return bool(book.foreign.search(folded) and not book.own.search(folded))


def _may_be_asked(captured: Captured, folded: str, sure: float, book: Phrasebook) -> bool:
    """Whether it is likely enough a question: what tells a time ("we have to … by friday") must rather be one."""
    if captured.reminded and not book.question.match(folded, book.skip_polite(folded)):  # "remind me if I miss my walk"
        return False
    if folded.rstrip().endswith("?"):
        return sure >= _RATHER or not book.task_verb.match(folded, book.skip_polite(folded))
    asked = captured.asked and not book.frame.match(folded)
    if captured.draft.due and (asked or not book.question.match(folded)):
        enough = _RATHER if book.own.search(folded) else _ALMOST
        return not asked and sure >= enough
    return sure >= _RATHER or (
        book.question.match(folded) is not None and not book.task_verb.match(folded, book.skip_polite(folded))
    )


def _names_somebody(title: str, model: Model, book: Phrasebook) -> bool:
    """Whether it is one of the things that are noted down with a name behind them, such as "call Max".

    A name is a word with a capital, or one that the model has never met: what it knows of Max is a television.
    """
    found = book.before_person.match(fold(title))
    words = title[found.end() :].split() if found else []
    if not 0 < len(words) <= _LONGEST_NAME or title.isupper():  # shouted, every word has capitals
        return False
    return all(word[0].isupper() or fold(word).strip(".,!") not in model for word in words)


def _asks_of_own(folded: str, book: Phrasebook) -> bool:
    """Whether it is a question with the words of one's own list, and none of another's business."""
    asks = book.question.match(folded) and book.own.search(folded)
    return bool(asks and not book.foreign.search(folded))


def _asks_to_make(folded: str, book: Phrasebook) -> bool:
    """Whether it asks to make an entry of theirs: "can you schedule a meeting with Ana"."""
    return bool(book.makes.match(folded, book.skip_polite(folded)) and not book.foreign.search(folded))


def _may_be_done(draft: Draft, folded: str, book: Phrasebook) -> bool:
    """Whether a person may well do it themself: it begins with what people do, or has a time and is no question."""
    return bool(
        book.task_verb.match(folded, book.skip_polite(folded)) or (draft.due and not book.question.match(folded))
    )


def _may_be_name(draft: Draft, folded: str, model: Model, book: Phrasebook) -> bool:
    """Whether it may call anything: a word or two ("lab results"), or some with a date; none that orders begin with.

    A word that the model met in foreign sentences ("what are my lab results") says little when it stands alone.
    """
    words = folded.split()
    short = len(words) <= _SHORT_NAME and all(word.isalpha() for word in words)
    if not (short or (draft.due and not draft.recurrence)) or f"^ {words[0]}" in model or folded.endswith("?"):
        return False
    if book.foreign.search(folded):
        return False
    return not any(found.match(folded) for found in (book.question, book.small_talk, book.plays))


def _is_handle(draft: Draft, context: Context) -> bool:
    """Whether all that marks it are names behind an "@" that nobody here has: "tweet @shop that it broke"."""
    return not (draft.priority or draft.assignees or set(draft.labels) & set(context.labels))


def _is_marked(draft: Draft, plain: str) -> bool:
    """Whether a sign makes it one's own: a project, a label, a priority, somebody to do it."""
    return bool(draft.labels or draft.priority or draft.assignees or (draft.project and "#" in plain))
