"""What people write in notes and comments, as HTML: a little of Markdown, and addresses that can be followed."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from markupsafe import Markup, escape

_INLINE = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|\*\*(?=\S)(?P<strong>[^*\n]+)\*\*"
    r"|(?<!\w)\*(?=\S)(?P<em>[^*\n]+)\*(?!\w)"
    r"|(?<!\w)_(?=\S)(?P<em2>[^_\n]+)_(?!\w)"
    r"|\[(?P<words>[^\[\]\n]+)\]\((?P<to>https?://[^\s()<>]+)\)"
    r"|(?P<bare>https?://(?=[\w\[])[^\s<>\"]+)"
)
_ITEM = re.compile(r"[ \t]{0,3}(?:[-*•]|(?P<number>\d{1,3})[.)])[ \t]+(?P<words>\S.*)")
_HEADING = re.compile(r"#{1,6}[ \t]+(?P<words>\S.*)")
_BULLETS, _NUMBERED = Markup("<ul>{}</ul>"), Markup("<ol>{}</ol>")
_NOT_OF_AN_ADDRESS = ".,;:!?)'*_"


def prose(text: str) -> Markup:
    """Paragraphs, lists, bold, italic, code and links; whatever else is in it stands there as it was written."""
    blocks: list[Markup] = []
    for kind, lines in groupby(text.splitlines(), key=_kind_of):
        if kind == "blank":
            continue
        if kind in ("ul", "ol"):
            items = Markup("").join(_item(line, place) for place, line in enumerate(lines, 1))
            blocks.append((_NUMBERED if kind == "ol" else _BULLETS).format(items))
        elif kind == "heading":
            blocks += [Markup("<p><strong>{}</strong></p>").format(inline(_words(_HEADING, line))) for line in lines]
        else:
            blocks.append(Markup("<p>{}</p>").format(_broken(lines)))
    return Markup("").join(blocks)


def says_more(html: Markup) -> bool:
    """Whether it looks otherwise than the text that it was made of."""
    return any(tag in html for tag in ("<a ", "<strong>", "<em>", "<code>", "<li"))


def _kind_of(line: str) -> str:
    if not line.strip():
        return "blank"
    if found := _ITEM.fullmatch(line):
        return "ol" if found["number"] else "ul"
    return "heading" if _HEADING.fullmatch(line) else "text"


def _item(line: str, place: int) -> Markup:
    """One of a list; of one with numbers it keeps its own, whatever comes before it."""
    found = _ITEM.fullmatch(line)
    number = int(found["number"] or place) if found else place
    tag = Markup("<li>") if number == place else Markup('<li value="{}">').format(number)
    return tag + inline(_words(_ITEM, line)) + Markup("</li>")


def _words(pattern: re.Pattern[str], line: str) -> str:
    found = pattern.fullmatch(line)
    return found["words"] if found else line


def _broken(lines: Iterable[str]) -> Markup:
    return Markup("<br>").join(inline(line) for line in lines)


def inline(text: str) -> Markup:
    """One line, without a block around it."""
    return Markup("").join(_pieces(text))


def _pieces(text: str) -> Iterator[Markup]:
    at = 0
    for found in _INLINE.finditer(text):
        yield escape(text[at : found.start()])
        at = found.end()
        if found["bare"]:
            address = _address(found["bare"])
            at = found.start() + len(address)
            yield _link(address, escape(address))
        elif found["to"]:
            yield _link(found["to"], escape(found["words"]))
        elif found["code"]:
            yield Markup("<code>{}</code>").format(found["code"])
        elif found["strong"]:
            yield Markup("<strong>{}</strong>").format(inline(found["strong"]))
        else:
            yield Markup("<em>{}</em>").format(inline(found["em"] or found["em2"]))
    yield escape(text[at:])


def _address(text: str) -> str:
    """Without what ends a sentence; a bracket belongs to it if it was opened there."""
    address = text.rstrip(_NOT_OF_AN_ADDRESS)
    closed = address + ")"
    return closed if text.startswith(closed) and closed.count("(") == closed.count(")") else address


def _link(address: str, words: Markup) -> Markup:
    return Markup('<a href="{}" rel="noopener noreferrer nofollow" target="_blank">{}</a>').format(address, words)
