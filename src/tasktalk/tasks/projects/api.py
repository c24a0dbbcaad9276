"""The REST API of projects and their sections. Who is in them: `sharing` and `teams`."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from tasktalk.tasks.cursors import LIMIT, MOST
from tasktalk.tasks.http import IfMatch, Me, act_of, answers, known_id, pool_of, to_json, version_of
from tasktalk.tasks.projects.bodies import CopyBody, NewProjectBody, NewSectionBody, ProjectPatchBody, SectionPatchBody
from tasktalk.tasks.projects.copying import copy_project
from tasktalk.tasks.projects.model import Project, ProjectPage, Section, SectionPage
from tasktalk.tasks.projects.projects import change_project, create_project, get_project, list_project_page
from tasktalk.tasks.projects.sections import change_section, create_section, delete_section, list_sections

router = APIRouter(prefix="/api", tags=["projects"])


@router.get("/projects", responses=answers(ProjectPage))
async def list_(
    request: Request,
    viewer: Me,
    *,
    archived: Annotated[bool | None, Query(description="Only archived ones, or none of them; both without.")] = None,
    templates: Annotated[bool | None, Query(description="Only templates, or none of them; both without.")] = None,
    trashed: Annotated[bool, Query(description="Those in the trash instead.")] = False,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
    cursor: Annotated[str | None, Query(description="`next` of the page before.")] = None,
) -> Response:
    """The projects the caller is in, by position."""
    async with pool_of(request).acquire() as conn:
        page = await list_project_page(
            conn, viewer=viewer, archived=archived, templates=templates, trashed=trashed, limit=limit, cursor=cursor
        )
    return to_json(page)


@router.post("/projects", status_code=201, responses=answers(Project, status=201, versioned=True))
async def create(request: Request, viewer: Me, body: NewProjectBody) -> Response:
    """Makes a project of the caller's own."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        project = await create_project(conn, viewer=viewer, by=act_of(request), **body.model_dump())
    return to_json(project, status=201, etag=project.version, location=f"/api/projects/{project.id}")


@router.get("/projects/{project_id}", responses=answers(Project, versioned=True))
async def get(request: Request, viewer: Me, project_id: str) -> Response:
    """One project."""
    async with pool_of(request).acquire() as conn:
        project = await get_project(conn, viewer=viewer, project_id=known_id(project_id))
    return to_json(project, etag=project.version)


@router.patch("/projects/{project_id}", responses=answers(Project, versioned=True))
async def change(
    request: Request, viewer: Me, project_id: str, body: ProjectPatchBody, if_match: IfMatch = None
) -> Response:
    """Changes only the keys that are sent. Editors may colour, decorate and move it; the rest is its owners'."""
    version = version_of(if_match)
    async with pool_of(request).acquire() as conn, conn.transaction():
        project = await change_project(
            conn,
            viewer=viewer,
            project_id=known_id(project_id),
            changes=body.as_changes(),
            by=act_of(request),
            version=version,
        )
    return to_json(project, etag=project.version)


@router.delete("/projects/{project_id}", status_code=204)
async def delete(request: Request, viewer: Me, project_id: str, if_match: IfMatch = None) -> None:
    """Puts a project into the trash, with all that lies in it."""
    version = version_of(if_match)
    async with pool_of(request).acquire() as conn, conn.transaction():
        await change_project(
            conn,
            viewer=viewer,
            project_id=known_id(project_id),
            changes={"deleted": True},
            by=act_of(request),
            version=version,
        )


@router.post("/projects/{project_id}/restore", responses=answers(Project, versioned=True))
async def restore(request: Request, viewer: Me, project_id: str) -> Response:
    """Takes a project out of the trash, within 30 days."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        project = await change_project(
            conn, viewer=viewer, project_id=known_id(project_id), changes={"deleted": False}, by=act_of(request)
        )
    return to_json(project, etag=project.version)


@router.post("/projects/{project_id}/copy", status_code=201, responses=answers(Project, status=201, versioned=True))
async def copy(request: Request, viewer: Me, project_id: str, body: CopyBody) -> Response:
    """A project of the caller's own with the sections and open tasks of this one."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        project = await copy_project(
            conn, viewer=viewer, project_id=known_id(project_id), by=act_of(request), **body.model_dump()
        )
    return to_json(project, status=201, etag=project.version, location=f"/api/projects/{project.id}")


@router.get("/projects/{project_id}/sections", responses=answers(SectionPage))
async def list_of_project(request: Request, viewer: Me, project_id: str) -> Response:
    """The sections of a project, in their order."""
    async with pool_of(request).acquire() as conn:
        return to_json(SectionPage(await list_sections(conn, viewer=viewer, place=known_id(project_id))))


@router.post("/projects/{project_id}/sections", status_code=201, responses=answers(Section, status=201, versioned=True))
async def create_in_project(request: Request, viewer: Me, project_id: str, body: NewSectionBody) -> Response:
    """Makes a section in a project."""
    place = known_id(project_id)
    async with pool_of(request).acquire() as conn, conn.transaction():
        section = await create_section(conn, viewer=viewer, place=place, by=act_of(request), **body.model_dump())
    return to_json(section, status=201, etag=section.version)


@router.get("/sections", responses=answers(SectionPage))
async def list_of_inbox(request: Request, viewer: Me) -> Response:
    """The sections of the caller's Inbox, in their order."""
    async with pool_of(request).acquire() as conn:
        return to_json(SectionPage(await list_sections(conn, viewer=viewer, place=None)))


@router.post("/sections", status_code=201, responses=answers(Section, status=201, versioned=True))
async def create_in_inbox(request: Request, viewer: Me, body: NewSectionBody) -> Response:
    """Makes a section in the caller's Inbox."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        section = await create_section(conn, viewer=viewer, place=None, by=act_of(request), **body.model_dump())
    return to_json(section, status=201, etag=section.version)


@router.patch("/sections/{section_id}", responses=answers(Section, versioned=True))
async def change_one_section(
    request: Request, viewer: Me, section_id: str, body: SectionPatchBody, if_match: IfMatch = None
) -> Response:
    """Changes only the keys that are sent."""
    version = version_of(if_match)
    async with pool_of(request).acquire() as conn, conn.transaction():
        section = await change_section(
            conn,
            viewer=viewer,
            section_id=known_id(section_id),
            changes=body.as_changes(),
            by=act_of(request),
            version=version,
        )
    return to_json(section, etag=section.version)


@router.delete("/sections/{section_id}", status_code=204)
async def delete_one_section(request: Request, viewer: Me, section_id: str, if_match: IfMatch = None) -> None:
    """Takes a section away; its tasks stay, without one."""
    version = version_of(if_match)
    async with pool_of(request).acquire() as conn, conn.transaction():
        await delete_section(conn, viewer=viewer, section_id=known_id(section_id), by=act_of(request), version=version)
