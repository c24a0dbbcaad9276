"""Whatever Apprise reaches, an extra: each order in a process of its own, which can be ended and knows nothing."""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec

from tasktalk.errors import BadRequest
from tasktalk.messaging.letters.carriers import Letter, Refused
from tasktalk.messaging.letters.child import MISSING, NOT_TAKEN, PRIVATE, UNKNOWN
from tasktalk.phrases import Told

MAX_URL = 1000
_SECONDS = 45.0
_AT_ONCE = 2  # processes
_NEVER = frozenset({UNKNOWN, PRIVATE})


def is_installed() -> bool:
    """Whether the extra is there."""
    return find_spec("apprise") is not None


@dataclass(frozen=True, slots=True)
class Apprising:
    """Sends to addresses of Apprise's. `public_alone`: never to this machine or a private network."""

    public_alone: bool
    seconds: float = _SECONDS
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    async def carry(self, letter: Letter) -> None:
        """Until the service has taken it. Raises Refused."""
        said = await self._order(letter.address, letter.subject, letter.body)
        if said:
            raise Refused(said, permanent=said in _NEVER)

    async def check(self, url: str) -> None:
        """Raises BadRequest for what is no address of Apprise's, or one on a private network; sends nothing."""
        if not 0 < len(url) <= MAX_URL or not url.isprintable():
            raise BadRequest(
                Told("An address has at most {most} characters, all of them visible.", most=MAX_URL), field="url"
            )
        said = await self._order(url, "", "")
        if said:
            raise BadRequest(said, field="url")

    async def _order(self, url: str, subject: str, body: str) -> str:
        """Why it was not taken; empty: it was."""
        letters: Sequence[dict[str, str]] = [{"url": url, "subject": subject, "body": body}]
        order = json.dumps({"public_alone": self.public_alone, "letters": letters})
        async with self._room:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-IB", "-m", "tasktalk.messaging.letters.child"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                cwd="/",
                env={"PATH": os.defpath, "LANG": "C.UTF-8"},
            )
            try:
                async with asyncio.timeout(self.seconds):
                    answered, _ = await process.communicate(order.encode())
                said: list[str] = json.loads(answered)
            except (TimeoutError, ValueError):
                return NOT_TAKEN
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
        return said[0]


__all__ = ["MISSING", "Apprising", "is_installed"]
