"""What a file is, by its first bytes alone."""

import codecs
import re

import puremagic

HEAD = 8192  # bytes that tell what a file is
UNKNOWN = "application/octet-stream"

# Where in a file, which bytes, what they tell; the first that fits wins. Of the rest `puremagic` knows hundreds.
_WRITTEN = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"%!PS", "application/postscript"),
    (0, b"#!AMR", "audio/amr"),
)
_BINARY = (
    *_WRITTEN,
    (0, b"\x7fELF", "application/x-executable"),
    (0, b"MZ", "application/vnd.microsoft.portable-executable"),
    (0, b"\xce\xfa\xed\xfe", "application/x-mach-binary"),
    (0, b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
    (0, b"\xca\xfe\xba\xbe", "application/x-mach-binary"),  # and Java's classes
    (0, b"\0asm", "application/wasm"),
    (0, b"L\0\0\0\x01\x14\x02\0", "application/x-ms-shortcut"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBPVP8", "image/webp"),
    (8, b"WAVE", "audio/wav"),
    (4, b"ftyphei", "image/heic"),
    (4, b"ftyphevc", "image/heic"),
    (4, b"ftypmif1", "image/heic"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypqt  ", "video/quicktime"),
    (4, b"ftyp3g", "video/3gpp"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp", "video/mp4"),
    (0, b"OggS", "application/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\x1a\x45\xdf\xa3", "video/webm"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (0, b"\x1f\x8b\x08", "application/gzip"),
    (0, b"SQLite format 3\0", "application/vnd.sqlite3"),
)
_SHORTEST_MAGIC = 2  # bytes; a single one says nothing

_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_TAG = re.compile(rb"<(?:!doctype\s+)?([a-z]\w*)", re.IGNORECASE)
_HTML = frozenset(b"html head body script iframe h1 div font table a style title b br p img meta".split())


def sniff(head: bytes) -> str:
    """The media type of a file that begins with `head`, its first `HEAD` bytes; `UNKNOWN` for one nobody knows."""
    written = _is_utf8(head)
    for offset, magic, kind in _WRITTEN if written else _BINARY:
        if head.startswith(magic, offset):
            return kind
    if written:
        return _sniff_text(head)
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return UNKNOWN
    types = (match.mime_type for match in found if len(match.byte_match) >= _SHORTEST_MAGIC)
    return next(filter(None, types), UNKNOWN)


def may_be_text(head: bytes) -> bool:
    """Whether it could be text in an encoding that does not tell, or in UTF-16, which does."""
    return head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or not _CONTROL.search(head)


def _is_utf8(head: bytes) -> bool:
    if _CONTROL.search(head):
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=len(head) < HEAD)
    except UnicodeDecodeError:
        return False
    return True


def _sniff_text(head: bytes) -> str:
    """Text, or what a browser would take it for."""
    text = head.removeprefix(codecs.BOM_UTF8).lstrip()
    is_xml = text.startswith(b"<?xml")
    while text.startswith((b"<!--", b"<?")):
        text = text.partition(b"-->" if text.startswith(b"<!--") else b"?>")[2].lstrip()
    opening = _TAG.match(text)
    tag = opening[1].lower() if opening else b""
    if tag == b"svg":
        return "image/svg+xml"
    if tag in _HTML:
        return "text/html"
    return "text/xml" if is_xml else "text/plain"
