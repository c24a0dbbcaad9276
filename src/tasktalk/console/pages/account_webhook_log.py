"""What one's own webhook was told: each delivery with its payload and attempts, and telling it again."""

import json

from fastapi import APIRouter, Request, Response

from tasktalk.console.page import Note, PageRoute, draw, go, now_of
from tasktalk.console.pages.account_frame import load_account
from tasktalk.console.pages.account_webhooks import HERE
from tasktalk.console.visits import Anybody
from tasktalk.console.words import speech_of
from tasktalk.interop.webhooks.deliveries import Wanted, get_delivery, replay_one, replay_span
from tasktalk.interop.webhooks.webhooks import get_webhook
from tasktalk.web.http import known_id

router = APIRouter(prefix=HERE, route_class=PageRoute, include_in_schema=False)


@router.get("/{webhook_id}/deliveries/{delivery_id}")
async def show_delivery(request: Request, webhook_id: str, delivery_id: str, visit: Anybody) -> Response:
    """One delivery."""
    async with request.app.state.pool.acquire() as conn:
        hook = await get_webhook(conn, viewer=visit.viewer, webhook_id=known_id(webhook_id))
        story = await get_delivery(conn, viewer=visit.viewer, webhook_id=hook.id, delivery_id=known_id(delivery_id))
        context = await load_account(request, conn, visit, here=HERE)
    payload = None if story.payload is None else json.dumps(json.loads(story.payload), indent=2, ensure_ascii=False)
    context |= {"hook": hook, "story": story, "payload": payload, "live": "webhooks"}
    return draw(request, "account_webhook_told.html", **context)


@router.post("/{webhook_id}/deliveries/{delivery_id}/replay")
async def tell_again(request: Request, webhook_id: str, delivery_id: str, visit: Anybody) -> Response:
    """The same text under the same id."""
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        await replay_one(
            conn,
            viewer=visit.viewer,
            webhook_id=known_id(webhook_id),
            delivery_id=known_id(delivery_id),
            now=now_of(request),
        )
    note = Note(speech_of(visit.viewer.language).say("It leaves again."))
    return go(f"{HERE}/{webhook_id}/deliveries/{delivery_id}", note)


@router.post("/{webhook_id}/replay")
async def tell_failed_again(request: Request, webhook_id: str, visit: Anybody) -> Response:
    """All that failed."""
    async with request.app.state.pool.acquire() as conn, conn.transaction():
        replayed = await replay_span(
            conn,
            viewer=visit.viewer,
            webhook_id=known_id(webhook_id),
            wanted=Wanted(),
            states=("failed",),
            now=now_of(request),
        )
    count = speech_of(visit.viewer.language).count
    note = Note(count("{number} delivery leaves again.", "{number} deliveries leave again.", replayed.count))
    return go(f"{HERE}/{webhook_id}", note)
