"""A Redis to count with: the real one where it is installed, else what our counting needs of its protocol."""

import asyncio
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def is_installed() -> bool:
    return shutil.which("redis-server") is not None


@asynccontextmanager
async def real_redis(folder: Path, port: int) -> AsyncIterator[None]:
    """`redis-server`, answering at this port."""
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: ASYNC220
    try:
        async with asyncio.timeout(10):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.01)
                    continue
                writer.close()
                break
        yield
    finally:
        process.kill()
        process.wait()


class _Fake:
    """INCR with an end, GET and TTL, behind the script that the library sends."""

    def __init__(self) -> None:
        self.counts: dict[bytes, tuple[int, float]] = {}
        self.writers: set[asyncio.StreamWriter] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.add(writer)
        while line := await reader.readline():
            words = []
            for _ in range(int(line[1:])):
                size = int((await reader.readline())[1:])
                words.append((await reader.readexactly(size + 2))[:-2])
            writer.write(self.answer(words))
            await writer.drain()

    def answer(self, words: list[bytes]) -> bytes:
        match words[0].upper():
            case b"EVALSHA" | b"EVAL":
                key, seconds, amount = words[3], float(words[4]), int(words[5])
                count, ends_at = self.counts.get(key, (0, 0.0))
                if ends_at <= time.monotonic():
                    count, ends_at = 0, time.monotonic() + seconds
                self.counts[key] = (count + amount, ends_at)
                return b":%d\r\n" % (count + amount)
            case b"TTL":
                left = self.counts.get(words[1], (0, 0.0))[1] - time.monotonic()
                return b":%d\r\n" % (round(left) if left > 0 else -2)
            case b"HELLO":
                return b"%1\r\n+proto\r\n:3\r\n"
            case _:
                return b"+OK\r\n"


@asynccontextmanager
async def fake_redis(_folder: Path, port: int) -> AsyncIterator[None]:
    fake = _Fake()
    server = await asyncio.start_server(fake.serve, "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()
        for writer in fake.writers:
            writer.close()
        await server.wait_closed()
