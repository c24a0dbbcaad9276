"""What the routes of members and invitations take in. Unknown keys are refused: they are slips."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from tasktalk.tasks.bodies import Ref, RefBody
from tasktalk.tasks.projects.model import Role
from tasktalk.tasks.projects.sharing.invitations import InvitedRole

_FORBID = ConfigDict(extra="forbid")


class NewMemberBody(BaseModel):
    """Somebody who shares a project or a team with the caller; others are invited."""

    model_config = _FORBID

    user: Ref
    role: Role = "editor"


class MemberPatchBody(BaseModel):
    """A member's own role; what a team gives them counts if it is better."""

    model_config = _FORBID

    role: Role


class NotificationsBody(BaseModel):
    """What the caller wants to hear of the project, event by event; null: as in their own settings."""

    model_config = _FORBID

    notifications: dict[str, bool | None] = Field(
        description="By event: assigned, accepted, declined, commented, mentioned, completed, added, changed, joined, "
        "invited.",
        max_length=50,
    )


class NewInvitationBody(BaseModel):
    """To a person or to an address, one of the two."""

    model_config = _FORBID

    user: Ref | None = None
    email: str | None = Field(None, max_length=1000)
    role: InvitedRole = "editor"


class AnswerBody(BaseModel):
    """Yes or no."""

    model_config = _FORBID

    answer: Literal["accept", "decline"]


def id_of(ref: RefBody | UUID) -> UUID:
    """The id in either form."""
    return ref.id if isinstance(ref, RefBody) else ref
