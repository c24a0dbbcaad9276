"""Pages of text as PDF 1.7, in Helvetica, which every viewer has: nothing to embed, nothing to install.

It has the letters of Western Europe (Windows-1252). What it has not is written without its accent, as `?`, or, if it is
an emoji or a mark, not at all.
"""

import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from tasktalk.assistant.exporting.widths import BOLD, REGULAR

WIDTH, HEIGHT = 595, 842  # A4, in points
_MARGIN, _FOOT = 50, 40
_LEADING = 1.35
_UNSEEN = frozenset({"So", "Sk", "Sm", "Cs", "Cf", "Co", "Cn", "Mn", "Me"})
_GREY, _BLACK = "0.4 g", "0 g"
_STROKED = str.maketrans("łŁđĐıħĦ", "lLdDihH")  # letters that do not come apart into one and its accent
_FONT = "<</Type/Font/Subtype/Type1/BaseFont/%s/Encoding/WinAnsiEncoding>>"


@dataclass(slots=True)
class Paper:
    """Pages, written from above. `title`: of the document; `footer` stands below every page, with its number."""

    title: str
    footer: str
    _pages: list[list[str]] = field(default_factory=list)
    _y: float = 0.0

    def write(
        self, text: str, *, size: float = 10, bold: bool = False, grey: bool = False, indent: float = 0, lines: int = 0
    ) -> None:
        """A paragraph, in as many lines as it takes; at most `lines` of them, if that is not 0."""
        font, step = ("F2" if bold else "F1"), size * _LEADING
        parts = wrap(letters(text), (WIDTH - 2 * _MARGIN - indent) / size * 1000, BOLD if bold else REGULAR)
        if lines and len(parts) > lines:
            parts = [*parts[: lines - 1], parts[lines - 1] + b" \x85"]
        for part in parts:
            self._make_room(step)
            shown = part.decode("latin-1").translate(_ESCAPES)
            place = f"{_MARGIN + indent:g} {self._y:.1f} Td"
            self._draw(f"{_GREY if grey else _BLACK} BT /{font} {size:g} Tf {place} ({shown}) Tj ET")

    def box(self, *, ticked: bool, size: float = 10) -> None:
        """A box to tick, left of the line that is written next."""
        self._make_room(size * _LEADING, keep=True)
        x, y, side = _MARGIN, self._y - size * _LEADING, size * 0.75
        self._draw(f"0.8 w 0.4 G {x} {y - 0.5:.1f} {side:g} {side:g} re S")
        if ticked:
            self._draw(f"1.2 w 0 G {x + 1.5} {y + 3:.1f} m {x + 3.2} {y + 1:.1f} l {x + 6.5} {y + 6:.1f} l S")

    def gap(self, points: float, *, keep: float = 0) -> None:
        """Room between; a new page where less than `keep` points would be left of this one."""
        if self._pages and self._y - points - keep > _MARGIN + _FOOT:
            self._y -= points
        else:
            self._turn()

    def finish(self) -> bytes:
        """The document."""
        if not self._pages:
            self._turn()
        count = len(self._pages)
        objects = [
            b"<</Type/Catalog/Pages 2 0 R>>",
            f"<</Type/Pages/Count {count}/Kids[{' '.join(f'{6 + 2 * n} 0 R' for n in range(count))}]>>".encode(),
            (_FONT % "Helvetica").encode(),
            (_FONT % "Helvetica-Bold").encode(),
            b"<</Title<feff%s>/Producer(Tasktalk)>>" % self.title.encode("utf-16-be", "replace").hex().encode(),
        ]
        for number, page in enumerate(self._pages, 1):
            objects.append(
                f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {WIDTH} {HEIGHT}]/Contents {5 + 2 * number} 0 R"
                f"/Resources<</Font<</F1 3 0 R/F2 4 0 R>>>>>>".encode()
            )
            foot = letters(f"{self.footer} · {number}/{count}").decode("latin-1").translate(_ESCAPES)
            drawn = [*page, f"{_GREY} BT /F1 8 Tf {_MARGIN} {_FOOT} Td ({foot}) Tj ET"]
            stream = zlib.compress("\n".join(drawn).encode("latin-1"))
            objects.append(b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(stream), stream))
        return _assemble(objects)

    def _make_room(self, step: float, *, keep: bool = False) -> None:
        if not self._pages or self._y - step < _MARGIN + _FOOT / 2:
            self._turn()
        if not keep:
            self._y -= step

    def _turn(self) -> None:
        self._pages.append([])
        self._y = HEIGHT - _MARGIN

    def _draw(self, operators: str) -> None:
        self._pages[-1].append(operators)


_ESCAPES = str.maketrans({"(": r"\(", ")": r"\)", "\\": r"\\"})


def letters(text: str) -> bytes:
    """The text in Windows-1252, on one line."""
    return b" ".join(b"".join(map(_letter, text.translate(_STROKED))).split())


@cache
def _letter(char: str) -> bytes:
    if char.isspace():
        return b" "
    try:
        found = char.encode("cp1252")
        return found if found >= b" " else b""
    except UnicodeEncodeError:
        pass
    bare = "".join(part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part))
    if bare != char and bare:
        return b"".join(map(_letter, bare))
    return b"" if unicodedata.category(char) in _UNSEEN else b"?"


def wrap(text: bytes, room: float, widths: Sequence[int]) -> list[bytes]:
    """Lines no wider than `room` thousandths of the letters' size; a word that is wider is broken."""
    lines: list[bytes] = []
    line, used = b"", 0.0
    for word in text.split(b" "):
        wide: float = sum(widths[byte - 32] for byte in word)
        if line and used + widths[0] + wide > room:
            lines.append(line)
            line, used = b"", 0.0
        while wide > room:
            fits, taken = 0, 0.0
            while taken + widths[word[fits] - 32] <= room:
                taken += widths[word[fits] - 32]
                fits += 1
            lines.append(word[:fits])
            word, wide = word[fits:], wide - taken  # noqa: PLW2901
        line, used = (line + b" " + word, used + widths[0] + wide) if line else (word, wide)
    return [*lines, line] if line else lines


def _assemble(objects: Sequence[bytes]) -> bytes:
    """The file: its objects, and where each of them begins."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size, begin = len(objects) + 1, len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    out += b"trailer<</Size %d/Root 1 0 R/Info 5 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, begin)
    return bytes(out)
