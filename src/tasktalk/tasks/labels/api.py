"""The REST API of labels. A name on a task is a label of whoever wrote it there, so most are made by being used."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from tasktalk.tasks.cursors import LIMIT, MOST
from tasktalk.tasks.http import IfMatch, Me, act_of, answers, known_id, pool_of, to_json, version_of
from tasktalk.tasks.labels.labels import (
    Label,
    LabelChanges,
    LabelPage,
    change_label,
    create_label,
    delete_label,
    get_label,
    list_labels,
)
from tasktalk.tasks.written import Number

router = APIRouter(prefix="/api/labels", tags=["labels"])

Colour = Annotated[str | None, Field(description="#rrggbb, or a name such as red or teal.")]


class NewLabelBody(BaseModel):
    """A label to make."""

    model_config = ConfigDict(extra="forbid")

    name: str
    colour: Colour = None
    position: Number | None = Field(None, allow_inf_nan=False)


class LabelPatchBody(BaseModel):
    """What to change; a key that is not sent stays as it is."""

    model_config = ConfigDict(extra="forbid")

    name: str = ""
    colour: Colour = None
    position: Number = Field(0, allow_inf_nan=False)
    merge: StrictBool = Field(default=False, description="Where there is a label of that name, become that one.")

    def as_changes(self) -> LabelChanges:
        """For `change_label`: only what was sent."""
        sent = self.model_dump(include=self.model_fields_set - {"merge"})
        changes: LabelChanges = sent  # type: ignore[assignment]  # the fields are its keys
        return changes


@router.get("", responses=answers(LabelPage))
async def list_(
    request: Request,
    viewer: Me,
    *,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
    cursor: Annotated[str | None, Query(description="`next` of the page before.")] = None,
) -> Response:
    """The caller's own labels by position, with how many open tasks carry each."""
    async with pool_of(request).acquire() as conn:
        return to_json(await list_labels(conn, viewer=viewer, limit=limit, cursor=cursor))


@router.post("", status_code=201, responses=answers(Label, status=201, versioned=True))
async def create(request: Request, viewer: Me, body: NewLabelBody) -> Response:
    """Makes a label; 409 when the caller has one of that name, case and accents aside."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        label = await create_label(
            conn, viewer=viewer, name=body.name, colour=body.colour, position=body.position, by=act_of(request)
        )
    return to_json(label, status=201, etag=label.version, location=f"/api/labels/{label.id}")


@router.get("/{label_id}", responses=answers(Label, versioned=True))
async def get(request: Request, viewer: Me, label_id: str) -> Response:
    """One label."""
    async with pool_of(request).acquire() as conn:
        label = await get_label(conn, viewer=viewer, label_id=known_id(label_id))
    return to_json(label, etag=label.version)


@router.patch("/{label_id}", responses=answers(Label, versioned=True))
async def change(
    request: Request, viewer: Me, label_id: str, body: LabelPatchBody, if_match: IfMatch = None
) -> Response:
    """Changes only the keys that are sent. A new name is written on every task that carries the old one."""
    version = version_of(if_match)
    async with pool_of(request).acquire() as conn, conn.transaction():
        label = await change_label(
            conn,
            viewer=viewer,
            label_id=known_id(label_id),
            changes=body.as_changes(),
            merge=body.merge,
            by=act_of(request),
            version=version,
        )
    return to_json(label, etag=label.version)


@router.delete("/{label_id}", status_code=204)
async def delete(request: Request, viewer: Me, label_id: str, if_match: IfMatch = None) -> None:
    """Deletes a label and takes it off the tasks that are the caller's to change."""
    version = version_of(if_match)
    async with pool_of(request).acquire() as conn, conn.transaction():
        await delete_label(conn, viewer=viewer, label_id=known_id(label_id), by=act_of(request), version=version)
