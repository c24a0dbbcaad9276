"""The REST API of oneself."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response

from tasktalk.accounts.users import get_user
from tasktalk.tasks.http import IfMatch, Me, answers, pool_of, to_json, version_of
from tasktalk.tasks.preferences.bodies import MyPatchBody
from tasktalk.tasks.preferences.preferences import change_preferences, get_preferences
from tasktalk.tasks.preferences.shown import Myself, show

router = APIRouter(prefix="/api/users/me", tags=["users"])


@router.get("", responses=answers(Myself, versioned=True))
async def get_me(request: Request, viewer: Me) -> Response:
    """The caller, with their preferences."""
    async with pool_of(request).acquire() as conn:
        preferences = await get_preferences(conn, viewer=viewer)
        user = await get_user(conn, user_id=viewer.user_id)
    return to_json(show(user, preferences), etag=preferences.version)


@router.patch("", responses=answers(Myself, versioned=True))
async def change_me(request: Request, viewer: Me, body: MyPatchBody, if_match: IfMatch = None) -> Response:
    """Changes only the keys that are sent. With a new zone, tasks and reminders keep their hours on the wall."""
    changes, version = body.as_changes(), version_of(if_match)
    async with pool_of(request).acquire() as conn, conn.transaction():
        preferences = await change_preferences(
            conn, viewer=viewer, changes=changes, now=datetime.now(UTC), version=version
        )
        user = await get_user(conn, user_id=viewer.user_id)
    return to_json(show(user, preferences), etag=preferences.version)
