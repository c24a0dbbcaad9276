"""A mail server on loopback that keeps what it takes, and refuses what a test tells it to."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from typing import Any
from uuid import UUID

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from product_kit import Product, Someone
from tasktalk.ids import new_id
from tasktalk.messaging.letters.letters import NewLetter, add_letters
from tasktalk.messaging.letters.posting import Postman
from tasktalk.messaging.letters.smtp import Mailer, MailServer, Tls

URL = "https://tasks.example.org"


@dataclass
class FakeMail:
    """`plans`: what the next letters are answered with, instead of being taken. `hangs`: it never answers."""

    port: int = 0
    plans: list[str] = field(default_factory=list)
    taken: list[EmailMessage] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    hangs: bool = False
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802  (aiosmtpd's name)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.plans and self.plans[0].startswith("RCPT "):
            return self.plans.pop(0).removeprefix("RCPT ")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.hangs:
            await asyncio.Event().wait()
        if self.plans:
            return self.plans.pop(0)
        assert isinstance(envelope.content, bytes)
        self.taken.append(message_from_bytes(envelope.content, policy=default))  # type: ignore[arg-type]
        self.to += envelope.rcpt_tos
        self.encrypted.append(session.ssl is not None)
        return "250 OK"

    def authenticate(self, *known: Any) -> AuthResult:
        data = known[-1]
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"p@ss/word", handled=False)


@asynccontextmanager
async def mail_server(*, tls: ssl.SSLContext | None = None, login: bool = False) -> AsyncIterator[FakeMail]:
    fake = FakeMail()
    known: dict[str, Any] = {"authenticator": fake.authenticate, "auth_required": True}
    loop = asyncio.get_running_loop()
    made: list[SMTP] = []

    def answer() -> SMTP:
        made.append(SMTP(fake, hostname="mail.test", loop=loop, tls_context=tls, **(known if login else {})))
        return made[-1]

    server = await loop.create_server(answer, "127.0.0.1", 0)
    fake.port = server.sockets[0].getsockname()[1]
    try:
        yield fake
    finally:
        server.close()
        for each in made:
            if each.transport is not None:
                each.transport.abort()
        await asyncio.sleep(0)


def mailer(product: Product, fake: FakeMail, *, tls: Tls = "none", **more: Any) -> Mailer:
    sender = Address("Tasktalk", addr_spec="tasks@example.org")
    login = (more.pop("username", None), more.pop("password", None))
    server = MailServer("127.0.0.1", fake.port, *login, tls, sender)
    return Mailer(server, product.keyring, URL, **({"timeout_seconds": 5} | more))


def postman(product: Product, one: Mailer) -> Postman:
    return Postman(product.pool, product.keyring, {"email": one.carry})


async def put_letter(product: Product, person: Someone, subject: str = "Hello", body: str = "Words.") -> UUID:
    async with product.pool.acquire() as conn, conn.transaction():
        letter = NewLetter(person.id, "email", subject, body)
        [letter_id] = await add_letters(conn, [letter], now=await conn.fetchval("select now()"))
    return letter_id


async def note_try(product: Product, person: Someone, letter_id: UUID) -> UUID:
    """A notice that this letter carries."""
    notice_id = new_id()
    await product.pool.execute(
        "insert into notices (id, user_id, event, not_before, state) values ($1, $2, 'reminder', now(), 'sent')",
        notice_id,
        person.id,
    )
    await product.pool.execute(
        "insert into notice_tries (notice_id, number, way, letter_id) values ($1, 1, 'email', $2)", notice_id, letter_id
    )
    return notice_id
