"""The number of the WHATSAPP_ settings: stored when a process starts, whichever it is."""

from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from tasktalk.crypto import Keyring
from tasktalk.db import Conn
from tasktalk.db.content import keep_content
from tasktalk.db.migrate import check
from tasktalk.db.pool import wait_for_pool
from tasktalk.errors import AppError
from tasktalk.integrations.connections import CredentialKind, add_integration, save_credential
from tasktalk.logs import get_log
from tasktalk.settings import Settings

log = get_log("up")


async def connect_own_number(dsn: str, *, settings: Settings) -> None:
    """For a process that starts alone: as `save_own_number`, once the database is there. Without a schema: later."""
    if not any(_given(settings).values()):
        return
    keyring = Keyring.kept(settings.read_secrets)
    pool = await wait_for_pool(dsn, max_size=1, application_name="tasktalk-number")
    try:
        async with pool.acquire() as conn, conn.transaction():
            await check(conn)
            await save_own_number(conn, settings=settings, keyring=keyring, now=datetime.now(UTC))
    except AppError as error:  # the process itself waits for the schema; so does the number, until the next start
        log.warning("own_number_not_stored", reason=error.message)
    finally:
        await pool.close()


async def set_up(dsn: str, *, settings: Settings) -> None:
    """What a process that starts alone puts into the database before anything else."""
    pool = await wait_for_pool(dsn, max_size=1, application_name="tasktalk-set-up")
    try:
        async with pool.acquire() as conn:
            await keep_content(conn, keep=settings.keep_content == "on")
    finally:
        await pool.close()
    await connect_own_number(dsn, settings=settings)


async def save_own_number(conn: Conn, *, settings: Settings, keyring: Keyring, now: datetime) -> None:
    """Adds the number unless it is there; of one that is, switched off or not, only new credentials are taken."""
    given = _given(settings)
    if not any(given.values()):
        return
    integration_id = await add_integration(
        conn,
        name="WhatsApp",
        waba_id=settings.whatsapp_business_account_id,
        phone_number_id=settings.whatsapp_phone_number_id or "unknown",
        app_id=settings.whatsapp_app_id,
    )
    grace = timedelta(hours=settings.secret_grace_hours)
    for kind, secret in given.items():
        if secret is not None:
            value = secret.get_secret_value()
            await save_credential(
                conn, keyring=keyring, integration_id=integration_id, kind=kind, secret=value, now=now, grace=grace
            )


def _given(settings: Settings) -> dict[CredentialKind, SecretStr | None]:
    return {
        "access_token": settings.whatsapp_access_token,
        "verify_token": settings.whatsapp_verify_token,
        "app_secret": settings.whatsapp_app_secret,
    }
