"""Passwords that are shown to us: how many wrong ones there may be, wherever they are asked for."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

from fastapi import Request

from tasktalk.accounts.throttle import Throttle
from tasktalk.accounts.users import check_own_password
from tasktalk.accounts.watching.violations import address_of, suspect
from tasktalk.errors import BadRequest, RateLimited


@asynccontextmanager
async def guessing(
    request: Request, keys: Sequence[str], *, now: datetime, wrong: type[Exception]
) -> AsyncIterator[None]:
    """Around the check of a password: `wrong` is raised for a wrong one, which counts, for each of `keys`.

    The right one forgives the first of them. Raises RateLimited, and tells of it, when any was wrong too often.
    """
    throttle = _throttle(request)
    try:
        throttle.begin(keys, now=now)
    except RateLimited:
        await suspect(request.app.state, "sign_in_guessed", address_of(request))
        raise
    try:
        yield
    except wrong:
        raise
    except BaseException:  # no password was checked
        throttle.take_back(keys, now=now)
        raise
    throttle.take_back(keys, now=now)
    throttle.forgive(keys[0])


async def show_own_password(request: Request, *, user_id: UUID, password: str, field: str = "current") -> None:
    """As `check_own_password`, guessed as seldom as at sign-in: a session left open is no way to the password."""
    try:
        async with guessing(request, [f"own {user_id}"], now=datetime.now(UTC), wrong=BadRequest):
            await check_own_password(request.app.state.pool, user_id=user_id, password=password, field=field)
    except RateLimited as error:
        raise RateLimited(error.message, **error.data | {"field": field}) from error


def _throttle(request: Request) -> Throttle:
    """One an application, so that each process, and each test, counts for itself."""
    state = request.app.state
    if not hasattr(state, "throttle"):
        state.throttle = Throttle()
    throttle: Throttle = state.throttle
    return throttle
