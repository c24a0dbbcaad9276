"""The product in this process: a connected number, two linked people, and Meta's hand to post deliveries with."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

import structlog

from app_kit import share_routes
from tasktalk import main
from tasktalk.accounts.tokens import create_token
from tasktalk.accounts.users import create_user
from tasktalk.crypto import Keyring
from tasktalk.db import Pool
from tasktalk.ids import new_id
from tasktalk.integrations.connections import Directory, save_credential, save_integration
from tasktalk.messaging.turns import Turns
from tasktalk.queue.pace import Pace
from tasktalk.queue.worker import Handler, Rules, work
from tasktalk.settings import Settings
from tasktalk.web.changes import Changes
from tasktalk.whatsapp.signature import sign

# Plain lines into the standard library's logging, which pytest shows of failed tests; structlog's own are slow.
structlog.configure(
    processors=[
        structlog.stdlib.add_log_level,
        structlog.processors.format_exc_info,
        structlog.processors.LogfmtRenderer(),
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
)

PNID, WABA, APP = "301000000000001", "201000000000001", "401000000000001"
TOKEN, SECRET, VERIFY = "EAAtoken", "test_app_secret", "verify-me"
HOOK = "/api/webhooks/whatsapp"
RULES = Rules(rows=16, poll_seconds=0.02, max_attempts=3, retry_seconds=0.02)


@dataclass(frozen=True)
class Someone:
    """A person; `bsuid` and `wa_id` None: without a phone here."""

    id: UUID
    name: str
    wa_id: str
    bsuid: str
    contact_id: UUID
    token: str


@dataclass
class Answer:
    """What came back over HTTP; `read`: how many pieces of the body were taken in."""

    status: int
    headers: dict[str, str]
    body: bytes
    read: int = 0

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Product:
    """Everything but the processes: HTTP as one ASGI application, and the handler of the inbox."""

    dsn: str
    pool: Pool
    keyring: Keyring
    directory: Directory
    turns: Turns
    app: Callable[[Any, Any, Any], Awaitable[None]]
    integration_id: UUID
    ana: Someone
    ben: Someone
    owner_token: str
    count: int = field(default=0)

    async def call(
        self,
        method: str,
        path: str,
        body: bytes | Sequence[bytes] = b"",
        *,
        query: str = "",
        length: int | None = None,
        stay: bool = False,
        **headers: str,
    ) -> Answer:
        """One request. `body` in pieces; `length`: what Content-Length says; `stay`: to the end of the answer."""
        pieces = [body] if isinstance(body, bytes) else list(body)
        sent: list[dict[str, Any]] = []
        answer, ended = Answer(0, {}, b""), asyncio.Event()

        async def receive() -> dict[str, Any]:
            if answer.read < len(pieces):
                answer.read += 1
                more = answer.read < len(pieces)
                return {"type": "http.request", "body": pieces[answer.read - 1], "more_body": more}
            if stay:
                await ended.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                ended.set()

        known = {name.replace("_", "-").lower(): value for name, value in headers.items()}
        if length is not None:
            known["content-length"] = str(length)
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "scheme": "http",
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in known.items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }
        await self.app(scope, receive, send)
        answer.status = sent[0]["status"]
        answer.headers = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
        answer.body = b"".join(message.get("body", b"") for message in sent[1:])
        return answer

    async def ask(self, path: str, *, token: str | None = None, method: str = "GET", body: Any = None) -> Answer:
        """A request to the API, with a bearer token."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        if body is None:
            return await self.call(method, path, **headers)
        return await self.call(method, path, json.dumps(body).encode(), content_type="application/json", **headers)

    async def deliver(self, delivery: Any, *, secret: str = SECRET) -> Answer:
        """Meta posts; `delivery` is an object or the very bytes."""
        body = delivery if isinstance(delivery, bytes) else json.dumps(delivery).encode()
        return await self.call("POST", HOOK, body, length=len(body), x_hub_signature_256=sign(body, secret))

    def wamid(self) -> str:
        self.count += 1
        return f"wamid.T{self.count:05d}"

    async def say(self, person: Someone, text: str, **more: Any) -> str:
        """A person writes; the message's wamid."""
        wamid = self.wamid()
        answer = await self.deliver(delivery(message(person, text, wamid=wamid, **more)))
        assert answer.status == 200, answer.body
        return wamid

    async def settle(self, *, handler: Handler | None = None, workers: int = 1) -> None:
        """Handle all that is due."""
        async with working(self.pool, handler or self.turns.handle, workers=workers):
            await until(self._is_empty)

    async def _is_empty(self) -> bool:
        return not await count(self.pool, "from inbox where state = 'waiting' and next_try_at <= now()")


async def open_product(dsn: str, pool: Pool, data: Path, *, graph_url: str | None = None, **settings: Any) -> Product:
    """A connected number with its secrets, Ana and Ben linked, and an owner with a token; unlimited unless set."""
    keyring, now = Keyring("a secret for tests"), datetime.now(UTC)
    async with pool.acquire() as conn, conn.transaction():
        integration_id = await save_integration(
            conn,
            name="Tests",
            waba_id=WABA,
            phone_number_id=PNID,
            display_phone_number="15550001111",
            app_id=APP,
            graph_url=graph_url,
        )
        for kind, secret in (("access_token", TOKEN), ("verify_token", VERIFY), ("app_secret", SECRET)):
            await save_credential(
                conn, keyring=keyring, integration_id=integration_id, kind=kind, secret=secret, now=now
            )
        owner = await create_user(conn, name="Owner", email=None, role="owner")
        _, owner_token = await create_token(conn, user_id=owner, name="tests")
        people = []
        for name, wa_id, bsuid in (("Ana", "447700900123", "GB.ana1"), ("Ben", "447700900456", "GB.ben1")):
            user_id, contact_id = await create_user(conn, name=name, email=f"{name}@example.org"), new_id()
            await conn.execute(
                "insert into contacts (id, integration_id, bsuid, wa_id, user_id, linked_at) "
                "values ($1, $2, $3, $4, $5, now())",
                contact_id,
                integration_id,
                bsuid,
                wa_id,
                user_id,
            )
            _, token = await create_token(conn, user_id=user_id, name="tests")
            people.append(Someone(user_id, name, wa_id, bsuid, contact_id, token))
    directory = Directory(pool, keyring)
    chosen = Settings(**({"data": data, "limits": "off"} | settings))
    with patch.object(main, "_create_api", lambda create=main._create_api: share_routes(create())):
        app = main.create_app(pool, settings=chosen, directory=directory, keyring=keyring, changes=Changes())
    return Product(
        dsn, pool, keyring, directory, Turns(directory, keyring), app, integration_id, *people, owner_token=owner_token
    )


@cache
def describe_api() -> dict[str, Any]:
    """The OpenAPI description, worked out once; who changes it takes a copy."""
    return main.describe_api()


def message(person: Someone, text: str, *, wamid: str, at: float | None = None, **more: Any) -> dict[str, Any]:
    """A text message as webhooks carry it."""
    return {
        "from": person.wa_id,
        "from_user_id": person.bsuid,
        "id": wamid,
        "timestamp": str(int(at if at is not None else datetime.now(UTC).timestamp())),
        "type": "text",
        "text": {"body": text},
    } | more


def status(wamid: str, word: str, *, opaque: object = None, at: int = 1790000000, **more: Any) -> dict[str, Any]:
    """A status as webhooks carry it."""
    known = {"id": wamid, "status": word, "timestamp": str(at), "recipient_id": "447700900123"} | more
    return known if opaque is None else known | {"biz_opaque_callback_data": str(opaque)}


def delivery(*messages: Any, statuses: Sequence[Any] = (), number: str = PNID, **more: Any) -> dict[str, Any]:
    """A delivery of one change."""
    value: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550001111", "phone_number_id": number},
    } | more
    if messages:
        value["messages"] = list(messages)
    if statuses:
        value["statuses"] = list(statuses)
    changes = [{"field": "messages", "value": value}]
    return {"object": "whatsapp_business_account", "entry": [{"id": WABA, "changes": changes}]}


@asynccontextmanager
async def working(
    pool: Pool, handler: Handler, *, workers: int = 1, rules: Rules = RULES
) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Workers handle the queue while the block lasts; what they have in hand at its end is finished."""
    stop = asyncio.Event()
    tasks = [
        asyncio.create_task(work(pool, handler, rules=rules, pace=Pace(), wake=asyncio.Event(), stop=stop))
        for _ in range(workers)
    ]
    try:
        yield tasks
    finally:
        stop.set()
        await asyncio.gather(*tasks)


async def until(condition: Callable[[], Awaitable[object]], *, seconds: float = 10.0, every: float = 0.01) -> Any:
    """The first true answer of `condition`; asked again and again until the time is up."""
    async with asyncio.timeout(seconds):
        while True:
            found = await condition()
            if found:
                return found
            await asyncio.sleep(every)


async def count(pool: Pool, rest: str, *args: Any) -> int:
    """`select count(*)` and `rest`."""
    found: int = await pool.fetchval(f"select count(*) {rest}", *args)
    return found
