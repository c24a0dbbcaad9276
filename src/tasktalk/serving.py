"""What our long-lived processes share: answers in one packet, little garbage, and an end when the supervisor ends."""

import asyncio
import ctypes
import gc
import os
import signal
import sys
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_PR_SET_PDEATHSIG = 1
_GARBAGE = 50_000


def settle_garbage() -> None:
    """Call when started: what is here stays, and requests leave few cycles. The search for them took a third."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GARBAGE, 20, 50)


def die_with_parent(number: signal.Signals, *, parent: int) -> None:
    """Ask Linux for signal `number` when process `parent`, which started us, is gone; exit if it is gone already."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:
        raise SystemExit("The process that started this one is gone.")


class _JoinedWrites:
    """A transport that writes what one turn of the event loop wrote, at its end."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._waiting: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if not self._waiting:
            self._loop.call_soon(self._flush)
        self._waiting.append(data)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._waiting:
            data, self._waiting = b"".join(self._waiting), []
            self._transport.write(data)


class JoinedHttp(HttpToolsProtocol):
    """uvicorn's HTTP protocol, with head and body in one packet: half the system calls, and the client wakes once."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """A client is here."""
        super().connection_made(_JoinedWrites(transport))  # type: ignore[arg-type]  # a transport by behaviour
