"""Phone numbers as administrators write them: checked against E.164, and written as WhatsApp may know them instead.

Where countries changed their numbers, WhatsApp kept some people under the old form. Such a variant can be another
person's number: it is suggested, and never taken without being asked for.
"""

import phonenumbers
from phonenumbers import PhoneNumber, ValidationResult

from tasktalk.errors import BadRequest
from tasktalk.phrases import phrase

_WHY = {
    ValidationResult.INVALID_COUNTRY_CODE: phrase("There is no such country code."),
    ValidationResult.TOO_SHORT: phrase("This number is too short for its country."),
    ValidationResult.TOO_LONG: phrase("This number is too long for its country."),
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: phrase("The area code is missing."),
}
_LONGEST = 40  # characters with all their spaces and brackets
_BRAZIL, _MEXICO, _ARGENTINA = "55", "52", "54"
_BRAZILIAN = 12  # digits without the ninth of a mobile
_NATIONAL = 10  # digits behind the country code, of Mexico and Argentina


def check_phone(text: str, *, made_up: bool = False) -> str:
    """The digits of an international number. Raises BadRequest; `made_up`: numbers that nobody can have will do."""
    text = text.strip()
    if not text.startswith("+") or len(text) > _LONGEST or not text.isprintable():
        raise BadRequest(
            phrase("Write the number with + and the country code, such as +44 7400 123456."), field="phone"
        )
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException as error:
        raise BadRequest(phrase("This is no phone number."), field="phone") from error
    digits = _digits_of(number)
    possible = made_up and phonenumbers.is_possible_number(number)
    if not possible and not any(_is_valid(each) for each in (digits, *list_variants(digits))):
        raise BadRequest(_explain(number), field="phone")
    return digits


def list_variants(digits: str) -> tuple[str, ...]:
    """Other forms of the same number that WhatsApp may know: the ninth digit, 521 and 52, 549 and 54."""
    country, rest = digits[:2], digits[2:]
    if country == _BRAZIL and len(digits) == _BRAZILIAN and rest[2] in "6789":
        return (f"{country}{rest[:2]}9{rest[2:]}",)
    if country == _BRAZIL and len(digits) == _BRAZILIAN + 1 and rest[2] == "9" and rest[3] in "6789":
        return (f"{country}{rest[:2]}{rest[3:]}",)
    mobile = {_MEXICO: "1", _ARGENTINA: "9"}.get(country)
    if mobile is not None and len(rest) == _NATIONAL:
        return (f"{country}{mobile}{rest}",)
    if mobile is not None and len(rest) == _NATIONAL + 1 and rest.startswith(mobile):
        return (f"{country}{rest[1:]}",)
    return ()


def _digits_of(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164).lstrip("+")


def _is_valid(digits: str) -> bool:
    return bool(phonenumbers.is_valid_number(phonenumbers.parse(f"+{digits}")))


def _explain(number: PhoneNumber) -> str:
    reason = phonenumbers.is_possible_number_with_reason(number)
    return _WHY.get(reason, phrase("No phone has this number: the country has none of this kind."))
