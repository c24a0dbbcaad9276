"""What the routes of projects and sections take in. Unknown keys are refused: they are slips."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from tasktalk.tasks.projects.model import ProjectChanges, SectionChanges
from tasktalk.tasks.written import Day, Number

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
    position: Number | None = Field(None, allow_inf_nan=False)
    is_template: StrictBool = False


class ProjectPatchBody(BaseModel):
    """What to change; a key that is not sent stays as it is, null empties."""

    model_config = _FORBID

    name: str = ""
    colour: Colour = None
    icon: Icon = None
    description: str = ""
    position: Number = Field(0, allow_inf_nan=False)
    archived: StrictBool = False
    is_template: StrictBool = False

    def as_changes(self) -> ProjectChanges:
        """For `change_project`: only what was sent."""
        changes: ProjectChanges = self.model_dump(include=self.model_fields_set)  # type: ignore[assignment]  # its keys
        return changes


class CopyBody(BaseModel):
    """`start`: the earliest due day of the copy; all others move along."""

    model_config = _FORBID

    name: str
    as_template: StrictBool = False
    start: Day | None = None


class NewSectionBody(BaseModel):
    """A section to make, at the end of the board unless a position says otherwise."""

    model_config = _FORBID

    name: str
    position: Number | None = Field(None, allow_inf_nan=False)


class SectionPatchBody(BaseModel):
    """What to change; a key that is not sent stays as it is."""

    model_config = _FORBID

    name: str = ""
    position: Number = Field(0, allow_inf_nan=False)

    def as_changes(self) -> SectionChanges:
        """For `change_section`: only what was sent."""
        changes: SectionChanges = self.model_dump(include=self.model_fields_set)  # type: ignore[assignment]  # its keys
        return changes
