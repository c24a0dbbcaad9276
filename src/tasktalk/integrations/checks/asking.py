"""Asking Meta about a number: token, number, account, subscriptions, all at once, each with its answer or its error."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import aiohttp

from tasktalk.integrations.connections import Integration
from tasktalk.settings import Settings
from tasktalk.whatsapp.errors import GraphError
from tasktalk.whatsapp.graph import PHONE_NUMBER_FIELDS, Graph

Json = dict[str, Any]
Answer = Json | GraphError | None  # None: not asked

NUMBER_FIELDS = PHONE_NUMBER_FIELDS + ",whatsapp_business_manager_messaging_limit,is_pin_enabled"
TOKEN_ERRORS = (0, 190)  # said once, of the token
_ACCOUNT_FIELDS = "id,name,currency,account_review_status,health_status"


@dataclass(frozen=True, slots=True)
class Asked:
    """What Meta said. `ahead_seconds`: how far its clock is ahead of ours; None: it did not say."""

    token: Answer = None
    number: Answer = None
    account: Answer = None
    numbers: Answer = None
    subscribers: Answer = None
    application: Answer = None
    ahead_seconds: float | None = None
    errors: tuple[GraphError, ...] = field(default=())

    @property
    def reached(self) -> bool:
        """Whether Meta answered anything at all."""
        answers = (self.token, self.number, self.account, self.numbers, self.subscribers, self.application)
        return any(isinstance(each, dict) for each in answers) or any(each.code is not None for each in self.errors)


def open_graph(session: aiohttp.ClientSession, integration: Integration, settings: Settings, *, token: str) -> Graph:
    """The Graph API as this number reaches it."""
    return Graph(
        session,
        base_url=integration.graph_url or settings.graph_url,
        version=settings.graph_version,
        access_token=token,
    )


def app_token(integration: Integration) -> str | None:
    """What speaks for the app itself; None while its id or secret is missing."""
    if not integration.app_id or not integration.app_secrets:
        return None
    return f"{integration.app_id}|{integration.app_secrets[0]}"


async def ask(
    session: aiohttp.ClientSession, integration: Integration, settings: Settings, *, now: Callable[[], datetime]
) -> Asked:
    """Everything that the checks look at; nothing without an access token."""
    token = integration.access_token
    if not token:
        return Asked()
    graph = open_graph(session, integration, settings, token=token)
    number, account = integration.phone_number_id, integration.waba_id
    questions: dict[str, Awaitable[Answer]] = {
        "token": _answer(graph.debug_token(token)),
        "number": _answer(graph.get(number, {"fields": NUMBER_FIELDS})),
    }
    if account:
        questions |= {
            "account": _answer(graph.get(account, {"fields": _ACCOUNT_FIELDS})),
            "numbers": _answer(graph.get(f"{account}/phone_numbers", {"fields": "id", "limit": "100"})),
            "subscribers": _answer(graph.get(f"{account}/subscribed_apps", {})),
        }
    if (for_app := app_token(integration)) is not None:
        apps = open_graph(session, integration, settings, token=for_app)
        questions["application"] = _answer(apps.get(f"{integration.app_id}/subscriptions", {}))
    answers = dict(zip(questions, await asyncio.gather(*questions.values()), strict=True))
    ahead = (graph.clock - now()).total_seconds() if graph.clock else None
    errors = tuple(each for each in answers.values() if isinstance(each, GraphError))
    return Asked(**answers, ahead_seconds=ahead, errors=errors)


async def _answer(call: Awaitable[Json]) -> Answer:
    try:
        return await call
    except GraphError as error:
        return error
