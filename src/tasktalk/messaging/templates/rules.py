"""Meta's rules for templates, checked before one is submitted (facts sheet, section 6), and ours for what it is for."""

import re
from collections import Counter
from collections.abc import Sequence

from tasktalk.errors import BadRequest
from tasktalk.messaging.templates.drafts import AUTHENTICATION, UTILITY, Button, Draft
from tasktalk.messaging.templates.pack import KINDS
from tasktalk.messaging.templates.parts import PLACE, list_places
from tasktalk.phrases import Told, phrase
from tasktalk.whatsapp.graphemes import count_units

BODY, HEADER, FOOTER, LABEL, BUTTONS = 1024, 60, 60, 25, 10
URLS, PHONES, URL, PHONE, EXAMPLE = 2, 1, 2000, 20, 200
_WORDS_A_PLACE = 2
_NAME = re.compile(r"[a-z0-9_]{1,512}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2,3})?")
_PLACE_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_PHONE = re.compile(r"\+?[0-9]{5,19}")
_HTTP = re.compile(r"https?://[^\s{}]+")


def check_draft(draft: Draft) -> None:
    """Raises BadRequest with the `field` that Meta would refuse."""
    if not _NAME.fullmatch(draft.name):
        raise BadRequest(
            phrase("A template's name is lower-case letters, digits and underscores, 512 at most."), field="name"
        )
    if not _LANGUAGE.fullmatch(draft.language):
        raise BadRequest(phrase("A language is written as Meta does: en, pt_BR."), field="language")
    if draft.purpose is not None:
        _check_purpose(draft)
    if draft.category == AUTHENTICATION:
        return  # its text is Meta's own
    if draft.category != UTILITY:
        raise BadRequest("Tasktalk sends templates of the category UTILITY.", field="category")
    _check_texts(draft)
    _check_places(draft)
    _check_buttons(draft.buttons)


def _check_purpose(draft: Draft) -> None:
    kind = next((kind for purpose, kind in KINDS.items() if purpose == draft.purpose), None)
    if kind is None:
        raise BadRequest(f"A purpose is one of {', '.join(KINDS)}.", field="purpose")
    if kind.category != draft.category:
        raise BadRequest(f"A template for {draft.purpose} has the category {kind.category}.", field="purpose")
    foreign = [sample.name for sample in draft.samples if sample.name not in kind.values]
    if foreign:
        known = ", ".join(kind.values)
        raise BadRequest(
            Told(
                "{name} is not known of a {purpose}: {known} are.", name=foreign[0], purpose=draft.purpose, known=known
            ),
            field="samples",
        )
    replies = sum(button.kind == "QUICK_REPLY" for button in draft.buttons)
    if replies > len(kind.actions):
        known = ", ".join(kind.actions) or "none"
        raise BadRequest(
            Told("The quick replies of a {purpose} do, in order: {known}.", purpose=draft.purpose, known=known),
            field="buttons",
        )


def _check_texts(draft: Draft) -> None:
    for field, text, most in (
        (phrase("body"), draft.body, BODY),
        (phrase("header"), draft.header, HEADER),
        (phrase("footer"), draft.footer, FOOTER),
    ):
        if count_units(text) > most:
            raise BadRequest(
                Told("The {field} is longer than {longest} characters.", field=Told(field), longest=most), field=field
            )
        if re.search(r"\{\{|\}\}", PLACE.sub("", text)):
            raise BadRequest(
                Told(
                    "A place in the {field} is written {named} or {numbered}.",
                    field=Told(field),
                    named="{{task}}",
                    numbered="{{1}}",
                ),
                field=field,
            )
    if not draft.body:
        raise BadRequest(phrase("The body is empty."), field="body")
    if len(list_places(draft.header)) > 1:
        raise BadRequest(phrase("A header may hold one place."), field="header")
    if list_places(draft.footer):
        raise BadRequest(phrase("A footer may hold no places."), field="footer")


def _check_places(draft: Draft) -> None:
    text = draft.body.strip()
    places = list_places(text)
    if text.startswith("{{") or text.endswith("}}"):
        raise BadRequest(phrase("The body may neither begin nor end with a place."), field="body")
    if re.search(r"\}\}\s*\{\{", text):
        raise BadRequest(phrase("Two places may not stand side by side."), field="body")
    if places and len(PLACE.sub(" ", text).split()) <= _WORDS_A_PLACE * len(places):
        raise BadRequest(phrase("There are too few words for so many places."), field="body")
    _check_samples(draft, list_places(draft.header + draft.body))
    for sample in draft.samples:
        if not 0 < count_units(sample.example) <= EXAMPLE:
            raise BadRequest(Told("An example is 1 to {most} characters.", most=EXAMPLE), field="samples")


def _check_samples(draft: Draft, places: Sequence[str]) -> None:
    names = [sample.name for sample in draft.samples]
    if draft.named:
        if not all(_PLACE_NAME.fullmatch(place) for place in places):
            raise BadRequest(
                phrase("Places are all names of small letters, digits and underscores, or all numbers."), field="body"
            )
        if sorted(names) != sorted(places):
            raise BadRequest(Told("Each place has one sample: {places}.", places=", ".join(places)), field="samples")
    else:
        if list_places(draft.header):
            raise BadRequest(phrase("Name the places to have one in the header too."), field="header")
        if sorted(map(int, places)) != list(range(1, len(places) + 1)):
            raise BadRequest(phrase("Numbered places are {{1}}, {{2}}, … without a gap."), field="body")
        if len(names) != len(places) or len(set(names)) < len(names):
            raise BadRequest(phrase("Each place has one sample, in the order of their numbers."), field="samples")


def _check_buttons(buttons: Sequence[Button]) -> None:
    if len(buttons) > BUTTONS:
        raise BadRequest(Told("A template has at most {most} buttons.", most=BUTTONS), field="buttons")
    if len({button.text for button in buttons}) < len(buttons):
        raise BadRequest(phrase("Two buttons may not read the same."), field="buttons")
    for button in buttons:
        if not 0 < count_units(button.text) <= LABEL or "{{" in button.text:
            raise BadRequest(
                Told("A button reads 1 to {most} characters, without places.", most=LABEL), field="buttons"
            )
        if button.kind == "URL" and not (button.url and len(button.url) <= URL and _HTTP.fullmatch(button.url)):
            raise BadRequest(
                Told("A button's address begins with https:// and has at most {most} characters.", most=URL),
                field="buttons",
            )
        if button.kind == "PHONE_NUMBER" and not (button.phone_number and _PHONE.fullmatch(button.phone_number)):
            raise BadRequest(Told("A button's phone number has at most {most} digits.", most=PHONE), field="buttons")
    kinds = [button.kind for button in buttons]
    often = Counter(kinds)
    if often["URL"] > URLS or often["PHONE_NUMBER"] > PHONES:
        raise BadRequest(
            Told("At most {addresses} addresses and {numbers} phone number.", addresses=URLS, numbers=PHONES),
            field="buttons",
        )
    replies = [place for place, kind in enumerate(kinds) if kind == "QUICK_REPLY"]
    if replies and replies[-1] - replies[0] + 1 != len(replies):
        raise BadRequest(phrase("Quick replies stand together."), field="buttons")
