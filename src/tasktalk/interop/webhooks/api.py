"""The REST API of outgoing webhooks: the caller's own; what they are told is what the caller sees."""

import datetime as dt
from dataclasses import replace
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.request import identify
from tasktalk.crypto import Keyring
from tasktalk.interop.webhooks.deliveries import (
    LIMIT,
    MOST,
    DeliveryPage,
    DeliveryStory,
    Replayed,
    State,
    Wanted,
    get_delivery,
    list_deliveries,
    replay_one,
    replay_span,
    send_test,
)
from tasktalk.interop.webhooks.webhooks import (
    Webhook,
    Webhooks,
    WithSecret,
    change_webhook,
    create_webhook,
    delete_webhook,
    get_webhook,
    list_webhooks,
    rotate_secret,
)
from tasktalk.tasks.http import IfMatch, Me, answers, known_id, pool_of, to_json, version_of
from tasktalk.web.moments import Moment

router = APIRouter(prefix="/api/webhooks/outgoing", tags=["webhooks"])


async def _within_scopes(request: Request, viewer: Me) -> Viewer:
    """Behind a token that may not administer, an administrator is a member."""
    scopes = (await identify(request)).scopes
    return replace(viewer, role="member") if scopes and "admin" not in scopes else viewer


Asker = Annotated[Viewer, Depends(_within_scopes)]


class NewWebhookBody(BaseModel):
    """Where to post, and of what: see the list of events. `https://` alone, and public addresses."""

    model_config = ConfigDict(extra="forbid")

    name: str
    url: str
    events: list[str]


class WebhookPatchBody(BaseModel):
    """What to change; a key that is not sent stays as it is."""

    model_config = ConfigDict(extra="forbid")

    name: str = ""
    url: str = ""
    events: list[str] = []
    enabled: bool = True


class ReplayBody(BaseModel):
    """Which to send again: those of these states that were made in the span; null: since ever, until now."""

    model_config = ConfigDict(extra="forbid")

    since: Moment = None
    until: Moment = None
    states: list[State] = ["failed"]


@router.get("", responses=answers(Webhooks))
async def list_(request: Request, viewer: Asker) -> Response:
    """The caller's webhooks, oldest first."""
    async with pool_of(request).acquire() as conn:
        return to_json(await list_webhooks(conn, viewer=viewer))


@router.post("", status_code=201, responses=answers(WithSecret, status=201, versioned=True))
async def create(request: Request, viewer: Asker, body: NewWebhookBody) -> Response:
    """Makes a webhook; its secret is shown this once. 403 for events that are for administrators."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        made = await create_webhook(
            conn,
            viewer=viewer,
            name=body.name,
            url=body.url,
            events=body.events,
            keyring=_keyring(request),
            private=_private(request),
            now=_now(),
        )
    location = f"/api/webhooks/outgoing/{made.webhook.id}"
    return to_json(made, status=201, etag=made.webhook.version, location=location, secret=True)


@router.get("/{webhook_id}", responses=answers(Webhook, versioned=True))
async def get(request: Request, viewer: Asker, webhook_id: str) -> Response:
    """One webhook."""
    async with pool_of(request).acquire() as conn:
        webhook = await get_webhook(conn, viewer=viewer, webhook_id=known_id(webhook_id))
    return to_json(webhook, etag=webhook.version)


@router.patch("/{webhook_id}", responses=answers(Webhook, versioned=True))
async def change(
    request: Request, viewer: Asker, webhook_id: str, body: WebhookPatchBody, if_match: IfMatch = None
) -> Response:
    """Changes only the keys sent. Switched on again, what waits leaves."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        webhook = await change_webhook(
            conn,
            viewer=viewer,
            webhook_id=known_id(webhook_id),
            changes=body.model_dump(include=body.model_fields_set),
            private=_private(request),
            now=_now(),
            version=version_of(if_match),
        )
    return to_json(webhook, etag=webhook.version)


@router.delete("/{webhook_id}", status_code=204)
async def delete(request: Request, viewer: Asker, webhook_id: str) -> Response:
    """Takes it away, with the log of its deliveries."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        await delete_webhook(conn, viewer=viewer, webhook_id=known_id(webhook_id))
    return Response(status_code=204)


@router.post("/{webhook_id}/rotate", responses=answers(WithSecret, versioned=True))
async def rotate(request: Request, viewer: Asker, webhook_id: str) -> Response:
    """A new secret, shown this once; for 24 hours the one before signs along."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        made = await rotate_secret(
            conn, viewer=viewer, webhook_id=known_id(webhook_id), keyring=_keyring(request), now=_now()
        )
    return to_json(made, etag=made.webhook.version, secret=True)


@router.post("/{webhook_id}/test", status_code=202, responses=answers(DeliveryStory, status=202))
async def test(request: Request, viewer: Asker, webhook_id: str) -> Response:
    """Sends a `webhook.test` now, tried once; look at the delivery for how it went. 409 while it is switched off."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        story = await send_test(conn, viewer=viewer, webhook_id=known_id(webhook_id), now=_now())
    return to_json(story, status=202)


@router.get("/{webhook_id}/deliveries", responses=answers(DeliveryPage))
async def list_log(
    request: Request,
    viewer: Asker,
    webhook_id: str,
    *,
    state: State | None = None,
    event: Annotated[str | None, Query(max_length=100, pattern=r"^[a-z._]*$")] = None,
    since: Annotated[Moment, Query(description="Made from this moment on.")] = None,
    until: Annotated[Moment, Query(description="Made before this moment.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
    cursor: Annotated[str | None, Query(description="`next` of the page before.")] = None,
) -> Response:
    """What it was told, newest first; kept for 30 days."""
    wanted = Wanted(state, event, since, until)
    async with pool_of(request).acquire() as conn:
        page = await list_deliveries(
            conn, viewer=viewer, webhook_id=known_id(webhook_id), wanted=wanted, limit=limit, cursor=cursor
        )
    return to_json(page)


@router.get("/{webhook_id}/deliveries/{delivery_id}", responses=answers(DeliveryStory))
async def get_one(request: Request, viewer: Asker, webhook_id: str, delivery_id: str) -> Response:
    """One delivery, with the text that is signed and every attempt."""
    async with pool_of(request).acquire() as conn:
        story = await get_delivery(
            conn, viewer=viewer, webhook_id=known_id(webhook_id), delivery_id=known_id(delivery_id)
        )
    return to_json(story)


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/replay", status_code=202, responses=answers(DeliveryStory, status=202)
)
async def replay(request: Request, viewer: Asker, webhook_id: str, delivery_id: str) -> Response:
    """Sends it again, the same text under the same webhook-id."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        story = await replay_one(
            conn, viewer=viewer, webhook_id=known_id(webhook_id), delivery_id=known_id(delivery_id), now=_now()
        )
    return to_json(story, status=202)


@router.post("/{webhook_id}/replay", status_code=202, responses=answers(Replayed, status=202))
async def replay_many(request: Request, viewer: Asker, webhook_id: str, body: ReplayBody) -> Response:
    """Sends again what failed in a span, or what else `states` names, the oldest first; 1,000 at a time."""
    async with pool_of(request).acquire() as conn, conn.transaction():
        replayed = await replay_span(
            conn,
            viewer=viewer,
            webhook_id=known_id(webhook_id),
            wanted=Wanted(since=body.since, until=body.until),
            states=body.states,
            now=_now(),
        )
    return to_json(replayed, status=202)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _keyring(request: Request) -> Keyring:
    return cast("Keyring", request.app.state.keyring)


def _private(request: Request) -> bool:
    return bool(request.app.state.settings.webhooks_private == "on")
