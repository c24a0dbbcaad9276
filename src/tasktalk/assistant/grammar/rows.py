"""Turns tokens into the row of nodes the rules work on: words by the lexicon, figures and signs by their shape."""

from tasktalk.assistant.grammar.chart import Alphabet, Node
from tasktalk.assistant.grammar.lexicon import Lexicon, Senses, as_part, find_phrase
from tasktalk.assistant.grammar.tokens import DIGITS, LITERAL, SYMBOL, WORD, Token

FIRST_YEAR, LAST_YEAR = 1900, 2199

_SIGNS_GLUED = {
    "-": "HYPHEN",
    "\u2013": "HYPHEN",
    "—": "HYPHEN",
    ".": "DOT",
    ":": "COLON",
    "/": "SLASH",
    ",": "COMMA",
    "+": "PLUS",
}
_SIGNS = {
    "-": "DASH", "\u2013": "DASH", "—": "DASH", ".": "STOP", ",": "COMMA", "&": "AND", "+": "PLUS", "~": "ABOUT",
    "!": "BANG", "/": "BREAK", "(": "OPEN", ")": "CLOSE",
}  # fmt: skip
_DAYS = frozenset({"WEEKDAY", "DAYREL", "EVERY", "THIS", "ONTHE"})
_ISO_MARKS: dict[str, Senses] = {"t": {"ISO_T": 1}, "z": {"ISO_Z": 1}}


class RowMaker:
    """Knows every letter a token of these languages may get, so that a machine can be built on them."""

    def __init__(self, lexicon: Lexicon, alphabet: Alphabet) -> None:
        self._lexicon = lexicon
        self._letter = alphabet.letter
        for table in (lexicon.words, lexicon.suffixes, _ISO_MARKS):
            for senses in table.values():
                alphabet.letter(senses)
        for choices in lexicon.phrases.values():
            for _, senses in choices:
                alphabet.letter(senses)
        for sign, name in (*_SIGNS_GLUED.items(), *_SIGNS.items()):
            alphabet.letter({name, *lexicon.words.get(sign, ())})
        for name in ("WORD", "LITERAL", "MARK", "PUNCT", "PART"):
            alphabet.letter({name})
        for figure in ("5", "05", "50", "630", "0630", "1730", "1999", "12345"):
            alphabet.letter(_read_figure(figure))

    def make(self, tokens: list[Token]) -> list[Node]:
        """A node for each token or phrase of several."""
        row: list[Node] = []
        at = 0
        while at < len(tokens):
            token = tokens[at]
            phrase = find_phrase(self._lexicon, tokens, at) if token.text in self._lexicon.phrases else None
            if phrase and not self._is_inside_name(tokens, at):
                size, senses = phrase
                row.append(self._node(token.start, tokens[at + size - 1].end, senses))
                at += size
                continue
            at += 1
            if token.text in self._lexicon.compounds and not token.glued:
                size, day, part = self._lexicon.compounds[token.text]
                middle = token.start + size
                row += (self._node(token.start, middle, day), self._node(middle, token.end, part))
                continue
            senses = self._read(tokens, at - 1)
            if "PARTBEHIND" in senses:
                senses = _read_behind(senses, row)
            row.append(self._node(token.start, token.end, senses, token.text))
        return row

    def _node(self, start: int, end: int, senses: Senses, text: str = "") -> Node:
        return Node(start, end, senses, self._letter(senses), weak=text in self._lexicon.weak)

    def _read(self, tokens: list[Token], at: int) -> Senses:
        token = tokens[at]
        following = tokens[at + 1] if at + 1 < len(tokens) else None
        glued_after = following is not None and following.glued
        if token.kind == WORD:
            return self._read_word(token, tokens[at - 1] if token.glued else None)
        if token.kind == DIGITS:
            return self._read_digits(token, tokens[at - 1] if token.glued else None, following if glued_after else None)
        if token.kind == SYMBOL:
            signs = _SIGNS_GLUED if token.glued and glued_after else _SIGNS
            if token.text in signs:
                return {signs[token.text]: 1, **self._lexicon.words.get(token.text, {})}
            return self._lexicon.words.get(token.text, {"PUNCT": 1})
        return {LITERAL.upper() if token.text else "MARK": 1}

    def _read_word(self, token: Token, before: Token | None) -> Senses:
        lexicon = self._lexicon
        if before is not None and before.kind == DIGITS:
            return (
                lexicon.suffixes.get(token.text) or _ISO_MARKS.get(token.text) or self._month(token) or {"LITERAL": 1}
            )
        if token.text in lexicon.words:
            return lexicon.words[token.text]
        return lexicon.find_typo(token.text) or {"WORD": 1}

    def _read_digits(self, token: Token, before: Token | None, after: Token | None) -> Senses:
        lexicon = self._lexicon
        if before is not None and before.kind == WORD:
            known = before.text in lexicon.suffixes or before.text in _ISO_MARKS or self._month(before)
            if not known:
                return {"LITERAL": 1}
        if after is not None and after.kind == WORD:
            known = after.text in lexicon.suffixes or after.text in _ISO_MARKS or self._month(after)
            if not known:
                return {"LITERAL": 1}
        return _read_figure(token.text)

    def _month(self, token: Token) -> Senses | None:
        senses = self._lexicon.words.get(token.text)
        return senses if senses and "MONTH" in senses else None

    def _is_inside_name(self, tokens: list[Token], at: int) -> bool:
        """Whether the token is a letter glued behind figures that are no measure ("3DS")."""
        token = tokens[at]
        return token.glued and token.kind == WORD and tokens[at - 1].kind == DIGITS


def _read_behind(senses: Senses, row: list[Node]) -> Senses:
    """A word that is a part of the day right behind a day ("maandag morgen", "elke morgen"), else what it is alone."""
    before = row[-1].senses if row else {}
    return (as_part(senses) if _DAYS & before.keys() else None) or senses


def _read_figure(text: str) -> Senses:
    value = int(text)
    senses: Senses = {"NUM": value}
    if len(text) <= 2:  # noqa: PLR2004  (hours, days and months have two figures)
        senses["D12"] = value
        if text[0] == "0" and len(text) > 1:
            senses["PADDED"] = 1
    elif len(text) == 3:  # noqa: PLR2004
        senses["HMM"] = text
    elif len(text) == 4:  # noqa: PLR2004
        senses["HMM"] = text
        if FIRST_YEAR <= value <= LAST_YEAR:
            senses["YEAR"] = value
    return senses
