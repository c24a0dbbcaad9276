"""Cursors of short lists: where a page ended, as text that says nothing to anybody else."""

import base64
import binascii
import math
from uuid import UUID

import msgspec

from tasktalk.errors import BadRequest

LIMIT = 50  # on a page, unless asked otherwise
MOST = 500


class _Place(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    id: UUID
    position: float | None = None


def write_cursor(id_: UUID, position: float | None = None) -> str:
    """The cursor of the page that ended with `id_`; `position`: that of a list ordered by it, then by id."""
    return base64.urlsafe_b64encode(msgspec.json.encode(_Place(id_, position))).decode().rstrip("=")


def read_cursor(text: str | None, *, positioned: bool = False) -> tuple[UUID | None, float | None]:
    """What `write_cursor` was given; (None, None) for the first page. Raises BadRequest for anything else."""
    if not text:
        return None, None
    try:
        place = msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=_Place)
    except (msgspec.MsgspecError, binascii.Error, ValueError) as error:
        raise BadRequest("This cursor is not ours.", field="cursor") from error
    if positioned != (place.position is not None) or not math.isfinite(place.position or 0):
        raise BadRequest("This cursor belongs to another list.", field="cursor")
    return place.id, place.position
