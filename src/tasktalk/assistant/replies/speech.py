"""How a person is spoken to: every sentence of ours in their language, with the names of days and months.

The English sentence is its own key; the others are in catalogues/, read once at first use. What has no translation is
said in English. `say`, `label`, `count` and `phrase` are what `pybabel extract` looks for.
"""

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

CATALOGUES = Path(__file__).parent / "catalogues"
SOURCE = "en"


@dataclass(frozen=True, slots=True)
class Speech:
    """One language. `days` begin with Monday, `months` with January, both short."""

    language: str
    words: NullTranslations
    days: tuple[str, ...]
    months: tuple[str, ...]

    def say(self, english: str, **values: object) -> str:
        """A sentence with its `{named}` places filled; what is no sentence of ours comes back as it is."""
        sentence = self.words.gettext(english) if english else ""
        return sentence.format(**values) if values else sentence

    def label(self, english: str, **values: object) -> str:
        """What stands on a button, or opens a list: twenty characters at most, which a test checks."""
        return self.say(english, **values)

    def count(self, singular: str, plural: str, number: int, **values: object) -> str:
        """A sentence in the form that its `{number}` takes."""
        return self.words.ngettext(singular, plural, number).format(number=number, **values)

    def day(self, day: dt.date, *, year: bool = False) -> str:
        """`Tue 24 Nov`, and the year if asked for."""
        names = {"weekday": self.days[day.weekday()], "day": day.day, "month": self.months[day.month - 1]}
        if year:
            return self.say("{weekday} {day} {month} {year}", year=day.year, **names)
        return self.say("{weekday} {day} {month}", **names)

    def join(self, names: Sequence[str]) -> str:
        """`Ana, Ben and Zoe`; there is at least one."""
        if len(names) == 1:
            return names[0]
        return self.say("{names} and {last}", names=", ".join(names[:-1]), last=names[-1])


@cache
def get_speech(language: str) -> Speech:
    """For one of our languages, as `de`; what we do not speak is English."""
    path = CATALOGUES / f"{language}.po"
    known = language.isalpha() and path.is_file()
    locale = Locale(language if known else SOURCE)
    days, months = locale.days["stand-alone"]["abbreviated"], locale.months["stand-alone"]["abbreviated"]
    return Speech(
        language if known else SOURCE,
        _read(path) if known else NullTranslations(),
        tuple(days[number] for number in range(7)),
        tuple(months[number] for number in range(1, 13)),
    )


def phrase(english: str) -> str:
    """Marks a sentence that is said later, from a table or out of the database."""
    return english


def _read(path: Path) -> GNUTranslations:
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.stem)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)
