"""Spells a lexicon out: letters that are also written as two ("für", "fuer"), and words with all their endings.

`[spellings] "ü" = "ue"` gives every word with that letter its second form; `endings = ["e", "en"]` makes "erst~" stand
for "erste" and "ersten". Inside a pattern or template the forms become a choice.
"""

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

from tasktalk.assistant.grammar.tokens import fold

_PLAIN = re.compile(r"[\w\s'~/.:,&#-]+")


class _Speller:
    def __init__(self, letters: dict[str, str], endings: list[str]) -> None:
        self.letters = letters
        self.endings = endings
        special = "".join(letters)
        self.piece = re.compile(
            rf"(?P<skip>\\.|<\w+>)|(?P<word>\w*[{special}]\w*~?|\w+~)"
            if special
            else r"(?P<skip>\\.|<\w+>)|(?P<word>\w+~)"
        )

    def forms(self, word: str) -> list[str]:
        """Every way to write a word or phrase; itself alone when there is only one."""
        whole = [word]
        if self.endings and "~" in word[1:]:
            whole = [word[:1] + word[1:].replace("~", ending) for ending in self.endings]
        out: dict[str, None] = {}
        for each in whole:
            used = [letter for letter in self.letters if letter in each]
            for choice in product((False, True), repeat=len(used)):
                spelled = each
                for letter, double in zip(used, choice, strict=True):
                    spelled = spelled.replace(letter, self.letters[letter]) if double else spelled
                out[fold(spelled) if used else spelled] = None
        return list(out)

    def pattern(self, text: str) -> str:
        """A pattern or template with each such word as a choice of its forms."""
        return self.piece.sub(self._choose, text)

    def _choose(self, found: re.Match[str]) -> str:
        if found["skip"]:
            return found["skip"]
        word, last = found["word"], ""
        if found.string[found.end() : found.end() + 1] in {"?", "*", "+"}:  # which speaks of the last letter alone
            word, last = word[:-1], word[-1]
        forms = self.forms(word)
        return f"({'|'.join(forms)}){last}" if len(forms) > 1 else forms[0] + last

    def strings(self, text: str) -> Iterator[str]:
        """A member of a list: a word gives all its forms, a pattern one in which they are choices."""
        if _PLAIN.fullmatch(text):
            yield from self.forms(text)
        else:
            yield self.pattern(text)

    def table(self, source: Any) -> Any:
        """The whole of a lexicon, or a part of it."""
        if isinstance(source, dict):
            out: dict[str, Any] = {}
            for key, value in source.items():
                for form in self.forms(key):
                    out.setdefault(form, self.table(value))
            return out
        if isinstance(source, list):
            return [
                form
                for each in source
                for form in (self.strings(each) if isinstance(each, str) else [self.table(each)])
            ]
        return self.pattern(source) if isinstance(source, str) else source


def spell_out(source: dict[str, Any]) -> dict[str, Any]:
    """The lexicon with every form of its words; the same one where it has neither spellings nor endings."""
    letters, endings = source.pop("spellings", {}), source.pop("endings", [])
    return _Speller(letters, endings).table(source) if letters or endings else source
