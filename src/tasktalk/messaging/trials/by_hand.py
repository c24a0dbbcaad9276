"""A test message from the command line: which number sends it, and the call itself."""

from collections.abc import Sequence
from datetime import UTC, datetime

import aiohttp

from tasktalk.accounts.audit.audit import record
from tasktalk.crypto import Keyring
from tasktalk.db.pool import open_pool
from tasktalk.errors import BadRequest, ConfigNotFound, NotFound
from tasktalk.integrations.checks.asking import open_graph
from tasktalk.integrations.connections import Integration, list_integrations
from tasktalk.messaging.trials.trial import Call, Trial, note_of, send_trial
from tasktalk.settings import Settings

_STATUS_SECONDS = 10.0


async def send_by_hand(dsn: str, settings: Settings, *, to: str, number: str | None) -> tuple[Trial, Integration]:
    """Send one to `to`; also which integration sent it.

    `number`: its name or Phone Number ID, where there are several.
    """
    pool = await open_pool(dsn, max_size=2, application_name="tasktalk-send-test")
    try:
        async with pool.acquire() as conn:
            known = await list_integrations(conn, keyring=Keyring.kept(settings.read_secrets))
        integration = _choose(known, number)
        if not integration.access_token:
            raise BadRequest(f"{integration.name} has no access token.", field="access_token")
        async with aiohttp.ClientSession() as session:
            graph = open_graph(session, integration, settings, token=integration.access_token)
            call = Call(graph, settings.send_timeout_seconds, _STATUS_SECONDS)
            trial = await send_trial(pool, integration, call, to=to, now=datetime.now(UTC))
        async with pool.acquire() as conn, conn.transaction():
            await record(conn, by=None, **note_of(trial, integration))
    finally:
        await pool.close()
    return trial, integration


def _choose(known: Sequence[Integration], number: str | None) -> Integration:
    if not known:
        raise ConfigNotFound("No WhatsApp number is connected: docs/how-to/connect-a-number.md.")
    if number is None:
        if len(known) > 1:
            names = ", ".join(each.name for each in known)
            raise BadRequest(f"Several numbers are connected; choose one with --number: {names}", field="number")
        return known[0]
    for each in known:
        if number in {each.name, each.phone_number_id, str(each.id)}:
            return each
    raise NotFound(f"No connected number is called {number}.")
