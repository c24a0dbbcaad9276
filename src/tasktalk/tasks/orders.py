"""The orders in which tasks are listed, and the cursors that lead from one page to the next."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from tasktalk.errors import BadRequest
from tasktalk.tasks.due import FIRST_YEAR, LAST_YEAR

_Key = int | float | str
_INT = 1 << 31

# What each order compares, which is never null; the id comes last and makes it total. The indexes that list the first
# tasks of an order without reading all are on these very expressions.
_DAY = "(coalesce(t.due_on, date '9999-12-31') - date '2000-01-01')"
_MINUTE = "coalesce(extract(epoch from t.due_time)::int, 86400)"
_SORTS: dict[str, tuple[tuple[str, str], ...]] = {
    "id": (),
    "due": ((_DAY, "int"), (_MINUTE, "int"), ("coalesce(t.priority, 5)::int", "int")),
    "priority": (("coalesce(t.priority, 5)::int", "int"), (_DAY, "int"), (_MINUTE, "int")),
    "title": (("fold(t.title)", "text"),),
    "position": (("t.position", "float8"),),
    "created": (("t.created_at", "timestamptz"),),
    "updated": (("t.updated_at", "timestamptz"),),
    "completed": (("coalesce(t.completed_at, timestamptz '1970-01-01 00:00:00Z')", "timestamptz"),),
}
SORTS = tuple(_SORTS)
_KEYS = {f"{word}_at": word for word in ("created", "updated", "completed")}  # as a task's JSON spells them


@dataclass(frozen=True, slots=True)
class Order:
    """`by` is one of SORTS; `columns`: what is compared, as SQL on `tasks t` with its type, the id last."""

    sort: str
    by: str
    columns: tuple[tuple[str, str], ...]

    @property
    def descends(self) -> bool:
        """Whether it is the reverse."""
        return self.sort.startswith("-")


class Cursor(msgspec.Struct, array_like=True, frozen=True):
    """Where a page ended."""

    sort: str
    keys: list[_Key]
    id: UUID

    def values(self, order: Order) -> list[object]:
        """What the columns of the order were there."""
        types = [sql_type for _, sql_type in order.columns]
        keys = [_value(key, sql_type) for key, sql_type in zip(self.keys, types, strict=False)]
        return [*keys, self.id]


def order_of(sort: str) -> Order:
    """The order called `sort`, or its exact reverse with a "-" before it; BadRequest where there is none."""
    by = sort.removeprefix("-")
    by = _KEYS.get(by, by)
    if by not in _SORTS:
        raise BadRequest(f"Sort by one of {', '.join(SORTS)}, or -{SORTS[0]} to descend.", field="sort")
    return Order(sort, by, (*_SORTS[by], ("t.id", "uuid")))


def write_cursor(order: Order, row: Sequence[object]) -> str:
    """The cursor behind `row`: the values of the order's columns."""
    return base64.urlsafe_b64encode(msgspec.json.encode([order.sort, row[:-1], row[-1]])).decode().rstrip("=")


def read_cursor(text: str, order: Order) -> Cursor:
    """The cursor that `text` is; BadRequest unless we made it for this order."""
    try:
        cursor = msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=Cursor)
    except (msgspec.MsgspecError, binascii.Error, ValueError) as error:
        raise BadRequest("This cursor is not ours.", field="cursor") from error
    if cursor.sort != order.sort or len(order.columns) != len(cursor.keys) + 1:
        raise BadRequest("This cursor belongs to another order.", field="cursor")
    if any(value is None for value in cursor.values(order)):
        raise BadRequest("This cursor is not ours.", field="cursor")
    return cursor


def _value(key: _Key, sql_type: str) -> object:
    """What the database is given; None for what it could not take."""
    match sql_type:
        case "timestamptz":
            return _moment(key) if isinstance(key, str) else None
        case "text":
            fits = isinstance(key, str) and "\x00" not in key
        case "float8":
            fits = isinstance(key, float) or (isinstance(key, int) and abs(key) < _INT)
        case _:
            fits = isinstance(key, int) and abs(key) < _INT
    return key if fits else None


def _moment(text: str) -> datetime | None:
    try:
        moment = msgspec.convert(text, datetime)
    except msgspec.ValidationError:
        return None
    return moment if moment.tzinfo and FIRST_YEAR <= moment.year <= LAST_YEAR else None
