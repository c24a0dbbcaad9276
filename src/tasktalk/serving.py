"""What our long-lived processes share: answers in one packet, little garbage, and an end when the supervisor ends."""

import asyncio
import ctypes
import gc
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_PR_SET_PDEATHSIG = 1
_GARBAGE = 5_000  # new objects between two searches: at 50,000, every sixteenth large page waited 16 ms for one
_LINGER_SECONDS = 5.0
_LINGER_BYTES = 32 * 1024 * 1024


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


class _Joined:
    """A transport that writes what one turn of the event loop wrote, at its end.

    Closed in the midst of a body it says that no more is to come, and drops what the client goes on sending, for a
    while: cut off, the client (nginx says 502) would never read why.
    """

    def __init__(self, transport: asyncio.Transport, is_sent_to: Callable[[], bool]) -> None:
        self._transport = transport
        self._is_sent_to = is_sent_to
        self._loop = asyncio.get_running_loop()
        self._waiting: list[bytes] = []
        self._left = _LINGER_BYTES
        self.lingers = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if not self._waiting:
            self._loop.call_soon(self._flush)
        self._waiting.append(data)

    def is_closing(self) -> bool:
        return self.lingers or self._transport.is_closing()

    def close(self) -> None:
        self._flush()
        if self.is_closing() or not self._is_sent_to() or not self._transport.can_write_eof():
            self._transport.close()
            return
        self.lingers = True
        self._transport.write_eof()
        self._transport.resume_reading()
        self._loop.call_later(_LINGER_SECONDS, self._transport.close)

    def drop(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            self._transport.close()

    def _flush(self) -> None:
        if self._waiting:
            data, self._waiting = b"".join(self._waiting), []
            self._transport.write(data)


class JoinedHttp(HttpToolsProtocol):
    """uvicorn's HTTP protocol, with head and body in one packet: half the system calls, and the client wakes once."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """A client is here."""
        self._joined = _Joined(transport, lambda: self.cycle is not None and self.cycle.more_body)
        super().connection_made(self._joined)  # type: ignore[arg-type]  # a transport by behaviour

    def data_received(self, data: bytes) -> None:
        """The client sent this."""
        if self._joined.lingers:
            self._joined.drop(len(data))
        else:
            super().data_received(data)
