"""The parts of a template: its body, its buttons, the places to be filled in (facts sheet, section 6)."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

Component = Mapping[str, Any]

# Controls but tab and newline; the marks that turn the reading direction of what follows; lone surrogates.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def find_part(components: Sequence[Component], kind: str) -> Component | None:
    """HEADER, BODY, FOOTER or BUTTONS."""
    return next((each for each in components if str(each.get("type", "")).upper() == kind), None)


def text_of(components: Sequence[Component], kind: str) -> str:
    """The text of that part; empty where there is none, or Meta writes it itself."""
    text = (find_part(components, kind) or {}).get("text")
    return text if isinstance(text, str) else ""


def list_buttons(components: Sequence[Component]) -> list[Component]:
    """In the order in which they are shown."""
    buttons = (find_part(components, "BUTTONS") or {}).get("buttons")
    return [each for each in buttons if isinstance(each, dict)] if isinstance(buttons, list) else []


def kind_of(button: Component) -> str:
    """QUICK_REPLY, URL, PHONE_NUMBER, COPY_CODE, OTP, …."""
    return str(button.get("type", "")).upper()


def list_places(text: str) -> list[str]:
    """What stands between double braces, each once, in order."""
    return list(dict.fromkeys(PLACE.findall(text)))


def clean_json(value: Any) -> Any:
    """The same without the characters that the database does not hold, or that nobody can see."""
    if isinstance(value, str):
        return _UNSEEN.sub("", value)
    if isinstance(value, dict):
        return {_UNSEEN.sub("", str(key)): clean_json(each) for key, each in value.items()}
    return [clean_json(each) for each in value] if isinstance(value, list) else value
