"""The REST API of relations, seen from one of the two tasks."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from tasktalk.tasks.http import Me, act_of, answers, known_id, pool_of, to_json
from tasktalk.tasks.relations.relations import (
    Kind,
    Relation,
    RelationPage,
    create_relation,
    delete_relation,
    list_relations,
)

router = APIRouter(prefix="/api/tasks/{task_id}/relations", tags=["relations"])


class NewRelationBody(BaseModel):
    """What this task is to another."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    task_id: UUID = Field(description="The other task.")


@router.get("", responses=answers(RelationPage))
async def list_(request: Request, viewer: Me, task_id: str) -> Response:
    """What a task is to others, all on one page; those alone that the caller sees too."""
    async with pool_of(request).acquire() as conn:
        return to_json(RelationPage(await list_relations(conn, viewer=viewer, task_id=known_id(task_id))))


@router.post("", status_code=201, responses=answers(Relation, status=201))
async def create(request: Request, viewer: Me, task_id: str, body: NewRelationBody) -> Response:
    """Relates a task to another; 409 when it is so already, or when tasks would wait for each other."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        relation = await create_relation(
            conn,
            viewer=viewer,
            task_id=known_id(task_id),
            kind=body.kind,
            other_id=body.task_id,
            by=act_of(request),
        )
    return to_json(relation, status=201)


@router.delete("/{relation_id}", status_code=204)
async def delete(request: Request, viewer: Me, task_id: str, relation_id: str) -> None:
    """Takes a relation away, from both sides."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        await delete_relation(
            conn, viewer=viewer, task_id=known_id(task_id), relation_id=known_id(relation_id), by=act_of(request)
        )
