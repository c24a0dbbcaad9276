"""faster-whisper on this machine, in a process of its own: it decodes strangers' files, and can be ended when it hangs.

The model is loaded once, ahead of the first note, and notes are heard one after the other. To the process goes a line
of JSON and the sound; back comes a line of JSON. See child.py for the other side.
"""

import asyncio
import os
import sys
from collections.abc import Mapping
from contextlib import suppress

import msgspec

from tasktalk.assistant.hearing.child import Order, Outcome
from tasktalk.assistant.hearing.listened import Deaf, Listened, Sound
from tasktalk.logs import get_log

log = get_log("hearing")

_CHILD = "tasktalk.assistant.hearing.child"
_SECRETS = ("TASKTALK_", "WHATSAPP_", "NEXTAUTH_", "SECRET_KEY", "DATABASE_URL", "REDIS_URL", "AWS_", "PG")
_LONGEST_LINE = 4 * 1024 * 1024
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Outcome).decode


class Whisper:
    """The process and its model. `model` is a name that faster-whisper knows, or a folder."""

    def __init__(self, model: str) -> None:
        self._command = (sys.executable, "-m", _CHILD, model)
        self._process: asyncio.subprocess.Process | None = None
        self._loading: asyncio.Task[asyncio.subprocess.Process] | None = None
        self._ending: set[asyncio.Task[int]] = set()

    async def prepare(self) -> None:
        """Begins to load the model; a note that comes before waits for that."""
        self._start()

    async def listen(self, sound: Sound) -> Listened:
        """Raises Deaf. Cancelled in the middle of a note, it ends the process; the next note has another."""
        process = await asyncio.shield(self._start())
        heard = False
        try:
            outcome = await self._ask(process, sound)
            heard = True
        finally:
            if not heard:
                self._drop(process)
        if outcome.listened is None:
            raise Deaf(outcome.why or "away", outcome.error)
        return outcome.listened

    async def close(self) -> None:
        """Ends the process."""
        if self._loading is not None and not self._loading.done():
            self._loading.cancel()
            await asyncio.gather(self._loading, return_exceptions=True)
        if self._process is not None:
            self._drop(self._process)
        await asyncio.gather(*self._ending, return_exceptions=True)

    def _start(self) -> "asyncio.Task[asyncio.subprocess.Process]":
        """The task that has the process, or is starting it: one for all who wait."""
        alive = self._process is not None and self._process.returncode is None
        if self._loading is None or (self._loading.done() and not alive):
            self._loading = asyncio.create_task(self._load())
            self._loading.add_done_callback(_log_failure)
        return self._loading

    async def _load(self) -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *self._command, stdin=pipe, stdout=pipe, limit=_LONGEST_LINE, env=_harmless(os.environ)
        )
        self._process = process
        loaded = False
        try:
            outcome = await self._hear(process)
            loaded = outcome.why is None
        finally:
            if not loaded:
                self._drop(process)
        if not loaded:
            raise Deaf("away", outcome.error)
        log.info("ear_ready", pid=process.pid)
        return process

    async def _ask(self, process: asyncio.subprocess.Process, sound: Sound) -> Outcome:
        order = Order(len(sound.content), sound.language, sound.prompt, sound.longest_seconds)
        assert process.stdin is not None  # noqa: S101  (a pipe, as asked for)
        with suppress(ConnectionError):  # it has ended: reading says so
            process.stdin.write(_encode(order) + b"\n" + sound.content)
            await process.stdin.drain()
        return await self._hear(process)

    async def _hear(self, process: asyncio.subprocess.Process) -> Outcome:
        assert process.stdout is not None  # noqa: S101
        try:
            return _decode(await process.stdout.readline())
        except (msgspec.DecodeError, ValueError, ConnectionError) as error:
            raise Deaf("away", "The process that listens has ended, or speaks no JSON") from error

    def _drop(self, process: asyncio.subprocess.Process) -> None:
        if self._process is process:
            self._process = None
        with suppress(ProcessLookupError):
            process.kill()
        ending = asyncio.create_task(process.wait())
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)


def _harmless(environment: Mapping[str, str]) -> dict[str, str]:
    """Without what is ours and secret: whoever breaks into a decoder finds nothing to take along."""
    return {name: value for name, value in environment.items() if not name.startswith(_SECRETS)}


def _log_failure(loading: "asyncio.Task[asyncio.subprocess.Process]") -> None:
    if not loading.cancelled() and (error := loading.exception()):
        log.error("ear_not_ready", error=str(error))
