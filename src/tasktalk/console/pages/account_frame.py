"""What the pages of one's own account share: the frame, and the tabs from one to the next."""

from typing import Any

from fastapi import Request

from tasktalk.accounts.request import Visit
from tasktalk.assistant.replies.speech import phrase
from tasktalk.console.frame import load_frame
from tasktalk.console.page import now_of
from tasktalk.console.words import speech_of
from tasktalk.db import Conn

_PLACES = {
    "/account": phrase("You"),
    "/account/notifications": phrase("Notifications"),
    "/account/phones": phrase("Phones"),
    "/account/security": phrase("Security"),
    "/account/tokens": phrase("API tokens"),
    "/account/calendar": phrase("Calendar"),
    "/account/webhooks": phrase("Webhooks"),
    "/account/data": phrase("Your data"),
}


async def load_account(request: Request, conn: Conn, visit: Visit, *, here: str) -> dict[str, Any]:
    """The context of a page whose tab is `here`, as `/account/phones`."""
    say = speech_of(visit.viewer.language).say
    title = say("Account") if here == "/account" else f"{say(_PLACES[here])} · {say('Account')}"
    frame = await load_frame(conn, visit, here="account", title=title, now=now_of(request))
    return frame | {"tabs": [(address, say(words), address == here) for address, words in _PLACES.items()]}
