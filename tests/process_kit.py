"""`tasktalk up` in processes of its own, the phones of its people, and a hand that kills."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp

READY_SECONDS = 60.0
_MARKS = {"serve": "web", "worker": "worker", "tasktalk.sandbox": "sandbox"}


class Up:
    """One data folder, and the processes that run on it."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.facts: dict[str, Any] = {}
        self.process: subprocess.Popen[bytes] | None = None
        self._settings = {f"TASKTALK_{name.upper()}": str(value) for name, value in settings.items()}

    def start(self) -> None:
        """Start it and wait for the ready file."""
        ready = self.folder / "ready.json"
        ready.unlink(missing_ok=True)
        # What the host has set for itself is not for this one.
        env = {name: value for name, value in os.environ.items() if not name.startswith(("TASKTALK_", "WHATSAPP_"))}
        for name in ("DATABASE_URL", "SECRET_KEY", "PUBLIC_URL", "TZ"):
            env.pop(name, None)
        command = [sys.executable, "-m", "tasktalk", "up", "--data", str(self.data), "--port", "0"]
        command += ["--sandbox-port", "0", "--ready-file", str(ready)]
        with (self.folder / "up.out").open("ab") as out:
            self.process = subprocess.Popen(
                command, env=env | self._settings, stdin=subprocess.DEVNULL, stdout=out, stderr=out
            )
        ends_at = time.monotonic() + READY_SECONDS
        while not ready.exists():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < ends_at, self.said()
            time.sleep(0.02)
        self.facts = json.loads(ready.read_bytes())

    def stop(self, number: int = signal.SIGTERM) -> float:
        """Stop it; how many seconds that took."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(30)
        return time.monotonic() - began

    def children(self) -> dict[str, int]:
        """The process ids of web, worker, postgres (its postmaster) and sandbox, as far as they run now."""
        assert self.process is not None
        found = {}
        for pid in list_children(self.process.pid):
            with suppress(OSError):
                words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
                name = next((name for mark, name in _MARKS.items() if mark in words), None)
                if name is None and "postgres" in words[0]:
                    name = "postgres"
                if name is not None:
                    found[name] = pid
        return found

    def kill_all(self) -> None:
        """Kill -9 the supervisor and, in the same moment, everything below it."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)  # so that nothing is started while the list is made
        family = [self.process.pid, *list_descendants(self.process.pid)]
        for pid in family:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(10)

    def said(self) -> str:
        """The end of what it printed."""
        return (self.folder / "up.out").read_text(errors="replace")[-3000:]

    def log(self) -> list[dict[str, Any]]:
        """The lines of todo.log."""
        return [json.loads(line) for line in (self.data / "todo.log").read_text().splitlines()]

    def person(self, name: str) -> dict[str, Any]:
        return next(person for person in self.facts["phones"] if person["name"] == name)


@contextmanager
def running(folder: Path, **settings: object) -> Iterator[Up]:
    """`tasktalk up`, ready, for as long as the block lasts."""
    up = Up(folder, **settings)
    up.start()
    try:
        yield up
    finally:
        if up.process is not None and up.process.poll() is None:
            up.stop()


def list_children(pid: int) -> list[int]:
    """The children of all threads of a process."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += map(int, task.read_text().split())
    return found


def list_descendants(pid: int) -> list[int]:
    return [each for child in list_children(pid) for each in (child, *list_descendants(child))]


class Phone:
    """A person with a phone."""

    def __init__(self, session: aiohttp.ClientSession, up: Up, name: str) -> None:
        self.session, self.up, self.name = session, up, name
        self.wa_id = up.person(name)["wa_id"]
        self.last = ""

    @property
    def url(self) -> str:
        return f"{self.up.facts['sandbox']}/phones/{self.wa_id}"

    async def post(self, message: dict[str, Any]) -> str:
        """Send a message; its id."""
        async with self.session.post(f"{self.url}/messages", json=message) as answer:
            body = await answer.json(content_type=None)
            assert answer.status == 200, body
            return str(body["id"])

    async def say(self, text: str, **more: Any) -> str:
        return await self.post({"type": "text", "text": {"body": text}} | more)

    async def chat(self, **query: Any) -> list[dict[str, Any]]:
        """The whole chat, oldest first."""
        async with self.session.get(f"{self.url}/messages", params=query) as answer:
            assert answer.status == 200, await answer.text()
            return list((await answer.json(content_type=None))["messages"])

    async def hear(self, *, seconds: float = 15) -> dict[str, Any]:
        """The next message to this phone."""
        query = {"after": self.last, "direction": "out", "wait": str(seconds)}
        heard = await self.chat(**{name: value for name, value in query.items() if value})
        assert heard, f"{self.name} heard nothing"
        self.last = heard[0]["id"]
        return heard[0]

    async def hears_nothing(self, *, after: str = "") -> bool:
        """Whether nothing is there to be heard now."""
        return not await self.chat(after=after or self.last, direction="out")

    async def ask(self, text: str, **more: Any) -> dict[str, Any]:
        await self.say(text, **more)
        return await self.hear()

    async def tap(self, heard: dict[str, Any], title: str) -> dict[str, Any]:
        """Tap a button or a row of a list; the next message."""
        interactive = heard["message"]["interactive"]
        if interactive["type"] == "button":
            choices = [("button_reply", each["reply"]) for each in interactive["action"]["buttons"]]
        else:
            choices = [("list_reply", row) for part in interactive["action"]["sections"] for row in part["rows"]]
        kind, choice = next(each for each in choices if each[1]["title"] == title)
        reply = {"type": kind, kind: {"id": choice["id"], "title": choice["title"]}}
        await self.post({"type": "interactive", "interactive": reply, "context": {"id": heard["id"]}})
        return await self.hear()

    async def api(self, path: str, *, token: str | None = None, **query: Any) -> Any:
        """Ask the REST API as this person."""
        return await get(self.session, self.up, path, token=token or self.up.person(self.name)["api_token"], **query)

    async def tasks(self) -> list[dict[str, Any]]:
        """All tasks this person may see, in the order of their ids."""
        found: list[dict[str, Any]] = []
        cursor = None
        while True:
            page = await self.api("/api/tasks", limit=500, **({"cursor": cursor} if cursor else {}))
            found += page["items"]
            cursor = page["next"]
            if cursor is None:
                return sorted(found, key=lambda task: task["id"])


async def post(session: aiohttp.ClientSession, up: Up, path: str, body: Any, *, token: str) -> Any:
    """What the web process answers to a POST, as JSON."""
    async with session.post(up.facts["web"] + path, headers={"Authorization": f"Bearer {token}"}, json=body) as answer:
        assert answer.status < 300, await answer.text()
        return await answer.json(content_type=None)


async def get(session: aiohttp.ClientSession, up: Up, path: str, *, token: str | None = None, **query: Any) -> Any:
    """An answer of the web process as JSON."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with session.get(up.facts["web"] + path, headers=headers, params=query) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.json(content_type=None)


def text_of(heard: dict[str, Any]) -> str:
    """The words of a message to a phone."""
    message = heard["message"]
    if message["type"] == "interactive":
        return str(message["interactive"]["body"]["text"])
    return str(message["text"]["body"])


def titles_of(heard: dict[str, Any]) -> list[str]:
    """The titles of its buttons or rows."""
    interactive = heard["message"].get("interactive", {"type": None})
    if interactive["type"] == "button":
        return [each["reply"]["title"] for each in interactive["action"]["buttons"]]
    if interactive["type"] == "list":
        return [row["title"] for part in interactive["action"]["sections"] for row in part["rows"]]
    return []
