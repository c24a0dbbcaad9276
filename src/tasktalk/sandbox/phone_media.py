"""Media on the phone's side: uploading what it is about to send, showing what it got."""

from tasktalk.sandbox.asgi import Answer, Call, encode
from tasktalk.sandbox.errors import MetaError
from tasktalk.sandbox.media import RECEIVED_SECONDS
from tasktalk.sandbox.world import World

_SHOWN_INLINE = ("image/jpeg", "image/png", "image/webp", "image/gif", "audio/", "video/")
_MEDIA_BYTES = 100_000_000


async def post_media(world: World, call: Call) -> Answer:
    """A person's phone uploads what it is about to send."""
    mime_type = call.header(b"content-type") or "application/octet-stream"
    filename = call.query.get("filename")
    if mime_type.startswith("multipart/form-data"):
        file = (await call.form()).get("file")
        if file is None or isinstance(file, str):
            raise MetaError(100, "Post the bytes as they are, or a form with a 'file'.")
        content, mime_type, filename = await file.read(), file.content_type or "application/octet-stream", file.filename
    else:
        content = await call.body(limit=_MEDIA_BYTES)
    if not content:
        raise MetaError(131052, "The body is empty.")
    now = int(world.now())
    medium = await world.media.add(content, mime_type=mime_type, filename=filename, now=now, seconds=RECEIVED_SECONDS)
    return encode({"id": medium.id})


def get_media(world: World, medium_id: str) -> Answer:
    """The bytes, for a phone to show; what could run in a browser is only ever downloaded."""
    medium = world.media.find(medium_id, now=world.now())
    if medium is None:
        raise MetaError(131052, f"There is no media object {medium_id}, or it has expired.")
    shown = medium.mime_type.startswith(_SHOWN_INLINE)
    headers = (
        (b"content-disposition", b"inline" if shown else b"attachment"),
        (b"content-security-policy", b"default-src 'none'; sandbox"),
        (b"x-content-type-options", b"nosniff"),
        (b"cache-control", b"private, max-age=3600"),
    )
    kind = medium.mime_type.encode("latin-1", "replace").split(b"\r")[0].split(b"\n")[0]
    return Answer(world.media.read(medium), content_type=kind, headers=headers)
