"""From a whole message to its intents, in the order in which the readings are tried."""

import re
from itertools import islice

from msgspec import structs

from tasktalk.assistant.grammar.assigning import read_slots_and_people
from tasktalk.assistant.grammar.capture import Captured, capture
from tasktalk.assistant.grammar.changes import read_change
from tasktalk.assistant.grammar.colons import read_colon_list, split_things
from tasktalk.assistant.grammar.commands import read_command
from tasktalk.assistant.grammar.corrections import correction_length
from tasktalk.assistant.grammar.engine import Engine
from tasktalk.assistant.grammar.expressions import find_expression
from tasktalk.assistant.grammar.intents import as_intent, change
from tasktalk.assistant.grammar.judging import read_judged
from tasktalk.assistant.grammar.lookback import read_lookback
from tasktalk.assistant.grammar.missing import read_missing
from tasktalk.assistant.grammar.named import find_project, list_project
from tasktalk.assistant.grammar.orders import LIKELY, PERHAPS, SURE
from tasktalk.assistant.grammar.outlines import read_outline
from tasktalk.assistant.grammar.phrasebook import Phrasebook
from tasktalk.assistant.grammar.queries import read_query
from tasktalk.assistant.grammar.reading import begins_with_time
from tasktalk.assistant.grammar.reasons import ends_in_reason, read_reasoned
from tasktalk.assistant.grammar.recalls import moments_of, read_recall
from tasktalk.assistant.grammar.refusing import is_for_machine, is_somebody, refuse
from tasktalk.assistant.grammar.selections import is_loose
from tasktalk.assistant.grammar.spoken import blank_hesitations, filler_length, split_spoken
from tasktalk.assistant.grammar.supplies import read_used_up
from tasktalk.assistant.grammar.targets import find_open, read_target
from tasktalk.assistant.grammar.titles import bullet_length, strip_formatting
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.understanding import Context, Draft, Intent, Query, Target

MAX_LENGTH = 4096  # characters: a WhatsApp text is never longer; what is, is kept whole and not read
_MOST_ORDERS = 20  # in a message
_MOST_FILLED = 80  # characters before what somebody has to say
_QUOTED = re.compile(r"""\s*(?:"(?P<a>[^"]+)"|“(?P<b>[^”]+)”|«(?P<c>[^»]+)»|„(?P<d>[^“”]+)[“”])\s*""")
_MANY = 3  # orders in a sentence that are no one thing to do
_SAYS_SOMETHING = re.compile(r"\w")
_SUM = re.compile(r"[\d\s().,]*\d\s*(?:[+*/\u00d7\u00f7=^]|\s-\s)[\d\s().,=+*/\u00d7\u00f7^-]*\??")


def read_message(  # noqa: PLR0911  (the readings in their order, the first that fits)
    text: str, context: Context, engine: Engine, book: Phrasebook, *, most: int = _MOST_ORDERS
) -> list[Intent]:
    """The intents of a message, one to `most`."""
    said = text
    if len(text) > MAX_LENGTH:
        return [Intent(intent="create_task", confidence=PERHAPS, title=text.strip())]
    text = blank_hesitations(_without_name(text, book), book)
    text = _without_please(_without_filler(text, context, engine, book), context, engine, book)
    plain = strip_formatting(text).strip()
    if not plain or book.nothing.fullmatch(fold(plain)):
        return [_unknown(1.0)]
    quoted = _QUOTED.fullmatch(text)
    if quoted:
        words = next(group for group in quoted.groups() if group is not None)
        return [Intent(intent="create_task", confidence=LIKELY, title=words.strip())]
    listed = _read_listed(text, plain, context, engine, book)
    listed = listed or read_missing(plain, context, engine, book)
    if listed is not None:
        return [listed]
    several = _read_several(plain, context, engine, book, most) if most > 1 else []
    several = several or read_reasoned(
        plain, context, engine, book, lambda each: read_message(each, context, engine, book)
    )
    if several:
        return several
    command = _read_order(plain, context, engine, book)
    if used_up := read_used_up(command, (plain, said), context, engine, book):
        return [used_up]
    refused = refuse(command, plain, context, book) if command else None
    if refused:
        return [refused]
    intent = command or _read_one(text, plain, context, engine, book)
    if intent.intent == "remind" and is_loose(intent, plain, context, book):
        return [_unknown(LIKELY)]
    if intent.intent == "create_task" and is_somebody(said, context, book):
        intent = _read_one(said, strip_formatting(said).strip(), context, engine, book)
    return [_unknown(LIKELY) if is_for_machine(intent, said, context, book) else intent]


def _read_order(plain: str, context: Context, engine: Engine, book: Phrasebook) -> Intent | None:
    command = (
        read_lookback(plain, context, engine, book.language)
        or _read_short(plain, context, engine, book)
        or read_command(plain, context, engine, book)
        or read_recall(plain, context, engine, book)
        or _read_filter(plain, context)
    )
    return None if command and ends_in_reason(command.target, book) else command


def _read_listed(text: str, plain: str, context: Context, engine: Engine, book: Phrasebook) -> Intent | None:
    """A list of tasks, a line each or behind a colon."""
    if "\n" in text.strip():
        return read_outline(text, context, engine, book)
    return read_colon_list(plain, context, engine, book) if ": " in plain else None


def _read_filter(plain: str, context: Context) -> Intent | None:
    filter_ = find_expression(plain, context)
    return Intent(intent="list_tasks", confidence=SURE, query=Query(filter=filter_)) if filter_ else None


def _without_name(text: str, book: Phrasebook) -> str:
    """The message with the name of whoever it calls ("Hey Tasktalk, …") blanked, so that places stay where they are."""
    found = book.wake.match(fold(text))
    return " " * found.end() + text[found.end() :] if found else text


def _without_filler(text: str, context: Context, engine: Engine, book: Phrasebook) -> str:
    """The message with "um", "okay so", "hey" blanked where words that ask for a task follow, or a time.

    "No wait", "sorry" go where an order follows.
    """
    if length := correction_length(text, context, engine, book):
        return " " * length + text[length:]
    end = filler_length(text, book)
    if not 0 < end <= _MOST_FILLED or begins_with_time(text, context, engine):
        return text
    if any(True for _ in book.find_commands(fold(text).strip())):
        return text
    rest = text[end:]
    follows = book.asks_capture(fold(rest)) or begins_with_time(rest, context, engine)
    return " " * end + rest if follows else text


def _without_please(text: str, context: Context, engine: Engine, book: Phrasebook) -> str:
    """The message without the ", please" at its end, which no name goes on into; "that's all, thanks" stays whole."""
    found = book.polite_end.search(fold(text))
    if found is None or "," not in found[0] or not text[: found.start()].strip():
        return text
    whole = read_command(text.strip(), context, engine, book)
    is_order = whole is not None and (whole.target or whole.query) and not (whole.title or whole.comment)
    is_task = whole is None and " " in text[: found.start()].strip() and book.skip_polite(found[0].strip(" ,.!?") + " ")
    if not (is_order or is_task):  # "say no, thanks"; "2, please"
        return text
    return text[: found.start()] + ("?" if "?" in found[0] else "")


def _read_both(plain: str, context: Context, engine: Engine, book: Phrasebook) -> Intent | None:
    """Tasks in a sentence: two with a time each ("call Mia tomorrow and buy a gift on friday"), or three and more."""
    pieces = split_spoken(plain, book)
    if len(pieces) == 1 or "?" in plain:
        return None
    drafts: list[Draft] = []
    for piece in pieces:
        draft = capture(piece, context, engine, book).draft
        timed = draft.due or draft.recurrence or len(pieces) >= _MANY
        if " " not in (draft.title or "") or not timed:
            return None
        drafts.append(draft)
    tasks = tuple(structs.replace(draft, spans=(), confidence=LIKELY) for draft in drafts)
    return Intent(intent="create_tasks", confidence=LIKELY, tasks=tasks)


def _unknown(confidence: float) -> Intent:
    return Intent(intent="unknown", confidence=confidence)


def _read_short(plain: str, context: Context, engine: Engine, book: Phrasebook) -> Intent | None:
    """A message of a word or two that is a list's name, or a time and nothing else."""
    folded = fold(plain).strip(" .!?¿¡")
    if folded in book.slots["list_words"]:
        return Intent(intent="list_tasks", confidence=SURE, query=read_query(folded, context, engine, book))
    if re.fullmatch(r"[#@][^\W\d_][\w&.'-]*|#[^\W\d_].{1,60}", plain) and " " not in plain.strip("# "):
        return Intent(intent="list_tasks", confidence=LIKELY, query=read_query(plain, context, engine, book))
    project = find_project(plain, context, book)
    if project and find_open(project, context.open_titles, book) is None:
        return list_project(project)
    return None


def _read_several(plain: str, context: Context, engine: Engine, book: Phrasebook, most: int) -> list[Intent]:
    """Several orders in one message ("done 1 and 3, and remind me tomorrow to call Ana"); empty when it is one."""
    for splitter in book.splitters:
        for found in islice(splitter.finditer(fold(plain), 1), _MOST_ORDERS):
            if found.end() == found.start():
                continue
            first, second = plain[: found.start()], plain[found.end() :]
            head = read_command(first, context, engine, book)
            if head is None or head.intent in {"greet", "confirm", "cancel"}:
                if head is None or not second.strip():
                    continue
                return read_message(second, context, engine, book, most=most - 1)
            return _join_found(head, read_message(second, context, engine, book, most=most - 1))
    return []


def _join_found(head: Intent, others: list[Intent]) -> list[Intent]:
    """Both orders; "find the report and delete it" is one, of what is to be found."""
    words = head.query.text if head.intent == "search" and head.query else None
    if words and len(others) == 1 and others[0].target == Target(last=True):
        return [structs.replace(others[0], target=Target(text=words))]
    return [head, *others]


def _read_one(  # noqa: PLR0911  (the readings in their order, the first that fits)
    text: str, plain: str, context: Context, engine: Engine, book: Phrasebook
) -> Intent:
    altered = read_change(plain, context, engine, book)
    if altered is not None:
        return altered
    captured = capture(text, context, engine, book, begin=bullet_length(text))
    draft = captured.draft
    if not draft.title or (captured.asked and book.adds.search(fold(plain)) and _names_none(draft.title, book)):
        return _read_titleless(plain, captured, context, engine, book)
    judged = read_judged(captured, plain, context, engine, book)
    if judged is not None:
        return judged
    if captured.reminded and not captured.to_do:
        existing = _read_remind(captured, context, book)
        if existing is not None:
            return existing
    if (unsaid := _read_unsaid(captured, plain, context, engine, book)) is not None:
        return unsaid
    if captured.others:
        sure = _confidence(captured)
        tasks = tuple(structs.replace(each, confidence=sure, spans=()) for each in (draft, *captured.others))
        return Intent(intent="create_tasks", confidence=sure, tasks=tasks)
    if listed := _read_things(captured, plain, book):
        return listed
    may_part = draft.due or draft.recurrence or len(plain.split()) >= _MANY * 2
    both = _read_both(plain, context, engine, book) if may_part else None
    return both or as_intent(draft, _confidence(captured))


def _read_unsaid(captured: Captured, plain: str, context: Context, engine: Engine, book: Phrasebook) -> Intent | None:
    """What names nothing to do: "and on tuesday?" asks for a day, the rest is small talk."""
    title, due = captured.draft.title or "", captured.draft.due
    if plain.endswith("?") and not _SAYS_SOMETHING.search(title):
        if due is None or due.time or captured.draft.recurrence:
            return _unknown(LIKELY)
        return Intent(intent="list_tasks", confidence=LIKELY, query=read_query(plain, context, engine, book))
    if not captured.asked and (book.small_talk.match(fold(plain)) or _says_nothing(title, book)):
        return _unknown(LIKELY)
    return None


def _read_things(captured: Captured, plain: str, book: Phrasebook) -> Intent | None:
    """Several things that are put onto a list at once: "add milk, eggs and bread to my shopping list".

    Three and more, of a word or two, none of them something to do, a name or an amount, and all at no time: what else
    has commas is one task.
    """
    draft, title = captured.draft, captured.draft.title or ""
    if not (captured.asked and draft.project and "," in title) or draft.due or draft.reminders or "#" in plain:
        return None
    things = split_things(title, book)
    longest = max(len(thing.split()) for thing in things[:-1] or things)
    single = len(things) >= _MANY and longest < _MANY and len(things[-1].split()) <= longest
    named = book.language != "de" and any(thing[0].isupper() for thing in things)
    doing = any(book.verb.match(fold(thing)) or book.task_verb.match(fold(thing)) for thing in things)
    if not single or named or doing or any(character.isdigit() for character in title):
        return None
    tasks = tuple(structs.replace(draft, title=thing, spans=(), confidence=LIKELY) for thing in things)
    return Intent(intent="create_tasks", confidence=LIKELY, tasks=tasks)


def _names_none(title: str, book: Phrasebook) -> bool:
    """Whether it is no title but a word for a task, or please: "add a new task please"."""
    folded = fold(title)
    return folded in book.plain_lists | book.task_words or book.polite_end.fullmatch(f" {folded}") is not None


def _says_nothing(title: str, book: Phrasebook) -> bool:
    """Whether it has no letter or figure, is a sum ("4+5"), or only says who or which ("I'm (at 10)", "both")."""
    if not _SAYS_SOMETHING.search(title) or fold(title) in book.whoever or book.answers.both.fullmatch(fold(title)):
        return True
    return _SUM.fullmatch(title) is not None


def _confidence(captured: Captured) -> float:
    """How sure it is that this is a task: asked for in words, with a time, or only said."""
    draft = captured.draft
    if captured.asked:
        return 0.97
    if draft.due or draft.recurrence or draft.project or draft.priority or draft.labels:
        return 0.93
    return 0.8 if len((draft.title or "").split()) > 1 else 0.65


def _read_titleless(plain: str, captured: Captured, context: Context, engine: Engine, book: Phrasebook) -> Intent:
    """Nothing but slots: a change of the task in focus, or a reminder of it."""
    slots, folded = read_slots_and_people(plain, context, engine, book, keep_time_alone=True), fold(plain)
    adds = captured.asked and book.adds.search(folded) is not None
    if captured.reminded and not (adds and book.task_words & set(folded.split())):
        return Intent(
            intent="remind",
            confidence=PERHAPS,
            target=Target(last=True),
            due=captured.draft.due,
            reminders=moments_of(captured.draft),
        )
    if slots.has_time or slots.has_marks or captured.draft.priority:
        slots.priority = slots.priority or captured.draft.priority
        return change(slots, Target(last=True), PERHAPS - 0.05)
    if adds:  # "add a task": which, it is to be asked
        return Intent(intent="create_task", confidence=PERHAPS)
    return _unknown(PERHAPS)


def _read_remind(captured: Captured, context: Context, book: Phrasebook) -> Intent | None:
    """Read "remind me about 2 at 5pm" as a reminder of a task that exists."""
    draft = captured.draft
    target = read_target(draft.title, book)
    if target.text and find_open(target.text, context.open_titles, book) is None:
        return None
    return Intent(
        intent="remind",
        confidence=LIKELY,
        target=target,
        reminders=moments_of(draft),
        due=draft.due,
        spans=draft.spans,
    )
