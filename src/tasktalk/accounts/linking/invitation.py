"""How a code gets onto a phone: a link that opens WhatsApp with it written, and its QR code. Made here alone."""

from urllib.parse import quote
from uuid import UUID

from tasktalk.accounts.linking.codes import LinkCode, Q
from tasktalk.accounts.linking.model import PhoneLink
from tasktalk.accounts.qr import draw_qr
from tasktalk.db import Conn
from tasktalk.errors import BadRequest
from tasktalk.phrases import phrase


async def find_number(conn: Conn, *, integration_id: UUID | None = None) -> str | None:
    """The digits of our number: of this integration, else of the first that is connected and knows its own.

    Raises BadRequest for an integration that is not there.
    """
    if integration_id is not None and await Q.find_integration(conn, id=integration_id) is None:
        raise BadRequest(phrase("There is no such integration."), field="integration_id")
    number: str | None = await Q.find_number(conn, id=integration_id)
    return number


def invite(made: LinkCode, number: str | None) -> PhoneLink:
    """The code with its chat link and QR code, where our number is known (facts sheet 7.2)."""
    if number is None:
        return PhoneLink(made.code, made.expires_at, None, None)
    link = f"https://wa.me/{number}?text={quote(f'link {made.code}')}"
    return PhoneLink(made.code, made.expires_at, link, draw_qr(link))
