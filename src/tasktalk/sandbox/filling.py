"""Filling a template: which parameters it wants, whether those given fit, and what the phone then shows (section 6)."""

import re
from typing import Any

from tasktalk.sandbox.errors import MetaError
from tasktalk.sandbox.shapes import Json
from tasktalk.sandbox.templates import Template, Templates

VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_BODY_CHARACTERS = 1024
_CLUMSY = re.compile(r"[\n\r\t]| {5,}")
_STATES = {"PAUSED": 132015, "DISABLED": 132016}


def find_sendable(templates: Templates, template: Json) -> Template:
    """The approved template that a message names; raises MetaError 132001, 132015 or 132016."""
    name, code = template["name"], template["language"]["code"]
    for candidate in templates.list_named(name):
        if candidate.language == code:
            if candidate.status == "APPROVED":
                return candidate
            raise MetaError(
                _STATES.get(candidate.status, 132001), f"template name ({name}) in {code} is {candidate.status}"
            )
    raise MetaError(132001, f"template name ({name}) does not exist in {code}")


def fill(template: Template, given: Json) -> Json:
    """What the phone shows, {header, body, footer, buttons}; raises MetaError where the parameters do not fit."""
    components = [part for part in given.get("components") or [] if isinstance(part, dict)]
    named = template.parameter_format.upper() == "NAMED"
    shown: Json = {}
    for kind in ("HEADER", "BODY"):
        component = template.find_component(kind)
        if component is None:
            continue
        parameters = _parameters(components, kind.lower())
        if component.get("format", "TEXT") == "TEXT":
            shown[kind.lower()] = _fill_text(str(component.get("text", "")), parameters, kind.lower(), named=named)
        else:
            wanted = str(component["format"]).lower()
            if not any(str(one.get("type", "")).lower() == wanted for one in parameters):
                raise MetaError(132012, f"header: Format mismatch, expected {wanted.upper()}")
    if len(shown.get("body", "")) > _BODY_CHARACTERS:
        raise MetaError(132005, f"body is longer than {_BODY_CHARACTERS} characters after filling")
    if footer := template.find_component("FOOTER"):
        shown["footer"] = footer.get("text", "")
    if buttons := template.find_component("BUTTONS"):
        shown["buttons"] = [
            _button(button, _parameters(components, "button", index=index), index)
            for index, button in enumerate(buttons.get("buttons", []))
        ]
    return shown


def _parameters(components: list[Json], kind: str, *, index: int | None = None) -> list[Json]:
    for component in components:
        if str(component.get("type", "")).lower() != kind:
            continue
        if index is None or str(component.get("index", "0")) == str(index):
            return [one for one in component.get("parameters") or [] if isinstance(one, dict)]
    return []


def _fill_text(text: str, parameters: list[Json], part: str, *, named: bool) -> str:
    wanted = list(dict.fromkeys(VARIABLE.findall(text)))
    if len(wanted) != len(parameters):
        raise MetaError(
            132000,
            f"{part}: number of localizable_params ({len(parameters)}) does not match the expected number of params "
            f"({len(wanted)})",
        )
    values: dict[str, str] = {}
    for number, parameter in enumerate(parameters, 1):
        name = str(parameter.get("parameter_name", "")) if named else str(number)
        values[name] = _value(parameter, part)
    missing = [name for name in wanted if name not in values]
    if missing:
        raise MetaError(100, f"{part}: Parameter name is missing or empty: {', '.join(missing)}")
    return VARIABLE.sub(lambda match: values[match.group(1)], text)


def _value(parameter: Json, part: str) -> str:
    kind = parameter.get("type")
    if kind == "text":
        text = parameter.get("text")
        if not isinstance(text, str) or not text:
            raise MetaError(131008, f"{part}: Parameter of type text is missing text value")
        if _CLUMSY.search(text):
            raise MetaError(
                132018, f"{part}: Param text cannot have new-line/tab characters or more than 4 consecutive spaces"
            )
        return text
    if kind in ("currency", "date_time"):
        return str((parameter.get(kind) or {}).get("fallback_value", ""))
    raise MetaError(132012, f"{part}: Parameter of type {kind} does not fit here")


def _button(button: Json, parameters: list[Json], index: int) -> Json:
    kind = str(button.get("type", "")).upper()
    shown: dict[str, Any] = {"text": button.get("text", ""), "type": kind}
    if kind == "QUICK_REPLY":
        payloads = [one.get("payload") for one in parameters if one.get("type") == "payload"]
        shown["payload"] = payloads[0] if payloads else shown["text"]
    elif kind == "URL":
        url = str(button.get("url", ""))
        if VARIABLE.search(url):
            if not parameters:
                raise MetaError(131008, f"buttons: Button at index {index} of type Url requires a parameter")
            url = VARIABLE.sub(lambda _match: str(parameters[0].get("text", "")), url)
        shown["url"] = url
    elif kind == "PHONE_NUMBER":
        shown["url"] = f"tel:{button.get('phone_number', '')}"
    return shown
