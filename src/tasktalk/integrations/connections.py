"""Connected numbers: what is stored of them, and a copy in memory for the hot paths."""

import asyncio
import hmac
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from tasktalk.crypto import CannotUnseal, Keyring
from tasktalk.db import Conn, Pool
from tasktalk.db.sql import queries
from tasktalk.ids import new_id
from tasktalk.logs import get_log

Q = queries(__file__)
log = get_log("integrations")

CredentialKind = Literal["access_token", "verify_token", "app_secret"]
_STALE_SECONDS = 30.0  # a change is announced by NOTIFY; this is the bound should one be missed


@dataclass(frozen=True, slots=True)
class Integration:
    """One WhatsApp Business number. `graph_url` None: Meta's own. Secrets in force, newest first.

    `per_second`: how many messages Meta takes from it. `renewed_at`: since when this access token is used; entered
    again it is as good as a new one, and so it is once the number was registered. Who sends begins anew then.
    """

    id: UUID
    name: str
    waba_id: str
    phone_number_id: str
    display_phone_number: str
    business_name: str
    app_id: str
    graph_url: str | None
    per_second: int
    access_token: str | None
    verify_tokens: tuple[str, ...]
    app_secrets: tuple[str, ...]
    renewed_at: datetime | None = None


class Directory:
    """Every integration with its secrets opened, in memory; read again when told of a change or after 30 s."""

    def __init__(self, pool: Pool, keyring: Keyring) -> None:
        self._pool = pool
        self._keyring = keyring
        self._read_at = float("-inf")
        self._integrations: tuple[Integration, ...] = ()
        self._app_secrets: tuple[str, ...] = ()
        self._generation = self._read_generation = 0
        self._reading: asyncio.Task[tuple[Integration, ...]] | None = None
        # By phone number ID, while more than one secret is known: a delivery for a number is signed by its own app.
        self.own_secrets: Mapping[str, tuple[str, ...]] = {}
        # The same by WABA ID, for what is told of an account: any app of its numbers may say it.
        self.account_secrets: Mapping[str, frozenset[str]] = {}
        self.hits = 0
        self.misses = 0

    def forget(self) -> None:
        """Something changed: read again at the next question."""
        self._read_at = float("-inf")
        self._generation += 1
        self._reading = None  # what is being read may be from before the change

    async def all(self) -> tuple[Integration, ...]:
        """All that are in use; who asks while they are being read waits for that."""
        if time.monotonic() - self._read_at < _STALE_SECONDS:
            self.hits += 1
            return self._integrations
        self.misses += 1
        if self._reading is None:
            self._reading = asyncio.create_task(self._read())
        return await asyncio.shield(self._reading)

    async def _read(self) -> tuple[Integration, ...]:
        generation, began = self._generation, time.monotonic()
        try:
            async with self._pool.acquire() as conn:
                found = await list_integrations(conn, keyring=self._keyring)
        finally:
            if generation == self._generation:
                self._reading = None
        if generation >= self._read_generation:
            self._keep(found)
            self._read_generation = generation
        if generation == self._generation:  # else something changed meanwhile: the next question reads again
            self._read_at = began
        return found

    def _keep(self, found: tuple[Integration, ...]) -> None:
        self._integrations = found
        self._app_secrets = tuple(dict.fromkeys(secret for each in found for secret in each.app_secrets))
        several = len(self._app_secrets) > 1
        signing = [each for each in found if several and each.app_secrets]
        self.own_secrets = {each.phone_number_id: each.app_secrets for each in signing}
        self.account_secrets = {
            account: frozenset(secret for each in signing if each.waba_id == account for secret in each.app_secrets)
            for account in {each.waba_id for each in signing}
        }

    async def find(self, phone_number_id: str | None) -> Integration | None:
        """The one with this phone number ID."""
        return next((each for each in await self.all() if each.phone_number_id == phone_number_id), None)

    async def app_secrets(self) -> tuple[str, ...]:
        """Every secret a delivery may be signed with, the old ones of a rotation included."""
        await self.all()
        return self._app_secrets

    async def knows_verify_token(self, token: str) -> bool:
        """Whether `token` is any integration's verify token; compares in constant time."""
        known = [each.encode() for one in await self.all() for each in one.verify_tokens]
        return any([hmac.compare_digest(each, token.encode()) for each in known])  # noqa: C419  (no early exit)


async def list_integrations(conn: Conn, *, keyring: Keyring, disabled: bool = False) -> tuple[Integration, ...]:
    """All integrations in use, oldest first, with their secrets in force; with `disabled` those that are not, too."""
    secrets: dict[tuple[UUID, str], list[str]] = {}
    renewed: dict[UUID, datetime] = {}
    async for row in Q.list_credentials(conn):
        if row["kind"] == "access_token":
            renewed.setdefault(row["integration_id"], row["renewed_at"])
        try:
            secrets.setdefault((row["integration_id"], row["kind"]), []).append(keyring.unseal(row["sealed"]))
        except CannotUnseal as error:  # the others still work; the integration shows what it lacks
            log.error("credential_sealed_with_another_key", kind=row["kind"], error=str(error))  # noqa: TRY400
    return tuple(
        [
            Integration(
                **dict(row),
                access_token=next(iter(secrets.get((row["id"], "access_token"), ())), None),
                verify_tokens=tuple(secrets.get((row["id"], "verify_token"), ())),
                app_secrets=tuple(secrets.get((row["id"], "app_secret"), ())),
                renewed_at=renewed.get(row["id"]),
            )
            async for row in Q.list_integrations(conn, disabled=disabled)
        ]
    )


async def save_integration(
    conn: Conn,
    *,
    name: str,
    waba_id: str,
    phone_number_id: str,
    display_phone_number: str = "",
    business_name: str = "",
    app_id: str = "",
    graph_url: str | None = None,
) -> UUID:
    """Create the integration of this phone number, or bring it up to date and switch it on."""
    saved: UUID = await Q.save_integration(
        conn,
        id=new_id(),
        name=name,
        waba_id=waba_id,
        phone_number_id=phone_number_id,
        display_phone_number=display_phone_number,
        business_name=business_name,
        app_id=app_id,
        graph_url=graph_url,
    )
    await Q.announce(conn)
    return saved


async def add_integration(conn: Conn, *, name: str, waba_id: str, phone_number_id: str, app_id: str = "") -> UUID:
    """Create the integration of this phone number; one that is there stays as it is, and locked until the commit."""
    added: UUID = await Q.add_integration(
        conn, id=new_id(), name=name, waba_id=waba_id, phone_number_id=phone_number_id, app_id=app_id
    )
    return added


async def save_credential(
    conn: Conn,
    *,
    keyring: Keyring,
    integration_id: UUID,
    kind: CredentialKind,
    secret: str,
    now: datetime,
    grace: timedelta = timedelta(0),
    renew: bool = False,
) -> None:
    """Seal and store a secret; the one it replaces stays in force for `grace`.

    The same again changes nothing; with `renew` it counts as a new one.
    """
    known = await _secrets(conn, keyring=keyring, integration_id=integration_id, kind=kind)
    if known[:1] == [secret] and not renew:
        return
    await Q.retire_credentials(conn, integration_id=integration_id, kind=kind, retires_at=now + grace)
    await Q.add_credential(conn, id=new_id(), integration_id=integration_id, kind=kind, sealed=keyring.seal(secret))
    await Q.announce(conn)


async def find_integration(
    conn: Conn, *, keyring: Keyring, integration_id: UUID, disabled: bool = False
) -> Integration | None:
    """One that is in use; with `disabled` one that is not, too."""
    known = await list_integrations(conn, keyring=keyring, disabled=disabled)
    return next((each for each in known if each.id == integration_id), None)


async def _secrets(conn: Conn, *, keyring: Keyring, integration_id: UUID, kind: str) -> Sequence[str]:
    wanted = (integration_id, kind)
    rows = [row async for row in Q.list_credentials(conn) if (row["integration_id"], row["kind"]) == wanted]
    known = []
    for row in rows:
        try:
            known.append(keyring.unseal(row["sealed"]))
        except CannotUnseal:  # it can still be replaced
            known.append("")
    return known
