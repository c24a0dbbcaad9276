"""The loop of `tasktalk parse --jsonl`: a line in, what was understood out, whatever the line is."""

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from tasktalk.assistant.understand import DEFAULT_LANGUAGE, understand
from tasktalk.assistant.understanding import Context
from tasktalk.errors import BadRequest

NAMES = ("people", "projects", "labels")
MAX_LINE = 1 << 20


def parse_lines(
    lines: Iterable[bytes | str], *, now: dt.datetime | None = None, tz: str | None = None, lang: str | None = None
) -> Iterator[bytes]:
    """Exactly one JSON line, with its newline, for each line of `{"text": …, "now"?, "tz"?, "lang"?, …}`.

    `now`, `tz` and `lang` stand in where a line has none; a naive `now` is on the wall clock of `tz`. A line that
    cannot be used gives `{"language", "intents": [], "reply": null, "error": {"code", "message", "data"}}`. Unknown
    keys are ignored.
    """
    encode = msgspec.json.Encoder().encode
    for line in lines:
        try:
            text, context = read_request(_decode(line), now=now, tz=tz, lang=lang)
            answer = encode(understand(text, context))
        except BadRequest as error:
            answer = encode({"language": lang or DEFAULT_LANGUAGE, "intents": [], "reply": None, **error.as_json()})
        yield answer + b"\n"


def _decode(line: bytes | str) -> dict[str, Any]:
    if len(line) > MAX_LINE:
        raise BadRequest("the line is too long", limit=MAX_LINE)
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadRequest("not JSON") from error
    if not isinstance(found, dict):
        raise BadRequest("not a JSON object")
    return found


def read_request(
    request: dict[str, Any], *, now: dt.datetime | None = None, tz: str | None = None, lang: str | None = None
) -> tuple[str, Context]:
    """The text and context of a request to parse. Raises BadRequest, `field` in its data, for what cannot be used."""
    text = request.get("text")
    if not isinstance(text, str):
        raise BadRequest("text is missing or not a string", field="text")
    text = text.encode("utf-8", "replace").decode()  # JSON can spell half a character, UTF-8 cannot
    zone = _string(request, "tz") or tz or "UTC"
    try:
        info = ZoneInfo(zone)
    except (LookupError, OSError, ValueError) as error:
        raise BadRequest("no such time zone", field="tz") from error
    said = _string(request, "now")
    try:
        moment = dt.datetime.fromisoformat(said) if said else now or dt.datetime.now(info)
        moment = moment.replace(tzinfo=info) if moment.tzinfo is None else moment.astimezone(info)
    except (ValueError, OverflowError) as error:
        raise BadRequest("now is not an ISO 8601 date and time", field="now") from error
    names = {key: _names(request, key) for key in NAMES}
    known = {key: value for key, value in names.items() if value is not None}
    language = _string(request, "lang") or lang or DEFAULT_LANGUAGE
    return text, Context(now=moment, tz=zone, language=language, **known)


def _string(request: dict[str, Any], key: str) -> str | None:
    value = request.get(key)
    if value is None or isinstance(value, str):
        return value
    raise BadRequest(f"{key} is not a string", field=key)


def _names(request: dict[str, Any], key: str) -> tuple[str, ...] | None:
    value = request.get(key)
    if value is None:
        return None
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return tuple(name for name in value if name.strip())
    raise BadRequest(f"{key} is not a list of names", field=key)
