"""What a template may look like when it is handed in: the rules of section 6 of the facts sheet."""

import re
from typing import Any

from tasktalk.sandbox.errors import MetaError
from tasktalk.sandbox.filling import VARIABLE
from tasktalk.sandbox.shapes import Json, get_objects, get_text

BODY, HEADER, FOOTER, LABEL, BUTTONS = 1024, 60, 60, 25, 10
URLS, PHONES, URL, PHONE, COPY_CODE = 2, 1, 2000, 20, 15
_WORDS_A_VARIABLE = 2
_NAMED = re.compile(r"[a-z][a-z0-9_]*")
_MEDIA_FORMATS = ("IMAGE", "VIDEO", "DOCUMENT")
_BAD_VARIABLES, _TOO_MANY_VARIABLES = 2388299, 2388293


def check_components(components: list[Any], *, category: str, named: bool) -> None:
    """Raises MetaError 100, with Meta's subcode where one is known."""
    kinds: list[str] = []
    for index, component in enumerate(components):
        if not isinstance(component, dict):
            raise MetaError(100, f"Param components[{index}] must be a JSON object.")
        kind = get_text(component, "type", f"components[{index}].").upper()
        kinds.append(kind)
        # Meta writes the text of an authentication template itself.
        if kind == "BODY" and category != "AUTHENTICATION":
            _body(component, named=named)
        elif kind == "HEADER":
            _header(component, named=named)
        elif kind == "FOOTER" and category != "AUTHENTICATION":
            if VARIABLE.search(get_text(component, "text", "footer.", most=FOOTER)):
                raise MetaError(100, "A footer may not hold variables.")
        elif kind == "BUTTONS":
            _buttons(component)
    if len(set(kinds)) < len(kinds):
        raise MetaError(100, "A template may have one component of each type.")
    if "BODY" not in kinds:
        raise MetaError(100, "A template needs a BODY component.")


def write_code(components: list[Json]) -> list[Json]:
    """An authentication template with the text that Meta writes for it, and the address behind its button."""
    text = "*{{1}}* is your verification code."
    written: list[Json] = []
    for component in components:
        kind = str(component.get("type", "")).upper()
        if kind == "BODY":
            if component.get("add_security_recommendation"):
                text += " For your security, do not share this code."
            written.append(component | {"text": text, "example": {"body_text": [["123456"]]}})
        elif kind == "FOOTER":
            minutes = component.get("code_expiration_minutes", 10)
            written.append(component | {"text": f"This code expires in {minutes} minutes."})
        elif kind == "BUTTONS":
            url = "https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp{{1}}"
            buttons = [
                {"type": "URL", "text": str(each.get("text") or "Copy code"), "url": url}
                for each in component["buttons"]
            ]
            written.append({"type": "BUTTONS", "buttons": buttons})
    return written


def _variables(text: str, *, named: bool) -> list[str]:
    found = list(dict.fromkeys(VARIABLE.findall(text)))
    if named:
        if not all(_NAMED.fullmatch(name) for name in found):
            raise MetaError(100, "Named variables are lower-case letters, digits and underscores.")
    elif found != [str(number) for number in range(1, len(found) + 1)]:
        raise MetaError(100, "Positional variables have to be {{1}}, {{2}}, … without a gap.")
    return found


def _body(component: Json, *, named: bool) -> None:
    text = get_text(component, "text", "body.", most=BODY)
    found = _variables(text, named=named)
    bare = text.strip()
    if bare.startswith("{{") or bare.endswith("}}"):
        raise MetaError(100, "Variables can't be at the start or end of the template.", subcode=_BAD_VARIABLES)
    if re.search(r"\}\}\s*\{\{", text):
        raise MetaError(100, "Variables can't stand side by side.", subcode=_BAD_VARIABLES)
    words = len(VARIABLE.sub(" ", text).split())
    if words < _WORDS_A_VARIABLE * len(found):
        raise MetaError(100, "There are too many variables for the length of the text.", subcode=_TOO_MANY_VARIABLES)
    _example(component, found, part="body", named=named)


def _header(component: Json, *, named: bool) -> None:
    style = str(component.get("format", "TEXT")).upper()
    if style == "TEXT":
        found = _variables(get_text(component, "text", "header.", most=HEADER), named=named)
        if len(found) > 1:
            raise MetaError(100, "A header may hold one variable.")
        _example(component, found, part="header", named=named)
    elif style in _MEDIA_FORMATS:
        handles = (component.get("example") or {}).get("header_handle")
        if not isinstance(handles, list) or not handles:
            raise MetaError(100, "A media header needs example.header_handle.", subcode=2388273)
    elif style != "LOCATION":
        raise MetaError(100, "Param format must be one of {TEXT, IMAGE, VIDEO, DOCUMENT, LOCATION}.")


def _example(component: Json, found: list[str], *, part: str, named: bool) -> None:
    """Every variable needs an example."""
    if not found:
        return
    example = component.get("example")
    example = example if isinstance(example, dict) else {}
    if named:
        given = example.get(f"{part}_text_named_params")
        names = [one.get("param_name") for one in given if isinstance(one, dict)] if isinstance(given, list) else []
        complete = set(found) <= set(names)
    else:
        given = example.get(f"{part}_text")
        values = given[0] if isinstance(given, list) and given and isinstance(given[0], list) else given
        complete = isinstance(values, list) and len(values) >= len(found)
    if not complete:
        raise MetaError(100, f"Every variable of the {part} needs an example.", subcode=2388043)


def _buttons(component: Json) -> None:
    buttons = get_objects(component, "buttons", "buttons.", least=1, most=BUTTONS)
    kinds = [str(button.get("type", "")).upper() for button in buttons]
    for button, kind in zip(buttons, kinds, strict=True):
        if kind in ("QUICK_REPLY", "URL", "PHONE_NUMBER", "FLOW"):
            get_text(button, "text", "button.", most=LABEL)
        if kind == "URL":
            url = get_text(button, "url", "button.", most=URL)
            places = [match.end() for match in VARIABLE.finditer(url)]
            if places and places != [len(url)]:
                raise MetaError(100, "A URL may hold one variable, at its end.")
            if places and not button.get("example"):
                raise MetaError(100, "The variable of a URL needs an example.", subcode=2388043)
        elif kind == "PHONE_NUMBER":
            get_text(button, "phone_number", "button.", most=PHONE)
    if kinds.count("URL") > URLS or kinds.count("PHONE_NUMBER") > PHONES or kinds.count("COPY_CODE") > 1:
        raise MetaError(100, f"At most {URLS} URL buttons, {PHONES} phone number and 1 code to copy.")
    replies = [index for index, kind in enumerate(kinds) if kind == "QUICK_REPLY"]
    if replies and replies[-1] - replies[0] + 1 != len(replies):
        raise MetaError(100, "Quick replies have to stand together.")
