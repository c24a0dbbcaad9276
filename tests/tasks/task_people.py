"""Who the tests of tasks are about."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from tasktalk.accounts.access import Viewer
from tasktalk.tasks import Act

ActMaker = Callable[[], Act]


@dataclass(frozen=True)
class People:
    ana: Viewer
    ben: Viewer
    zoe: Viewer
    home: UUID  # Ana's project, shared with Ben
    lair: UUID  # Zoe's own
