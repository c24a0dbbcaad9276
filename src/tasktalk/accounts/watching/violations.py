"""Violations in the audit: `security.violation`, which alerts and outgoing webhooks pick up there."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import Request
from starlette.datastructures import State

from tasktalk.accounts.audit.audit import record
from tasktalk.accounts.watching.watch import Rule, Violation, Watch
from tasktalk.db import Conn
from tasktalk.db.pool import LOST
from tasktalk.logs import get_log
from tasktalk.web.transaction import apart

log = get_log("accounts.watching")

ACTION = "security.violation"


async def keep_violation(
    conn: Conn, violation: Violation, *, subject: str = "security", subject_id: UUID | None = None
) -> None:
    """Into the audit. An address is kept, never what was guessed."""
    detail = {"rule": violation.rule, "source": violation.source, "count": violation.count}
    detail["since"] = violation.since.isoformat(timespec="seconds")
    await record(conn, by=None, action=ACTION, subject=subject, subject_id=subject_id, detail=detail)


async def suspect(
    state: State, rule: Rule, source: str, *, subject: str = "security", subject_id: UUID | None = None
) -> None:
    """One more of what `rule` names from `source`. `state`: the application's.

    Kept apart from the request, which is refused; without a database the log alone has it.
    """
    violation = watch_of(state).saw(rule, source, now=datetime.now(UTC))
    if violation is None:
        return
    log.warning("security_violation", rule=rule, count=violation.count)
    try:
        async with apart(state.pool).acquire() as conn, conn.transaction():
            await keep_violation(conn, violation, subject=subject, subject_id=subject_id)
    except (*LOST, asyncpg.PostgresError) as error:
        log.warning("violation_not_kept", error=type(error).__name__)


def watch_of(state: State) -> Watch:
    """One an application, so that each process, and each test, counts for itself."""
    if not hasattr(state, "watch"):
        state.watch = Watch()
    watch: Watch = state.watch
    return watch


def address_of(request: Request) -> str:
    """Where a request comes from, as far as a trusted proxy says."""
    return request.client.host if request.client else "?"


class Watching:
    """Around the framework: an API token that is refused all the time is trying doors."""

    def __init__(self, app: Any, *, state: State) -> None:
        self._app, self._state = app, state

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request."""
        status = 0

        async def note(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        await self._app(scope, receive, note)
        if status in _REFUSED:
            caller = scope.get("state", {}).get("caller")
            token_id = getattr(caller, "token_id", None)
            if token_id is not None:
                await suspect(self._state, "refused_requests", str(token_id), subject="token", subject_id=token_id)


_REFUSED = frozenset({403, 404})
