"""A simulator in a process of its own, and a receiver for its webhooks."""

import asyncio
import contextlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
from aiohttp import web

from tasktalk.sandbox.config import Config, Phone

ANA, BEN, STRANGER = "447700900123", "447700900456", "447700900789"
PNID, WABA, APP = "301000000000001", "201000000000001", "401000000000001"
TOKEN, SECRET, VERIFY = "EAAsandbox", "test_app_secret", "verify-me"


class Receiver:
    """Stands where the product stands: keeps what it gets and answers what the test wants."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.signatures: list[str] = []
        self.answers: list[int] = []
        self.status = 200
        self.url = ""
        self._news = asyncio.Condition()

    async def handle(self, request: web.Request) -> web.Response:
        if request.method == "GET":
            wanted = request.query.get("hub.verify_token") == VERIFY
            return web.Response(text=request.query["hub.challenge"]) if wanted else web.Response(status=403)
        body = await request.read()
        status = self.answers.pop(0) if self.answers else self.status
        if status == 200:
            async with self._news:
                self.bodies.append(body)
                self.signatures.append(request.headers["X-Hub-Signature-256"])
                self._news.notify_all()
        return web.Response(status=status, text="OK")

    def values(self, field: str = "messages") -> list[dict[str, Any]]:
        found = []
        for body in self.bodies:
            for entry in json.loads(body)["entry"]:
                found += [change["value"] for change in entry["changes"] if change["field"] == field]
        return found

    def messages(self) -> list[dict[str, Any]]:
        return [message for value in self.values() for message in value.get("messages", [])]

    def statuses(self, wamid: str = "") -> list[dict[str, Any]]:
        every = [status for value in self.values() for status in value.get("statuses", [])]
        return [status for status in every if not wamid or status["id"] == wamid]

    async def until(self, condition: Any, *, seconds: float = 8) -> None:
        async with self._news:
            await asyncio.wait_for(self._news.wait_for(condition), seconds)

    def clear(self) -> None:
        self.bodies.clear()
        self.signatures.clear()
        self.answers.clear()
        self.status = 200


@contextlib.asynccontextmanager
async def receiving(receiver: Receiver, port: int = 0) -> AsyncIterator[None]:
    app = web.Application(client_max_size=2**24)
    app.router.add_route("*", "/hook", receiver.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port, reuse_address=True)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield
    finally:
        await runner.cleanup()


class Process:
    """`python -m tasktalk.sandbox`, started and killed at will."""

    def __init__(self, folder: Path, webhook_url: str, port: int = 0) -> None:
        self.config = Config(
            host="127.0.0.1",
            port=port,
            data_dir=str(folder / "data"),
            webhook_url=webhook_url,
            app_id=APP,
            app_secret=SECRET,
            verify_token=VERIFY,
            access_token=TOKEN,
            phone_number_id=PNID,
            waba_id=WABA,
            display_phone_number="+1 555-000-1111",
            business_name="Tasks",
            phones=[Phone(name="Ana", wa_id=ANA, user_id="GB.1001"), Phone(name="Ben", wa_id=BEN, user_id="GB.1002")],
        )
        self._file = folder / "sandbox.json"
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def start(self) -> None:
        self._file.write_bytes(msgspec.json.encode(self.config))
        command = [sys.executable, "-m", "tasktalk.sandbox", "--config", str(self._file)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line.startswith("READY http://"), line
        self.url = line.split()[1]

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        assert self._process is not None
        began = time.monotonic()
        self._process.send_signal(number)
        code = self._process.wait(timeout=10)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process = None
        return code, time.monotonic() - began

    @property
    def running(self) -> bool:
        return self._process is not None


class Client:
    """Speaks to a simulator as the product and as a phone."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.session = session
        self.url = url
        self.version = "v25.0"

    async def call(self, method: str, path: str, body: Any = None, **options: Any) -> tuple[int, Any]:
        data = json.dumps(body) if body is not None else options.pop("data", None)
        headers = options.pop("headers", {})
        if body is not None:
            headers = {"Content-Type": "application/json"} | headers
        async with self.session.request(method, self.url + path, data=data, headers=headers, **options) as answer:
            return answer.status, await answer.json(content_type=None)

    async def graph(
        self, method: str, path: str, body: Any = None, *, token: str = TOKEN, **options: Any
    ) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {token}"} | options.pop("headers", {})
        return await self.call(method, f"/{self.version}/{path}", body, headers=headers, **options)

    async def send(self, message: dict[str, Any], *, to: str = f"+{ANA}") -> tuple[int, Any]:
        addressed = {"messaging_product": "whatsapp", "to": to} | message
        return await self.graph("POST", f"{PNID}/messages", addressed)

    async def say(self, text: str, *, wa_id: str = ANA) -> str:
        return await self.post({"type": "text", "text": {"body": text}}, wa_id=wa_id)

    async def post(self, message: dict[str, Any], *, wa_id: str = ANA) -> str:
        status, answer = await self.call("POST", f"/phones/{wa_id}/messages", message)
        assert status == 200, answer
        return str(answer["id"])

    async def chat(self, wa_id: str = ANA, **query: Any) -> list[dict[str, Any]]:
        status, answer = await self.call("GET", f"/phones/{wa_id}/messages", params=query)
        assert status == 200, answer
        return list(answer["messages"])

    async def set_faults(self, **faults: Any) -> None:
        status, answer = await self.call("POST", "/faults", faults)
        assert status == 200, answer


def text(body: str) -> dict[str, Any]:
    return {"type": "text", "text": {"body": body}}
