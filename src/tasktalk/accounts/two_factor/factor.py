"""One's second factor: set up, proved by a first code, asked for, turned off.

Who checks a code commits whatever comes of it: a wrong one is counted in the row, for all processes alike.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import asyncpg

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.audit.audit import record
from tasktalk.accounts.qr import draw_qr
from tasktalk.accounts.two_factor import codes
from tasktalk.accounts.watching.violations import keep_violation
from tasktalk.accounts.watching.watch import Violation
from tasktalk.crypto import Keyring
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import BadRequest, Conflict, Forbidden, NotFound, RateLimited
from tasktalk.phrases import phrase

Q = queries(__file__)

TRIES = 5  # wrong codes in a row, then they wait
WAIT = timedelta(minutes=15)

Answer = Literal["code", "recovery code", "wrong", "wait"]  # the first two: that is what was right


@dataclass(frozen=True, slots=True)
class Factor:
    """How somebody's second factor stands; `required`: administration is closed to them without one."""

    enabled: bool
    since: datetime | None
    recovery_codes_left: int
    required: bool


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What goes into the authenticator app, shown while it is set up."""

    secret: str
    uri: str
    qr_svg: str


async def get_factor(conn: Conn, *, viewer: Viewer, required: bool) -> Factor:
    """`required`: whether they must have one here to administer."""
    row = await Q.read_factor(conn, id=viewer.user_id)
    since, left = (row["totp_since"], row["recovery_codes"]) if row else (None, 0)
    return Factor(since is not None, since, left, required)


async def is_on(conn: Conn, *, user_id: UUID) -> bool:
    """Whether they have one."""
    return bool(await Q.is_on(conn, id=user_id))


async def begin(conn: Conn, *, viewer: Viewer, keyring: Keyring) -> Enrolment:
    """A new secret, which counts for nothing until a code of it comes. Raises Conflict when there is one in force."""
    row = await _lock(conn, viewer.user_id)
    if row["totp_since"] is not None:
        raise Conflict(phrase("Two-factor sign-in is on already. Turn it off first."))
    secret = codes.new_secret()
    await Q.begin_factor(conn, id=viewer.user_id, sealed=keyring.seal(secret))
    return _enrolment(secret, row)


async def get_enrolment(conn: Conn, *, viewer: Viewer, keyring: Keyring) -> Enrolment:
    """What `begin` made, once more. Raises Conflict when nothing is being set up."""
    row = await _lock(conn, viewer.user_id)
    return _enrolment(_pending(row, keyring), row)


async def prove(conn: Conn, *, viewer: Viewer, code: str, keyring: Keyring, now: datetime) -> list[str]:
    """The first right code turns it on; the recovery codes, shown this once. Raises BadRequest for a wrong one."""
    row = await _lock(conn, viewer.user_id)
    step = codes.find_step(_pending(row, keyring), codes.plain(code), now=now)
    if step is None:
        raise BadRequest(phrase("This code is not right. Is the clock of your phone?"), field="code")
    await Q.start_factor(conn, id=viewer.user_id, now=now)
    await Q.count_code(conn, id=viewer.user_id, step=step)
    made = await _renew(conn, viewer.user_id)
    await record(conn, by=viewer, action="user.two_factor_on", subject="user", subject_id=viewer.user_id)
    return made


async def check_code(conn: Conn, *, user_id: UUID, code: str, keyring: Keyring, now: datetime) -> Answer:
    """Whether this is a code of theirs that nobody has used. Who has no second factor has no right code."""
    row = await _lock(conn, user_id)
    wrong, since = row["totp_wrong"], row["totp_wrong_at"]
    if since is not None and now - since >= WAIT:
        wrong = 0
    if wrong >= TRIES:
        return "wait"
    said = codes.plain(code)
    if row["totp_since"] is not None:
        step = codes.find_step(keyring.unseal(row["totp_secret"]), said, now=now)
        if step is not None and step > (row["totp_step"] or 0):
            await Q.count_code(conn, id=user_id, step=step)
            return "code"
        if await Q.use_recovery_code(conn, id=user_id, code_hash=codes.hash_recovery_code(said), now=now):
            await Q.count_code(conn, id=user_id, step=row["totp_step"])
            return "recovery code"
    await Q.count_wrong_code(conn, id=user_id, wrong=wrong + 1, now=now)
    if wrong + 1 >= TRIES:
        guessed = Violation("two_factor_guessed", str(user_id), TRIES, now if wrong == 0 else since or now)
        await keep_violation(conn, guessed, subject="user", subject_id=user_id)
    return "wait" if wrong + 1 >= TRIES else "wrong"


def refuse(answer: Answer) -> None:
    """Raises BadRequest (`field`) or RateLimited unless `answer` is that of a right code."""
    if answer == "wait":
        wait = round(WAIT.total_seconds())
        raise RateLimited(phrase("Too many wrong codes. Wait a quarter of an hour."), field="code", retry_after=wait)
    if answer == "wrong":
        raise BadRequest(phrase("This code is not right, or was used already."), field="code")


async def renew_recovery_codes(conn: Conn, *, viewer: Viewer) -> list[str]:
    """Ten new ones, for who has just shown a code; those before are void."""
    made = await _renew(conn, viewer.user_id)
    await record(conn, by=viewer, action="user.recovery_codes_made", subject="user", subject_id=viewer.user_id)
    return made


async def turn_off(conn: Conn, *, viewer: Viewer) -> None:
    """For who has just shown a code."""
    if await Q.end_factor(conn, id=viewer.user_id):
        await record(conn, by=viewer, action="user.two_factor_off", subject="user", subject_id=viewer.user_id)


async def reset(conn: Conn, *, by: Viewer | None, user_id: UUID) -> None:
    """Takes somebody's second factor away, for they lost it; `by` an owner, or None at the command line.

    It opens nothing by itself: their password or link is still asked for. Raises Forbidden, NotFound.
    """
    if by is not None and by.role != "owner":
        raise Forbidden(phrase("Only an owner resets somebody's two-factor sign-in."))
    if not await Q.end_factor(conn, id=user_id):
        raise NotFound(phrase("They have no two-factor sign-in."))
    await record(conn, by=by, action="user.two_factor_reset", subject="user", subject_id=user_id)


async def _lock(conn: Conn, user_id: UUID) -> asyncpg.Record:
    row: asyncpg.Record | None = await Q.lock_factor(conn, id=user_id)
    if row is None:
        raise NotFound(phrase("There is no such user."))
    return row


def _pending(row: asyncpg.Record, keyring: Keyring) -> str:
    if row["totp_secret"] is None or row["totp_since"] is not None:
        raise Conflict(phrase("Nothing is being set up. Begin anew."))
    return keyring.unseal(row["totp_secret"])


def _enrolment(secret: str, row: asyncpg.Record) -> Enrolment:
    uri = codes.uri_of(secret, account=row["email"] or row["name"])
    return Enrolment(secret, uri, draw_qr(uri))


async def _renew(conn: Conn, user_id: UUID) -> list[str]:
    made = codes.new_recovery_codes()
    await Q.replace_recovery_codes(conn, id=user_id, code_hashes=[codes.hash_recovery_code(each) for each in made])
    return made
