"""How the web process writes answers and ends connections."""

import asyncio
import socket
from typing import Any

import uvicorn

from tasktalk.serving import JoinedHttp

MIB = 1024 * 1024


async def refuse(_: Any, __: Any, send: Any) -> None:
    """Without a look at the body, as what is too large is refused."""
    headers = [(b"content-length", b"2"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": b"no"})


def send_then_listen(port: int, size: int) -> bytes:
    """What a client hears that sends all of its body before it listens."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % size)
        client.sendall(bytes(size))
        heard = b""
        while piece := client.recv(65536):
            heard += piece
        return heard


async def test_who_is_refused_while_sending_hears_why() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(refuse, http=JoinedHttp, ws="none", lifespan="off", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        heard = await asyncio.to_thread(send_then_listen, listener.getsockname()[1], 16 * MIB)
        assert heard.startswith(b"HTTP/1.1 413 ")
        assert heard.endswith(b"\r\n\r\nno")
    finally:
        server.should_exit = True
        await task
        listener.close()
