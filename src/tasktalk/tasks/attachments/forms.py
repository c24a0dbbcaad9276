"""The file in a request's body, as it comes: the body itself, or the one file of a form (multipart/form-data)."""

from collections import deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect

from tasktalk.errors import BadRequest, TooLarge
from tasktalk.phrases import phrase
from tasktalk.tasks.attachments.uploads import Upload

ENVELOPE = 64 * 1024  # bytes; more than this a form does not need around its file
_DIGITS = 18
_FORM = b"multipart/form-data"
_NO_FILE = "Send the file as the field “file” of a form, or as the body with its name as `name`."


async def read_upload(request: Request, *, name: str | None, longest: int) -> Upload:
    """The file, its content still to be read. `name` wins over the form's.

    Raises BadRequest for a body that cannot hold one or has no name for it, TooLarge by Content-Length, both before
    more is read than is needed to know.
    """
    content_type = request.headers.get("content-type", "")
    if parse_options_header(content_type)[0] == _FORM:
        upload, _ = await read_upload_form(request, longest=longest)
        if not (name or upload.name):
            raise BadRequest(_NO_FILE, field="name")
        return replace(upload, name=name or upload.name)
    if not name:
        raise BadRequest(_NO_FILE, field="name")
    return Upload(name, content_type, _body(request), _announced(request))


async def read_upload_form(request: Request, *, longest: int) -> tuple[Upload, Mapping[str, str]]:
    """The one file of a form, its name perhaps empty, and the fields that stand before it. Raises as `read_upload`."""
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != _FORM:
        raise BadRequest(_NO_FILE, field="file")
    size = max(_announced(request) - ENVELOPE, 0)
    if size > longest:
        raise TooLarge(f"The body has more than {longest} bytes.", field="file", most=longest)
    form = _Form(_body(request), options.get(b"boundary", b""))
    name, declared = await form.open_file()
    fields = {key.decode("utf-8", "replace"): value.decode("utf-8", "replace") for key, value in form.fields.items()}
    return Upload(name, declared, form.content(), size), fields


def _announced(request: Request) -> int:
    length = request.headers.get("content-length", "")
    return int(length[:_DIGITS]) if length.isascii() and length.isdigit() else 0


async def _body(request: Request) -> AsyncIterator[bytes]:
    try:
        async for chunk in request.stream():
            if chunk:
                yield chunk
    except ClientDisconnect:
        raise BadRequest(phrase("The connection closed before the file was complete."), field="file") from None


class _Form:
    """A form with one file, `file`. Around the file there may be `ENVELOPE` bytes; `fields` are those before it."""

    def __init__(self, body: AsyncIterator[bytes], boundary: bytes) -> None:
        self._body, self._around = body, 0
        self._header: list[bytes] = [b"", b""]
        self._headers: dict[bytes, bytes] = {}
        self._file: tuple[str, str] | None = None
        self._field: bytes | None = None
        self.fields: dict[bytes, bytes] = {}
        self._in_file = self._ended = False
        self._ready: deque[bytes] = deque()
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin,
                    "on_header_field": lambda data, start, end: self._grow(0, data[start:end]),
                    "on_header_value": lambda data, start, end: self._grow(1, data[start:end]),
                    "on_header_end": self._end_header,
                    "on_headers_finished": self._open,
                    "on_part_data": lambda data, start, end: self._take(data[start:end]),
                    "on_end": self._end,
                },
            )
        except FormParserError:
            raise BadRequest("The form has no boundary.", field="file") from None

    async def open_file(self) -> tuple[str, str]:
        """The file's name and declared type; reads up to where its content begins."""
        while self._file is None:
            await self._read_on()
        return self._file

    async def content(self) -> AsyncIterator[bytes]:
        """The file's bytes; reads the form to its end."""
        while True:
            while self._ready:
                yield self._ready.popleft()
            if self._ended:
                return
            await self._read_on()

    async def _read_on(self) -> None:
        chunk = await anext(self._body, None)
        if chunk is None or self._ended:
            raise BadRequest("The form ends before it is complete." if not self._ended else _NO_FILE, field="file")
        try:
            self._parser.write(chunk)
        except FormParserError:
            raise BadRequest(phrase("The form cannot be read."), field="file") from None
        self._around += len(chunk) - sum(map(len, self._ready))
        if self._around > ENVELOPE:
            raise TooLarge("There is too much around the file.", field="file")

    def _begin(self) -> None:
        self._headers, self._in_file, self._field = {}, False, None

    def _grow(self, part: int, data: bytes) -> None:
        self._header[part] += data

    def _end_header(self) -> None:
        field, value = self._header
        self._headers[field.lower()] = value
        self._header = [b"", b""]

    def _open(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        if b"filename" not in options:
            self._field = None if self._file else options.get(b"name")
            return
        if self._file is not None or options.get(b"name") != b"file":
            raise BadRequest("A request brings one file, as the field “file”.", field="file")
        kind = self._headers.get(b"content-type", b"").decode("latin-1")
        self._file, self._in_file = (options[b"filename"].decode("utf-8", "replace"), kind), True

    def _take(self, data: bytes) -> None:
        if self._in_file:
            self._ready.append(data)
        elif self._field is not None:
            self.fields[self._field] = self.fields.get(self._field, b"") + data

    def _end(self) -> None:
        self._ended = True
