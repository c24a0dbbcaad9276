"""What the pages about the installation share: the frame, and the tabs from one to the next."""

import asyncio
from typing import Any

from fastapi import Request

from tasktalk.accounts.request import Visit
from tasktalk.assistant.replies.speech import phrase
from tasktalk.console.frame import load_frame
from tasktalk.console.page import now_of
from tasktalk.console.words import speech_of
from tasktalk.db import Conn
from tasktalk.messaging.room import is_full
from tasktalk.settings import Settings

_PLACES = {
    "/system": phrase("Health"),
    "/workers": phrase("Workers"),
    "/alerts": phrase("Alerts"),
    "/backups": phrase("Backups"),
    "/settings": phrase("Settings"),
}


async def load_system(request: Request, conn: Conn, visit: Visit, *, here: str, live: str = "") -> dict[str, Any]:
    """The context of a page whose tab is `here`, as `/workers`; `live`: at which changes it asks for itself again."""
    say = speech_of(visit.viewer.language).say
    title = f"{say(_PLACES[here])} · {say('System')}"
    frame = await load_frame(conn, visit, here="system", title=title, now=now_of(request))
    alerts = frame["counts"].alerts
    tabs = [(address, say(words), address == here) for address, words in _PLACES.items()]
    if alerts:
        tabs = [(address, f"{words} ({alerts})" if address == "/alerts" else words, at) for address, words, at in tabs]
    settings: Settings | None = getattr(request.app.state, "settings", None)
    full = settings is not None and await asyncio.to_thread(is_full, settings)
    return frame | {"tabs": tabs, "live": live, "disk_full": full}
