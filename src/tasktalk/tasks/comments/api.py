"""The REST API of comments."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from tasktalk.tasks.comments.comments import (
    Comment,
    CommentPage,
    Sort,
    change_comment,
    create_comment,
    delete_comment,
    get_comment,
    list_comments,
)
from tasktalk.tasks.cursors import LIMIT, MOST
from tasktalk.tasks.http import IfMatch, Me, act_of, answers, known_id, pool_of, to_json, version_of

router = APIRouter(prefix="/api/comments", tags=["comments"])


class CommentPatchBody(BaseModel):
    """Another text."""

    model_config = ConfigDict(extra="forbid")

    text: str = ""


class NewCommentBody(BaseModel):
    """Markdown of 1 to 20,000 characters. `@Ana` and `@"Ana Maria"` mention people who see the task."""

    model_config = ConfigDict(extra="forbid")

    task_id: UUID
    text: str


@router.get("", responses=answers(CommentPage))
async def list_(
    request: Request,
    viewer: Me,
    *,
    task_id: Annotated[str, Query(description="The task that they are about.")],
    sort: Annotated[Sort, Query(description="Oldest first; -id: newest first.")] = "id",
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
    cursor: Annotated[str | None, Query(description="`next` of the page before.")] = None,
) -> Response:
    """What was said about a task."""
    async with pool_of(request).acquire() as conn:
        page = await list_comments(
            conn, viewer=viewer, task_id=known_id(task_id), sort=sort, limit=limit, cursor=cursor
        )
    return to_json(page)


@router.post("", status_code=201, responses=answers(Comment, status=201, versioned=True))
async def create(request: Request, viewer: Me, body: NewCommentBody) -> Response:
    """Says something about a task; whoever sees it may."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        comment = await create_comment(conn, viewer=viewer, task_id=body.task_id, text=body.text, by=act_of(request))
    return to_json(comment, status=201, etag=comment.version, location=f"/api/comments/{comment.id}")


@router.get("/{comment_id}", responses=answers(Comment, versioned=True))
async def get(request: Request, viewer: Me, comment_id: str) -> Response:
    """One comment."""
    async with pool_of(request).acquire() as conn:
        comment = await get_comment(conn, viewer=viewer, comment_id=known_id(comment_id))
    return to_json(comment, etag=comment.version)


@router.patch("/{comment_id}", responses=answers(Comment, versioned=True))
async def change(
    request: Request, viewer: Me, comment_id: str, body: CommentPatchBody, if_match: IfMatch = None
) -> Response:
    """Changes the text; only its author may."""
    version = version_of(if_match)
    async with pool_of(request).acquire() as conn, conn.transaction():
        comment = await change_comment(
            conn,
            viewer=viewer,
            comment_id=known_id(comment_id),
            text=body.text if body.model_fields_set else None,
            by=act_of(request),
            version=version,
        )
    return to_json(comment, etag=comment.version)


@router.delete("/{comment_id}", status_code=204)
async def delete(request: Request, viewer: Me, comment_id: str, if_match: IfMatch = None) -> None:
    """Takes a comment away; its author may, and the owners of the project."""
    version = version_of(if_match)
    async with pool_of(request).acquire() as conn, conn.transaction():
        await delete_comment(conn, viewer=viewer, comment_id=known_id(comment_id), by=act_of(request), version=version)
