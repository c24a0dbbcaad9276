"""A person's own address of Apprise's: naming, trying and forgetting it, for the API and the console."""

from datetime import datetime

from tasktalk.accounts.access import Viewer
from tasktalk.assistant.replies.speech import get_speech
from tasktalk.crypto import Keyring
from tasktalk.db import Pool
from tasktalk.errors import BadRequest, NotFound
from tasktalk.messaging.letters.apprising import MISSING, is_installed
from tasktalk.messaging.letters.letters import NewLetter, add_letters, has_apprise_url, set_apprise_url
from tasktalk.messaging.letters.opening import open_apprise
from tasktalk.phrases import phrase
from tasktalk.settings import Settings


async def name_address(
    pool: Pool, url: str, *, viewer: Viewer, keyring: Keyring, settings: Settings, now: datetime
) -> None:
    """Keeps it sealed once Apprise knows it. Raises BadRequest (`url`), also for one on a private network."""
    if not is_installed():
        raise BadRequest(MISSING, field="url")
    await open_apprise(settings).check(url)
    async with pool.acquire() as conn, conn.transaction():
        await set_apprise_url(conn, viewer=viewer, sealed=keyring.seal(url), now=now)


async def forget_address(pool: Pool, *, viewer: Viewer, now: datetime) -> None:
    """There may be none."""
    async with pool.acquire() as conn, conn.transaction():
        await set_apprise_url(conn, viewer=viewer, sealed=None, now=now)


async def try_address(pool: Pool, *, viewer: Viewer, now: datetime) -> None:
    """Has a line sent to it. Raises NotFound where none is named."""
    said = get_speech(viewer.language).say("This is how Tasktalk reaches you here.")
    async with pool.acquire() as conn, conn.transaction():
        if not await has_apprise_url(conn, viewer=viewer):
            raise NotFound(phrase("You have named no address."))
        await add_letters(conn, [NewLetter(viewer.user_id, "apprise", said, said)], now=now)
