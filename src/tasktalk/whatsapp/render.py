"""Bodies of messages within Meta's limits (facts sheet 4.1 and 4.2), as `Graph.send` takes them.

What is too long is shortened or split, for a refused reply is worse than a short one; what only a bug can cause (no
body, four buttons, ids that are empty, double or too long) raises ValueError.
"""

import re
from collections.abc import Sequence

from tasktalk.whatsapp.graphemes import count_units, find_cut, shorten

Message = dict[str, object]

MAX_TEXT = 4096
MAX_BODY = 1024
MAX_BUTTONS = 3
MAX_BUTTON_TITLE = 20
MAX_BUTTON_ID = 256
MAX_ROWS = 10
MAX_ROW_TITLE = 24
MAX_ROW_DESCRIPTION = 72
MAX_ROW_ID = 200
MAX_LABEL = 20
MAX_SECTION_TITLE = 24

# Where a long text is parted, the best place first.
_BREAKS = ("\n\n", "\n", ". ", "! ", "? ", "؟ ", "। ", "。", "\uff01", "\uff1f", "; ", ", ", " ")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\u2028\u2029]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def text(body: str) -> list[Message]:
    """Text messages that together say `body`, parted between paragraphs, else lines, sentences, words; blank: none."""
    return [{"type": "text", "text": {"body": part, "preview_url": False}} for part in _part(_clean(body), MAX_TEXT)]


def buttons(body: str, choices: Sequence[tuple[str, str]]) -> Message:
    """A body with up to three reply buttons `(id, title)`.

    A body too long for buttons goes as a text that names the choices in its last line: they can be typed too, and what
    is cut off is lost.
    """
    body = _clean(body)
    if not body or not 0 < len(choices) <= MAX_BUTTONS:
        raise ValueError("buttons need a body and 1 to 3 choices")
    ids = _check_ids([id_ for id_, _ in choices], MAX_BUTTON_ID)
    titles = _titles([title for _, title in choices], MAX_BUTTON_TITLE)
    if count_units(body) > MAX_BODY:
        return _spell_out(body, " / ".join(titles))
    replies = [{"type": "reply", "reply": {"id": id_, "title": title}} for id_, title in zip(ids, titles, strict=True)]
    return _interactive("button", body, {"buttons": replies})


def menu(body: str, label: str, rows: Sequence[tuple[str, str, str]], *, section: str = "") -> Message:
    """A body with a list of rows `(id, title, description)` behind a button `label`; the first ten rows are shown.

    A body too long for a list goes as a text, with those rows it does not name already.
    """
    body, label = _clean(body), _line(label)
    if not body or not label or not rows:
        raise ValueError("a menu needs a body, a label and rows")
    rows = rows[:MAX_ROWS]
    ids = _check_ids([id_ for id_, _, _ in rows], MAX_ROW_ID)
    titles = _titles([title for _, title, _ in rows], MAX_ROW_TITLE)
    if count_units(body) > MAX_BODY:
        return _spell_out(body, "\n".join(f"- {title}" for title in titles if title not in body))
    shown: list[dict[str, str]] = []
    for id_, title, (_, _, description) in zip(ids, titles, rows, strict=True):
        row = {"id": id_, "title": title}
        if description := _line(description):
            row["description"] = shorten(description, MAX_ROW_DESCRIPTION)
        shown.append(row)
    only: dict[str, object] = {"rows": shown}
    if section := _line(section):
        only["title"] = shorten(section, MAX_SECTION_TITLE)
    return _interactive("list", body, {"button": shorten(label, MAX_LABEL), "sections": [only]})


def reaction(wamid: str, emoji: str) -> Message:
    """A reaction to a message; an empty emoji takes ours back."""
    if not wamid:
        raise ValueError("a reaction needs a message")
    return {"type": "reaction", "reaction": {"message_id": wamid, "emoji": emoji}}


def quote(message: Message, wamid: str) -> Message:
    """The message as a reply that shows `wamid` above it; a reaction names its message already."""
    return message if message["type"] == "reaction" else message | {"context": {"message_id": wamid}}


def _interactive(type_: str, body: str, action: dict[str, object]) -> Message:
    return {"type": "interactive", "interactive": {"type": type_, "body": {"text": body}, "action": action}}


def _spell_out(body: str, choices: str) -> Message:
    tail = f"\n\n{choices}" if choices else ""
    whole = shorten(body, MAX_TEXT - count_units(tail)) + tail
    return {"type": "text", "text": {"body": whole, "preview_url": False}}


def _part(body: str, limit: int) -> list[str]:
    parts: list[str] = []
    while body:
        if count_units(body) <= limit:
            return [*parts, body]
        end = _find_break(body, find_cut(body, limit))
        if part := body[:end].rstrip():
            parts.append(part)
        body = body[end:].lstrip()
    return parts


def _find_break(body: str, end: int) -> int:
    """The best place to part `body` in the second half of what fits, else its end."""
    for separator in _BREAKS:
        found = body.rfind(separator, end // 2, end)
        if found > 0:
            return found + len(separator)
    return end


def _titles(titles: Sequence[str], limit: int) -> list[str]:
    """Titles that fit, differ, and hold more than emoji; where need be, by their number."""
    done: list[str] = []
    for number, title in enumerate(map(_line, titles), 1):
        short = shorten(title, limit)
        mark = number
        while short in done or not any(char.isalnum() for char in short):
            short = (shorten(title, limit - len(f" {mark}")) + f" {mark}").strip()
            mark += 1
        done.append(short)
    return done


def _check_ids(ids: list[str], limit: int) -> list[str]:
    if len(set(ids)) < len(ids) or not all(0 < count_units(id_) <= limit for id_ in ids):
        raise ValueError("ids must be there, differ and fit")
    return ids


def _clean(body: str) -> str:
    """Without what cannot be sent or shown: lone surrogates, control characters, blanks around; invisible: empty."""
    body = _SURROGATE.sub("\ufffd", _CONTROL.sub("", body.replace("\r\n", "\n").replace("\r", "\n"))).strip()
    return body if any(char.isprintable() and not char.isspace() for char in body) else ""


def _line(label: str) -> str:
    return " ".join(_clean(label).split())
