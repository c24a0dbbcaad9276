"""The orders in which tasks are listed, and the cursors that lead from one page to the next."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from tasktalk.errors import BadRequest

_Key = int | float | str

# What each order compares, as numbers and text that a cursor can carry; the id comes last and makes it total.
# `due` is the index tasks_by_due, to the letter.
_DAY = "(coalesce(t.due_on, date '9999-12-31') - date '2000-01-01')"
_MINUTE = "coalesce(extract(epoch from t.due_time)::int, 86400)"
_SORTS: dict[str, tuple[tuple[str, str], ...]] = {
    "id": (),
    "due": ((_DAY, "int"), (_MINUTE, "int"), ("coalesce(t.priority, 5)::int", "int")),
    "priority": (("coalesce(t.priority, 5)::int", "int"), (_DAY, "int"), (_MINUTE, "int")),
    "title": (("fold(t.title)", "text"),),
    "position": (("t.position", "float8"),),
    "created": (("(extract(epoch from t.created_at) * 1000000)::bigint", "bigint"),),
    "updated": (("(extract(epoch from t.updated_at) * 1000000)::bigint", "bigint"),),
    "completed": (("coalesce((extract(epoch from t.completed_at) * 1000000)::bigint, 0)", "bigint"),),
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

    @property
    def values(self) -> list[object]:
        """What the columns of the order were there."""
        return [*self.keys, self.id]


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
    if cursor.sort != order.sort or len(order.columns) != len(cursor.values):
        raise BadRequest("This cursor belongs to another order.", field="cursor")
    if not all(_fits(key, sql_type) for key, (_, sql_type) in zip(cursor.keys, order.columns, strict=False)):
        raise BadRequest("This cursor is not ours.", field="cursor")
    return cursor


def _fits(key: _Key, sql_type: str) -> bool:
    match sql_type:
        case "text":
            return isinstance(key, str) and "\x00" not in key
        case "float8":
            return isinstance(key, float | int)
    return isinstance(key, int) and abs(key) < 1 << (31 if sql_type == "int" else 63)
