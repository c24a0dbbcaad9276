"""The web process: everything that answers HTTP, put together from its parts."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from types import FrameType
from typing import Any, cast
from uuid import UUID

import uvicorn
from fastapi import FastAPI, Request
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from tasktalk import __version__
from tasktalk.accounts import api as accounts_api
from tasktalk.accounts.audit import api as audit_api
from tasktalk.accounts.linking import api as linking_api
from tasktalk.accounts.request import identify
from tasktalk.accounts.two_factor import api as two_factor_api
from tasktalk.accounts.watching.violations import Watching, suspect
from tasktalk.analytics import api as analytics_api
from tasktalk.analytics.messages import api as messages_api
from tasktalk.assistant import api as assistant_api
from tasktalk.assistant.exporting import api as exporting_api
from tasktalk.assistant.llm.mind import open_mind
from tasktalk.assistant.warming import read_dictionaries
from tasktalk.console.page import stray_page
from tasktalk.console.routes import router as console_router
from tasktalk.crypto import Keyring
from tasktalk.db import Pool
from tasktalk.db.notify import listening
from tasktalk.db.pool import wait_for_pool
from tasktalk.health import api as health_api
from tasktalk.health import report
from tasktalk.health.alerts import api as alerts_api
from tasktalk.integrations import api as integrations_api
from tasktalk.integrations.checks import api as checks_api
from tasktalk.integrations.connections import Directory
from tasktalk.interop.feeds import api as feeds_api
from tasktalk.interop.importing import api as importing_api
from tasktalk.interop.webhooks import api as webhooks_api
from tasktalk.logs import get_log
from tasktalk.messaging import webhook
from tasktalk.messaging.inbox import open_inbox
from tasktalk.messaging.letters import api as letters_api
from tasktalk.messaging.notices import api as notices_api
from tasktalk.messaging.room import with_room
from tasktalk.messaging.templates import api as templates_api
from tasktalk.messaging.trials import api as trials_api
from tasktalk.metrics import watch_cache, watch_pool
from tasktalk.serving import JoinedHttp, settle_garbage
from tasktalk.settings import Settings
from tasktalk.tasks import api as tasks_api
from tasktalk.tasks.attachments import api as attachments_api
from tasktalk.tasks.attachments.scanning import open_scanner
from tasktalk.tasks.attachments.store import open_store
from tasktalk.tasks.comments import api as comments_api
from tasktalk.tasks.journal import api as journal_api
from tasktalk.tasks.labels import api as labels_api
from tasktalk.tasks.preferences import api as preferences_api
from tasktalk.tasks.projects import api as projects_api
from tasktalk.tasks.projects.sharing import api as sharing_api
from tasktalk.tasks.projects.teams import api as teams_api
from tasktalk.tasks.relations import api as relations_api
from tasktalk.tasks.reminders import api as reminders_api
from tasktalk.tasks.saved import api as saved_api
from tasktalk.web.changes import Changes
from tasktalk.web.errors import add_error_handlers
from tasktalk.web.guard import Guard, allow_origins
from tasktalk.web.limits import Limits, limits_of
from tasktalk.web.openapi import complete_openapi
from tasktalk.web.transaction import RequestPool

log = get_log("main")

Asgi = Callable[[Any, Any, Any], Awaitable[None]]
_CHANNELS = ("keys", "integrations", "journal", "inbox", "outbox", "queue", "webhooks")
_POOL_SIZE = 10
_INTAKE_POOL_SIZE = 2  # one writes; the other reads what integrations there are


def create_app(
    pool: Pool,
    *,
    settings: Settings,
    directory: Directory,
    keyring: Keyring,
    changes: Changes,
    intake: "Pool | None" = None,
    limits: Limits | None = None,
) -> Asgi:
    """The whole of HTTP. The webhook's path goes past the framework, whose cost it does not take.

    `intake`: connections for storing deliveries that no page can take; without it they come from `pool`.
    """
    api = _create_api()
    state = api.state
    state.pool, state.settings, state.directory, state.keyring, state.changes = (
        cast("Pool", RequestPool(pool)),
        settings,
        directory,
        keyring,
        changes,
    )
    state.limits = limits or limits_of(settings)
    state.files = open_store(settings)
    open_scanner(settings)  # one that cannot be is said at the start
    api.add_middleware(Watching, state=state)
    api.add_middleware(Guard, pool=pool, identify=_who, keyring=keyring)
    state.mind = open_mind(settings)
    thinking = state.mind.breaker if state.mind else None
    state.health = partial(report.read_all, pool, directory, thinking)
    # Only pages, and who watches for forgers, care for the scheme and address that a proxy on this machine reports.
    trusted = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")

    async def note_forger(scope: Any, _receive: Any, _send: Any) -> None:
        await suspect(state, "bad_signatures", scope["client"][0] if scope.get("client") else "?")

    behind: Asgi = ProxyHeadersMiddleware(note_forger, trusted_hosts=trusted)
    store = with_room(open_inbox(intake or pool).put, settings)
    hook = webhook.Webhook(directory, store, lambda scope: behind({**scope}, _never, _never))
    behind_proxy = ProxyHeadersMiddleware(allow_origins(api, settings), trusted_hosts=trusted)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] == webhook.PATH:
            await hook(scope, receive, send)
        else:
            await behind_proxy(scope, receive, send)

    return app


def describe_api() -> dict[str, Any]:
    """The OpenAPI description."""
    return _create_api().openapi()


async def serve(settings: Settings, *, dsn: str, listener: socket.socket | None = None) -> None:
    """Answer HTTP until SIGTERM; `listener` is a socket that is bound already, by a parent that outlives us."""
    changes = Changes()
    async with _parts(settings, dsn, changes) as app:
        config = uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            http=JoinedHttp,
            ws="none",
            lifespan="off",
            proxy_headers=False,
            access_log=False,
            log_config=None,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=3,
            timeout_keep_alive=75,
            backlog=4096,
        )
        server = _Server(config)
        server.on_exit = changes.close
        settle_garbage()
        log.info("web_ready", pid=os.getpid())
        await server.serve(sockets=[listener] if listener else None)


class _Server(uvicorn.Server):
    """Ends live streams as soon as it is told to stop, for it waits for every answer to end."""

    on_exit: Callable[[], None]

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self._captured_signals.clear()  # a stop that was asked for is a success, not a death by signal
        asyncio.get_running_loop().call_soon_threadsafe(self.on_exit)


def _create_api() -> FastAPI:
    api = FastAPI(title="Tasktalk", version=__version__, openapi_url="/api/openapi.json", docs_url=None, redoc_url=None)
    add_error_handlers(api, draw=stray_page)
    for router in (
        health_api.router,
        alerts_api.router,
        tasks_api.router,
        comments_api.router,
        relations_api.router,
        labels_api.router,
        saved_api.router,
        journal_api.router,
        projects_api.router,
        sharing_api.router,
        teams_api.router,
        attachments_api.router,
        notices_api.router,
        letters_api.router,  # /api/users/me/apprise, before any other user
        assistant_api.router,
        exporting_api.router,
        preferences_api.router,  # /api/users/me, before any other user
        reminders_api.router,
        integrations_api.router,
        checks_api.router,
        analytics_api.router,
        messages_api.router,
        trials_api.router,
        templates_api.router,
        webhooks_api.router,
        feeds_api.router,
        importing_api.router,
        accounts_api.router,
        audit_api.router,
        linking_api.router,
        two_factor_api.router,
        console_router,
    ):
        api.include_router(router)
    complete_openapi(api)
    return api


@asynccontextmanager
async def _parts(settings: Settings, dsn: str, changes: Changes) -> AsyncIterator[Asgi]:
    keyring = Keyring.kept(settings.read_secrets)
    pool = await wait_for_pool(dsn, max_size=_POOL_SIZE, application_name="tasktalk-web")
    intake = await wait_for_pool(dsn, max_size=_INTAKE_POOL_SIZE, application_name="tasktalk-intake")
    directory = Directory(intake, keyring)

    watch_pool("web", pool)
    watch_pool("intake", intake)
    watch_cache("integrations", directory)

    def heard(channel: str, _payload: str) -> None:
        if channel == "integrations":
            directory.forget()
        elif channel == "keys":
            keyring.look_again()
        changes.hear(channel)

    limits = limits_of(settings)
    warming = asyncio.create_task(read_dictionaries(pool))
    async with listening(dsn, _CHANNELS, heard):
        yield create_app(
            pool,
            settings=settings,
            directory=directory,
            keyring=keyring,
            changes=changes,
            intake=intake,
            limits=limits,
        )
    warming.cancel()
    await asyncio.gather(warming, return_exceptions=True)
    if limits is not None:
        await limits.close()
    try:
        await asyncio.wait_for(asyncio.gather(intake.close(), pool.close()), 3)
    except TimeoutError:
        intake.terminate()
        pool.terminate()


async def _never(*_: Any) -> Any:
    """Where nothing is received or sent."""


async def _who(request: Request) -> UUID:
    return (await identify(request)).viewer.user_id
