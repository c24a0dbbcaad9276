"""One's own outgoing webhooks: where they lead and what they ask for; the secret is shown once."""

from typing import Any

from fastapi import APIRouter, Request, Response

from tasktalk.accounts.request import Visit
from tasktalk.assistant.replies.speech import phrase
from tasktalk.console.page import Note, PageRoute, Wrong, draw, go, now_of, read_form
from tasktalk.console.pages.account_frame import load_account
from tasktalk.console.visits import Anybody
from tasktalk.console.words import speech_of
from tasktalk.errors import BadRequest, Conflict, Forbidden
from tasktalk.interop.webhooks.deliveries import list_deliveries, send_test
from tasktalk.interop.webhooks.events import EVENTS, OF_TASKS
from tasktalk.interop.webhooks.webhooks import (
    WithSecret,
    change_webhook,
    create_webhook,
    delete_webhook,
    get_webhook,
    list_webhooks,
    rotate_secret,
)
from tasktalk.web.http import known_id

HERE = "/account/webhooks"
router = APIRouter(prefix=HERE, route_class=PageRoute, include_in_schema=False)

_WORDS = {
    "task.created": phrase("A task is made"),
    "task.updated": phrase("A task changes"),
    "task.completed": phrase("A task is done"),
    "task.deleted": phrase("A task is deleted"),
    "message.received": phrase("A message comes in"),
    "message.sent": phrase("WhatsApp takes a message"),
    "message.delivered": phrase("A message is on the phone"),
    "message.read": phrase("A message is read"),
    "message.failed": phrase("A message fails"),
    "integration.connected": phrase("A number is connected"),
    "integration.disconnected": phrase("A number is switched off"),
    "user.mapped": phrase("A phone is linked"),
    "security.violation": phrase("Something suspicious"),
}
_FIELD = "on:"  # before the name of an event


@router.get("")
async def show_webhooks(request: Request, visit: Anybody) -> Response:
    """All of one's own, and the form for another."""
    return await _draw_list(request, visit)


@router.post("")
async def add_webhook(request: Request, visit: Anybody) -> Response:
    """A new one; its secret is shown on this answer alone."""
    form = await read_form(request)
    given = _read(form)
    try:
        async with request.app.state.pool.acquire() as conn, conn.transaction():
            made = await create_webhook(
                conn,
                viewer=visit.viewer,
                keyring=request.app.state.keyring,
                private=_private(request),
                now=now_of(request),
                **given,
            )
    except (BadRequest, Forbidden, Conflict) as error:
        return await _draw_list(request, visit, given=given, wrong=Wrong.of(error))
    return await _draw_secret(request, visit, made)


@router.get("/{webhook_id}")
async def show_webhook(request: Request, webhook_id: str, visit: Anybody) -> Response:
    """One, with the log of what it was told."""
    return await _draw_one(request, visit, webhook_id)


@router.post("/{webhook_id}")
async def save_webhook(request: Request, webhook_id: str, visit: Anybody) -> Response:
    """Changes name, address and events."""
    given = _read(await read_form(request))
    try:
        await _change(request, visit, webhook_id, given)
    except (BadRequest, Forbidden) as error:
        return await _draw_one(request, visit, webhook_id, given=given, wrong=Wrong.of(error))
    return go(f"{HERE}/{webhook_id}", Note(speech_of(visit.viewer.language).say("Saved.")))


@router.post("/{webhook_id}/on")
async def switch_on(request: Request, webhook_id: str, visit: Anybody) -> Response:
    """What waited leaves."""
    await _change(request, visit, webhook_id, {"enabled": True})
    return go(f"{HERE}/{webhook_id}", Note(speech_of(visit.viewer.language).say("Switched on.")))


@router.post("/{webhook_id}/off")
async def switch_off(request: Request, webhook_id: str, visit: Anybody) -> Response:
    """Nothing leaves any more."""
    await _change(request, visit, webhook_id, {"enabled": False})
    return go(f"{HERE}/{webhook_id}", Note(speech_of(visit.viewer.language).say("Switched off.")))


@router.post("/{webhook_id}/rotate")
async def new_secret(request: Request, webhook_id: str, visit: Anybody) -> Response:
    """Shown on this answer alone."""
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        made = await rotate_secret(
            conn,
            viewer=visit.viewer,
            webhook_id=known_id(webhook_id),
            keyring=request.app.state.keyring,
            now=now_of(request),
        )
    return await _draw_secret(request, visit, made)


@router.post("/{webhook_id}/test")
async def try_webhook(request: Request, webhook_id: str, visit: Anybody) -> Response:
    """Leaves at once; its page says how it went."""
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        story = await send_test(conn, viewer=visit.viewer, webhook_id=known_id(webhook_id), now=now_of(request))
    return go(f"{HERE}/{webhook_id}/deliveries/{story.delivery.id}")


@router.post("/{webhook_id}/delete")
async def remove_webhook(request: Request, webhook_id: str, visit: Anybody) -> Response:
    """With its log."""
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        await delete_webhook(conn, viewer=visit.viewer, webhook_id=known_id(webhook_id))
    return go(HERE, Note(speech_of(visit.viewer.language).say("Deleted.")))


def _private(request: Request) -> bool:
    settings = getattr(request.app.state, "settings", None)
    return getattr(settings, "webhooks_private", "off") == "on"


def _read(form: dict[str, str]) -> dict[str, Any]:
    events = [event for event in EVENTS if _FIELD + event in form]
    return {"name": form.get("name", "").strip(), "url": form.get("url", "").strip(), "events": events}


async def _change(request: Request, visit: Visit, webhook_id: str, changes: dict[str, Any]) -> None:
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        await change_webhook(
            conn,
            viewer=visit.viewer,
            webhook_id=known_id(webhook_id),
            changes=changes,
            private=_private(request),
            now=now_of(request),
        )


def _choices(visit: Visit) -> list[tuple[str, str, str]]:
    """Field, event and words of each that the visitor may ask for."""
    say = speech_of(visit.viewer.language).say
    return [
        (_FIELD + event, event, say(words))
        for event, words in _WORDS.items()
        if visit.viewer.is_admin or event in OF_TASKS
    ]


async def _draw_list(
    request: Request, visit: Visit, *, given: dict[str, Any] | None = None, wrong: Wrong | None = None
) -> Response:
    async with request.app.state.pool.acquire() as conn:
        context = await load_account(request, conn, visit, here=HERE)
        hooks = (await list_webhooks(conn, viewer=visit.viewer)).items
    context |= {"hooks": hooks, "choices": _choices(visit), "wrong": wrong}
    context["given"] = given or {"name": "", "url": "", "events": ["task.created", "task.completed"]}
    return draw(request, "account_webhooks.html", status=wrong.status if wrong else 200, **context)


async def _draw_secret(request: Request, visit: Visit, made: WithSecret) -> Response:
    response = await _draw_one(request, visit, str(made.webhook.id), secret=made.secret)
    response.headers["cache-control"] = "no-store"
    return response


async def _draw_one(
    request: Request,
    visit: Visit,
    webhook_id: str,
    *,
    given: dict[str, Any] | None = None,
    wrong: Wrong | None = None,
    secret: str | None = None,
) -> Response:
    async with request.app.state.pool.acquire() as conn:
        hook = await get_webhook(conn, viewer=visit.viewer, webhook_id=known_id(webhook_id))
        context = await load_account(request, conn, visit, here=HERE)
        cursor = request.query_params.get("after") or None
        log = await list_deliveries(conn, viewer=visit.viewer, webhook_id=hook.id, cursor=cursor)
    context |= {"hook": hook, "log": log, "choices": _choices(visit), "wrong": wrong, "secret": secret}
    context |= {"given": given or {"name": hook.name, "url": hook.url, "events": hook.events}}
    context["live"] = "webhooks"
    context["older"] = f"{HERE}/{hook.id}?after={log.next}" if log.next else None
    return draw(request, "account_webhook.html", status=wrong.status if wrong else 200, **context)
