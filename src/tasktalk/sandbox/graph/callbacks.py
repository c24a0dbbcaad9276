"""The challenge that every callback URL has to answer before it is saved (facts sheet 1.1)."""

import secrets

from tasktalk.sandbox.errors import MetaError
from tasktalk.sandbox.world import World

_OK = 200
_URL_CHARACTERS = 200


async def check_callback(world: World, url: str, verify_token: str) -> None:
    """Ask the URL to prove that it is wanted; raises MetaError 100 with Meta's subcode for a failed challenge."""
    if not url.startswith(("https://", "http://")) or len(url) > _URL_CHARACTERS:
        raise MetaError(100, f"The callback has to be a URL of {_URL_CHARACTERS} characters at most.")
    challenge = str(10**9 + secrets.randbelow(9 * 10**9))
    given = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
    status, text = await world.poster.get(url, given)
    if status != _OK or text != challenge:
        returned = "returned" if text == challenge else "not returned"
        details = f"Callback verification failed: HTTP status {status}, challenge {returned}."
        raise MetaError(2200, details, title="Callback verification failed")
