"""The REST API of test messages, for administrators."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import aiohttp
from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict

from tasktalk.accounts.access import Viewer
from tasktalk.accounts.audit.audit import record
from tasktalk.accounts.request import api_admin
from tasktalk.errors import BadRequest
from tasktalk.integrations.checks.api import get_in_use
from tasktalk.integrations.checks.asking import open_graph
from tasktalk.messaging.trials.trial import Call, Trial, note_of, send_trial
from tasktalk.phrases import phrase
from tasktalk.web.http import answers, known_id, pool_of, to_json
from tasktalk.web.transaction import apart

router = APIRouter(prefix="/api/integrations", tags=["integrations"])

STATUS_SECONDS = 5.0  # that the first word of its fate may take


class TestMessageBody(BaseModel):
    """Whom to write to: a phone number with its country code, or a business-scoped id."""

    __test__ = False  # of pytest's it is none
    model_config = ConfigDict(extra="forbid")

    to: str


@router.post("/{integration_id}/test-message", responses=answers(Trial))
async def send_test_message(
    request: Request, viewer: Annotated[Viewer, Depends(api_admin)], integration_id: str, body: TestMessageBody
) -> Response:
    """Sends one message now and says what WhatsApp said, in plain words, and how far the message has come.

    Inside the 24-hour window it is a text, else an approved template, else Meta's sample `hello_world`.
    """
    return to_json(await try_out(request, viewer, known_id(integration_id), body.to))


async def try_out(request: Request, viewer: Viewer, integration_id: UUID, to: str) -> Trial:
    """The test message, which is audited. Raises BadRequest for a number that cannot be."""
    settings = request.app.state.settings
    integration = await get_in_use(request, integration_id)
    if not integration.access_token:
        raise BadRequest(phrase("Enter the access token first."), field="access_token")
    async with aiohttp.ClientSession() as session:
        graph = open_graph(session, integration, settings, token=integration.access_token)
        call = Call(graph, settings.send_timeout_seconds, STATUS_SECONDS)
        # Its statuses are looked for by a worker: it must be there for others while we wait for them.
        trial = await send_trial(apart(pool_of(request)), integration, call, to=to, now=datetime.now(UTC))
    async with pool_of(request).acquire() as conn, conn.transaction():
        await record(conn, by=viewer, **note_of(trial, integration))
    return trial
