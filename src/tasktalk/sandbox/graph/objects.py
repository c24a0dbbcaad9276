"""Objects without a fixed id: media, and everything that does not exist (facts sheet section 5)."""

from tasktalk.sandbox.asgi import SUCCESS, Answer, Call, encode
from tasktalk.sandbox.errors import MetaError, no_such_object
from tasktalk.sandbox.world import World


async def handle(world: World, call: Call, parts: list[str]) -> Answer:
    """GET and DELETE of a media object."""
    medium = world.media.find(parts[0], now=world.now()) if len(parts) == 1 else None
    if medium is None:
        raise no_such_object(parts[0])
    owner = call.query.get("phone_number_id")
    if owner is not None and owner != world.config.phone_number_id:
        raise no_such_object(parts[0])
    if call.method == "DELETE":
        await world.media.delete(medium)
        return SUCCESS
    if call.method != "GET":
        raise no_such_object(parts[0])
    return encode(
        {
            "messaging_product": "whatsapp",
            "url": call.base_url + world.media.sign_url(medium.id, now=world.now()),
            "mime_type": medium.mime_type,
            "sha256": medium.sha256,
            "file_size": medium.size,
            "id": medium.id,
        }
    )


def download(world: World, call: Call) -> Answer:
    """The bytes behind the URL that the object's information gave; good for five minutes, and with a token alone."""
    medium_id = call.query.get("mid", "")
    good = world.media.check_url(
        medium_id=medium_id, ext=call.query.get("ext", ""), given=call.query.get("hash", ""), now=world.now()
    )
    medium = world.media.find(medium_id, now=world.now()) if good else None
    if call.method != "GET" or medium is None:
        error = MetaError(100, "This URL has expired: ask for a new one.")
        return Answer(error.body(), 404)
    name = (medium.filename or f"{medium.id}").encode("ascii", "replace").replace(b'"', b"")
    headers = ((b"content-disposition", b'attachment; filename="' + b"".join(name.splitlines()) + b'"'),)
    return Answer(world.media.read(medium), content_type=medium.mime_type.encode("latin-1", "replace"), headers=headers)
