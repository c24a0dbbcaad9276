"""A project as the people in it see it, and what is asked of one."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from typing_extensions import TypedDict

Role = Literal["owner", "editor", "viewer"]


@dataclass(frozen=True, slots=True)
class Member:
    """A person in a project: viewers look, editors change tasks, owners change the project."""

    id: UUID
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Place:
    """A project where others are only named; `role` is the viewer's own."""

    id: UUID
    name: str
    colour: str | None
    role: Role


@dataclass(frozen=True, slots=True)
class ProjectSection:
    """A section as its project shows it."""

    id: UUID
    name: str
    position: float


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of a project's tasks are open and done; cancelled ones are neither."""

    open: int
    done: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project as the viewer sees it; `role` is their own. `description` is Markdown."""

    id: UUID
    name: str
    colour: str | None
    role: Role
    members: list[Member]
    open_count: int
    position: float
    created_at: dt.datetime
    updated_at: dt.datetime
    archived_at: dt.datetime | None
    version: int
    icon: str | None
    description: str
    is_template: bool
    progress: Progress
    sections: list[ProjectSection]


@dataclass(frozen=True, slots=True)
class ProjectPage:
    """Some projects, and the cursor of the next ones; None: these were the last."""

    items: list[Project]
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A column of a board; `project_id` null: of its owner's Inbox."""

    id: UUID
    name: str
    position: float
    project_id: UUID | None
    version: int
    created_at: dt.datetime
    updated_at: dt.datetime


@dataclass(frozen=True, slots=True)
class SectionPage:
    """The sections of one place, in their order; they all fit on one page."""

    items: list[Section]
    next: str | None = None


class ProjectChanges(TypedDict, total=False):
    """What to change; a key that is absent stays as it is. `deleted` False takes the project out of the trash."""

    name: str
    colour: str | None
    icon: str | None
    description: str
    position: float
    archived: bool
    deleted: bool
    is_template: bool


EDITORS_MAY_CHANGE = frozenset({"colour", "icon", "position"})  # how it looks; all else is the owners'


class SectionChanges(TypedDict, total=False):
    """What to change; a key that is absent stays as it is."""

    name: str
    position: float


def project_of(row: Mapping[str, Any]) -> Project:
    """A Project from a row of the query `list_projects`."""
    return Project(
        id=row["id"],
        name=row["name"],
        colour=row["colour"],
        role=row["role"],
        members=[Member(UUID(member["id"]), member["name"], member["role"]) for member in row["members"]],
        open_count=row["open_count"],
        position=row["position"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        archived_at=row["archived_at"],
        version=row["version"],
        icon=row["icon"],
        description=row["description"],
        is_template=row["is_template"],
        progress=Progress(row["open_count"], row["done_count"]),
        sections=[ProjectSection(UUID(each["id"]), each["name"], each["position"]) for each in row["sections"] or ()],
    )


def section_of(row: Mapping[str, Any]) -> Section:
    """A Section from a row of `sections`."""
    return Section(
        id=row["id"],
        name=row["name"],
        position=row["position"],
        project_id=row["project_id"],
        version=row["version"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
