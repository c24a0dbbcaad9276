"""QR codes and short links that open a chat with a message ready to send (facts sheet 7.2)."""

import secrets
import string
from typing import Any

import segno

from tasktalk.sandbox.asgi import SUCCESS, Answer, Call, encode
from tasktalk.sandbox.errors import no_such_object
from tasktalk.sandbox.shapes import get_text
from tasktalk.sandbox.world import World

_CODE_LETTERS = 14
_PREFILLED = 140


async def handle(world: World, call: Call, rest: list[str]) -> Answer:
    """GET, POST and DELETE of the number's codes; `rest` is the code where there is one."""
    codes: dict[str, str] = dict(world.get_document("qr_codes", {}))
    params = await call.params()
    code = rest[0] if rest else str(params.get("code", ""))
    if code and code not in codes:
        raise no_such_object(code)
    if call.method == "GET":
        shown = [code] if code else list(codes)
        return encode({"data": [_describe(one, codes[one], params.get("fields", "")) for one in shown]})
    if call.method == "DELETE":
        del codes[code or ""]
        await _save(world, codes)
        return SUCCESS
    message = get_text(params, "prefilled_message", "", most=_PREFILLED)
    if not code:
        letters = string.ascii_uppercase + string.digits
        code = "".join(secrets.choice(letters) for _ in range(_CODE_LETTERS))
    codes[code] = message
    await _save(world, codes)
    wanted = params.get("generate_qr_image")
    fields = f"qr_image_url.format({wanted})" if wanted else ""
    return encode(_describe(code, message, fields))


async def _save(world: World, codes: dict[str, str]) -> None:
    world.put_document("qr_codes", codes)
    await world.store.committed()


def _describe(code: str, message: str, fields: str) -> dict[str, Any]:
    link = f"https://wa.me/message/{code}"
    shown = {"code": code, "prefilled_message": message, "deep_link_url": link}
    if "qr_image_url" in str(fields):
        shown["qr_image_url"] = segno.make(link).svg_data_uri()
    return shown
