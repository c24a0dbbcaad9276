"""What the console asks of the application around it, found on `request.app.state`.

`pool` must be there. The others may be missing; the console then does without.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Protocol

from fastapi import Request

from tasktalk.accounts.access import Viewer
from tasktalk.assistant.reply import Reply

Say = Callable[[Viewer, str], Awaitable[Reply | None]]
"""`state.say(viewer, text)`: a turn with the assistant, committed; its Reply, or None."""

Health = Callable[[], Awaitable[tuple[dict[str, Any], dict[str, Any]]]]
"""`state.health()`: the contract's JSON of the webhook's health and of the workers."""

Control = Callable[[str, Viewer], Awaitable[dict[str, Any]]]
"""`state.control(action, viewer)`: as `POST /api/workers/whatsapp`; raises BadRequest for an action unknown."""


class Changes(Protocol):
    """`state.changes`: hears of every commit that pages may show."""

    def subscribe(self) -> AsyncIterator[str]:
        """Names of what changed: `tasks`, `messages`, `system`, or `tasks:<user id>` for that person's eyes alone.

        May end at any time, such as when the server stops; the page comes back.
        """
        ...


def find_say(request: Request) -> Say | None:
    """The assistant's ear, where there is one."""
    return getattr(request.app.state, "say", None)


def find_health(request: Request) -> Health | None:
    """How the application reports its health."""
    return getattr(request.app.state, "health", None)


def find_control(request: Request) -> Control | None:
    """How the application's workers are told what to do."""
    return getattr(request.app.state, "control", None)


def find_changes(request: Request) -> Changes | None:
    """Where changes are heard of."""
    return getattr(request.app.state, "changes", None)
