"""Choosing fields, and pages of lists."""

import base64
from collections.abc import Sequence
from typing import Any

from tasktalk.sandbox.asgi import Call
from tasktalk.sandbox.errors import MetaError

_PAGE = 25
_LONGEST_PAGE = 1000


def pick(shown: dict[str, Any], fields: str, *, default: Sequence[str] = ()) -> dict[str, Any]:
    """`shown` with the fields asked for (else `default`, else all) and the id."""
    # A field may carry sub-fields or arguments: "name{..}", "summary(..)"; those do not concern us.
    wanted = [field.split("{")[0].split("(")[0].strip() for field in fields.split(",") if field.strip()] or default
    if not wanted:
        return shown
    return {name: shown[name] for name in dict.fromkeys([*wanted, "id"]) if name in shown}


def page(rows: list[dict[str, Any]], call: Call) -> dict[str, Any]:
    """One page of `rows` in Graph's shape; cursors are opaque positions."""
    try:
        limit = min(max(1, int(call.query.get("limit") or _PAGE)), _LONGEST_PAGE)
    except ValueError as error:
        raise MetaError(100, "Param limit must be an integer.") from error
    start = 0
    if "after" in call.query:
        start = _position(call.query["after"])
    elif "before" in call.query:
        start = max(0, _position(call.query["before"]) - limit)
    shown = rows[start : start + limit]
    if not shown:
        return {"data": []}
    paging: dict[str, Any] = {"cursors": {"before": _cursor(start), "after": _cursor(start + len(shown))}}
    if start + limit < len(rows):
        paging["next"] = f"{call.base_url}{call.scope['path']}?limit={limit}&after={_cursor(start + limit)}"
    if start:
        paging["previous"] = f"{call.base_url}{call.scope['path']}?limit={limit}&before={_cursor(start)}"
    return {"data": shown, "paging": paging}


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(f"at:{position}".encode()).decode()


def _position(cursor: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(cursor.encode()).decode().removeprefix("at:"))
    except ValueError as error:
        raise MetaError(100, "Param after or before is not a cursor.") from error
