"""A filter's expression as a condition on `tasks t`, and the fence around what a viewer sees.

The SQL is put together from the constants in this file; whatever a person wrote travels as a parameter.
"""

# ruff: noqa: S608  (see above)

from datetime import date, datetime, time, timedelta

from tasktalk.accounts.access import Viewer
from tasktalk.errors import BadRequest
from tasktalk.tasks.days import Days, find_days
from tasktalk.tasks.due import get_zone
from tasktalk.tasks.filters import All, Any, Dated, Expr, Named, Not, Search, Word, speaks_of_status
from tasktalk.tasks.names import fold

# A date in another zone is at most two days off (UTC-12 to UTC+14), so an index on due_on narrows before we are exact.
_ZONE_DAYS = timedelta(days=2)

_PLAIN = {
    "all": "true",
    "no date": "t.due_on is null",
    "no time": "t.due_time is null",
    "recurring": "t.recurrence is not null",
    "no priority": "t.priority is null",
    "no label": "t.labels = '{}'",
    "inbox": "t.project_id is null",
    "no section": "t.section_id is null",
    "subtask": "t.parent_id is not null",
    "assigned": "t.assignees <> '{}'",
    "unassigned": "t.assignees = '{}'",
    "done": "t.status = 'done'",
    "cancelled": "t.status = 'cancelled'",
    "open": "t.status = 'open'",
}
_DAYS = {"deadline": "t.deadline_on", "start": "t.start_on"}
_INSTANTS = {"created": "t.created_at", "completed": "t.completed_at", "updated": "t.updated_at"}


def to_sql(expr: Expr, *, viewer: Viewer, now: datetime, zone: str, params: list[object]) -> str:
    """The condition, its values appended to `params` and named $1, $2, … by their place there.

    `today` and the like are the viewer's, on the wall clock of `zone` at `now` (aware).
    """
    writer = _Writer(viewer, now, zone, params)
    condition = writer.write(expr)
    return condition if speaks_of_status(expr) else f"t.status = 'open' and {condition}"


def fence(viewer: Viewer, params: list[object]) -> str:
    """The condition that a task is the viewer's to see: in their Inbox, or in a project they are in."""
    params.append(viewer.user_id)
    me = f"${len(params)}::uuid"
    # The array is found first, once, so that both sides of the `or` can use their index.
    return (
        f"t.deleted_at is null and ((t.owner_id = {me} and t.project_id is null) or t.project_id = any(array("
        "select m.project_id from project_members m join projects p on p.id = m.project_id "
        f"where m.user_id = {me} and p.deleted_at is null)))"
    )


class _Writer:
    def __init__(self, viewer: Viewer, now: datetime, zone: str, params: list[object]) -> None:
        self.viewer = viewer
        self.now = now
        self.zone = get_zone(zone)
        self.today = now.astimezone(self.zone).date()
        self.params = params

    def write(self, expr: Expr) -> str:  # noqa: PLR0911  (one a kind of expression)
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
            case Named(kind, pattern):
                return self._named(kind, pattern)
            case Word(word, number):
                return self._word(word, number)

    def _param(self, value: object, sql_type: str) -> str:
        self.params.append(value)
        return f"${len(self.params)}::{sql_type}"

    def _word(self, word: str, number: int) -> str:
        match word:
            case "priority":
                return f"t.priority = {self._param(number, 'smallint')}"
            case "days":
                return self._due(Days(self.today, self.today + timedelta(days=max(number, 1) - 1)))
            case "overdue":
                today, now = self._param(self.today, "date"), self._param(self.now, "timestamptz")
                return f"(t.due_on < {today} + 2 and (t.due_at < {now} or (t.due_at is null and t.due_on < {today})))"
            case "shared":
                me = self._param(self.viewer.user_id, "uuid")
                return f"exists (select from project_members m where m.project_id = t.project_id and m.user_id <> {me})"
        if word in _PLAIN:
            return _PLAIN[word]
        return self._due(self._days(word))

    def _days(self, written: str) -> Days:
        days = find_days(written, self.today)
        if days is None:
            raise BadRequest(f"“{written[:50]}” is not a date.", field="filter")
        return days

    def _dated(self, dated: Dated) -> str:
        days = self._days(dated.days)
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

    def _midnight(self, day: date) -> str:
        return self._param(datetime.combine(day, time(), self.zone), "timestamptz")

    def _due(self, days: Days) -> str:
        return self._between_due(days.first, days.last)

    def _between_due(self, first: date | None, last: date | None) -> str:
        zone = self._param(self.zone.key, "text")
        day = f"case when t.due_at is null then t.due_on else (t.due_at at time zone {zone})::date end"
        near = self._between("t.due_on", first and first - _ZONE_DAYS, last and last + _ZONE_DAYS)
        return f"({near} and {self._between(day, first, last)})"

    def _between(self, column: str, first: date | None, last: date | None) -> str:
        bounds = []
        if first:
            bounds.append(f"{column} >= {self._param(first, 'date')}")
        if last:
            bounds.append(f"{column} <= {self._param(last, 'date')}")
        return "(" + " and ".join(bounds) + ")"

    def _contains(self, word: str) -> str:
        return f"position({self._param(fold(word), 'text')} in fold(t.title || ' ' || t.notes)) > 0"

    def _named(self, kind: str, pattern: tuple[str | None, ...]) -> str:
        name = "" if None in pattern else fold("".join(part or "" for part in pattern))
        if kind == "assignee" and name in {"me", "others"}:
            me = self._param(self.viewer.user_id, "uuid")
            # "others": not all of them are me
            return f"{me} = any(t.assignees)" if name == "me" else f"not (t.assignees <@ array[{me}])"
        like = self._param("".join("%" if part is None else _escaped(fold(part)) for part in pattern), "text")
        if kind == "label":
            return f"(t.labels <> '{{}}' and exists (select from unnest(t.labels) l where fold(l) like {like}))"
        if kind == "section":
            return f"t.section_id in (select s.id from sections s where fold(s.name) like {like})"
        if kind == "project":
            me = self._param(self.viewer.user_id, "uuid")
            named = (
                "t.project_id in (select m.project_id from project_members m join projects p on p.id = m.project_id "
                f"where m.user_id = {me} and fold(p.name) like {like})"
            )
            return f"(t.project_id is null or {named})" if name == "inbox" else named
        return self._assigned(like)

    def _assigned(self, like: str) -> str:
        me = self._param(self.viewer.user_id, "uuid")
        # By the whole name or the first one, among those who share a project with the viewer.
        return (
            "t.assignees && array(select u.id from users u "
            f"where (fold(u.name) like {like} or fold(u.name) like {like} || ' %') and (u.id = {me} or u.id in ("
            "select o.user_id from project_members o join project_members m on m.project_id = o.project_id "
            f"where m.user_id = {me})))"
        )


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
