"""Room on the disk: while there is little, deliveries are refused before a byte is written. Meta brings them again."""

import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tasktalk.db.cluster import ServerError
from tasktalk.db.place import find_home
from tasktalk.errors import Unavailable
from tasktalk.logs import get_log
from tasktalk.messaging.webhook import Store
from tasktalk.settings import Settings
from tasktalk.whatsapp.delivery import Item

log = get_log("messaging.room")

_LOOK_SECONDS = 1.0
_TELL_SECONDS = 60.0
_MIB = 1024 * 1024


class NoRoom(Unavailable):
    """The disk is nearly full; send it again later."""


def find_disk(settings: Settings) -> Path | None:
    """A folder on the disk where our own PostgreSQL writes; None where the database is somebody else's."""
    try:
        home = find_home(settings.data.absolute())
        return home if settings.disk_free_mib and (home / "data").is_dir() else None
    except (ServerError, OSError):  # what is left of one that is no longer ours
        return None


def find_free_mib(folder: Path) -> float | None:
    """What is free there; None where it cannot be seen."""
    try:
        return shutil.disk_usage(folder).free / _MIB
    except OSError:
        return None


def is_full(settings: Settings) -> bool:
    """Whether deliveries are refused for now."""
    disk = find_disk(settings)
    free = None if disk is None else find_free_mib(disk)
    return free is not None and free < settings.disk_free_mib


def with_room(store: Store, settings: Settings, *, clock: Callable[[], float] = time.monotonic) -> Store:
    """`store`, which raises NoRoom while there is less than TASKTALK_DISK_FREE_MIB free."""
    disk = find_disk(settings)
    if disk is None:
        return store
    looked_at, told_at, full = -_LOOK_SECONDS, -_TELL_SECONDS, False

    async def store_with_room(items: Sequence[Item]) -> None:
        nonlocal looked_at, told_at, full
        now = clock()
        if now - looked_at >= _LOOK_SECONDS:
            looked_at, full = now, is_full(settings)
        if full:
            if now - told_at >= _TELL_SECONDS:
                told_at = now
                log.error("disk_nearly_full", folder=str(disk), least_mib=settings.disk_free_mib)
            raise NoRoom
        await store(items)

    return store_with_room
