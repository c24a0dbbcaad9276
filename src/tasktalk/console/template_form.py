"""The form of a template: what was entered, what a phone would show of it, and what is stored of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

from tasktalk.errors import AppError, BadRequest
from tasktalk.messaging.templates.bodies import TemplatePatchBody
from tasktalk.messaging.templates.choosing import Purpose, fill
from tasktalk.messaging.templates.drafts import UTILITY, Button, Draft
from tasktalk.messaging.templates.pack import KINDS, Kind
from tasktalk.messaging.templates.parts import list_places
from tasktalk.messaging.templates.rules import BUTTONS, check_draft
from tasktalk.phrases import Told, phrase

BUTTON_KINDS = ("QUICK_REPLY", "URL", "PHONE_NUMBER")
_TEXTS = ("name", "language", "header", "body", "footer")
_FEWEST = 2  # rows of buttons
_LONGEST_PLACE, _MOST = 60, 50


@dataclass(frozen=True, slots=True)
class Given:
    """What is in the form. `values`: an address or number for each button; `samples`, `meanings`: by place.

    A meaning is what goes into a numbered place; a named one says it itself.
    """

    name: str = ""
    language: str = ""
    purpose: str = ""
    header: str = ""
    body: str = ""
    footer: str = ""
    buttons: tuple[Button, ...] = ()
    samples: Mapping[str, str] | None = None
    meanings: Mapping[str, str] | None = None

    @property
    def kind(self) -> Kind | None:
        """What is known of its purpose."""
        return next((kind for purpose, kind in KINDS.items() if purpose == self.purpose), None)

    @property
    def places(self) -> list[str]:
        """Those in header and body, in the order of their samples."""
        places = [place for place in list_places(self.header + self.body) if len(place) <= _LONGEST_PLACE][:_MOST]
        return sorted(places, key=int) if self.numbered else places

    @property
    def numbered(self) -> bool:
        """Whether places are numbers."""
        places = list_places(self.header + self.body)
        return bool(places) and all(_is_number(place) for place in places)

    @property
    def rows(self) -> list[Button]:
        """Its buttons, and an empty one to fill."""
        empty = Button("QUICK_REPLY", "")
        many = min(BUTTONS, max(_FEWEST, len(self.buttons) + 1))
        return [*self.buttons, *[empty] * (many - len(self.buttons))]

    def sample(self, place: str) -> str:
        """The example for a place."""
        return (self.samples or {}).get(place, "")

    def meaning(self, place: str) -> str:
        """What goes into a numbered place: as chosen, else the next that the purpose knows."""
        chosen = (self.meanings or {}).get(place)
        if chosen is not None or self.kind is None:
            return chosen or place
        number = int(place)
        return self.kind.values[number - 1] if 0 < number <= len(self.kind.values) else place

    def filled(self, text: str) -> str:
        """`text` with the samples in its places."""
        return fill(text, {place: value for place, value in (self.samples or {}).items() if value.strip()})

    def values(self) -> dict[str, Any]:
        """Fields of a Draft, clean. Raises BadRequest by its field."""
        if self.purpose and self.purpose not in get_args(Purpose):
            raise BadRequest(phrase("This purpose is not known."), field="purpose")
        if missing := [place for place in self.places if not self.sample(place).strip()]:
            raise BadRequest(Told("Give an example for {place}.", place=f"{{{{{missing[0]}}}}}"), field="samples")
        samples = [{"name": self._name(place), "example": self.sample(place)} for place in self.places]
        buttons = [{"kind": b.kind, "text": b.text, "url": b.url, "phone_number": b.phone_number} for b in self.buttons]
        body = TemplatePatchBody.model_validate(
            {field: getattr(self, field) for field in _TEXTS}
            | {"purpose": self.purpose or None, "samples": samples, "buttons": buttons}
        )
        return body.given()

    def trouble(self) -> str:
        """Why it could not be saved as it is now; empty where it could."""
        try:
            check_draft(Draft(category=UTILITY, **self.values()))
        except AppError as error:
            return error.message
        return ""

    def _name(self, place: str) -> str:
        return self.meaning(place) if self.numbered else place


def given_of(draft: Draft) -> Given:
    """The form of what is stored."""
    given = Given(
        draft.name, draft.language, draft.purpose or "", draft.header, draft.body, draft.footer, draft.buttons
    )
    names = [each.name for each in draft.samples]
    keys = [str(number) for number in range(1, len(names) + 1)] if given.numbered else names
    examples = {key: each.example for key, each in zip(keys, draft.samples, strict=True)}
    return replace(given, samples=examples, meanings=dict(zip(keys, names, strict=True)))


def read_given(form: Mapping[str, str]) -> Given:
    """What was entered; fields that are not ours are passed over, buttons without words are none."""
    texts = {field: form.get(field, "").strip() for field in _TEXTS}
    texts["body"] = form.get("body", "").replace("\r\n", "\n")
    buttons = tuple(button for number in range(BUTTONS) if (button := _button(form, number)) is not None)
    samples = {key.removeprefix("sample-"): value for key, value in form.items() if key.startswith("sample-")}
    meanings = {key.removeprefix("meaning-"): value for key, value in form.items() if key.startswith("meaning-")}
    return Given(**texts, purpose=form.get("purpose", "").strip(), buttons=buttons, samples=samples, meanings=meanings)


def _button(form: Mapping[str, str], number: int) -> Button | None:
    kind = form.get(f"button-kind-{number}", "QUICK_REPLY")
    text, value = (form.get(f"button-{part}-{number}", "").strip() for part in ("text", "value"))
    if not text and not value:
        return None
    if kind not in BUTTON_KINDS:
        raise BadRequest(phrase("This kind of button is not known."), field="buttons")
    return Button(kind, text, value if kind == "URL" else None, value if kind == "PHONE_NUMBER" else None)


def _is_number(place: str) -> bool:
    return place.isascii() and place.isdigit()
