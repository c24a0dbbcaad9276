"""A template as it is written: plain texts, of which Meta's components are made and read again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tasktalk.messaging.templates.parts import Component, find_part, kind_of, list_buttons, list_places, text_of

UTILITY, AUTHENTICATION, MARKETING = "UTILITY", "AUTHENTICATION", "MARKETING"
_CODE_MINUTES = 10  # as long as Meta keeps an undelivered one


@dataclass(frozen=True, slots=True)
class Button:
    """`kind`: QUICK_REPLY, URL (with `url`), PHONE_NUMBER (with `phone_number`), OTP: copies the code."""

    kind: str
    text: str
    url: str | None = None
    phone_number: str | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """What goes into a place, and an example of it, which Meta wants to see."""

    name: str
    example: str


@dataclass(frozen=True, slots=True)
class Draft:
    """`samples` are in the order of the places: the first is `{{1}}` of a positional one.

    Meta writes the text of authentication templates itself: their `body` is empty.
    """

    name: str
    language: str
    category: str
    body: str
    header: str = ""
    footer: str = ""
    buttons: tuple[Button, ...] = ()
    samples: tuple[Sample, ...] = ()
    purpose: str | None = None

    @property
    def named(self) -> bool:
        """Whether its places have names; else they have numbers."""
        places = list_places(self.header + self.body)
        return not places or not all(place.isdecimal() for place in places)

    def to_components(self) -> list[dict[str, Any]]:
        """As Meta takes them."""
        if self.category == AUTHENTICATION:
            code = {"type": "OTP", "otp_type": "COPY_CODE", "text": self.buttons[0].text}
            return [
                {"type": "BODY", "add_security_recommendation": True},
                {"type": "FOOTER", "code_expiration_minutes": _CODE_MINUTES},
                {"type": "BUTTONS", "buttons": [code]},
            ]
        parts: list[dict[str, Any]] = []
        if self.header:
            parts.append({"type": "HEADER", "format": "TEXT", "text": self.header} | self._example("header"))
        parts.append({"type": "BODY", "text": self.body} | self._example("body"))
        if self.footer:
            parts.append({"type": "FOOTER", "text": self.footer})
        if self.buttons:
            parts.append({"type": "BUTTONS", "buttons": [_to_json(button) for button in self.buttons]})
        return parts

    def _example(self, part: str) -> dict[str, Any]:
        places = list_places(self.header if part == "header" else self.body)
        if not places:
            return {}
        examples = {sample.name: sample.example for sample in self.samples}
        if self.named:
            given = [{"param_name": place, "example": examples.get(place, "")} for place in places]
            return {"example": {f"{part}_text_named_params": given}}
        values = [self.samples[int(place) - 1].example for place in sorted(places, key=int)]
        return {"example": {f"{part}_text": values if part == "header" else [values]}}


def read_samples(components: Sequence[Component], known: Sequence[Sample]) -> list[Sample]:
    """What Meta's components want to be filled with: names and examples of `known` where they still fit, else Meta's.

    The places of a positional template are named by `known` as long as there are as many.
    """
    header, body = text_of(components, "HEADER"), text_of(components, "BODY")
    places = list_places(header + body)
    if not places:
        return list(known) if any(kind_of(each) == "OTP" for each in list_buttons(components)) else []
    if all(place.isdecimal() for place in places):
        places.sort(key=int)
        if len(known) == len(places):
            return list(known)
        values = _positional(components)
        return [Sample(place, values[n] if n < len(values) else "") for n, place in enumerate(places)]
    examples = _named(components) | {sample.name: sample.example for sample in known}
    return [Sample(place, examples.get(place, "")) for place in places]


def read_draft(row: Any) -> Draft | None:
    """The draft that a row of `templates` would come from; None where it has parts that are not written here."""
    components = row["components"]
    if row["wanted_category"] == AUTHENTICATION:
        return None
    header = find_part(components, "HEADER")
    kinds = {str(each.get("type", "")).upper() for each in components}
    buttons = list_buttons(components)
    if (
        kinds - {"HEADER", "BODY", "FOOTER", "BUTTONS"}
        or (header and header.get("format", "TEXT") != "TEXT")
        or not {kind_of(each) for each in buttons} <= {"QUICK_REPLY", "URL", "PHONE_NUMBER"}
    ):
        return None
    return Draft(
        name=row["name"],
        language=row["language"],
        category=row["wanted_category"],
        body=text_of(components, "BODY"),
        header=text_of(components, "HEADER"),
        footer=text_of(components, "FOOTER"),
        buttons=tuple(
            Button(kind_of(each), str(each.get("text", "")), each.get("url"), each.get("phone_number"))
            for each in buttons
        ),
        samples=tuple(Sample(**each) for each in row["samples"]),
        purpose=row["purpose"],
    )


def _to_json(button: Button) -> dict[str, str]:
    known = {"type": button.kind, "text": button.text, "url": button.url, "phone_number": button.phone_number}
    return {key: value for key, value in known.items() if value is not None}


def _positional(components: Sequence[Component]) -> list[str]:
    example = (find_part(components, "BODY") or {}).get("example")
    given = example.get("body_text") if isinstance(example, dict) else None
    values = given[0] if isinstance(given, list) and given and isinstance(given[0], list) else given
    return [str(value) for value in values] if isinstance(values, list) else []


def _named(components: Sequence[Component]) -> dict[str, str]:
    found: dict[str, str] = {}
    for kind in ("header", "body"):
        example = (find_part(components, kind.upper()) or {}).get("example")
        given = example.get(f"{kind}_text_named_params") if isinstance(example, dict) else None
        for each in given if isinstance(given, list) else ():
            if isinstance(each, dict):
                found[str(each.get("param_name", ""))] = str(each.get("example", ""))
    return found
