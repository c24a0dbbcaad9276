"""The shape of interactive messages: sections 4.1 and 4.2 of the facts sheet."""

import re
from collections.abc import Callable

from tasktalk.sandbox.errors import MetaError
from tasktalk.sandbox.shapes import Json, get_object, get_objects, get_text, need, refuse

BODY_CHARACTERS = 1024
HEADER_CHARACTERS = FOOTER_CHARACTERS = 60
BUTTONS, BUTTON_TITLE, BUTTON_ID = 3, 20, 256
LIST_LABEL, SECTIONS, ROWS, ROW_ID, ROW_TITLE, ROW_DESCRIPTION = 20, 10, 10, 200, 24, 72
LINK_TEXT = FLOW_LABEL = 20
PRODUCTS = 30
_MEDIA_HEADERS = ("image", "video", "document")
_WORD = re.compile(r"\w")
_PATH = "interactive.action."


def check_interactive(interactive: Json) -> None:
    """Check an `interactive` object; raises MetaError."""
    kind = get_text(interactive, "type", "interactive.")
    check = _ACTIONS.get(kind)
    if check is None:
        known = ", ".join(sorted(_ACTIONS)).upper()
        raise MetaError(100, f"Param interactive['type'] must be one of {{{known}}} - got \"{kind}\".")
    _header(interactive, kind)
    if kind != "product":
        body = get_object(interactive, "body", "interactive.")
        if not get_text(body, "text", "interactive.body.", most=BODY_CHARACTERS).strip():
            raise need("interactive.body.text")
    if interactive.get("footer") is not None:
        footer = get_object(interactive, "footer", "interactive.")
        get_text(footer, "text", "interactive.footer.", most=FOOTER_CHARACTERS)
    check(get_object(interactive, "action", "interactive."))


def _header(interactive: Json, kind: str) -> None:
    if interactive.get("header") is None:
        if kind == "product_list":
            raise need("interactive.header")
        return
    header = get_object(interactive, "header", "interactive.")
    header_kind = get_text(header, "type", "interactive.header.")
    if header_kind == "text":
        get_text(header, "text", "interactive.header.", most=HEADER_CHARACTERS)
    elif header_kind not in _MEDIA_HEADERS or kind in ("list", "product_list"):
        raise refuse(f"A header of type '{header_kind}' is not allowed on an interactive message of type '{kind}'.")
    else:
        media = get_object(header, header_kind, "interactive.header.")
        if not media.get("id") and not media.get("link"):
            raise need(f"interactive.header.{header_kind}.id or link")


def _buttons(action: Json) -> None:
    titles: set[str] = set()
    ids: set[str] = set()
    buttons = get_objects(action, "buttons", _PATH, least=1, most=BUTTONS)
    for index, button in enumerate(buttons):
        path = f"{_PATH}buttons[{index}]."
        if button.get("type") != "reply":
            raise refuse(f"{path}type has to be 'reply'.")
        reply = get_object(button, "reply", path)
        ids.add(get_text(reply, "id", f"{path}reply.", most=BUTTON_ID))
        title = get_text(reply, "title", f"{path}reply.", most=BUTTON_TITLE)
        if title != title.strip() or not _WORD.search(title):
            raise refuse(f"{path}reply.title has to be text without blanks around it.")
        titles.add(title)
    if len(titles) < len(buttons) or len(ids) < len(buttons):
        raise refuse("Duplicated reply button ids or titles are not allowed.")


def _list(action: Json) -> None:
    get_text(action, "button", _PATH, most=LIST_LABEL)
    sections = get_objects(action, "sections", _PATH, least=1, most=SECTIONS)
    ids: list[str] = []
    for index, section in enumerate(sections):
        path = f"{_PATH}sections[{index}]."
        if len(sections) > 1 or section.get("title") is not None:
            get_text(section, "title", path, most=ROW_TITLE)
        for number, row in enumerate(get_objects(section, "rows", path, least=1, most=ROWS)):
            row_path = f"{path}rows[{number}]."
            ids.append(get_text(row, "id", row_path, most=ROW_ID))
            get_text(row, "title", row_path, most=ROW_TITLE)
            if row.get("description") is not None:
                get_text(row, "description", row_path, most=ROW_DESCRIPTION, empty=True)
    if len(ids) > ROWS:
        raise refuse(f"A list may have {ROWS} rows in all its sections together, not {len(ids)}.")
    if len(set(ids)) < len(ids):
        raise refuse("Duplicated row ids are not allowed.")


def _link(action: Json) -> None:
    _named(action, "cta_url")
    parameters = get_object(action, "parameters", _PATH)
    get_text(parameters, "display_text", f"{_PATH}parameters.", most=LINK_TEXT)
    url = get_text(parameters, "url", f"{_PATH}parameters.")
    if not url.startswith(("http://", "https://")):
        raise refuse(f"{_PATH}parameters.url has to be a URL.")


def _flow(action: Json) -> None:
    _named(action, "flow")
    parameters = get_object(action, "parameters", _PATH)
    get_text(parameters, "flow_message_version", f"{_PATH}parameters.")
    get_text(parameters, "flow_cta", f"{_PATH}parameters.", most=FLOW_LABEL)
    if not parameters.get("flow_id") and not parameters.get("flow_name"):
        raise need(f"{_PATH}parameters.flow_id or flow_name")


def _only_named(name: str) -> Callable[[Json], None]:
    return lambda action: _named(action, name)


def _named(action: Json, name: str) -> None:
    if get_text(action, "name", _PATH) != name:
        raise refuse(f"{_PATH}name has to be '{name}'.")


def _product(action: Json) -> None:
    get_text(action, "catalog_id", _PATH)
    get_text(action, "product_retailer_id", _PATH)


def _products(action: Json) -> None:
    get_text(action, "catalog_id", _PATH)
    sections = get_objects(action, "sections", _PATH, least=1, most=SECTIONS)
    for index, section in enumerate(sections):
        get_objects(section, "product_items", f"{_PATH}sections[{index}].", least=1, most=PRODUCTS)


def _carousel(action: Json) -> None:
    get_objects(action, "cards", _PATH, least=2, most=10)


_ACTIONS: dict[str, Callable[[Json], None]] = {
    "button": _buttons,
    "list": _list,
    "cta_url": _link,
    "flow": _flow,
    "location_request_message": _only_named("send_location"),
    "request_contact_info": _only_named("request_contact_info"),
    "address_message": _only_named("address_message"),
    "call_permission_request": _only_named("call_permission_request"),
    "voice_call": _only_named("voice_call"),
    "product": _product,
    "product_list": _products,
    "catalog_message": _only_named("catalog_message"),
    "carousel": _carousel,
}
