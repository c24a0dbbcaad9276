"""Which template says a thing to a person, and the message that it becomes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from tasktalk.db import Conn
from tasktalk.db.sql import queries
from tasktalk.messaging.templates.parts import PLACE, clean_json, kind_of, list_buttons, list_places, text_of
from tasktalk.whatsapp.graphemes import count_units, shorten
from tasktalk.whatsapp.render import MAX_BODY, MAX_BUTTON_ID

Q = queries(__file__)

Purpose = Literal["reminder", "digest", "assigned", "invitation", "comment", "update", "login_code"]
FALLBACK = "en"
NOTHING = "-"  # in the place of a value that is empty: Meta refuses an empty parameter
MAX_HEADER, MAX_CODE = 60, 15
_CODES = {"pt": ("pt_BR", "pt_PT"), "en": ("en", "en_US", "en_GB")}
_SHORTEST = 8  # units; below that a value says nothing
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Template:
    """One that may be sent now. `names`: what goes into its places, in their order; a positional one has them too."""

    id: UUID
    name: str
    language: str
    purpose: str
    named: bool
    components: list[dict[str, Any]]
    names: tuple[str, ...]


async def find_template(conn: Conn, *, integration_id: UUID, purpose: Purpose, language: str) -> Template | None:
    """The approved one in a person's `language` (as in `users.language`), else in English, else in any.

    None where there is none: not approved, paused, disabled, or moved to another category that is marketing.
    """
    codes = [*_codes(language), *_codes(language.partition("_")[0]), *_codes(FALLBACK)]
    row = await Q.find_template(conn, integration_id=integration_id, purpose=purpose, languages=codes)
    if row is None:
        return None
    return Template(
        row["id"],
        row["name"],
        row["language"],
        row["purpose"],
        row["parameter_format"] == "NAMED",
        row["components"],
        tuple(sample["name"] for sample in row["samples"]),
    )


def render_template(template: Template, values: Mapping[str, str], payloads: Sequence[str] = ()) -> dict[str, Any]:
    """The message for `Graph.send` and the outbox: `{"type": "template", "template": {…}}`.

    `values` by name; those it has no place for are left out, those that are missing become a dash. Each is put on one
    line, and cut where the whole would be too long: a shorter message is better than a refused one. `payloads`: what
    comes back for its quick replies, in their order. Raises ValueError for a payload that Meta would not take.
    """
    if any(not 0 < count_units(payload) <= MAX_BUTTON_ID for payload in payloads):
        raise ValueError("a payload is empty or too long")
    clean = {name: clean_value(values.get(name, "")) for name in template.names}
    components: list[dict[str, Any]] = []
    for kind, limit in (("HEADER", MAX_HEADER), ("BODY", MAX_BODY)):
        if parameters := _parameters(template, text_of(template.components, kind), clean, limit):
            components.append({"type": kind.lower(), "parameters": parameters})
    if not components and _code_button(template) is not None:  # Meta writes the text, around the code
        components.append({"type": "body", "parameters": [{"type": "text", "text": _code(clean)}]})
    components += _buttons(template, clean, payloads)
    content: dict[str, Any] = {"name": template.name, "language": {"code": template.language}}
    return {"type": "template", "template": content | ({"components": components} if components else {})}


def clean_value(value: str) -> str:
    """On one line, without what Meta refuses in a parameter; never empty."""
    line = _SPACE.sub(" ", str(clean_json(value))).strip()
    return line if any(char.isprintable() and not char.isspace() for char in line) else NOTHING


def fill(text: str, values: Mapping[str, str]) -> str:
    """`text` with its places filled; those without a value stay."""
    return PLACE.sub(lambda place: values.get(place.group(1), place.group()), text)


def _codes(language: str) -> tuple[str, ...]:
    return _CODES.get(language, (language,))


def _parameters(template: Template, text: str, values: Mapping[str, str], limit: int) -> list[dict[str, str]]:
    places = list_places(text)
    fitted = _fit(text, {place: values.get(_name(template, place), NOTHING) for place in places}, limit)
    if template.named:
        return [{"type": "text", "parameter_name": place, "text": fitted[place]} for place in places]
    # {{1}}, {{2}}, …: their order is all there is, whatever the order in the sentence.
    return [{"type": "text", "text": fitted[place]} for place in sorted(places, key=int)]


def _name(template: Template, place: str) -> str:
    """The name of what goes into a place; of a positional one by its number."""
    if template.named or not place.isdecimal():
        return place
    number = int(place)
    return template.names[number - 1] if 0 < number <= len(template.names) else place


def _fit(text: str, values: dict[str, str], limit: int) -> dict[str, str]:
    """The values cut, the longest first, until `text` with them has at most `limit` units."""
    while (over := count_units(fill(text, values)) - limit) > 0:
        longest = max(values, key=lambda place: count_units(values[place]))
        size = count_units(values[longest])
        if size <= _SHORTEST:
            break
        times = max(1, sum(place == longest for place in PLACE.findall(text)))
        values[longest] = shorten(values[longest], max(_SHORTEST, size - -(-over // times)))
    return values


def _buttons(template: Template, values: Mapping[str, str], payloads: Sequence[str]) -> list[dict[str, Any]]:
    left = list(payloads)
    filled: list[dict[str, Any]] = []
    for index, button in enumerate(list_buttons(template.components)):
        kind = kind_of(button)
        parameter: dict[str, str] | None = None
        sub_type = kind.lower()
        if kind == "QUICK_REPLY" and left:
            parameter = {"type": "payload", "payload": left.pop(0)}
        elif kind == "OTP" or (kind == "URL" and list_places(str(button.get("url", "")))):
            sub_type = "url"
            parameter = {"type": "text", "text": _code(values)}
        if parameter:
            filled.append({"type": "button", "sub_type": sub_type, "index": str(index), "parameters": [parameter]})
    return filled


def _code_button(template: Template) -> object | None:
    return next((each for each in list_buttons(template.components) if kind_of(each) == "OTP"), None)


def _code(values: Mapping[str, str]) -> str:
    return shorten(values.get("code", NOTHING), MAX_CODE)
