"""A filter's expression as a condition on `tasks t`, and the fence around what a viewer sees.

The SQL is put together from the constants in this file; whatever a person wrote travels as a parameter.
"""

# ruff: noqa: S608  (see above)

from datetime import date, datetime, time, timedelta

from tasktalk.errors import BadRequest
from tasktalk.phrases import Told
from tasktalk.tasks.due import get_zone
from tasktalk.tasks.filters.days import Days, find_days, find_moment
from tasktalk.tasks.filters.expressions import All, Any, Dated, Expr, Named, Not, Search, Word
from tasktalk.tasks.filters.scope import Scope, escape, like
from tasktalk.tasks.names import fold

# A date in another zone is at most two days off (UTC-12 to UTC+14), so an index on due_on narrows before we are exact.
_ZONE_DAYS = timedelta(days=2)
_TRIGRAM = 3  # characters: shorter words are in no index of trigrams

_HAS = {
    "date": "t.due_on is not null",
    "time": "t.due_time is not null",
    "start": "t.start_on is not null",
    "deadline": "t.deadline_on is not null",
    "duration": "t.duration_minutes is not null",
    "priority": "t.priority is not null",
    "label": "t.labels <> '{}'",
    "section": "t.section_id is not null",
    "notes": "t.notes <> ''",
    "comments": "exists (select from comments c where c.task_id = t.id)",
    "attachments": "exists (select from attachments a where a.task_id = t.id and a.deleted_at is null)",
    "subtasks": "exists (select from tasks c where c.parent_id = t.id and c.deleted_at is null)",
}
_PLAIN = {
    "all": "true",
    "trash": "true",  # the whole list is of the trash, see `listed`
    "recurring": "t.recurrence is not null",
    "moved": "t.series_on is not null",
    "inbox": "t.project_id is null",
    "subtask": "t.parent_id is not null",
    "assigned": "t.assignees <> '{}'",
    "unassigned": "t.assignees = '{}'",
    "done": "t.status = 'done'",
    "cancelled": "t.status = 'cancelled'",
    "open": "t.status = 'open'",
} | {f"{which} {thing}": f"{no}({has})" for thing, has in _HAS.items() for which, no in (("has", ""), ("no", "not "))}
_DAYS = {"deadline": "t.deadline_on", "start": "t.start_on"}
_INSTANTS = {"created": "t.created_at", "completed": "t.completed_at", "updated": "t.updated_at"}
# Who last said whose task it is.
_ASSIGNER = (
    "(select j.actor_id from journal j where j.task_id = t.id and j.subject = 'task' "
    "and j.after -> 'assignees' is distinct from coalesce(j.before -> 'assignees', '[]') order by j.seq desc limit 1)"
)


class Writer:
    """Writes one query's conditions; their values go into `params`, named $1, $2, … by their place there.

    `today` and the like are the viewer's, on the wall clock of `zone` at `now` (aware). `walking`: the rows come one by
    one, so that a condition should be quick for one, not lead to all.
    """

    def __init__(self, scope: Scope, *, now: datetime, zone: str, walking: bool) -> None:
        self.params: list[object] = []
        self.scope = scope
        self.walking = walking
        self.zone = get_zone(zone)
        self.now = now.astimezone(self.zone)
        self.today = self.now.date()
        self.me = self.param(scope.viewer.user_id, "uuid")
        self.places = self.param(scope.places, "uuid[]")

    def param(self, value: object, sql_type: str) -> str:
        """A place for `value`."""
        self.params.append(value)
        return f"${len(self.params)}::{sql_type}"

    def fence(self, task: str = "t") -> str:
        """The condition that a task is the viewer's to see: in their Inbox, or in a project of the scope."""
        return (
            f"(({task}.owner_id = {self.me} and {task}.project_id is null) or {task}.project_id = any({self.places}))"
        )

    def listed(self, status: str | None) -> str:
        """The condition that a task is of the kind that is listed, which an index may be partial to."""
        deleted = f"t.deleted_at is {'not ' if self.scope.trashed else ''}null"
        return f"{deleted} and {_PLAIN[status]}" if status else deleted

    def write(self, expr: Expr) -> str:  # noqa: PLR0911  (one a kind of expression)
        """The condition that `expr` is."""
        match expr:
            case Not(part):
                return f"(({self.write(part)}) is not true)"
            case All(parts):
                return "(" + " and ".join(self.write(part) for part in parts) + ")"
            case Any(parts):
                return "(" + " or ".join(self.write(part) for part in parts) + ")"
            case Search(words):
                return "(" + " and ".join(self._contains(word) for word in words) + ")"
            case Dated():
                return self._dated(expr)
            case Named():
                return self._named(expr)
            case Word():
                return self._word(expr)

    def _word(self, leaf: Word) -> str:  # noqa: PLR0911  (one a word)
        match leaf.word:
            case "priority":
                return f"t.priority = {self.param(leaf.number, 'smallint')}"
            case "days":
                return self._due(Days(self.today, self.today + timedelta(days=max(leaf.number, 1) - 1)))
            case "overdue":
                today, now = self.param(self.today, "date"), self.param(self.now, "timestamptz")
                return f"(t.due_on < {today} + 2 and (t.due_at < {now} or (t.due_at is null and t.due_on < {today})))"
            case "shared":
                return f"t.project_id = any({self._ids(leaf)})"
            case "accepted":
                return f"{self.me} = any(t.accepted)"
            case "has reminders" | "no reminders":
                mine = f"r.task_id = t.id and r.user_id = {self.me} and r.ring_at is not null"
                return f"{'' if leaf.word.startswith('has') else 'not '}exists (select from reminders r where {mine})"
            case "blocked":
                return self._blocks("r.task_id", "r.other_id")
            case "blocking":
                return self._blocks("r.other_id", "r.task_id")
        if leaf.word in _PLAIN:
            return _PLAIN[leaf.word]
        return self._due(_read(leaf.word, self.today))

    def _blocks(self, other: str, this: str) -> str:
        # One that the viewer cannot see says nothing, not even that it is there.
        return (
            f"exists (select from task_relations r join tasks o on o.id = {other} where {this} = t.id "
            f"and r.kind = 'blocks' and o.status = 'open' and o.deleted_at is null and {self.fence('o')})"
        )

    def _dated(self, dated: Dated) -> str:
        days = find_days(dated.days, self.today, past=dated.column in _INSTANTS)
        if days is None:
            return self._timed(dated)
        first = days.first if dated.side == "on" else None
        last = days.last if dated.side == "on" else None
        if dated.side == "before":
            last = days.first - timedelta(days=1)
        elif dated.side == "after":
            first = days.last + timedelta(days=1)
        if dated.column == "due":
            return self._between_due(first, last)
        if dated.column in _DAYS:
            return self._between(_DAYS[dated.column], first, last)
        column = _INSTANTS[dated.column]
        bounds = []
        if first:
            bounds.append(f"{column} >= {self._midnight(first)}")
        if last:
            bounds.append(f"{column} < {self._midnight(last + timedelta(days=1))}")
        return "(" + " and ".join(bounds) + ")"

    def _timed(self, dated: Dated) -> str:
        moment = find_moment(dated.days, self.now)
        if moment is None or dated.side == "on" or dated.column in _DAYS:  # as far from today as no date can be
            raise _no_date(dated.days, position=dated.position)
        at, than = self.param(moment, "timestamptz"), "<" if dated.side == "before" else ">"
        if dated.column != "due":
            return f"({_INSTANTS[dated.column]} {than} {at})"
        # A whole day is due when it ends.
        day = self.param(moment.date(), "date")
        whole = f"t.due_on {'<' if dated.side == 'before' else '>='} {day}"
        near = f"t.due_on {'<=' if dated.side == 'before' else '>='} {day} {'+' if dated.side == 'before' else '-'} 2"
        return f"({near} and (t.due_at {than} {at} or (t.due_at is null and {whole})))"

    def _midnight(self, day: date) -> str:
        return self.param(datetime.combine(day, time(), self.zone), "timestamptz")

    def _due(self, days: Days) -> str:
        return self._between_due(days.first, days.last)

    def _between_due(self, first: date | None, last: date | None) -> str:
        zone = self.param(self.zone.key, "text")
        day = f"case when t.due_at is null then t.due_on else (t.due_at at time zone {zone})::date end"
        near = self._between("t.due_on", first and first - _ZONE_DAYS, last and last + _ZONE_DAYS)
        return f"({near} and {self._between(day, first, last)})"

    def _between(self, column: str, first: date | None, last: date | None) -> str:
        bounds = []
        if first:
            bounds.append(f"{column} >= {self.param(first, 'date')}")
        if last:
            bounds.append(f"{column} <= {self.param(last, 'date')}")
        return "(" + " and ".join(bounds) + ")"

    def _contains(self, word: str) -> str:
        pattern = self.param(f"%{escape(fold(word))}%", "text")
        own = f"fold(t.title || ' ' || t.notes) like {pattern}"
        if self.walking or len(fold(word)) < _TRIGRAM:
            # `offset 0`: for this task, not once for all comments there are.
            said = f"exists (select from comments c where c.task_id = t.id and fold(c.text) like {pattern} offset 0)"
        else:
            # An array that is found once, so that both sides of the `or` can use their index.
            said = f"t.id = any(array(select c.task_id from comments c where fold(c.text) like {pattern}))"
        return f"({own} or {said})"

    def _named(self, leaf: Named) -> str:  # noqa: PLR0911  (one a kind of name)
        name = "" if None in leaf.pattern else fold("".join(part or "" for part in leaf.pattern))
        match leaf.kind:
            case "label":
                return self._labelled(leaf, name)
            case "section":
                return f"t.section_id = any({self._ids(leaf)})"
            case "project":
                named = f"t.project_id = any({self._ids(leaf)})"
                return f"(t.project_id is null or {named})" if name == "inbox" else named
            case "assignee" if name == "me":
                return f"(t.assignees <> '{{}}' and t.assignees @> array[{self.me}])"
            case "assignee" if name == "others":  # not all of them are me
                return f"(t.assignees <> '{{}}' and not (t.assignees <@ array[{self.me}]))"
            case "assignee":
                return f"(t.assignees <> '{{}}' and t.assignees && {self._ids(leaf)})"
        who = "t.owner_id" if leaf.kind == "adder" else _ASSIGNER
        if name == "me":
            is_one = f"{who} = {self.me}"
        elif name == "others":
            is_one = f"{who} <> {self.me}"
        else:
            is_one = f"{who} = any({self._ids(leaf)})"
        return is_one if leaf.kind == "adder" else f"(t.assignees <> '{{}}' and {is_one})"

    def _ids(self, leaf: Word | Named) -> str:
        return self.param(self.scope.ids[leaf], "uuid[]")

    def _labelled(self, leaf: Named, name: str) -> str:
        if name:
            return f"(t.labels <> '{{}}' and fold_all(t.labels) @> array[{self.param(name, 'text')}])"
        pattern = self.param(like(leaf.pattern), "text")
        return f"(t.labels <> '{{}}' and exists (select from unnest(fold_all(t.labels)) l where l like {pattern}))"


def _read(word: str, today: date) -> Days:
    days = find_days(word, today)
    if days is None:
        raise _no_date(word, position=0)
    return days


def _no_date(written: str, *, position: int) -> BadRequest:
    return BadRequest(Told("“{words}” is not a date.", words=written[:50]), field="filter", position=position)
