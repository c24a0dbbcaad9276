"""A person's webhooks: where they lead, what they ask for, and the secret that signs."""

import base64
import datetime as dt
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from asyncpg import Record

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.audit.audit import record
from tasktalk.crypto import Keyring
from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.errors import BadRequest, Conflict, Forbidden, NotFound
from tasktalk.ids import new_id
from tasktalk.interop.webhooks.events import EVENTS, OF_TASKS
from tasktalk.phrases import Told, phrase
from tasktalk.tasks.checks import clean_line
from tasktalk.web.addresses import may_be_public

Q = queries(__file__)

MOST = 20  # webhooks of one person
GRACE = dt.timedelta(hours=24)  # a secret that was replaced signs along
_LONGEST_NAME, _LONGEST_URL = 100, 2000
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook; its secret is never shown again. `failing_since`: null while it is well.

    `off_why`: why we switched it off; null where its owner did. `old_secret_until`: how long the one before signs too.
    """

    id: UUID
    name: str
    url: str
    events: list[str]
    enabled: bool
    off_why: str | None
    failing_since: dt.datetime | None
    old_secret_until: dt.datetime | None
    created_at: dt.datetime
    updated_at: dt.datetime
    version: int


@dataclass(frozen=True, slots=True)
class WithSecret:
    """A webhook with its new secret, which is shown this once."""

    webhook: Webhook
    secret: str


@dataclass(frozen=True, slots=True)
class Webhooks:
    """All of one person's; there are few."""

    items: list[Webhook]
    next: str | None


async def create_webhook(
    conn: Conn,
    *,
    viewer: Viewer,
    name: str,
    url: str,
    events: Sequence[str],
    keyring: Keyring,
    private: bool,
    now: dt.datetime,
) -> WithSecret:
    """Raises BadRequest for what cannot be, Forbidden for events that are for administrators, Conflict for too many."""
    webhook_id, secret = new_id(), _new_secret()
    values = {
        "name": clean_line(name, field=phrase("name"), longest=_LONGEST_NAME),
        "url": check_url(url, private=private),
        "events": check_events(events, viewer=viewer),
    }
    if await Q.count_webhooks(conn, owner_id=viewer.user_id) >= MOST:
        raise Conflict(Told("A person has at most {most} webhooks.", most=MOST))
    await Q.insert_webhook(conn, id=webhook_id, owner_id=viewer.user_id, secret=keyring.seal(secret), at=now, **values)
    detail = {"host": urlsplit(url.strip()).hostname, "events": values["events"]}
    await _note(conn, viewer, "webhook.created", webhook_id, detail)
    return WithSecret(await get_webhook(conn, viewer=viewer, webhook_id=webhook_id), secret)


async def list_webhooks(conn: Conn, *, viewer: Viewer) -> Webhooks:
    """The viewer's, oldest first."""
    return Webhooks([_webhook(row) async for row in Q.list_webhooks(conn, owner_id=viewer.user_id)], None)


async def get_webhook(conn: Conn, *, viewer: Viewer, webhook_id: UUID) -> Webhook:
    """One of the viewer's. Raises NotFound."""
    row = await Q.find_webhook(conn, id=webhook_id, owner_id=viewer.user_id)
    if row is None:
        raise NotFound(phrase("There is no such webhook."))
    return _webhook(row)


async def change_webhook(
    conn: Conn,
    *,
    viewer: Viewer,
    webhook_id: UUID,
    changes: Mapping[str, Any],
    private: bool,
    now: dt.datetime,
    version: int | None = None,
) -> Webhook:
    """`changes`: some of name, url, events, enabled. As `create_webhook`; Conflict for a stale version."""
    before = await _lock(conn, viewer=viewer, webhook_id=webhook_id)
    if version is not None and version != before.version:
        raise Conflict(phrase("This webhook was changed since."), version=before.version)
    name = clean_line(changes.get("name", before.name), field=phrase("name"), longest=_LONGEST_NAME)
    url = check_url(changes["url"], private=private) if "url" in changes else before.url
    events = check_events(changes["events"], viewer=viewer) if "events" in changes else before.events
    enabled = changes.get("enabled", before.enabled)
    new = {"name": name, "url": url, "events": events, "enabled": enabled}
    if changed := [key for key, value in new.items() if value != getattr(before, key)]:
        if enabled or "url" in changed:  # switching it off is for everybody
            check_events(events, viewer=viewer)
        await Q.change_webhook(conn, id=webhook_id, name=name, url=url, events=events, is_on=enabled, at=now)
        await Q.announce(conn)
        await _note(conn, viewer, "webhook.changed", webhook_id, {"changed": changed, "enabled": enabled})
    return await get_webhook(conn, viewer=viewer, webhook_id=webhook_id)


async def rotate_secret(
    conn: Conn, *, viewer: Viewer, webhook_id: UUID, keyring: Keyring, now: dt.datetime
) -> WithSecret:
    """A new secret; for a day both sign, so that none is refused while the receiver changes over. Raises Forbidden."""
    webhook = await _lock(conn, viewer=viewer, webhook_id=webhook_id)
    check_events(webhook.events, viewer=viewer)
    secret = _new_secret()
    await Q.rotate_secret(conn, id=webhook_id, secret=keyring.seal(secret), old_until=now + GRACE, at=now)
    await _note(conn, viewer, "webhook.secret_rotated", webhook_id, {})
    return WithSecret(await get_webhook(conn, viewer=viewer, webhook_id=webhook_id), secret)


async def delete_webhook(conn: Conn, *, viewer: Viewer, webhook_id: UUID) -> None:
    """With its deliveries. Raises NotFound."""
    gone = await _lock(conn, viewer=viewer, webhook_id=webhook_id)
    await Q.delete_webhook(conn, id=webhook_id)
    await _note(conn, viewer, "webhook.deleted", webhook_id, {"host": urlsplit(gone.url).hostname})


def check_url(url: str, *, private: bool) -> str:
    """An address to post to: https, of a public host. `private`: http and this network are allowed too."""
    url = url.strip()
    if not 0 < len(url) <= _LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise BadRequest(Told("An address has at most {most} plain characters.", most=_LONGEST_URL), field="url")
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise BadRequest(phrase("This is not an address."), field="url") from None
    if parts.scheme not in ({"http", "https"} if private else {"https"}) or not host:
        raise BadRequest(phrase("The address must begin with https://."), field="url")
    if parts.username is not None or parts.password is not None:
        raise BadRequest(
            phrase("An address with a password in it would be shown; the signature proves who sends."), field="url"
        )
    if not private and not may_be_public(host):
        raise BadRequest(phrase("The address is on a private network."), field="url")
    return parts._replace(fragment="").geturl()


def check_events(events: Collection[str], *, viewer: Viewer) -> list[str]:
    """In the order of EVENTS. Raises BadRequest for unknown ones and for none, Forbidden for administrators' ones."""
    if unknown := [event for event in events if event not in EVENTS]:
        raise BadRequest(f"There is no event {unknown[0][:60]!r}; there are {', '.join(EVENTS)}.", field="events")
    if not events:
        raise BadRequest(phrase("Choose at least one event."), field="events")
    if not viewer.is_admin and not OF_TASKS.issuperset(events):
        raise Forbidden(phrase("Only administrators hear of more than tasks."), field="events")
    return [event for event in EVENTS if event in events]


def _new_secret() -> str:
    """As Standard Webhooks writes them: 24 to 64 random bytes."""
    return "whsec_" + base64.b64encode(os.urandom(_SECRET_BYTES)).decode()


async def _lock(conn: Conn, *, viewer: Viewer, webhook_id: UUID) -> Webhook:
    row = await Q.lock_webhook(conn, id=webhook_id, owner_id=viewer.user_id)
    if row is None:
        raise NotFound(phrase("There is no such webhook."))
    return _webhook(row)


def _webhook(row: Record) -> Webhook:
    return Webhook(
        id=row["id"],
        name=row["name"],
        url=row["url"],
        events=row["events"],
        enabled=row["is_on"],
        off_why=row["off_why"],
        failing_since=row["failing_since"],
        old_secret_until=row["old_until"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        version=row["version"],
    )


async def _note(conn: Conn, by: Viewer, action: str, webhook_id: UUID, detail: Mapping[str, Any]) -> None:
    await record(conn, by=by, action=action, subject="webhook", subject_id=webhook_id, detail=detail)
