"""A message that is a task: its lead-in, its times and marks, and what is left as the title."""

import re
from dataclasses import dataclass

from msgspec import UNSET, structs

from tasktalk.assistant.grammar.assigning import read_slots_and_people
from tasktalk.assistant.grammar.engine import Engine
from tasktalk.assistant.grammar.phrasebook import Phrasebook
from tasktalk.assistant.grammar.reading import begins_with_time
from tasktalk.assistant.grammar.reminders import add_told, find_told, is_dawn, make_morning
from tasktalk.assistant.grammar.resolve import local_now
from tasktalk.assistant.grammar.slots import Slots
from tasktalk.assistant.grammar.targets import spell_list
from tasktalk.assistant.grammar.titles import blank_formatting, make_title
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.understanding import Context, Draft, Span


@dataclass(slots=True)
class Captured:
    """A captured task; whether it was asked for in words ("add …") rather than just said, and by "remind me …".

    `to_do`: the words said to do something ("remind me to call"), so that it is new whatever exists already.
    `others`: the same at other times, where each has an hour of its own ("monday 7pm and wednesday 8pm").
    """

    draft: Draft
    asked: bool
    reminded: bool
    to_do: bool
    others: tuple[Draft, ...] = ()


def capture(text: str, context: Context, engine: Engine, book: Phrasebook, *, begin: int = 0) -> Captured:
    """Read `text[begin:]` as one task. The title may come out empty when nothing but slots was said."""
    plain = blank_formatting(text)
    begin = 0 if begin and _is_in_time(plain, begin, context, engine) else begin
    plain, trailer = _blank_trailer(plain, begin, book)
    told = find_told(plain, begin, context, engine, book)
    plain = plain[: told.start] + " " * (told.end - told.start) + plain[told.end :] if told else plain
    if book.alarm.search(fold(plain)):  # "an alarm for 5": the word says when as "at" does
        plain = book.alarm_for.sub(lambda found: book.at.ljust(len(found.group())), plain)
    folded = fold(plain)
    lead, reminded = _find_lead(folded, begin, book)
    is_first = told is not None and not folded[begin : told.start].strip()  # "remind me an hour before the meeting"
    reminded = reminded or is_first or book.remind_trailer in trailer
    slots = _read_from(plain, begin, context, engine, book)
    if reminded and lead > begin and not slots.has_time:  # "remind me friday that …": what leads in is not before it
        slots = _read_from(plain, lead, context, engine, book)
    has = _having_length(plain, begin, book) if lead == begin else 0  # "I have yoga at 6"
    behind = _read_from(plain, begin + has, context, engine, book) if has else slots
    slots, lead = (behind, begin + has) if has and behind.due else (slots, lead)
    _read_priority_words(slots, folded, lead, book)
    if told:
        add_told(slots, told, context)
    adds = book.adds.search(fold(text)) is not None
    end = _read_place(slots, plain, lead, context, book, led=lead > begin or trailer != "", adds=adds)
    closer = _find_closer(slots, folded, begin, lead, book) if lead > begin and end is None else None
    spans = sorted([*slots.spans, *([closer] if closer else [])], key=lambda span: span.start)
    while True:  # "remind me tomorrow to call": the lead-in goes on after the time
        skip = next((span.end for span in spans if lead <= span.end and not folded[lead : span.start].strip()), lead)
        further, more = _find_lead(folded, skip, book) if skip > lead else (skip, False)
        if further <= skip:
            break
        reminded = reminded or more
        lead = further
    has = _having_length(plain, skip, book) if slots.due else 0  # "tomorrow I have yoga"
    lead = skip + has if has else lead
    spans = [span for span in spans if span.kind != "due" or not _is_choice(plain, span, context, engine, book)]
    title = make_title(plain[:end] if end else plain, spans, lead, book.loose_ends, book.loose_starts)
    polite = book.skip_polite(fold(title))
    if lead > begin or polite:
        title = title[polite:].rstrip(" ?") or title  # "could you remind me to call?"
    alarm = book.alarm.search(folded)
    if slots.open_hour and (book.wakes.search(folded) or (alarm and is_dawn(slots, context))):
        make_morning(slots, context)
    rings = (not title and alarm) or book.alarm.match(folded, lead)
    if (reminded or rings) and (slots.due and slots.due.time) and not slots.reminders:
        slots.reminders.append("PT0S")
    if not title and rings:
        title = plain[begin:lead].strip()
    draft = as_draft(slots, title)
    return Captured(
        draft,
        asked=lead > begin or trailer != "" or is_first,
        reminded=reminded,
        to_do=_is_to_do(folded, lead, title, book),
        others=tuple(_at_other_time(draft, other) for other in slots.others),
    )


def _is_choice(plain: str, span: Span, context: Context, engine: Engine, book: Phrasebook) -> bool:
    """Whether it is one of two times, which both stay in the title: "on the 3rd or the 4th"."""
    before, after = fold(plain[: span.start]).split()[-1:], fold(plain[span.end :]).split(None, 1)
    if before and before[0].strip(",;") in book.slots["ors"]:
        return True
    others = plain[span.end :].split(None, 1)[1:]
    return bool(others) and after[0] in book.slots["ors"] and begins_with_time(others[0], context, engine)


def _read_from(plain: str, begin: int, context: Context, engine: Engine, book: Phrasebook) -> Slots:
    return read_slots_and_people(" " * begin + plain[begin:], context, engine, book)


def _having_length(plain: str, begin: int, book: Phrasebook) -> int:
    """How much after `begin` only says that one has it: "I have a meeting with Tom"; nothing of it in a question."""
    said = plain[begin:]
    lowered = said.lower().replace("\u2019", "'")
    if plain.rstrip().endswith("?") or len(lowered) != len(said) or book.question.match(fold(plain)):
        return 0
    found = book.having.match(lowered)
    return found.end() if found and said[found.end() :].strip() else 0


def as_draft(slots: Slots, title: str | None, confidence: float = 0.0) -> Draft:
    """A task of these slots."""
    return Draft(title=title, confidence=confidence, **slot_values(slots))  # type: ignore[arg-type]


def _at_other_time(draft: Draft, when: Slots) -> Draft:
    return structs.replace(
        draft, due=when.due, end=when.end, duration_minutes=when.duration_minutes, recurrence=when.recurrence
    )


def slot_values(slots: Slots) -> dict[str, object]:
    """The slots as fields of a Draft or Intent."""
    return {
        "due": slots.due,
        "start": slots.start,
        "deadline": slots.deadline,
        "end": slots.end,
        "duration_minutes": slots.duration_minutes,
        "recurrence": slots.recurrence,
        "priority": slots.priority,
        "project": slots.project,
        "section": slots.section,
        "labels": tuple(dict.fromkeys(slots.labels)),
        "assignees": tuple(dict.fromkeys(slots.assignees)),
        "reminders": tuple(slots.reminders),
        "notes": slots.notes,
        "spans": tuple(sorted(slots.spans, key=lambda span: span.start)),
        "alternatives": tuple(slots.alternatives) if slots.alternatives else UNSET,
    }


def _is_to_do(folded: str, lead: int, title: str, book: Phrasebook) -> bool:
    """Whether the title follows on "to": "remind me (tomorrow) to call", unlike "remind me of the call"."""
    start = folded.find(fold(title), lead)
    before = folded[: start if start >= 0 else lead].split()
    if book.action and book.action.match(fold(title)):
        return True
    return bool(before) and before[-1] in book.to_do


def _find_lead(folded: str, begin: int, book: Phrasebook) -> tuple[int, bool]:
    """Where the words end that ask for a task ("please remind me to"), and whether they ask for a reminder."""
    at, reminded = begin, False
    while True:
        best, reminds = 0, False
        rest = folded[at:]
        for lead in book.list_leads(rest):
            size = lead.template.lead(rest)
            if size > best:
                best, reminds = size, lead.reminds
        if not best:
            return at, reminded
        at += best
        reminded = reminded or reminds


def _is_in_time(plain: str, begin: int, context: Context, engine: Engine) -> bool:
    """Whether what looks like a bullet begins a date ("3. März Zahnarzt")."""
    row = engine.read(plain, local_now(context), []) if plain[:begin].strip()[:-1].isdigit() else []
    return any("WHEN" in node.senses and node.start < begin < node.end for node in row)


def _blank_trailer(plain: str, begin: int, book: Phrasebook) -> tuple[str, str]:
    """The text without what asks behind it for the task that it is, folded: "… nicht vergessen", ", add it to my list".

    Where to put it stays.
    """
    folded = fold(plain)
    for pattern in (*book.trailers, book.put_down):
        found = pattern.search(folded, begin)
        if found is None or not folded[begin : found.start()].strip():
            continue
        rest = folded[found.end() :]
        if pattern is not book.put_down or any(place.match(rest) for place in book.into_list):
            return plain[: found.start()] + " " * len(found[0]) + plain[found.end() :], found[0]
    return plain, ""


def _read_priority_words(slots: Slots, folded: str, lead: int, book: Phrasebook) -> None:
    """Find "high priority" anywhere, "urgent" only at either end of the task."""
    if slots.priority is not None:
        return
    free = _outside(folded, slots.spans)
    for found in book.priority_marks.finditer(free, lead):
        _set_priority(slots, found, book)
        return
    for found in book.priority_edges.finditer(free, lead):
        if not free[lead : found.start()].strip(" \0,:;!-") or not free[found.end() :].strip(" \0.,:;!-"):
            _set_priority(slots, found, book)
            return


def _set_priority(slots: Slots, found: re.Match[str], book: Phrasebook) -> None:
    slots.priority = book.slots["priorities"][found.group()]
    slots.spans.append(Span(start=found.start(), end=found.end(), kind="priority"))


def _outside(folded: str, spans: list[Span]) -> str:
    """The text with every span blanked, places kept."""
    for span in spans:
        folded = folded[: span.start] + "\0" * (span.end - span.start) + folded[span.end :]
    return folded


def _find_closer(slots: Slots, folded: str, begin: int, lead: int, book: Phrasebook) -> Span | None:
    """The last word that the verb at the beginning calls for ("voeg melk toe"); it belongs to no slot."""
    free = _outside(folded, slots.spans).replace("\0", " ").rstrip(" .!")
    words = (closer for word in folded[begin:lead].split() if (closer := book.closers.get(word)))
    found = next((match for closer in words if (match := closer.search(free, lead))), None)
    return Span(start=found.start(), end=found.end(), kind="verb") if found else None


def _read_place(
    slots: Slots, plain: str, lead: int, context: Context, book: Phrasebook, *, led: bool, adds: bool
) -> int | None:
    """Find the list it goes on, or the known project that it is added to; where the title ends before it, or None."""
    end = _read_list_name(slots, plain, lead, context, book, led=led)
    return _read_known_project(slots, plain, lead, context, book) if end is None and adds else end


def _read_list_name(
    slots: Slots, plain: str, lead: int, context: Context, book: Phrasebook, *, led: bool
) -> int | None:
    """Find the project in "add milk to the shopping list"; where the title ends before it, or None."""
    folded = fold(plain)
    folded = _outside(folded, slots.spans).replace("\0", " ")
    for pattern in book.into_list if led else book.into_list_last:
        found = pattern.search(folded, lead)
        if found is None:
            continue
        start = found.start()
        if "list" in pattern.groupindex and slots.project is None:
            name = plain[found.start("list") : found.end("list")].strip()
            if len(name.split()) > 3:  # noqa: PLR2004  (a sentence, no name)
                continue
            if fold(name) not in book.plain_lists:
                slots.project = spell_list(name, context.projects)
        slots.spans.append(
            Span(start=start + len(folded[start:]) - len(folded[start:].lstrip()), end=len(folded), kind="project")
        )
        return start
    return None


def _read_known_project(slots: Slots, plain: str, lead: int, context: Context, book: Phrasebook) -> int | None:
    """Find the project in "add paint to Kitchen", where there is one of that name and something is left to do."""
    if slots.project is not None or not context.projects:
        return None
    folded = _outside(fold(plain), slots.spans).replace("\0", " ")
    known = {fold(each): each for each in context.projects}
    for pattern in book.into_known:
        found = pattern.search(folded, lead)
        while found:
            name = known.get(found["known"].strip(" #"))
            title = folded[lead : found.start()].strip()
            if name and title and (" " in title or not book.verb.fullmatch(title)):  # "add go to work"
                start = found.start() + len(found.group()) - len(found.group().lstrip())
                slots.project = name
                slots.spans.append(Span(start=start, end=found.end("known"), kind="project"))
                return found.start()
            found = pattern.search(folded, found.start() + 1)
    return None
