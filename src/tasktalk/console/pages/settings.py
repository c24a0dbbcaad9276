"""Every setting in force and where it comes from; secrets only as set or not. They are changed where they are kept."""

from fastapi import APIRouter, Request, Response

from tasktalk.assistant.replies.speech import Speech, phrase
from tasktalk.console.page import PageRoute, draw
from tasktalk.console.pages.system_frame import load_system
from tasktalk.console.visits import Operator
from tasktalk.console.words import speech_of
from tasktalk.health.configuration import Shown, list_shown
from tasktalk.settings import Settings

router = APIRouter(route_class=PageRoute, include_in_schema=False)

# The headings of docs/reference/settings.md, each with the first setting under it.
GROUPS = {
    "WHATSAPP_ACCESS_TOKEN": phrase("What you bring"),
    "TASKTALK_DATA": phrase("Where things are"),
    "TASKTALK_VOICE": phrase("Listening to voice notes"),
    "TASKTALK_SMTP_URL": phrase("Where WhatsApp does not reach people"),
    "TASKTALK_MODEL": phrase("A language model"),
    "TASKTALK_SHOW_CONVERSATIONS": phrase("What administrators see"),
    "TASKTALK_TWO_FACTOR": phrase("Who signs in"),
    "TASKTALK_ALERT_QUEUE_SECONDS": phrase("What administrators are told of"),
    "TASKTALK_BACKUP_DIR": phrase("Backups"),
    "TASKTALK_TRASH_DAYS": phrase("How long things are kept"),
    "TASKTALK_WORKERS": phrase("How hard it works"),
}
_ORIGINS = {
    "default": phrase("default"),
    "environment": phrase("environment"),
    "file": phrase("file"),
    ".env": ".env",
    "command": phrase("start command"),
}


@router.get("/settings")
async def show_settings(request: Request, visit: Operator) -> Response:
    """For administrators."""
    speech = speech_of(visit.viewer.language)
    settings: Settings = request.app.state.settings
    async with request.app.state.pool.acquire() as conn:
        frame = await load_system(request, conn, visit, here="/settings")
    origins = {name: speech.say(words) for name, words in _ORIGINS.items()}
    return draw(request, "settings.html", groups=_group(list_shown(settings), speech), origins=origins, **frame)


def _group(settings: list[Shown], speech: Speech) -> list[tuple[str, str, list[Shown]]]:
    """(heading, its anchor in the reference, settings)."""
    groups: list[tuple[str, str, list[Shown]]] = []
    for each in settings:
        heading = GROUPS.get(each.name)
        if heading is not None:
            groups.append((speech.say(heading), heading.lower().replace(" ", "-"), []))
        groups[-1][2].append(each)
    return groups
