"""E-mail by SMTP: the server that TASKTALK_SMTP_URL names, and messages that no title or name can break out of."""

import ssl
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib

from tasktalk.crypto import Keyring
from tasktalk.messaging.letters.carriers import Letter, Refused
from tasktalk.messaging.letters.unsubscribing import to_unsubscribe
from tasktalk.messaging.letters.wording import to_line
from tasktalk.settings import BadSetting, Settings

Tls = Literal["implicit", "starttls", "none"]

_TIMEOUT_SECONDS = 20.0  # of each step
_PORTS = {"smtps": 465, "smtp": 587}
_PERMANENT = 500  # RFC 5321, section 4.2.1
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in. `sender`: as in `From`. `tls`: without it nothing is sent, unless it is "none"."""

    host: str
    port: int
    username: str | None
    password: str | None
    tls: Tls
    sender: Address


def read_server(settings: Settings) -> MailServer | None:
    """The one that is set; None: there is no mail. Raises BadSetting, without the URL, which has a password."""
    if settings.smtp_url is None:
        return None
    try:
        url = urlsplit(settings.smtp_url.get_secret_value().strip())
        port = url.port
    except ValueError:
        raise BadSetting("TASKTALK_SMTP_URL is no address") from None
    tls = parse_qs(url.query).get("tls", ["auto"])[-1]
    if url.scheme not in _PORTS or not url.hostname or tls not in {"auto", "none"} or url.path.strip("/"):
        raise BadSetting("TASKTALK_SMTP_URL is smtp://user:password@host:587 or smtps://user:password@host:465")
    plain = tls == "none" or (url.scheme == "smtp" and url.hostname in _LOOPBACK)
    name, address = parseaddr(settings.smtp_from)
    try:
        sender = Address(to_line(name) if name else "Tasktalk", addr_spec=address)
    except (HeaderParseError, ValueError, IndexError):
        raise BadSetting("TASKTALK_SMTP_FROM is an address, such as Tasktalk <tasks@example.org>") from None
    if not sender.username or not sender.domain or not settings.smtp_from.isprintable():
        raise BadSetting("TASKTALK_SMTP_URL needs TASKTALK_SMTP_FROM, such as Tasktalk <tasks@example.org>")
    return MailServer(
        url.hostname,
        port or _PORTS[url.scheme],
        unquote(url.username) if url.username else None,
        unquote(url.password) if url.password else None,
        "implicit" if url.scheme == "smtps" else "none" if plain else "starttls",
        sender,
    )


@dataclass(frozen=True, slots=True)
class Mailer:
    """Hands letters in, one connection each."""

    server: MailServer
    keyring: Keyring
    public_url: str
    timeout_seconds: float = _TIMEOUT_SECONDS
    trusted: ssl.SSLContext | None = None

    async def carry(self, letter: Letter) -> None:
        """Until the server has taken it. Raises Refused."""
        try:
            message = self.write(letter)
        except (ValueError, IndexError, HeaderParseError):
            raise Refused("The e-mail address cannot be written to.", permanent=True) from None
        server = self.server
        try:
            await aiosmtplib.send(
                message,
                hostname=server.host,
                port=server.port,
                username=server.username,
                password=server.password,
                use_tls=server.tls == "implicit",
                start_tls=server.tls == "starttls",
                timeout=self.timeout_seconds,
                tls_context=self.trusted,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _refused(error.recipients[0]) from error
        except aiosmtplib.SMTPDataError as error:
            raise _refused(error) from error
        except (aiosmtplib.SMTPException, OSError) as error:  # the server's trouble or ours, not the letter's
            raise Refused(f"The mail server is not reached: {_say(error)}", permanent=False) from error

    def write(self, letter: Letter) -> EmailMessage:
        """As it leaves. The Message-ID is the letter's own: sent twice, it is still one. Raises for a bad address."""
        message = EmailMessage(policy=SMTP)
        message["From"] = self.server.sender
        message["To"] = Address(to_line(letter.name), addr_spec=letter.address)
        message["Subject"] = to_line(letter.subject)
        message["Date"] = format_datetime(letter.created_at)
        message["Message-ID"] = f"<{letter.id}@{self.server.sender.domain}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday answers it
        if self.public_url:
            message["List-Unsubscribe"] = f"<{to_unsubscribe(self.public_url, letter.user_id, self.keyring)}>"
            if self.public_url.startswith("https://"):
                message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
        message.set_content(letter.body)
        return message


def _refused(error: aiosmtplib.SMTPResponseException) -> Refused:
    return Refused(f"The mail server said: {error.code} {to_line(error.message)}", permanent=error.code >= _PERMANENT)


def _say(error: Exception) -> str:
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return f"{error.code}, it does not take the name and password"
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"{error.code} {to_line(error.message)}"
    return to_line(str(error)) if str(error) else type(error).__name__
