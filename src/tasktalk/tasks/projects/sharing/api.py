"""The REST API of members and invitations."""

from datetime import UTC, datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response

from tasktalk.accounts.access import Viewer
from tasktalk.tasks.http import Me, act_of, answers, known_id, pool_of, to_json
from tasktalk.tasks.projects.sharing import invitations
from tasktalk.tasks.projects.sharing.bodies import (
    AnswerBody,
    MemberPatchBody,
    NewInvitationBody,
    NewMemberBody,
    NotificationsBody,
    id_of,
)
from tasktalk.tasks.projects.sharing.invitations import Invitation, InvitationPage
from tasktalk.tasks.projects.sharing.members import (
    Membership,
    MembershipPage,
    OwnMembership,
    add_acquaintance,
    change_member,
    get_membership,
    list_members,
    remove_member,
    switch_notifications,
)

router = APIRouter(prefix="/api", tags=["sharing"])


@router.get("/projects/{project_id}/members", responses=answers(MembershipPage))
async def list_(request: Request, viewer: Me, project_id: str) -> Response:
    """Everybody in a project."""
    async with pool_of(request).acquire() as conn:
        return to_json(MembershipPage(await list_members(conn, viewer=viewer, project_id=known_id(project_id))))


@router.post("/projects/{project_id}/members", status_code=201, responses=answers(Membership, status=201))
async def add(request: Request, viewer: Me, project_id: str, body: NewMemberBody) -> Response:
    """Lets in somebody who shares a project or a team with the caller already. Owners may."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        member = await add_acquaintance(
            conn,
            viewer=viewer,
            project_id=known_id(project_id),
            user_id=id_of(body.user),
            role=body.role,
            by=act_of(request),
        )
    return to_json(member, status=201)


@router.get("/projects/{project_id}/members/me", responses=answers(OwnMembership))
async def get_mine(request: Request, viewer: Me, project_id: str) -> Response:
    """The caller in a project, and what they want to hear of it."""
    async with pool_of(request).acquire() as conn:
        return to_json(await get_membership(conn, viewer=viewer, project_id=known_id(project_id)))


@router.patch("/projects/{project_id}/members/me", responses=answers(OwnMembership))
async def change_mine(request: Request, viewer: Me, project_id: str, body: NotificationsBody) -> Response:
    """What the caller wants to hear of a project; events that are not sent stay as they are."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        mine = await switch_notifications(
            conn, viewer=viewer, project_id=known_id(project_id), switches=body.notifications
        )
    return to_json(mine)


@router.patch("/projects/{project_id}/members/{user_id}", responses=answers(Membership))
async def change(request: Request, viewer: Me, project_id: str, user_id: str, body: MemberPatchBody) -> Response:
    """Gives a member another role. Owners may; the last one stays one."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        member = await change_member(
            conn,
            viewer=viewer,
            project_id=known_id(project_id),
            user_id=known_id(user_id),
            role=body.role,
            by=act_of(request),
        )
    return to_json(member)


@router.delete("/projects/{project_id}/members/{user_id}", status_code=204)
async def remove(request: Request, viewer: Me, project_id: str, user_id: str) -> None:
    """Takes somebody out of a project: an owner anybody, everybody themselves (`me`)."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        await remove_member(
            conn,
            viewer=viewer,
            project_id=known_id(project_id),
            user_id=_me_or(viewer, user_id),
            by=act_of(request),
        )


@router.get("/projects/{project_id}/invitations", responses=answers(InvitationPage))
async def list_invited(request: Request, viewer: Me, project_id: str) -> Response:
    """A project's open invitations, for its owners."""
    async with pool_of(request).acquire() as conn:
        found = await invitations.list_of_project(
            conn, viewer=viewer, project_id=known_id(project_id), now=datetime.now(UTC)
        )
    return to_json(InvitationPage(found))


@router.post("/projects/{project_id}/invitations", status_code=201, responses=answers(Invitation, status=201))
async def invite(request: Request, viewer: Me, project_id: str, body: NewInvitationBody) -> Response:
    """Invites a person or an address into a project, for 14 days. Owners may; whose address it is, is never said."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        invitation = await invitations.invite(
            conn,
            viewer=viewer,
            project_id=known_id(project_id),
            role=body.role,
            email=body.email,
            user_id=None if body.user is None else id_of(body.user),
            by=act_of(request),
        )
    return to_json(invitation, status=201)


@router.get("/invitations", responses=answers(InvitationPage))
async def list_my_invitations(request: Request, viewer: Me) -> Response:
    """What the caller is invited to."""
    async with pool_of(request).acquire() as conn:
        return to_json(InvitationPage(await invitations.list_mine(conn, viewer=viewer, now=datetime.now(UTC))))


@router.post("/invitations/{invitation_id}", responses=answers(Invitation))
async def answer(request: Request, viewer: Me, invitation_id: str, body: AnswerBody) -> Response:
    """Accepts an invitation of the caller's, or declines it."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        answered = await invitations.answer(
            conn,
            viewer=viewer,
            invitation_id=known_id(invitation_id),
            accept=body.answer == "accept",
            by=act_of(request),
        )
    return to_json(answered)


@router.delete("/invitations/{invitation_id}", status_code=204)
async def withdraw(request: Request, viewer: Me, invitation_id: str) -> None:
    """Takes an invitation back. The project's owners may."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        await invitations.withdraw(conn, viewer=viewer, invitation_id=known_id(invitation_id), by=act_of(request))


def _me_or(viewer: Viewer, text: str) -> UUID:
    return viewer.user_id if text == "me" else known_id(text)
