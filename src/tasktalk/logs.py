"""Logs: readable lines on the console, JSON lines in `todo.log`. They carry ids, never text, numbers or tokens.

A database's error quotes the row it is about; what is logged of one, or stored, is what it is and where, not that row.
"""

import fcntl
import logging
import logging.handlers
import os
import re
import sys
import threading
import traceback
from pathlib import Path
from typing import Any

import structlog

_FILE_BYTES = 20_000_000
_FILES_KEPT = 5
_DETAIL = "\nDETAIL:  "  # here PostgreSQL begins to quote the row
_CLASS_OF_BAD_VALUES = "22"  # their very first line quotes the value
_VALUE = re.compile(r"(invalid input (?:for query argument|syntax for) [^:]+): .*", re.DOTALL)
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
        structlog.processors.ExceptionRenderer(_format_traceback),
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
        # Several processes append to one file: WatchedFileHandler reopens it after one of them has rotated it.
        handlers.append(
            _handler(logging.handlers.WatchedFileHandler(file), structlog.processors.JSONRenderer(), shared)
        )
    logging.basicConfig(handlers=handlers, level=level, force=True)
    # Those of HTTP and the model's client would log whole requests at DEBUG.
    for noisy in ("uvicorn.access", "asyncio", "aiohttp.access", "alembic", "openai", "httpx", "httpx2", "httpcore2"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def rotate(file: Path) -> None:
    """Move a log that has grown past 20 MB aside, keeping five. Of several processes that want to, one does."""
    try:
        with file.open("rb") as grown:
            if os.fstat(grown.fileno()).st_size < _FILE_BYTES:
                return
            fcntl.flock(grown, fcntl.LOCK_EX)
            if os.path.samestat(os.fstat(grown.fileno()), file.stat()):  # else another was faster
                _move_aside(file)
    except FileNotFoundError:
        return


def keep_rotated(file: Path, *, seconds: float = 60.0) -> threading.Event:
    """For a process without a supervisor: look at the log now and then, until the event or the process's end."""
    stop = threading.Event()

    def look() -> None:
        while not stop.wait(seconds):
            try:
                rotate(file)
            except OSError as error:
                get_log("logs").warning("log_not_rotated", error=str(error))

    threading.Thread(target=look, name="log-rotation", daemon=True).start()
    return stop


def _move_aside(file: Path) -> None:
    for number in range(_FILES_KEPT - 1, 0, -1):
        older = file.with_name(f"{file.name}.{number}")
        if older.exists():
            older.replace(file.with_name(f"{file.name}.{number + 1}"))
    file.replace(file.with_name(f"{file.name}.1"))


def redact(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Blank what has a secret's name, in case someone binds it, and what PostgreSQL quotes in an error's text."""
    for key, value in event.items():
        if any(word in key.lower() for word in _SECRET_WORDS):
            event[key] = "…"
        elif isinstance(value, str) and key != "exception":
            event[key] = _without_quotes(value)
    return event


def describe(error: BaseException) -> str:
    """An error in one line, for storing: its name and what it says, less what a database's error quotes.

    `UniqueViolationError: 23505 duplicate key value violates unique constraint "users_email_key"`
    """
    said = _say(error)
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def _say(error: BaseException) -> str:
    """As `str(error)`, safe. Whatever the driver: PostgreSQL's errors have a `sqlstate`."""
    try:
        said = _without_quotes(str(error))
    except Exception:  # noqa: BLE001  (an error that cannot say itself is still to be logged, by its name)
        said = ""
    code = getattr(error, "sqlstate", None)
    if not isinstance(code, str):
        return said
    return code if code.startswith(_CLASS_OF_BAD_VALUES) else f"{code} {said}".rstrip()


def _without_quotes(text: str) -> str:
    if _DETAIL in text:
        text = text.partition(_DETAIL)[0]
    return _VALUE.sub(r"\1", text) if "invalid input" in text else text


def _format_traceback(exc_info: structlog.typing.ExcInfo) -> str:
    """As the standard library, with every error of the chain saying only what `describe` says of it."""
    shown = traceback.TracebackException(*exc_info)
    chain: list[tuple[traceback.TracebackException, BaseException]] = [(shown, exc_info[1])]
    while chain:
        line, error = chain.pop()
        line._str = _say(error)  # type: ignore[attr-defined]  # noqa: SLF001  (there is no other way into its text)
        for next_line, next_error in ((line.__cause__, error.__cause__), (line.__context__, error.__context__)):
            if next_line is not None and next_error is not None:
                chain.append((next_line, next_error))
        if line.exceptions and isinstance(error, BaseExceptionGroup):
            chain += zip(line.exceptions, error.exceptions, strict=True)
    return "".join(shown.format()).rstrip("\n")


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
