"""Looking into files for viruses before they are kept: by a command of the operator's, or by clamd."""

import asyncio
import os
import shlex
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from tasktalk.errors import BadRequest, Unavailable
from tasktalk.logs import get_log
from tasktalk.phrases import phrase
from tasktalk.settings import BadSetting, Settings

log = get_log("files")

PLACE = "{}"  # in the command: the file's path; without it the file comes on its standard input
_CLEAN, _INFECTED = 0, 1  # exit codes
_CHUNK = 256 * 1024
_LONGEST_WORD = 200
# A scanner needs no secrets of ours.
_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")


class Infected(BadRequest):
    """There is a virus in the file. `data["infected"]`: what the scanner calls it, as far as it says so."""


class ScannerAway(Unavailable):
    """Nobody can look into the file right now."""


@dataclass(frozen=True, slots=True)
class Scanner:
    """How files are looked into: by `command`, else at `clamd`, a path or (host, port).

    `lenient`: when there is no answer, a file is taken for clean.
    """

    command: tuple[str, ...] = ()
    clamd: str | tuple[str, int] = ""
    seconds: float = 30.0
    lenient: bool = False

    async def check(self, path: Path) -> None:
        """Returns for a clean file. Raises Infected; ScannerAway when there is no answer within `seconds`."""
        try:
            async with asyncio.timeout(self.seconds):
                found = await (self._run(path) if self.command else self._stream(path))
        except (OSError, TimeoutError, _NoAnswer, asyncio.IncompleteReadError) as error:
            log.warning("scanner_away", error=f"{type(error).__name__}: {error}"[:_LONGEST_WORD], kept=self.lenient)
            if self.lenient:
                return
            raise ScannerAway(
                phrase("Files cannot be checked for viruses right now. Try again in a moment.")
            ) from error
        if found is not None:
            word = "".join(filter(str.isprintable, found))[:_LONGEST_WORD]
            raise Infected(phrase("There is a virus in this file, so it was not kept."), field="file", infected=word)

    async def _run(self, path: Path) -> str | None:
        """What the command finds; None: nothing."""
        argv = [part.replace(PLACE, str(path)) for part in self.command]
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        with path.open("rb") as file:
            process = await asyncio.create_subprocess_exec(
                *argv,
                stdin=asyncio.subprocess.DEVNULL if argv != list(self.command) else file,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=environment,
            )
        try:
            said, _ = await process.communicate()
        except BaseException:
            process.kill()
            await process.wait()
            raise
        if process.returncode not in {_CLEAN, _INFECTED}:
            raise _NoAnswer(f"the command ended with {process.returncode}")
        first = said.decode("utf-8", "replace").strip().partition("\n")[0]
        return first if process.returncode == _INFECTED else None

    async def _stream(self, path: Path) -> str | None:
        """What clamd finds, by its INSTREAM: pieces, each behind its length in four bytes; an empty one is the end."""
        if isinstance(self.clamd, str):
            reader, writer = await asyncio.open_unix_connection(self.clamd)
        else:
            reader, writer = await asyncio.open_connection(*self.clamd)
        try:
            writer.write(b"zINSTREAM\0")
            with path.open("rb") as file:
                while piece := await asyncio.to_thread(_read, file):
                    writer.write(struct.pack(">I", len(piece)) + piece)
                    await writer.drain()
            writer.write(struct.pack(">I", 0))
            await writer.drain()
            said = (await reader.readuntil(b"\0")).rstrip(b"\0").decode("utf-8", "replace").strip()
        finally:
            writer.close()
        if said.endswith(" FOUND"):
            return said.removeprefix("stream: ").removesuffix(" FOUND")
        if said != "stream: OK":
            raise _NoAnswer(said)
        return None


class _NoAnswer(Exception):
    """The scanner was there, and could not say."""


def open_scanner(settings: Settings) -> Scanner | None:
    """What the settings name; None: nobody looks. Raises BadSetting for what cannot be one; nothing is asked yet."""
    lenient = settings.scan_away == "keep"
    if settings.scan_command:
        try:
            command = tuple(shlex.split(settings.scan_command))
        except ValueError:
            command = ()
        if not command:
            raise BadSetting("TASKTALK_SCAN_COMMAND is a command with its arguments, quoted as in a shell")
        return Scanner(command, seconds=settings.scan_seconds, lenient=lenient)
    if settings.clamd:
        return Scanner(clamd=_read_address(settings.clamd), seconds=settings.scan_seconds, lenient=lenient)
    return None


def _read_address(text: str) -> str | tuple[str, int]:
    if text.startswith("/"):
        return text
    try:
        url = urlsplit(text if "//" in text else f"tcp://{text}")
        host, port = url.hostname, url.port
    except ValueError:
        host = port = None
    if host is None or port is None or url.scheme != "tcp":
        raise BadSetting("TASKTALK_CLAMD is the path of a socket, or like tcp://clamav.example.org:3310")
    return host, port


def _read(file: BinaryIO) -> bytes:
    return file.read(_CHUNK)
