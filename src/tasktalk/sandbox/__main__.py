"""`python -m tasktalk.sandbox --config FILE`: serve the simulator until SIGTERM; one line on stdout when ready."""

import argparse
import asyncio
import fcntl
import logging
import os
import signal
import socket
import sys
import time
from pathlib import Path
from types import FrameType
from typing import TextIO

import uvicorn

from tasktalk.sandbox.config import Config, read_config
from tasktalk.sandbox.server import Server
from tasktalk.serving import JoinedHttp, die_with_parent, settle_garbage

_PATIENCE_SECONDS = 5.0
_BACKLOG = 2048


class _Listener(uvicorn.Server):
    """Says when it is ready, and lets long polls and streams go as soon as it is told to stop."""

    app: Server
    url: str

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        settle_garbage()
        sys.stdout.write(f"READY {self.url}\n")
        sys.stdout.flush()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self._captured_signals.clear()  # a stop that was asked for is a success, not a death by signal
        world = getattr(self.app, "world", None)
        if world is not None:
            asyncio.get_running_loop().call_soon_threadsafe(world.stop_waiting)


def main() -> None:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(prog="tasktalk.sandbox", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="a JSON file, see config.py")
    config = read_config(parser.parse_args().config)
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(asctime)s sandbox %(levelname)s %(message)s"
    )
    die_with_parent(signal.SIGTERM, parent=os.getppid())
    lock = _lock(Path(config.data_dir))
    listener = _bind(config)
    host, port = listener.getsockname()[:2]
    app = Server(config)
    server = _Listener(
        uvicorn.Config(
            app,
            loop="uvloop",
            http=JoinedHttp,
            ws="none",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=1,
            timeout_keep_alive=75,
        )
    )
    server.app = app
    server.url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    server.run(sockets=[listener])
    lock.close()


def _lock(folder: Path) -> TextIO:
    """Be the only simulator on this folder; one that was just killed may need a moment to let go."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = (folder / "sandbox.lock").open("w")
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise SystemExit(f"Another simulator uses {folder}.") from None
            time.sleep(0.05)
        else:
            return lock


def _bind(config: Config) -> socket.socket:
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((config.host, config.port))
            listener.listen(_BACKLOG)
        except OSError as error:
            listener.close()
            if time.monotonic() > until:
                raise SystemExit(f"Port {config.port} of {config.host} cannot be used: {error.strerror}.") from error
            time.sleep(0.05)
        else:
            return listener


if __name__ == "__main__":
    main()
