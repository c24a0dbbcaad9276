"""Chooses which of the times in a message belong to the task and which to its title."""

from dataclasses import dataclass

from tasktalk.assistant.grammar.chart import Node
from tasktalk.assistant.grammar.engine import Engine
from tasktalk.assistant.grammar.filling import fill
from tasktalk.assistant.grammar.lexicon import Lexicon
from tasktalk.assistant.grammar.resolve import local_now
from tasktalk.assistant.grammar.roles import When as Said
from tasktalk.assistant.grammar.slots import Slots, read_marks
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.grammar.values import Amount, Moment, Repeat
from tasktalk.assistant.understanding import Context

THRESHOLD = 0.6
# What a place in the message adds to a time's own certainty: most people put it at the end, many at the start; what
# the middle takes away is the language's own.
AT_END, AT_START, LED = 0.1, 0.05, 0.1
_MINUTES = {
    "second": 1 / 60,
    "minute": 1,
    "hour": 60,
    "day": 1440,
    "week": 10080,
    "fortnight": 20160,
    "month": 43200,
    "quarter": 129600,
    "year": 525600,
}
_DATED = frozenset({"WEEKDAY", "WEEKDAYS", "MONTH"})
_NO_CONTENT = frozenset({"PUNCT", "STOP", "COMMA", "BANG", "DASH", "OPEN", "CLOSE"})


MIN_LENGTH = 5  # minutes that a task takes, said without a word for it
# Beside these an amount is no length: "2 hours before", "every 2 hours".
_AFTER_AMOUNT = frozenset({"BEFORE", "AFTER", "LATER", "THEN", "OF"})
_BEFORE_AMOUNT = frozenset({"EVERY", "IN", "BEFORE", "AFTER", "BY", "UNTIL", "WITHIN"})


@dataclass(slots=True)
class Candidate:
    """A time expression and how much it counts."""

    node: Node
    said: Said
    score: float


def read_slots(text: str, context: Context, engine: Engine, *, keep_time_alone: bool = False) -> Slots:
    """The slots of `text`.

    With `keep_time_alone` a time without a day stays one, as a change of an existing task needs it; otherwise it
    is the next such time.
    """
    now = local_now(context)
    slots = read_marks(text, context, engine, now)
    taken = sorted((span.start, span.end) for span in slots.spans)
    row = engine.read(text, now, taken)
    chosen = _choose(_list_candidates(text, row, taken, engine.lexicon))
    chosen += _list_lengths(row, chosen)
    fill(slots, text, chosen, context.tz, now, keep_time_alone=keep_time_alone)
    slots.spans.sort(key=lambda span: span.start)
    return slots


def _choose(candidates: list[Candidate]) -> list[Candidate]:
    """Those that count enough; a beat that counts less does where another has its days ("biweekly …, on mondays")."""
    chosen = [each for each in candidates if each.score >= THRESHOLD]
    if any(isinstance(each.said.value, Repeat) for each in chosen):
        beats = [each for each in candidates if isinstance(each.said.value, Repeat) and each.said.value.interval > 1]
        chosen += [each for each in beats if each.score < THRESHOLD]
    return chosen


def read_minutes(words: str, context: Context, engine: Engine, length: str) -> int | None:
    """How many minutes `words` are when they are an amount of time and nothing else ("two days"); else None.

    `length` is the word that leads an amount in. A month is thirty days, a year 365.
    """
    row = [node for node in engine.read(f"{length} {words}", local_now(context), []) if _is_content_or_time(node)]
    said: Said | None = row[0].senses.get("WHEN") if len(row) == 1 else None
    if said is None or not isinstance(said.value, Amount):
        return None
    if any(unit not in _MINUTES for unit, _ in said.value.parts):
        return None
    return round(sum(number * _MINUTES[unit] for unit, number in said.value.parts)) or None


def is_inside_time(text: str, begin: int, end: int, context: Context, engine: Engine) -> bool:
    """Whether `text[begin:end]` begins a time that goes on after it: "2 december" is no task number 2."""
    row = engine.read(text, local_now(context), [])
    across = [node for node in row if "WHEN" in node.senses and node.start <= begin < end < node.end]
    # "2 to 5pm" alone is a stretch, "move 2 to 5pm" is not
    return any(node is row[0] or isinstance(node.senses["WHEN"].value, Moment) for node in across)


def begins_with_time(text: str, context: Context, engine: Engine) -> bool:
    """Whether the first words are a time."""
    row = engine.read(text, local_now(context), [])
    return bool(row) and "WHEN" in row[0].senses


def find_last_times(text: str, context: Context, engine: Engine) -> int | None:
    """Where the times begin that `text` ends with; None when it does not, or is nothing else."""
    row = engine.read(text, local_now(context), [])
    at = len(row)
    while at and not _is_content(row[at - 1]):
        at -= 1
    return row[at].start if 0 < at < len(row) else None


def _list_candidates(text: str, row: list[Node], taken: list[tuple[int, int]], lexicon: Lexicon) -> list[Candidate]:
    marks = {start for start, _ in taken}
    content = [at for at, node in enumerate(row) if _is_content(node) and node.start not in marks]
    while len(content) > 1 and _is_length(row[content[-1]]):  # "spanish sunday 2 hours": the end of it is a time
        content.pop()
    while len(content) > 1 and _is_length(row[content[0]]):
        del content[0]
    first, last = (content[0], content[-1]) if content else (len(row), -1)
    out: list[Candidate] = []
    for at, node in enumerate(row):
        said: Said | None = node.senses.get("WHEN")
        if said is None or (isinstance(said.value, Amount) and not content):
            continue
        inside = first < at < last and not said.led
        if (inside and _is_in_name(text, node)) or _is_in_word(text, node) or _is_title(text, node, lexicon):
            continue
        place = lexicon.middle if inside else AT_END if at > last else AT_START if at < first else 0
        out.append(Candidate(node, said, said.sure + place + LED * said.led))
    return out


def _list_lengths(row: list[Node], chosen: list[Candidate]) -> list[Candidate]:
    """How long it takes, said without "for" beside when it is: "spanish 2 hours sunday", "sunday 2 hours spanish"."""
    if not chosen or any(isinstance(each.said.value, Amount) for each in chosen):
        return []
    times = {id(each.node) for each in chosen if isinstance(each.said.value, Moment | Repeat)}
    row = [node for node in row if not _NO_CONTENT & node.senses.keys()]
    for at, node in enumerate(row):
        if not _is_length(node):
            continue
        before, after = row[at - 1] if at else None, row[at + 1] if at + 1 < len(row) else None
        follows = (
            before is not None and id(before) in times and (after is None or not _AFTER_AMOUNT & after.senses.keys())
        )
        leads = (
            after is not None and id(after) in times and (before is None or not _BEFORE_AMOUNT & before.senses.keys())
        )
        if follows or leads:
            return [Candidate(node, Said("duration", node.senses["QTY"]), 1.0)]
    return []


def _is_length(node: Node) -> bool:
    length = node.senses.get("QTY")
    return "WHEN" not in node.senses and isinstance(length, Amount) and (length.minutes or 0) >= MIN_LENGTH


def _is_content(node: Node) -> bool:
    return "WHEN" not in node.senses and not _NO_CONTENT & node.senses.keys()


def _is_content_or_time(node: Node) -> bool:
    return not _NO_CONTENT & node.senses.keys()


def _is_in_word(text: str, node: Node) -> bool:
    """Whether a hyphen ties it to another word: "Guten-Morgen-Tee"."""
    before, after = text[max(node.start - 2, 0) : node.start], text[node.end : node.end + 2]
    return (before[1:] == "-" and before[:1].isalpha()) or (after[:1] == "-" and after[1:].isalpha())


def _is_in_name(text: str, node: Node) -> bool:
    """Whether it is written like part of a name: "Friday Night Lights"."""
    after = text[node.end :].lstrip()
    return text[node.start].isupper() and after[:1].isupper() and not text.isupper()


def _is_title(text: str, node: Node, lexicon: Lexicon) -> bool:
    """Whether words in capitals say it where others are small: "watch The Day After Tomorrow"; no weekday, no month."""
    words = text[node.start : node.end].split()
    if len(words) > 1 and words[0][0].isupper() and "THE" in lexicon.words.get(fold(words[0]), {}):
        return any(word[0].islower() for word in text[: node.start].split()[:1])
    if sum(word[0].isupper() for word in words) < 2 or any(word[0].islower() and len(word) > 3 for word in words):  # noqa: PLR2004
        return False
    dated = any(_DATED & lexicon.words.get(fold(word), {}).keys() for word in words)
    return not dated and any(word[0].islower() for word in text[: node.start].split()[:1])
