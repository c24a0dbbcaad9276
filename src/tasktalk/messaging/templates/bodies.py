"""What is sent to the routes of templates."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tasktalk.errors import BadRequest
from tasktalk.messaging.templates.choosing import Purpose
from tasktalk.messaging.templates.drafts import Button, Sample
from tasktalk.messaging.templates.pack import LANGUAGES
from tasktalk.tasks.checks import clean_line, clean_text

_LONGEST, _LONGEST_LINE = 4096, 2000
_MANY = Field(max_length=50)


class ButtonBody(BaseModel):
    """A button: a quick reply, a link or a phone number."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["QUICK_REPLY", "URL", "PHONE_NUMBER"] = "QUICK_REPLY"
    text: str
    url: str | None = None
    phone_number: str | None = None


class SampleBody(BaseModel):
    """What goes into a place, with an example."""

    model_config = ConfigDict(extra="forbid")

    name: str
    example: str


class TemplatePatchBody(BaseModel):
    """What to change; a key that is not sent stays as it is."""

    model_config = ConfigDict(extra="forbid")

    name: str = ""
    language: str = ""
    purpose: Purpose | None = None
    header: str = ""
    body: str = ""
    footer: str = ""
    buttons: Annotated[list[ButtonBody], _MANY] = []
    samples: Annotated[list[SampleBody], _MANY] = []

    def given(self) -> dict[str, Any]:
        """The keys that are sent, clean, as fields of a Draft."""
        return {key: _clean(key, getattr(self, key)) for key in self.model_fields_set}


class NewTemplateBody(TemplatePatchBody):
    """A template to write: it stays a draft until it is submitted."""

    name: str
    language: str
    body: str


class PackBody(BaseModel):
    """Which of the pack; all of it without."""

    model_config = ConfigDict(extra="forbid")

    languages: Annotated[list[str], _MANY] = list(LANGUAGES)

    def chosen(self) -> tuple[str, ...]:
        """Each once. Raises BadRequest for a language that the pack does not have."""
        foreign = [each for each in self.languages if each not in LANGUAGES]
        if foreign:
            raise BadRequest(f"The pack has {', '.join(LANGUAGES)}.", field="languages")
        return tuple(dict.fromkeys(self.languages))


def _clean(key: str, value: Any) -> Any:
    if key == "body":
        return clean_text(value, field=key, longest=_LONGEST)
    if key in {"header", "footer"}:
        return clean_line(value, field=key, longest=_LONGEST_LINE) if value.strip() else ""
    if key == "buttons":
        return tuple(_button(each) for each in value)
    if key == "samples":
        return tuple(Sample(_line(each.name, key), _line(each.example, key)) for each in value)
    return value


def _button(body: ButtonBody) -> Button:
    url, phone = body.url if body.kind == "URL" else None, body.phone_number if body.kind == "PHONE_NUMBER" else None
    return Button(body.kind, _line(body.text, "buttons"), url, phone)


def _line(text: str, field: str) -> str:
    return clean_line(text, field=field, longest=_LONGEST_LINE)
