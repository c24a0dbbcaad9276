"""`Idempotency-Key`: a POST that is sent again has its effect once, and gets the first one's answer again.

The key is written in the transaction that holds the effect (`transaction`), so that there are both or neither, whatever
is killed when. Two at once: one works, the other is told to come back.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from fastapi import Request

from tasktalk.crypto import Keyring
from tasktalk.db import Conn, Pool
from tasktalk.db.pool import LOST
from tasktalk.db.sql import queries
from tasktalk.errors import BadRequest, Conflict, RateLimited, Unauthorized, Unavailable
from tasktalk.web.asgi import Asgi, Caught, Receive, Scope, Send, header_of, read_body, replay
from tasktalk.web.limits import Limits
from tasktalk.web.transaction import one_transaction

Q = queries(__file__)

KEPT = timedelta(hours=24)
LONGEST_KEY = 255
MOST_BYTES = 4 * 1024 * 1024
_FAILED = 500
_PURPOSE = "idempotency"
_NOT_KEPT = frozenset({Unauthorized.status, RateLimited.status})  # it may well succeed when it is sent again

Identify = Callable[[Request], Awaitable[UUID]]


class Idempotency:
    """Around the framework. `identify` says whose request it is; raises AppError for nobody's."""

    def __init__(self, app: Asgi, pool: Pool, identify: Identify, keyring: Keyring) -> None:
        self._app, self._pool, self._identify, self._keyring = app, pool, identify, keyring

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request. Raises BadRequest for a key that cannot be, Conflict, TooLarge."""
        key = header_of(scope, b"idempotency-key") if scope["method"] == "POST" else None
        if key is None:
            await self._app(scope, receive, send)
            return
        check_key(key)
        body = await read_body(scope, receive, most=MOST_BYTES)
        caught = Caught()
        try:
            user_id = await self._identify(Request(scope, replay(body, receive)))
            # Keyed, for a body may be short enough to be guessed from a plain digest.
            prints = [each.encode() for each in self._keyring.signatures(_asked(scope, body), purpose=_PURPOSE)]
            await self._once(scope, replay(body, receive), caught, user_id=user_id, key=key, prints=prints)
        except Conflict:
            await _count(scope, user_id)
            raise
        except _NotKept:
            pass
        except LOST as error:
            raise Unavailable("The database cannot be reached right now. Try again in a moment.") from error
        await _count(scope, user_id)
        await caught.pass_on(send)

    async def _once(
        self, scope: Scope, receive: Receive, caught: Caught, *, user_id: UUID, key: str, prints: Sequence[bytes]
    ) -> None:
        async with one_transaction(self._pool) as conn:
            if not await Q.try_lock_key(conn, user_id=user_id, key=key):
                raise Conflict("The first request with this Idempotency-Key is still being answered.", retry_after=1)
            if await _find(conn, caught, user_id=user_id, key=key, prints=prints):
                return
            await self._app(scope, receive, caught.send)
            if caught.status >= _FAILED or caught.status in _NOT_KEPT:
                raise _NotKept
            await _keep(conn, caught, user_id=user_id, key=key, fingerprint=prints[0])


def check_key(key: str) -> None:
    """Raises BadRequest for what is no Idempotency-Key."""
    if not key.strip() or len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise BadRequest(
            f"An Idempotency-Key has 1 to {LONGEST_KEY} printable ASCII characters.", field="Idempotency-Key"
        )


async def forget_idempotency(conn: Conn, *, before: datetime) -> int:
    """Forgets keys that were used before that moment (now less KEPT); how many there were."""
    gone: int = await Q.forget_answers(conn, before=before)
    return gone


class _NotKept(Exception):
    """Nothing of this request is to stay: the next one with its key begins anew."""


async def _count(scope: Scope, user_id: UUID) -> None:
    """Counts a request that no route has counted, for it got an answer that was there already. Raises RateLimited."""
    request = Request(scope)
    limits: Limits | None = getattr(request.app.state, "limits", None)
    if limits is not None and not hasattr(request.state, "standing"):
        await limits.count(request, user_id, administers=False)


async def _find(conn: Conn, caught: Caught, *, user_id: UUID, key: str, prints: Sequence[bytes]) -> bool:
    """Whether the request was answered before; the answer is in `caught` then."""
    row = await Q.find_answer(conn, user_id=user_id, key=key)
    if row is None:
        return False
    if row["fingerprint"] not in prints:
        raise Conflict("This Idempotency-Key belongs to another request.", field="Idempotency-Key")
    if row["body"] is None:
        raise Conflict("This was done already. Its answer held a secret, which is not shown again.")
    caught.status, caught.body = row["status"], row["body"]
    caught.headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in row["headers"]]
    caught.headers.append((b"idempotency-replayed", b"true"))
    return True


async def _keep(conn: Conn, caught: Caught, *, user_id: UUID, key: str, fingerprint: bytes) -> None:
    secret = "no-store" in (caught.header(b"cache-control") or "")
    await Q.keep_answer(
        conn,
        user_id=user_id,
        key=key,
        fingerprint=fingerprint,
        status=caught.status,
        headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in caught.headers],
        body=None if secret else caught.body,
    )


def _asked(scope: Scope, body: bytes) -> bytes:
    """What makes it the same request."""
    asked = (scope["method"], scope["path"], scope["query_string"].decode("latin-1"))
    return "\n".join((*asked, "")).encode() + body
