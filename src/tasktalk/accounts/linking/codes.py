"""Codes that a phone sends us to prove whose it is: ten minutes, once, and few wrong ones."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from tasktalk.accounts.access import Viewer, viewer_of
from tasktalk.accounts.audit.audit import record
from tasktalk.crypto import Keyring
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import NotFound
from tasktalk.phrases import phrase

Q = queries(__file__)

LIFE = timedelta(minutes=10)
TRIES = 3  # wrong codes in a row, then they wait
WAIT = timedelta(hours=1)

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none of 0 O 1 I, which look alike
_LENGTH = 8  # 40 bits, of which somebody may guess three an hour
_TOLD = 2 * TRIES  # tries that are answered until the wait is over
_CODE = re.compile(r"(?<![^\W_])[0-9A-Za-z]{4}-?[0-9A-Za-z]{4}(?![^\W_])", re.ASCII)

Answer = Literal["linked", "wrong", "wait", "nothing"]


@dataclass(frozen=True, slots=True)
class LinkCode:
    """A new code, in plain text for this once."""

    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of sending one: `viewer` is whose phone it is now. `nothing`: there is no need to answer again."""

    answer: Answer
    viewer: Viewer | None = None


async def make_code(
    conn: Conn, *, viewer: Viewer, keyring: Keyring, now: datetime, by_operator: bool = False
) -> LinkCode:
    """A code for a phone of the viewer's, made by them or at the command line; the one before is void."""
    if await Q.lock_user(conn, id=viewer.user_id) is None:
        raise NotFound(phrase("There is no such user."))
    await Q.void_codes(conn, user_id=viewer.user_id)
    code, expires_at = _new_code(), now + LIFE
    await Q.add_code(conn, code_hash=_hashes(code, keyring)[0], user_id=viewer.user_id, now=now, expires_at=expires_at)
    by = None if by_operator else viewer
    await record(conn, by=by, action="phone.code_made", subject="user", subject_id=viewer.user_id)
    return LinkCode(code, expires_at)


def find_code(text: str) -> str | None:
    """What in `text` looks like a code, whatever its case and with a dash or without."""
    for found in _CODE.findall(text):
        code = found.replace("-", "").upper()
        if _is_code(code):
            return str(code)
    return None


def without_codes(text: str) -> str:
    """The words around what looks like a code, which is in no language."""
    return _CODE.sub(" ", text)


async def try_code(conn: Conn, *, contact_id: UUID, code: str, keyring: Keyring, now: datetime) -> Tried:
    """Link the phone of this contact, which is nobody's, to whom the code was made for.

    After three wrong ones in a row none of its codes counts for an hour. The answer never tells whether a code exists.
    """
    tries = await Q.lock_tries(conn, id=contact_id)
    wrong, since = tries["wrong_codes"], tries["wrong_code_at"]
    if since is not None and now - since >= WAIT:
        wrong = 0
    if wrong >= TRIES:
        if wrong < _TOLD:
            await Q.note_wrong_code(conn, id=contact_id, wrong_codes=wrong + 1, wrong_code_at=since)
        return Tried("wait" if wrong < _TOLD else "nothing")
    row = await Q.use_code(conn, code_hashes=_hashes(code, keyring), contact_id=contact_id, now=now)
    integration_id: UUID = tries["integration_id"]
    if row is None:
        await Q.note_wrong_code(conn, id=contact_id, wrong_codes=wrong + 1, wrong_code_at=now)
        if wrong + 1 < TRIES:
            return Tried("wrong")
        await record(
            conn,
            by=None,
            action="phone.codes_refused",
            subject="phone",
            subject_id=contact_id,
            integration_id=integration_id,
        )
        return Tried("wait")
    viewer = viewer_of(row)
    await Q.link(conn, id=contact_id, user_id=viewer.user_id, linked_by="code", now=now)
    await record(
        conn,
        by=viewer,
        action="phone.linked",
        subject="phone",
        subject_id=contact_id,
        integration_id=integration_id,
        detail={"user_id": str(viewer.user_id), "by": "code"},
    )
    return Tried("linked", viewer)


def _new_code() -> str:
    while True:
        code = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
        if _is_code(code):
            return code


def _is_code(code: str) -> bool:
    """Letters and digits both, so that no word and no number is taken for one."""
    return set(code) <= set(_ALPHABET) and not code.isdigit() and not code.isalpha()


def _hashes(code: str, keyring: Keyring) -> list[bytes]:
    """By the current secret, then by each that it took the place of."""
    return [each.encode() for each in keyring.signatures(code.encode(), purpose="link code")]
