"""From a file's bytes to drafts: which format it is, out of a ZIP if need be, within bounds."""

import csv
import datetime as dt
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import msgspec

from tasktalk.errors import BadRequest, TooLarge
from tasktalk.interop.importing import ours, todoist, vikunja
from tasktalk.interop.importing.model import FORMATS, MOST_COMMENTS, MOST_ROWS, Draft, Format, Read, Unreadable
from tasktalk.phrases import Told, phrase

_MOST_UNPACKED = 64 * 1024 * 1024
_MOST_FILES = 500
_ZIP = b"PK\x03\x04"
_PACKED = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
# What `zipfile` may raise for bytes that are none of its own: RuntimeError covers what it has not implemented.
_UNREADABLE = (zipfile.BadZipFile, zlib.error, RuntimeError, ValueError, EOFError, OSError, struct.error)


def read_file(content: bytes, *, name: str, format: Format | None, now: dt.datetime, zone: str) -> tuple[Format, Read]:  # noqa: A002
    """Format and rows of a file; `format` None: as it looks. `name`: the file's, which names Todoist's project.

    Takes its time (a process should not wait for it). Raises BadRequest, with field `file` or `format`, and TooLarge.
    """
    if format is not None and format not in FORMATS:
        raise BadRequest(f"A format is one of {', '.join(FORMATS)}.", field="format")
    dates = todoist.dates_of(now, zone)
    kind: Format | None = None
    read: list[Draft | Unreadable] = []
    for path, piece in _files(content, name):
        document = _json(piece) if piece.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[") else None
        text = "" if document is not None else _text(piece)
        kind = format or _guess(document, text)
        match kind:
            case "vikunja":
                part = vikunja.read_export(document, now=now, zone=zone)
            case "tasktalk-json":
                part = ours.read_json(document, now=now)
            case "todoist":
                part = todoist.read_csv(text, project=todoist.project_of(path), date=dates)
            case _:
                part = ours.read_csv(text)
        read += part
        if len(read) > MOST_ROWS:
            raise TooLarge(Told("At most {most} tasks at a time.", most=MOST_ROWS), field="file")
    if kind is None or not read:
        raise BadRequest(phrase("There is nothing in it to import."), field="file")
    if sum(len(each.comments) for each in read if isinstance(each, Draft)) > MOST_COMMENTS:
        raise TooLarge(Told("At most {most} comments at a time.", most=MOST_COMMENTS), field="file")
    return kind, read


def _files(content: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    """The file, or those in it that may hold tasks. What they hold is counted as it is unpacked, not as they say."""
    if not content.startswith(_ZIP):
        yield name, content
        return
    left = _MOST_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            whole = [each for each in entries if each.filename == "data.json"]
            wanted = whole or [each for each in entries if each.filename.lower().endswith((".csv", ".json"))]
            if len(wanted) > _MOST_FILES:
                raise TooLarge(phrase("There are too many files in it."), field="file")
            for entry in sorted(wanted, key=lambda each: each.filename):
                if entry.compress_type not in _PACKED:
                    raise BadRequest(phrase("The ZIP is packed in a way that is not read."), field="file")
                with archive.open(entry) as file:
                    piece = file.read(left + 1)
                left -= len(piece)
                if left < 0:
                    raise TooLarge(phrase("Unpacked it is too large."), field="file")
                yield entry.filename, piece
    except _UNREADABLE as error:
        raise BadRequest(phrase("The ZIP cannot be read."), field="file") from error


def _guess(document: Any, text: str) -> Format:
    if isinstance(document, list) and any(isinstance(each, dict) and "tasks" in each for each in document):
        return "vikunja"
    if document is not None:
        return "tasktalk-json"
    try:
        head = {cell.strip().strip('"').lower() for cell in next(csv.reader([text.partition("\n")[0]]), [])}
    except csv.Error as error:
        raise BadRequest(Told("The table cannot be read: {error}.", error=error), field="file") from error
    return "todoist" if {"type", "content"} <= head else "tasktalk-csv"


def _json(piece: bytes) -> Any:
    try:
        return msgspec.json.decode(piece.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise BadRequest(phrase("The file is no JSON."), field="file") from error


def _text(piece: bytes) -> str:
    try:
        return piece.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadRequest(phrase("The file is no text in UTF-8."), field="file") from error
