"""Sentences that are said later, in the language of whoever reads them: what is kept is the sentence and its values."""

from collections.abc import Sequence
from typing import Any, Self


class Told(str):
    """A sentence of ours with what fills its `{named}` places; as a text it is in English.

    `Speech.say` says it in another language. A value that is Told itself is said there too; any other stays as it is.
    """

    __slots__ = ("plural", "sentence", "values")

    sentence: str
    plural: str | None  # the form of many, for the value `number`
    values: dict[str, Any]

    def __new__(cls, sentence: str, /, **values: object) -> Self:
        """`sentence` in English is its own key in the catalogues."""
        return cls._make(sentence, None, values)

    @classmethod
    def count(cls, singular: str, plural: str, number: int, **values: object) -> Self:  # type: ignore[override]  # noqa: D102  (as Speech.count)
        return cls._make(singular, plural, {"number": number, **values})

    @classmethod
    def _make(cls, sentence: str, plural: str | None, values: dict[str, Any]) -> Self:
        form = sentence if plural is None or values["number"] == 1 else plural
        made = str.__new__(cls, form.format(**values) if values else form)
        made.sentence, made.plural, made.values = sentence, plural, values
        return made


def phrase(english: str) -> str:
    """Marks a sentence without values that is said later, from a table or out of the database."""
    return english


def join(parts: Sequence[str], between: str = " ") -> Told:
    """One after another; each is said for itself."""
    named = {f"part{number}": part for number, part in enumerate(parts)}
    return Told(between.join(f"{{{name}}}" for name in named), **named)


def pack(text: str | None) -> Any:
    """As it is kept in JSON: a plain text as it is."""
    if not isinstance(text, Told):
        return text
    values = {name: pack(value) if isinstance(value, str) else value for name, value in text.values.items()}
    return {"sentence": text.sentence, "plural": text.plural, "values": values}


def unpack(kept: Any) -> str | None:
    """What `pack` made."""
    if not isinstance(kept, dict):
        return None if kept is None else str(kept)
    values = {name: unpack(value) if isinstance(value, dict) else value for name, value in kept["values"].items()}
    return Told._make(kept["sentence"], kept["plural"], values)


def encode_told(value: object) -> str:
    """For msgspec, which takes no kinds of `str`. Raises TypeError for anything else."""
    if isinstance(value, Told):
        return str(value)
    raise TypeError(f"{type(value).__name__} is no JSON")
