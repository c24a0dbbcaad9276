"""Many creations, changes and deletions in one request; each is answered for itself.

What can be written together is: a run of creations is one statement, a run of changes another. When one of a run cannot
be, its halves are tried by themselves, so that one bad item among a thousand costs ten more statements, not a thousand.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from tasktalk.accounts.access import Viewer
from tasktalk.db import Conn
from tasktalk.errors import AppError, BadRequest
from tasktalk.tasks.bodies import NewTaskBody, TaskPatchBody
from tasktalk.tasks.changes import change_tasks
from tasktalk.tasks.model import Act, NewTask, Task, TaskChanges
from tasktalk.tasks.tasks import BATCH, create_tasks
from tasktalk.tasks.written import Whole
from tasktalk.web.errors import say_what_is_wrong

_CREATED, _DONE, _GONE = 201, 200, 204


class Create(BaseModel):
    """Makes `task`."""

    model_config = ConfigDict(extra="forbid")

    op: Literal["create"]
    task: NewTaskBody


class Change(BaseModel):
    """Changes only the keys in `changes`; with `version`, only that version."""

    model_config = ConfigDict(extra="forbid")

    op: Literal["change"]
    id: UUID
    changes: TaskPatchBody
    version: Whole | None = None


class Delete(BaseModel):
    """Puts a task into the trash; with `version`, only that version."""

    model_config = ConfigDict(extra="forbid")

    op: Literal["delete"]
    id: UUID
    version: Whole | None = None


Operation = Annotated[Create | Change | Delete, Field(discriminator="op")]
_OPERATION: TypeAdapter[Create | Change | Delete] = TypeAdapter(Operation)


class BatchBody(BaseModel):
    """Up to 1000 operations, carried out in order. Each is an object with `op`: `create`, `change` or `delete`."""

    model_config = ConfigDict(extra="forbid")

    operations: list[dict[str, Any]] = Field(
        max_length=BATCH,
        description=(
            '`{"op": "create", "task": {…}}`, `{"op": "change", "id", "changes": {…}, "version"?}` or '
            '`{"op": "delete", "id", "version"?}`. One that cannot be read fails alone.'
        ),
    )


@dataclass(frozen=True, slots=True)
class BatchError:
    """As in the answer of a request of its own."""

    code: str
    message: str
    data: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """A task that was made (201) or changed (200), as it is after the batch's neighbouring operations."""

    status: int
    task: Task


@dataclass(frozen=True, slots=True)
class Deleted:
    """A task that is in the trash (204)."""

    status: int


@dataclass(frozen=True, slots=True)
class Refused:
    """An operation that was not carried out; `status` and `error` are what a request of its own would have got."""

    status: int
    error: BatchError


BatchResult = Written | Deleted | Refused


@dataclass(frozen=True, slots=True)
class BatchResults:
    """In the order of the operations."""

    results: list[BatchResult]


@dataclass(frozen=True, slots=True)
class Ready:
    """An operation that can be tried: a new task, or changes of the task `id`."""

    what: NewTask | TaskChanges
    id: UUID
    version: int | None
    status: int


async def carry_out(
    conn: Conn, *, viewer: Viewer, operations: Sequence[Mapping[str, Any]], by: Act, atomic: bool = False
) -> list[BatchResult]:
    """The results in the order of `operations`. `atomic`: raises the first error, with `index`, instead of going on."""
    results: dict[int, BatchResult] = {}
    ready: dict[int, Ready] = {}
    for index, operation in enumerate(operations):
        try:
            ready[index] = _read(operation, viewer)
        except AppError as error:
            if atomic:
                raise _at(error, index) from error
            results[index] = _failed(error)
    for run in _runs(ready):
        results |= await try_run(conn, run, viewer=viewer, by=by, atomic=atomic)
    return [results[index] for index in range(len(operations))]


def _read(operation: Mapping[str, Any], viewer: Viewer) -> Ready:
    try:
        read = _OPERATION.validate_python(operation)
    except ValidationError as error:
        if error.errors()[0]["type"].startswith("union_tag"):
            raise BadRequest("An operation's `op` is create, change or delete.", field="op") from error
        raise say_what_is_wrong(error.errors(), skip=1) from error
    match read:
        case Create():
            new = read.task.as_new(viewer.timezone)
            return Ready(new, new.id, None, _CREATED)
        case Change():
            return Ready(read.changes.as_changes(viewer.timezone), read.id, read.version, _DONE)
        case Delete():
            return Ready({"deleted": True}, read.id, read.version, _GONE)


def _runs(ready: Mapping[int, Ready]) -> Iterator[dict[int, Ready]]:
    """Neighbours that one statement can take: all new, or all changes of different tasks."""
    run: dict[int, Ready] = {}
    seen: set[UUID] = set()
    for index, each in ready.items():
        if run:
            before = next(iter(run.values()))
            if isinstance(each.what, NewTask) is not isinstance(before.what, NewTask) or each.id in seen:
                yield run
                run, seen = {}, set()
        run[index] = each
        seen.add(each.id)
    if run:
        yield run


async def try_run(
    conn: Conn, run: Mapping[int, Ready], *, viewer: Viewer, by: Act, atomic: bool = False
) -> dict[int, BatchResult]:
    """What became of each: all new tasks, or all changes of different ones; at most BATCH."""
    try:
        async with conn.transaction():  # a savepoint
            tasks = await _write(conn, list(run.values()), viewer=viewer, by=by)
    except AppError as error:
        indices = list(run)
        if len(indices) == 1:
            if atomic:
                raise _at(error, indices[0]) from error
            return {indices[0]: _failed(error)}
        half = len(indices) // 2
        results: dict[int, BatchResult] = {}
        for part in (indices[:half], indices[half:]):
            results |= await try_run(conn, {i: run[i] for i in part}, viewer=viewer, by=by, atomic=atomic)
        return results
    return {
        index: Deleted(_GONE) if each.status == _GONE else Written(each.status, task)
        for (index, each), task in zip(run.items(), tasks, strict=True)
    }


async def _write(conn: Conn, run: Sequence[Ready], *, viewer: Viewer, by: Act) -> list[Task]:
    new = [each.what for each in run if isinstance(each.what, NewTask)]
    if new:
        return await create_tasks(conn, viewer=viewer, new=new, by=by)
    changes = [(each.id, each.what) for each in run if not isinstance(each.what, NewTask)]
    versions = {each.id: each.version for each in run if each.version is not None}
    return await change_tasks(conn, viewer=viewer, changes=changes, by=by, versions=versions)


def _failed(error: AppError) -> Refused:
    return Refused(error.status, BatchError(error.code, error.message, error.data or None))


def _at(error: AppError, index: int) -> AppError:
    """The same error, saying which operation it is."""
    error.data = {"index": index, **error.data}
    return error
