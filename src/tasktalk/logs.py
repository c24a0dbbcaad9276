"""Logs: readable lines on the console, JSON lines in `todo.log`. They carry ids, never text, numbers or tokens."""

import logging
import logging.handlers
import sys
from pathlib import Path
from typing import Any

import structlog

_FILE_BYTES = 20_000_000
_FILES_KEPT = 5
_SECRET_WORDS = ("token", "secret", "password", "authorization")

Log = structlog.stdlib.BoundLogger


def get_log(name: str) -> Log:
    """The log of one part; bind ids to it, not sentences."""
    return structlog.stdlib.get_logger(name)


def set_up_logs(*, level: str, process: str, file: Path | None = None, console: bool = True) -> None:
    """Send structlog and the standard library's logging to the console and, as JSON lines, to `file`."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)
    handlers: list[logging.Handler] = []
    if console:
        shown = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0, pad_level=False)
        handlers.append(_handler(logging.StreamHandler(sys.stderr), shown, shared))
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        # Several processes append to one file: WatchedFileHandler reopens it after the supervisor has rotated it.
        handlers.append(
            _handler(logging.handlers.WatchedFileHandler(file), structlog.processors.JSONRenderer(), shared)
        )
    logging.basicConfig(handlers=handlers, level=level, force=True)
    for noisy in ("uvicorn.access", "asyncio", "aiohttp.access", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def rotate(file: Path) -> None:
    """Move a log that has grown past 20 MB aside, keeping five; one process (the supervisor) does this."""
    if not file.exists() or file.stat().st_size < _FILE_BYTES:
        return
    for number in range(_FILES_KEPT - 1, 0, -1):
        older = file.with_name(f"{file.name}.{number}")
        if older.exists():
            older.replace(file.with_name(f"{file.name}.{number + 1}"))
    file.replace(file.with_name(f"{file.name}.1"))


def redact(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Blank what has a secret's name, in case someone binds it after all."""
    for key in event:
        if any(word in key.lower() for word in _SECRET_WORDS):
            event[key] = "…"
    return event


def _handler(
    handler: logging.Handler, renderer: structlog.typing.Processor, shared: list[structlog.typing.Processor]
) -> logging.Handler:
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    return handler
