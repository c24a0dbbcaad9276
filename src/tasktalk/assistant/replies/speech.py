"""How a person is spoken to: every sentence of ours in their language, with the names of days and months.

The English sentence is its own key; the others are in catalogues/, read once at first use. What has no translation is
said in English. `say`, `label`, `count`, `phrase` and `Told` are what `pybabel extract` looks for. Another room that
speaks, such as the console, has a folder of catalogues of its own, for what is not said here already.
"""

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Any

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from tasktalk.phrases import Told, phrase

CATALOGUES = Path(__file__).parent / "catalogues"
SOURCE = "en"

__all__ = ["CATALOGUES", "SOURCE", "Speech", "get_speech", "phrase"]


@dataclass(frozen=True, slots=True)
class Speech:
    """One language. `days` and `weekdays` begin with Monday, `months` with January; `weekdays` alone are in full."""

    language: str
    words: NullTranslations
    days: tuple[str, ...]
    months: tuple[str, ...]
    weekdays: tuple[str, ...]

    def say(self, english: str, **values: object) -> str:
        """A sentence with its `{named}` places filled; what is no sentence of ours comes back as it is.

        `english` may be Told, which brings its values along.
        """
        if isinstance(english, Told):
            return self._tell(english)
        sentence = self.words.gettext(english) if english else ""
        return sentence.format(**values) if values else sentence

    def _tell(self, told: Told) -> str:
        values: dict[str, Any] = {
            name: self.say(value) if isinstance(value, Told) else value for name, value in told.values.items()
        }
        if told.plural is not None:
            return self.count(told.sentence, told.plural, values.pop("number"), **values)
        return self.say(told.sentence, **values)

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
def get_speech(language: str, folder: Path = CATALOGUES) -> Speech:
    """For one of our languages, as `de`; what we do not speak is English. `folder` comes before our own catalogues."""
    known = language.isalpha() and (CATALOGUES / f"{language}.po").is_file()
    locale = Locale(language if known else SOURCE)
    days, months = locale.days["stand-alone"], locale.months["stand-alone"]["abbreviated"]
    return Speech(
        language if known else SOURCE,
        _read_words(language, folder) if known else NullTranslations(),
        tuple(days["abbreviated"][number] for number in range(7)),
        tuple(months[number] for number in range(1, 13)),
        tuple(days["wide"][number] for number in range(7)),
    )


def _read_words(language: str, folder: Path) -> NullTranslations:
    words = _read(CATALOGUES / f"{language}.po")
    if folder == CATALOGUES:
        return words
    first = _read(folder / f"{language}.po")
    first.add_fallback(words)
    return first


def _read(path: Path) -> GNUTranslations:
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.stem)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)
