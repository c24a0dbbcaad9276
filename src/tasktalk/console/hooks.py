"""What the console asks of the application around it, found on `request.app.state`.

`pool` must be there. The others may be missing; the console then does without.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Protocol

from fastapi import Request

Health = Callable[[], Awaitable[tuple[dict[str, Any], dict[str, Any]]]]
"""`state.health()`: the contract's JSON of the webhook's health and of the workers."""


class Changes(Protocol):
    """`state.changes`: hears of every commit that pages may show."""

    def subscribe(self) -> AsyncIterator[str]:
        """Names of what changed: `tasks`, `messages`, `system`, or `tasks:<user id>` for that person's eyes alone.

        May end at any time, such as when the server stops; the page comes back.
        """
        ...


def find_health(request: Request) -> Health | None:
    """How the application reports its health."""
    return getattr(request.app.state, "health", None)


def find_changes(request: Request) -> Changes | None:
    """Where changes are heard of."""
    return getattr(request.app.state, "changes", None)
