"""What the routes of projects and sections take in. Unknown keys are refused: they are slips."""

import datetime as dt
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from tasktalk.tasks.projects.model import ProjectChanges, SectionChanges

_FORBID = ConfigDict(extra="forbid")

Colour = Annotated[str | None, Field(description="#rrggbb, or a name such as red or teal.")]
Icon = Annotated[str | None, Field(description="An emoji, or a short name.")]


class NewProjectBody(BaseModel):
    """A project to make; only the name is needed. The description is Markdown."""

    model_config = _FORBID

    name: str
    colour: Colour = None
    icon: Icon = None
    description: str = ""
    position: float | None = Field(None, allow_inf_nan=False)
    is_template: bool = False


class ProjectPatchBody(BaseModel):
    """What to change; a key that is not sent stays as it is, null empties."""

    model_config = _FORBID

    name: str = ""
    colour: Colour = None
    icon: Icon = None
    description: str = ""
    position: float = Field(0, allow_inf_nan=False)
    archived: bool = False
    is_template: bool = False

    def as_changes(self) -> ProjectChanges:
        """For `change_project`: only what was sent."""
        changes: ProjectChanges = self.model_dump(include=self.model_fields_set)  # type: ignore[assignment]  # its keys
        return changes


class CopyBody(BaseModel):
    """`start`: the earliest due day of the copy; all others move along."""

    model_config = _FORBID

    name: str
    as_template: bool = False
    start: dt.date | None = None


class NewSectionBody(BaseModel):
    """A section to make, at the end of the board unless a position says otherwise."""

    model_config = _FORBID

    name: str
    position: float | None = Field(None, allow_inf_nan=False)


class SectionPatchBody(BaseModel):
    """What to change; a key that is not sent stays as it is."""

    model_config = _FORBID

    name: str = ""
    position: float = Field(0, allow_inf_nan=False)

    def as_changes(self) -> SectionChanges:
        """For `change_section`: only what was sent."""
        changes: SectionChanges = self.model_dump(include=self.model_fields_set)  # type: ignore[assignment]  # its keys
        return changes
