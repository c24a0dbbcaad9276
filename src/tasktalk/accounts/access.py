"""Who is looking. Every query that shows or changes somebody's data takes a Viewer."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import asyncpg

Role = Literal["owner", "admin", "member"]


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person who is signed in, whichever door they used.

    A task is visible to a viewer when it lies in their own Inbox (they own it and it has no project) or when they are
    a member of its project. `role` opens administration; it never opens other people's tasks.
    """

    user_id: UUID
    name: str
    role: Role
    language: str
    timezone: str

    @property
    def is_admin(self) -> bool:
        """Whether integrations, users, workers and the like are theirs to manage."""
        return self.role in {"owner", "admin"}


def viewer_of(row: asyncpg.Record) -> Viewer:
    """The Viewer in a row that has `user_id`, `name`, `role`, `language` and `timezone`."""
    return Viewer(row["user_id"], row["name"], row["role"], row["language"], row["timezone"])
