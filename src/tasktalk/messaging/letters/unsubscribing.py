"""Switching letters off from a letter, without signing in: a signed link, which does it when it is posted to."""

from uuid import UUID

from tasktalk.crypto import Keyring
from tasktalk.ids import parse_id

PATH = "/api/letters/unsubscribe/"
_PURPOSE = "unsubscribe"


def to_unsubscribe(public_url: str, user_id: UUID, keyring: Keyring) -> str:
    """The link of one person."""
    return f"{public_url.rstrip('/')}{PATH}{user_id}.{keyring.sign(user_id.bytes, purpose=_PURPOSE)}"


def find_unsubscriber(token: str, keyring: Keyring) -> UUID | None:
    """Whose link it is; None: nobody's."""
    named, _, signature = token.partition(".")
    user_id = parse_id(named)
    known = user_id is not None and keyring.check(user_id.bytes, signature, purpose=_PURPOSE)
    return user_id if known else None
