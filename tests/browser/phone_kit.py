"""`tasktalk up` as a newcomer starts it, and a thumb on the phone that it serves."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Locator, Page


@dataclass(frozen=True)
class Running:
    """What `tasktalk up` said in its ready file, and where its data is."""

    data: Path
    env: dict[str, str]
    facts: dict[str, Any]

    async def sign_in_link(self, email: str) -> str:
        """A link that signs somebody in, as `tasktalk user link` prints it; at the port that we run on."""
        command = (sys.executable, "-m", "tasktalk", "user", "link", email, "--data", str(self.data))
        asked = await asyncio.create_subprocess_exec(
            *command, env=self.env, cwd=self.data, stdout=asyncio.subprocess.PIPE
        )
        said, _ = await asked.communicate()
        assert asked.returncode == 0
        return str(self.facts["web"]) + urlsplit(said.decode().strip()).path


@asynccontextmanager
async def tasktalk_up(folder: Path, **settings: str) -> AsyncIterator[Running]:
    """Everything running on a fresh data folder, ready; stopped, cleanly, at the end."""
    data, ready, log = folder / "data", folder / "ready.json", folder / "log"
    ours = ("TASKTALK_", "WHATSAPP_", "DATABASE_URL", "SECRET_KEY", "PUBLIC_URL", "NEXTAUTH_")
    env = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    env |= {"TZ": "UTC"} | settings
    options = ("--data", str(data), "--port", "0", "--sandbox-port", "0", "--ready-file", str(ready))
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tasktalk", "up", *options,
            env=env, cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=errors,
        )  # fmt: skip
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            while b"Tasktalk is running" not in (line := await process.stdout.readline()):
                assert line, log.read_text()
        yield Running(data, env, json.loads(ready.read_text()))
    finally:
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(10):
            await process.communicate()
    assert process.returncode == 0, log.read_text()


async def hold(page: Page, running: Running, name: str) -> None:
    """Take up somebody's phone."""
    await page.goto(running.facts["sandbox"])
    await page.get_by_role("navigation", name="People").get_by_role("button", name=name).click()


async def say(page: Page, text: str) -> None:
    box = page.get_by_role("textbox", name="Message")
    await box.fill(text)
    await box.press("Enter")


def answers(page: Page) -> Locator:
    """The bubbles of what Tasktalk said."""
    return page.locator(".row.theirs[data-key]")
