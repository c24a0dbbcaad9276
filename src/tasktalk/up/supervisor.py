"""The supervisor of `tasktalk up`: database, web, workers, simulator; what dies is started again."""

import asyncio
import os
import signal
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from tasktalk import logs
from tasktalk.crypto import Keyring
from tasktalk.db import embedded
from tasktalk.db.content import keep_content
from tasktalk.db.migrate import migrate
from tasktalk.db.pool import connect
from tasktalk.errors import AppError
from tasktalk.health.configuration import GIVEN
from tasktalk.logs import get_log
from tasktalk.settings import Settings
from tasktalk.up import sandbox as sandboxes
from tasktalk.up.children import Child, stop_all
from tasktalk.up.files import ADDRESS, SANDBOX_CONFIG, write_private
from tasktalk.up.own_number import save_own_number
from tasktalk.up.probe import ask_ready
from tasktalk.up.sandbox import Sandbox

log = get_log("up")

_WATCH_SECONDS = 0.1
_READY_SECONDS = 60.0
_STOP_SECONDS = 6.0  # of the ten that SIGTERM allows; the database needs its share
_ROTATE_SECONDS = 60.0
_PORT_SECONDS = 3.0
_DATABASE_SECONDS = 5.0
_BACKLOG = 4096


class CannotStart(AppError):
    """It cannot start."""


class Supervisor:
    """Owns the children and, unless DATABASE_URL is given, the database."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stopping = False
        self._children: list[Child] = []
        self._server: embedded.Server | None = None
        self._facts: dict[str, Any] = {}
        self._database_at = 0.0  # not tried before

    def run(self, *, ready_file: Path | None, announce: Callable[[dict[str, Any]], None]) -> None:
        """Start everything, tell `announce` and `ready_file`, and watch until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask_to_stop)
        with ExitStack() as stack:
            stack.callback(self._stop)
            self._start(stack)
            if self._stopping:
                return
            if ready_file is not None:
                write_private(ready_file, msgspec.json.format(msgspec.json.encode(self._facts)))
            announce(self._facts)
            self._watch()

    def _ask_to_stop(self, *_: object) -> None:
        self._stopping = True

    def _start(self, stack: ExitStack) -> None:
        settings = self._settings
        if settings.database_url is None:
            self._server = embedded.start(settings.data)
            dsn = self._server.dsn
        else:
            dsn = settings.database_url.get_secret_value()
        listener = stack.enter_context(_bind(settings.host, settings.port, option="--port"))
        web = f"http://{_host(settings.host)}:{listener.getsockname()[1]}"
        sandbox = sandboxes.load_sandbox(settings) if settings.sandbox else None
        sandbox_port = _free_port(settings.host, settings.sandbox_port) if sandbox else 0
        graph_url = f"http://{_host(settings.host)}:{sandbox_port}"
        link = asyncio.run(self._prepare(dsn, sandbox, graph_url=graph_url, web=web))
        env = {**os.environ, "DATABASE_URL": dsn, "TASKTALK_DATA": str(settings.data.absolute())}
        for name in ("apprise_private", "webhooks_private"):
            if sandbox is not None and name not in settings.model_fields_set:
                env[f"TASKTALK_{name}".upper()] = "on"  # for trying it out on this machine
        env[GIVEN] = ",".join(name for name in env if name not in os.environ)
        self._add("web", ["-m", "tasktalk", "serve", "--fd", str(listener.fileno())], env, fds=(listener.fileno(),))
        for number in range(settings.workers):
            own = {"TASKTALK_METRICS_PORT": str(settings.metrics_port + number)} if settings.metrics_port else {}
            self._add(f"worker-{number + 1}", ["-m", "tasktalk", "worker"], env | own)
        if sandbox is not None:
            path = self._write_sandbox_config(sandbox, web=web, port=sandbox_port)
            child = self._add("sandbox", ["-m", "tasktalk.sandbox", "--config", str(path)], env, ready_line=True)
            child.wait_ready(seconds=_READY_SECONDS, stopping=lambda: self._stopping)
        self._wait_ready(web)
        write_private(settings.data / ADDRESS, web.encode())
        self._facts = _facts(sandbox, web=web, graph_url=graph_url, link=link)

    async def _prepare(self, dsn: str, sandbox: Sandbox | None, *, graph_url: str, web: str) -> str:
        """Migrate, seed, and make the owner's sign-in link."""
        await migrate(dsn)
        keyring, now = Keyring.kept(self._settings.read_secrets), datetime.now(UTC)
        conn = await connect(dsn, application_name="tasktalk-up")
        try:
            await keep_content(conn, keep=self._settings.keep_content == "on")
            async with conn.transaction():
                owner_id = await sandboxes.ensure_owner(conn, settings=self._settings)
                if sandbox is not None:
                    await sandboxes.seed(
                        conn, sandbox, settings=self._settings, keyring=keyring, graph_url=graph_url, now=now
                    )
                await save_own_number(conn, settings=self._settings, keyring=keyring, now=now)
                return await sandboxes.new_admin_link(
                    conn, owner_id=owner_id, web=self._settings.public_url.rstrip("/") or web, now=now
                )
        finally:
            await conn.close()

    def _add(self, name: str, command: list[str], env: dict[str, str], **more: Any) -> Child:
        child = Child(name, command, env, **more)
        self._children.append(child)
        child.start()
        return child

    def _write_sandbox_config(self, sandbox: Sandbox, *, web: str, port: int) -> Path:
        path = self._settings.data / SANDBOX_CONFIG
        known = msgspec.to_builtins(sandbox)
        keys = (
            "app_id", "app_secret", "verify_token", "access_token", "phone_number_id", "waba_id", "display_phone_number"
        )  # fmt: skip
        config = {key: known[key] for key in keys} | {
            "host": self._settings.host,
            "port": port,
            "data_dir": str((self._settings.data / "sandbox").absolute()),
            "webhook_url": f"{web}/api/webhooks/whatsapp",
            "business_name": "Tasktalk",
            "phones": [{key: person[key] for key in ("name", "wa_id", "user_id")} for person in known["phones"]],
            "templates": sandboxes.approved_templates() if self._settings.sandbox_templates == "approved" else [],
        }
        write_private(path, msgspec.json.encode(config))
        return path

    def _wait_ready(self, web: str) -> None:
        ends_at = time.monotonic() + _READY_SECONDS
        while not self._stopping:
            try:
                ask_ready(web, seconds=2)
            except OSError:
                if time.monotonic() > ends_at:
                    raise CannotStart("Web and worker did not answer within a minute; see the log.") from None
            else:
                return
            for child in self._children:
                child.watch()
            time.sleep(0.03)

    def _watch(self) -> None:
        rotated_at = time.monotonic()
        while not self._stopping:
            self._keep_database()
            for child in self._children:
                child.watch()
            if time.monotonic() - rotated_at > _ROTATE_SECONDS:
                rotated_at = time.monotonic()
                logs.rotate(self._settings.data / "todo.log")
                if self._server is not None:
                    self._server.shorten_log()
            time.sleep(_WATCH_SECONDS)

    def _keep_database(self) -> None:
        """Start it again if it died; where it cannot start, for the disk is full, say, try again until it can."""
        if self._server is None or time.monotonic() < self._database_at:
            return
        try:
            self._server.ensure_running()
        except embedded.ServerError as error:
            log.error("database_not_started", error=error.message, retry_seconds=_DATABASE_SECONDS)  # noqa: TRY400
            self._database_at = time.monotonic() + _DATABASE_SECONDS

    def _stop(self) -> None:
        if self._children:
            log.info("stopping")
        stop_all(self._children, seconds=_STOP_SECONDS)
        if self._server is not None:
            self._server.stop()


def _facts(sandbox: Sandbox | None, *, web: str, graph_url: str, link: str) -> dict[str, Any]:
    """The ready file: addresses, and in sandbox mode the secrets."""
    facts: dict[str, Any] = {"web": web, "sandbox": None, "admin_link": link}
    if sandbox is not None:
        facts |= {"sandbox": graph_url} | msgspec.to_builtins(sandbox)
    return facts


def _bind(host: str, port: int, *, option: str) -> socket.socket:
    """A listening socket that outlives the web process: while it is started again, connections wait.

    What was just killed may need a moment to let go of its port.
    """
    ends_at = time.monotonic() + _PORT_SECONDS
    while True:
        listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(_BACKLOG)
        except OSError as error:
            listener.close()
            if time.monotonic() > ends_at:
                why = f"Port {port} on {host} is taken ({error.strerror}); choose another with {option}."
                raise CannotStart(why) from error
            time.sleep(0.05)
        else:
            return listener


def _free_port(host: str, port: int) -> int:
    """`port` if it is free, any free one for 0."""
    with _bind(host, port, option="--sandbox-port") as probe:
        number: int = probe.getsockname()[1]
        return number


def _host(host: str) -> str:
    """What to call from this machine."""
    if host in {"0.0.0.0", "::"}:  # noqa: S104  (compared, not bound)
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
