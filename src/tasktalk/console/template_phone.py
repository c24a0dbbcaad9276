"""What stands beside the editor: the message as a phone draws it, and the words of the pack to begin with."""

from dataclasses import replace
from typing import NamedTuple, get_args

from tasktalk.console.template_form import Given, given_of
from tasktalk.messaging.templates.choosing import Purpose
from tasktalk.messaging.templates.drafts import AUTHENTICATION
from tasktalk.messaging.templates.pack import LANGUAGES, write
from tasktalk.messaging.templates.shown import ShownTemplate


class Phone(NamedTuple):
    """What a phone draws; a button is its kind and its words."""

    header: str
    body: str
    footer: str
    buttons: list[tuple[str, str]]


def phone_of(given: Given | None, shown: ShownTemplate | None) -> Phone:
    """What it draws: what is being written, else what is stored."""
    if given is not None:
        buttons = [(each.kind, each.text) for each in given.buttons]
        return Phone(given.filled(given.header), given.filled(given.body), given.footer, buttons)
    if shown is None:
        return Phone("", "", "", [])
    buttons = [(each.kind, each.text) for each in shown.buttons]
    return Phone(shown.preview.header, shown.preview.body, shown.preview.footer, buttons)


def begin(purpose: str, language: str) -> Given:
    """The words of the pack for that purpose, or nothing."""
    if purpose not in get_args(Purpose) or language not in LANGUAGES:
        return Given(language="en")
    draft = write(purpose, language)  # type: ignore[arg-type]  # (checked just here)
    return Given(language=language) if draft.category == AUTHENTICATION else given_of(replace(draft, name=""))
