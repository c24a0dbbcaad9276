"""Meta's media on loopback with faults, an ear that hears what a test says, and the loops that take turns with both."""

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from product_kit import TOKEN, Product, Someone, count, delivery, message, until, working
from tasktalk.assistant.hearing.ear import Ear
from tasktalk.assistant.hearing.listened import Deaf, Listened, Part, Sound
from tasktalk.messaging.media import MediaRoom
from tasktalk.messaging.turns import Turns
from tasktalk.queue.aside import Preparer
from tasktalk.settings import Settings
from tasktalk.tasks.attachments.store import open_store
from tasktalk.tasks.attachments.uploads import Limits
from tasktalk.whatsapp.graph import Graph

PNG = b"\x89PNG\r\n\x1a\n" + b"picture" * 500
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"picture" * 500
PDF = b"%PDF-1.7\n" + b"\x00page" * 300
OGG = b"OggS\x00\x02" + b"\x00" * 22 + b"OpusHead" + b"\x01" * 11 + b"sound" * 50
MIB = 1024 * 1024


@dataclass
class Meta:
    """Objects by id; `gone`: those that Meta knows no more; `wrong`: what is sent in place of the bytes."""

    url: str = ""
    objects: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    wrong: dict[str, bytes] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    fetched: list[str] = field(default_factory=list)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        name = request.path.rpartition("/")[2]
        if request.method == "POST":  # typing
            return web.json_response({"success": True})
        if request.path.startswith("/bytes/"):
            self.fetched.append(name)
            if name in self.silent:
                await self.released.wait()
            if name in self.redirects:
                return web.Response(status=302, headers={"Location": self.redirects[name]})
            return web.Response(body=self.wrong.get(name, self.objects[name][0]))
        if name not in self.objects or name in self.gone:
            return web.json_response({"error": {"message": "gone", "code": 100, "error_subcode": 33}}, status=400)
        content, mime_type = self.objects[name]
        known = {"url": f"{self.url}/bytes/{name}", "mime_type": mime_type, "file_size": len(content), "id": name}
        return web.json_response(known | {"sha256": hashlib.sha256(content).hexdigest()})


@dataclass
class Mouth:
    """What the ear hears next, by note; the last stays. An exception: it cannot."""

    says: list[str | Deaf] = field(default_factory=list)
    asked: list[Sound] = field(default_factory=list)

    async def listen(self, sound: Sound) -> Listened:
        self.asked.append(sound)
        said = self.says.pop(0) if len(self.says) > 1 else self.says[0]
        if isinstance(said, Deaf):
            raise said
        return Listened((Part(said),), "en", 3.0)

    async def nothing(self) -> None:
        pass

    @property
    def ear(self) -> Ear:
        return Ear(self.listen, self.nothing, self.nothing, asyncio.Semaphore(1), 300, 5)


@dataclass
class Chat:
    """A product whose turns fetch files from `meta`; `mouth` None: nobody listens."""

    product: Product
    meta: Meta
    data: Path
    mouth: Mouth | None = None
    limits: Limits = field(default_factory=lambda: Limits(MIB, 4 * MIB))
    seconds: float | None = None

    async def send(self, kind: str, content: bytes | None, mime_type: str, **more: Any) -> str:
        """Ana sends a file; `content` None: one that Meta knows nothing of. The message's wamid."""
        top = {name: more.pop(name) for name in ("context",) if name in more}
        media_id = f"44{len(self.meta.objects) + len(self.meta.gone) + 1:04d}"
        sha = {}
        if content is None:
            self.meta.gone.add(media_id)
        else:
            self.meta.objects[media_id] = (content, mime_type)
            sha = {"sha256": base64.b64encode(hashlib.sha256(content).digest()).decode()}
        return await self.post(
            {"type": kind, kind: {"id": media_id, "mime_type": mime_type} | sha | more} | top, self.product.ana
        )

    async def speak(self, *says: str | Deaf, **more: Any) -> str:
        """Ana sends a voice note, in which the ear hears one of `says` after the other."""
        if says:
            self.mouth = Mouth(list(says))
        return await self.send("audio", OGG, "audio/ogg; codecs=opus", voice=True, **more)

    async def post(self, odd: dict[str, Any], person: Someone) -> str:
        wamid = self.product.wamid()
        whole = message(person, "", wamid=wamid) | odd
        whole.pop("text")
        await self.product.deliver(delivery(whole))
        return wamid

    async def settle(self) -> None:
        """Until every message has had its turn."""
        async with aiohttp.ClientSession() as session:
            room = MediaRoom(
                self.product.pool,
                open_store(Settings(data=self.data)),
                self.limits,
                self.product.directory,
                lambda _: Graph(session, base_url=self.meta.url, version="v25.0", access_token=TOKEN),
                self.mouth.ear if self.mouth else None,
            )
            seconds = room.seconds if self.seconds is None else dict.fromkeys(room.seconds, self.seconds)
            turns = Turns(self.product.directory, self.product.keyring, seconds, longest_note=300)
            preparer = Preparer(
                self.product.pool, {"file": room.prepare_file, "heard": room.prepare_heard}, poll_seconds=0.02
            )
            running = asyncio.create_task(preparer.run())
            try:
                async with working(self.product.pool, turns.handle, workers=1):
                    await until(self._is_empty, seconds=20)
            finally:
                preparer.stop.set()
                await running

    async def _is_empty(self) -> bool:
        return not await count(self.product.pool, "from inbox where state = 'waiting'")

    async def heard(self) -> list[str]:
        """All texts to Ana, oldest first."""
        return [text_of(each) for each in await self.messages()]

    async def messages(self) -> list[Any]:
        rows = await self.product.pool.fetch("select message from outbox order by seq")
        return [json.loads(row["message"]) for row in rows]

    async def tasks(self) -> Sequence[Any]:
        """Title, names of files, of tasks that are there, oldest first."""
        return [
            tuple(row)
            for row in await self.product.pool.fetch(
                "select title, array(select name from attachments a where a.task_id = t.id and a.deleted_at is null "
                "order by id) as files from tasks t where deleted_at is null order by id"
            )
        ]

    def files(self) -> list[bytes]:
        """The contents of all that lies in the store."""
        return sorted(path.read_bytes() for path in (self.data / "files").rglob("*") if path.is_file())

    async def tap(self, title: str) -> str:
        """Tap a button of the last message."""
        buttons = (await self.messages())[-1]["interactive"]["action"]["buttons"]
        reply = next(each["reply"] for each in buttons if each["reply"]["title"] == title)
        tapped = {"type": "interactive", "interactive": {"type": "button_reply", "button_reply": reply}}
        return await self.post(tapped, self.product.ana)


def text_of(sent: Any) -> str:
    return str(sent["interactive"]["body"]["text"] if sent["type"] == "interactive" else sent["text"]["body"])


@asynccontextmanager
async def serving(meta: Meta) -> AsyncIterator[Meta]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", meta.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    meta.url = site.name
    try:
        yield meta
    finally:
        meta.released.set()
        await runner.cleanup()
