"""What the scope model has to say: whether a message is for a task manager, and a question or a task."""

from tasktalk.assistant.grammar.capture import Captured
from tasktalk.assistant.grammar.engine import Engine
from tasktalk.assistant.grammar.named import ask_for, find_name
from tasktalk.assistant.grammar.orders import PERHAPS
from tasktalk.assistant.grammar.phrasebook import Phrasebook
from tasktalk.assistant.grammar.queries import read_query
from tasktalk.assistant.grammar.scope import LONGEST, Model, get_model
from tasktalk.assistant.grammar.targets import find_open, read_target
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.understanding import Context, Draft, Intent

# Readings of orders so wide that they take in what is meant for others: "find a hotel", "delete this song".
_WIDE = frozenset({"search", "delete_task", "list_tasks", "reopen_task", "create_project"})
_LONGEST_NAME, _SHORT_NAME = 3, 2  # words
_LONG = 3  # words: fewer say too little of what they are about
_TRULY, _ALMOST, _QUITE, _SURELY, _MOSTLY, _RATHER, _HALF, _THIRD = 0.98, 0.9, 0.81, 0.75, 0.7, 0.65, 0.5, 0.3


def is_for_others(command: Intent, plain: str, context: Context, book: Phrasebook) -> bool:
    """Whether a command of many meanings is none of ours, by the model."""
    model = get_model(book.language)
    unknown = command.project and command.project not in context.projects and "#" not in plain
    if command.intent == "project_status" and unknown:
        return model.judge(fold(plain))["other"] >= _ALMOST
    target, query = command.target, command.query
    wide = command.intent in _WIDE or (command.intent == "complete_task" and book.question.match(fold(plain)))
    nameless = target is not None and target.text is None
    if not wide or nameless or (query and query.filter) or len(plain.split()) < _LONG:
        return False
    words = target.text if target else query.text if query else None
    if words and find_open(words, context.open_titles, book):
        return False
    if command.intent == "search" and words and model.knows(fold(words)) <= _RATHER:  # a name, say, of a task of theirs
        return False
    folded = fold(plain)
    foreign = book.foreign.search(folded)
    own = command.intent == "delete_task" and book.own.search(folded) and not foreign
    wanted = _TRULY if own else _RATHER if foreign and command.intent == "delete_task" else _SURELY
    return model.judge(folded)["other"] >= wanted


def read_judged(captured: Captured, plain: str, context: Context, engine: Engine, book: Phrasebook) -> Intent | None:
    """What is no task after all by what the model has learnt: a question about tasks, or not for us."""
    model = get_model(book.language)
    folded = fold(plain)
    if len(folded.split()) > LONGEST:  # a text, not a sentence
        return None
    shares = model.judge(folded)
    # Words it has never met tell it next to nothing, but in a question, or behind "play": of songs nobody knows all.
    known = model.knows(folded)
    strange = known <= _HALF and not book.question.match(folded) and not book.plays.match(folded)
    surely = _ALMOST if known == 0 else _SURELY
    listed = any(span.kind == "project" for span in captured.draft.spans)
    if (captured.asked and book.alarm.search(folded)) or _asks_to_make(folded, book):
        return None
    if (book.only_plays.match(folded) and not captured.draft.due) or _asks_machine(captured, folded, book):
        return Intent(intent="unknown", confidence=_SURELY)
    if (
        captured.reminded
        or _names_somebody(captured.draft.title or plain, model, book)
        or (
            _is_marked(captured.draft, plain)
            and not (shares["other"] >= _TRULY and _is_handle(captured.draft, context))
        )
        or (listed and shares["other"] < _enough_for_list(captured, folded, book))
        or (strange and (book.language != context.language or shares["other"] < surely))
        or (folded.strip().isalpha() and shares["other"] < (_MOSTLY if known else _ALMOST))
        or (shares["other"] < _QUITE and _may_be_name(captured.draft, folded, model, book))
        or (
            shares["other"] < (_ALMOST if captured.draft.recurrence else _RATHER)
            and _may_be_done(captured.draft, folded, book)
        )
    ):
        shares["other"] = 0.0
    kind = max(shares, key=lambda each: shares[each])
    sure = round(shares[kind], 2)
    if kind == "other" and sure < _ALMOST and _asks_of_own(folded, book):
        kind = "query"
    listed = listed and not _asks_of_own(folded, book)
    if kind == "query" and not listed and _may_be_asked(captured, folded, sure, book):
        return _read_question(plain, sure, context, engine, book)
    own = captured.reminded or _is_marked(captured.draft, plain) or book.task_verb.match(folded)
    # With a time of its own it is soon something to do: "kill the weeds tomorrow".
    enough = _SURELY if captured.draft.due else PERHAPS
    removed = book.removal.search(folded) if kind == "change" and sure > enough and not own else None
    if removed:
        target = read_target(plain[removed.end() :], book)
        return Intent(intent="delete_task", confidence=min(sure, PERHAPS), target=target)
    return Intent(intent="unknown", confidence=sure) if kind == "other" else None


def _read_question(plain: str, sure: float, context: Context, engine: Engine, book: Phrasebook) -> Intent:
    """What it asks for: the tasks of a filter, or those of a name; all there are only where it names nothing."""
    query = read_query(plain, context, engine, book)
    name = find_name(plain, context, engine, book) if query.filter is None else None
    return ask_for(name, sure) if name else Intent(intent="list_tasks", confidence=sure, query=query)


def _enough_for_list(captured: Captured, folded: str, book: Phrasebook) -> float:
    """How sure the model must be that what goes onto a list is none of ours: "add this song to my list"."""
    if not captured.asked:
        return _ALMOST
    return _HALF if book.foreign.search(folded) else 1.1


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


def is_somebody(text: str, context: Context, book: Phrasebook) -> bool:
    """Whether a machine's name at the beginning is rather that of a person in a title: "Olly haircut"."""
    folded = fold(text)
    called = book.machine.match(folded)
    if called is None or called.groupdict().get("bare") is None:
        return False
    rest = folded[called.end() :]
    if any(name.split()[0] == called["bare"] for name in map(fold, context.people)):
        return True
    return not (book.asks_capture(rest) or book.task_verb.match(rest) or book.alarm.search(rest))


def is_for_machine(intent: Intent, text: str, context: Context, book: Phrasebook) -> bool:
    """Whether what would be a task is said to another assistant by its name, and is not of lists, dates and alarms."""
    folded = fold(text)
    called = book.machine.match(folded)
    if called is None or intent.intent not in {"create_task", "create_tasks", "search"}:
        return False
    if any(name.split()[0] in called.group() for name in map(fold, context.people)):
        return False
    model = get_model(book.language)
    if called.groupdict().get("bare") and model.judge(folded[called.end() :])["other"] < _THIRD:
        return False
    rest = folded[called.end() :] if called.end() < len(folded) else folded
    return not (book.asks_capture(rest) or book.own.search(rest) or book.alarm.search(rest))


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
