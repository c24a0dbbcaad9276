"""What language to answer in, when nobody is known who could have chosen one."""

from tasktalk.assistant.grammar.languages import choose_languages
from tasktalk.assistant.replies.speech import SOURCE

# By the beginning of the phone number, the longest that fits; countries of several languages of ours are left out.
_LANGUAGES = {
    "es": "34 52 51 53 54 56 57 58 502 503 504 505 506 507 591 593 595 598",
    "pt": "351 55 244 258 238",
    "fr": "33 377 221 225",
    "de": "49 43 423",
    "it": "39 378",
    "nl": "31 597",
}
_BY_CODE = {code: language for language, codes in _LANGUAGES.items() for code in codes.split()}
_LONGEST_CODE = 3


def guess_language(wa_id: str | None, text: str) -> str:
    """The language of `text` where its words say clearly which; else that of the number's country; else English."""
    number = (wa_id or "").lstrip("+")
    codes = (number[:length] for length in range(_LONGEST_CODE, 0, -1))
    of_country = next((_BY_CODE[code] for code in codes if code in _BY_CODE), SOURCE)
    return choose_languages(text, of_country)[0]
