"""Chooses which of the times in a message belong to the task and which to its title, and fills the slots."""

import datetime as dt
from dataclasses import dataclass, field, replace

from tasktalk.assistant.grammar.chart import Node
from tasktalk.assistant.grammar.engine import Engine
from tasktalk.assistant.grammar.quickadd import find_marks
from tasktalk.assistant.grammar.resolve import as_when, local_now, settle
from tasktalk.assistant.grammar.roles import When as Said
from tasktalk.assistant.grammar.rrules import as_rule, find_first
from tasktalk.assistant.grammar.values import Amount, Clock, Moment, Repeat, Stretch
from tasktalk.assistant.understanding import Context, Recurrence, Span, When

THRESHOLD = 0.6
_AT_END, _AT_START, _IN_THE_MIDDLE, _LED = 0.1, 0.05, -0.25, 0.1
_NO_CONTENT = frozenset({"PUNCT", "STOP", "COMMA", "BANG", "DASH", "OPEN", "CLOSE"})
MINUTES_A_DAY = 1440


@dataclass(slots=True)
class Slots:
    """What a message says about a task beside its title; `spans` are the places that said it, in order."""

    due: When | None = None
    start: When | None = None
    deadline: When | None = None
    end: When | None = None
    duration_minutes: int | None = None
    recurrence: Recurrence | None = None
    priority: int | None = None
    project: str | None = None
    section: str | None = None
    labels: list[str] = field(default_factory=list)
    assignees: list[str] = field(default_factory=list)
    reminders: list[str] = field(default_factory=list)
    notes: str | None = None
    no_date: bool = False
    alternatives: list[When] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)

    @property
    def has_time(self) -> bool:
        """Whether anything was said about when."""
        return bool(self.due or self.start or self.recurrence or self.deadline or self.no_date or self.duration_minutes)

    @property
    def has_marks(self) -> bool:
        """Whether anything but a time was said."""
        return bool(self.priority or self.project or self.labels or self.assignees or self.section or self.notes)


@dataclass(slots=True)
class _Candidate:
    node: Node
    said: Said
    score: float


def read_slots(text: str, context: Context, engine: Engine, *, keep_time_alone: bool = False) -> Slots:
    """The slots of `text`. With `keep_time_alone` a time without a day stays one, as a change of an existing task needs it."""
    slots = Slots()
    now = local_now(context)
    _read_marks(slots, text, context, engine, now)
    taken = [(span.start, span.end) for span in slots.spans]
    row = engine.read(text, now, taken)
    chosen = [each for each in _candidates(text, row, taken) if each.score >= THRESHOLD]
    _fill(slots, text, chosen, context, now, keep_time_alone=keep_time_alone)
    slots.spans.sort(key=lambda span: span.start)
    return slots


def _read_marks(slots: Slots, text: str, context: Context, engine: Engine, now: dt.datetime) -> None:
    for mark in find_marks(text, context):
        value = mark.value
        match mark.kind:
            case "project":
                if slots.project is not None:
                    continue  # the first one counts, another stays a word of the title
                slots.project = value
            case "section":
                slots.section = value
            case "label":
                slots.labels.append(value)
            case "assignee":
                slots.assignees.append(value)
            case "priority":
                if slots.priority is not None:
                    continue
                slots.priority = int(value)
            case "notes":
                slots.notes = value
            case "reminder":
                if ":" in value and int(value.split(":")[0]) > 23:  # noqa: PLR2004  (a clock)
                    continue
                slots.reminders.append(value)
            case "deadline":
                said = [node.senses["WHEN"] for node in engine.read(value, now, []) if "WHEN" in node.senses]
                if not said or not isinstance(said[0].value, Moment) or said[0].value.on is None:
                    continue
                slots.deadline = as_when(said[0].value.on, None, context.tz)
        slots.spans.append(Span(start=mark.start, end=mark.end, kind=mark.kind))


def _candidates(text: str, row: list[Node], taken: list[tuple[int, int]]) -> list[_Candidate]:
    """Every time expression with how much it counts: by its own certainty, its place, and the small word before it."""
    places = {start for start, _ in taken}
    content = [
        at for at, node in enumerate(row)
        if "WHEN" not in node.senses and node.start not in places and not _NO_CONTENT & node.senses.keys()
    ]  # fmt: skip
    first, last = (content[0], content[-1]) if content else (len(row), -1)
    out: list[_Candidate] = []
    for at, node in enumerate(row):
        if "WHEN" not in node.senses:
            continue
        said: Said = node.senses["WHEN"]
        place = _AT_END if at > last else _AT_START if at < first else _IN_THE_MIDDLE * (not said.led)
        score = said.sure + place + (_LED if said.led else 0)
        if isinstance(said.value, Amount) and not content:
            score = 0
        if first < at < last and not said.led and _is_in_name(text, node):
            score = 0
        out.append(_Candidate(node, said, score))
    return out


def _is_in_name(text: str, node: Node) -> bool:
    """Whether it is written like part of a name: "Friday Night Lights"."""
    after = text[node.end :].lstrip()
    return text[node.start].isupper() and after[:1].isupper() and not text.isupper()


def _fill(
    slots: Slots, text: str, chosen: list[_Candidate], context: Context, now: dt.datetime, *, keep_time_alone: bool
) -> None:
    repeats = [each for each in chosen if each.said.slot == "recurrence"]
    repeat = max(repeats, key=lambda each: each.score, default=None)
    used: list[tuple[_Candidate, str]] = []
    for slot in ("start", "deadline"):
        for each in chosen:
            if each.said.slot == slot and getattr(slots, slot) is None and isinstance(each.said.value, Moment):
                moment = settle(each.said.value, now)
                setattr(slots, slot, as_when(moment.on, moment.clock if slot == "start" else None, context.tz))
                used.append((each, slot))
    dues = [each for each in chosen if each.said.slot == "due"]
    moment, stretch, parts = _merge(dues)
    if repeat is not None and isinstance(repeat.said.value, Repeat):
        found = repeat.said.value
        if moment is not None:
            if moment.clock and not found.clocks:
                found = replace(found, clocks=(moment.clock,))
            if moment.on and not found.start:
                found = replace(found, start=moment.on)
        begin = find_first(found, now)
        if begin is not None:
            words = text[repeat.node.start : repeat.node.end].strip(" ,")
            slots.recurrence = Recurrence(
                rrule=as_rule(found), from_="completion" if found.from_completion else "schedule", text=words
            )
            slots.due = as_when(*begin, context.tz)
            if found.end and begin[1]:
                _set_end(slots, begin[0], begin[1], begin[0], found.end, context.tz)
            used += [(repeat, "recurrence"), *((each, "due") for each in parts)]
    elif stretch is not None:
        _fill_stretch(slots, stretch, context.tz, now)
        used += [(each, "due") for each in parts]
    elif moment is not None:
        _fill_moment(slots, moment, context.tz, now, keep_time_alone=keep_time_alone)
        used += [(each, "due") for each in parts]
    for each in chosen:
        if each.said.slot == "none":
            slots.no_date = True
            used.append((each, "due"))
        elif isinstance(each.said.value, Amount) and slots.duration_minutes is None:
            minutes = each.said.value.minutes
            if minutes and 0 < minutes <= MINUTES_A_DAY:
                slots.duration_minutes = minutes
                used.append((each, "duration"))
    for each, kind in used:
        slots.spans.append(Span(start=each.node.start, end=each.node.end, kind=kind))


def _merge(dues: list[_Candidate]) -> tuple[Moment | None, Stretch | None, list[_Candidate]]:
    """The best day and the best time of day, which may stand apart ("tomorrow call Bob at 5pm")."""

    def best(candidates: list[_Candidate]) -> _Candidate | None:
        return max(candidates, key=lambda each: (each.score, each.node.start), default=None)

    stretches = [each for each in dues if isinstance(each.said.value, Stretch)]
    moments = [each for each in dues if isinstance(each.said.value, Moment)]
    day = best([each for each in moments if each.said.value.on])  # type: ignore[union-attr]
    time = best([each for each in moments if not each.said.value.on])  # type: ignore[union-attr]
    span = best(stretches)
    if span is not None and isinstance(span.said.value, Stretch):
        stretch = span.said.value
        if stretch.start.on is None and day is not None and isinstance(day.said.value, Moment):
            on = day.said.value.on
            stretch = Stretch(replace(stretch.start, on=on), replace(stretch.end, on=on))
            return None, stretch, [span, day]
        return None, stretch, [span]
    if day is None:
        return (time.said.value, None, [time]) if time and isinstance(time.said.value, Moment) else (None, None, [])
    moment = day.said.value
    if time is not None and isinstance(moment, Moment) and isinstance(time.said.value, Moment):
        if moment.clock is None or moment.clock.part:
            return replace(moment, clock=time.said.value.clock), None, [day, time]
    return (moment, None, [day]) if isinstance(moment, Moment) else (None, None, [])


def _fill_moment(slots: Slots, moment: Moment, tz: str, now: dt.datetime, *, keep_time_alone: bool) -> None:
    if moment.on is None and keep_time_alone:
        slots.due = as_when(None, moment.clock, tz)
        return
    settled = settle(moment, now)
    slots.due = as_when(settled.on, settled.clock, tz)
    slots.alternatives = [as_when(other, settled.clock, tz) for other in settled.others]


def _fill_stretch(slots: Slots, stretch: Stretch, tz: str, now: dt.datetime) -> None:
    start = settle(stretch.start, now)
    end = stretch.end
    if end.on is None and start.on is not None and end.clock is not None and start.clock is not None:
        over = (end.clock.hour, end.clock.minute) <= (start.clock.hour, start.clock.minute)
        end = replace(end, on=start.on + dt.timedelta(days=1) if over else start.on)
    slots.due = as_when(start.on, start.clock, tz)
    slots.end = as_when(end.on, end.clock, tz)
    if start.clock and end.clock and start.on and end.on:
        _set_end(slots, start.on, start.clock, end.on, end.clock, tz)


def _set_end(slots: Slots, day: dt.date, clock: Clock, last: dt.date, end: Clock, tz: str) -> None:
    minutes = (last - day).days * MINUTES_A_DAY + end.hour * 60 + end.minute - clock.hour * 60 - clock.minute
    slots.end = as_when(last, end, tz)
    if 0 < minutes < MINUTES_A_DAY:
        slots.duration_minutes = minutes
