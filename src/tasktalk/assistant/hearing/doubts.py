"""What Whisper says it heard and nobody said: in silence it thanks for watching, stammers, or reads out its prompt."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from tasktalk.assistant.hearing.listened import Listened, Part, Why

# Whisper's own thresholds: no speech if that is likely and the words are not; a loop if it compresses too well.
_NO_SPEECH, _UNLIKELY, _LOOP = 0.6, -1.0, 2.4
_SURELY_NO_SPEECH, _HARDLY_LIKELY = 0.9, -0.7
_REPEATS = 4  # of the same words in a row: nobody says that
_LONGEST_REPEAT = 12  # words
_FASTEST = 8.0  # words a second, over at least so many words
_MANY_WORDS = 12

_SOUNDS = re.compile(r"[\[(*♪][^\])*♪]{0,60}[\])*♪]|♪")
_WORD = re.compile(r"\w+(?:['\u2019]\w+)*")
_BETWEEN_SENTENCES = re.compile(r"(?<=[.!?…。])\s+")

# Whole sentences that come from the subtitles it was taught with, folded; never a part of one.
_TAUGHT = re.compile(
    r"(?:thanks?|thank you)(?: so much| very much| all)? for (?:watching|listening)(?: (?:this|the) video)?"
    r"|(?:please )?(?:like(?: and|,)? )?subscribe(?: to (?:my|our|the) channel)?"
    r"|see you (?:in the )?next (?:time|video)|you"
    r"|subtitles? (?:by|from) .*|(?:captions?|transcription|transcribed|translated|translation) by .*|amara org"
    r"|(?:muchas )?gracias por (?:ver|mirar)(?: (?:el|este) video)?|(?:suscribete|suscribanse)(?: al canal)?"
    r"|subtitulos (?:realizados|hechos|creados|por) .*"
    r"|(?:muito )?obrigad[oa] por (?:assistir(?:em)?|ver(?:em)?)(?: (?:o|a|este|esse) video)?"
    r"|(?:inscreva se|se inscreva)(?: no canal)?|legendas? (?:pel[ao]|por|adriana) .*"
    r"|merci (?:d avoir|davoir|de) regarde[r]?(?: (?:cette|la) video)?|abonnez vous(?: a la chaine)?|sous titr\w+ .*"
    r"|(?:vielen )?danke? fur ?(?:s|das)? ?(?:zuschauen|zusehen)|untertitel(?:ung)? (?:der|des|von|im|aufgrund) .*"
    r"|grazie (?:mille )?per (?:aver guardato|la visione)(?: (?:il|questo) video)?"
    r"|sottotitoli (?:creati|e revisione|a cura) .*"
    r"|(?:bedankt|dank je wel|dank u) voor het kijken|ondertite\w+ (?:ingediend|door|van|gemaakt) .*"
)


def judge(listened: Listened) -> tuple[str, Why | None]:
    """The words to believe, and why there are none."""
    likely = [part for part in listened.parts if not _is_noise(part)]
    text = " ".join(filter(None, (_clean(part.text) for part in likely)))
    if not text:
        return "", "silence"
    short = _without_repeats(text)
    loop = any(part.squeezed is not None and part.squeezed > _LOOP for part in likely)
    if len(short) < len(text) and (loop or len(short) * 3 < len(text)):
        return "", "unclear"
    words = len(_WORD.findall(text))
    if listened.seconds and words >= _MANY_WORDS and words / listened.seconds > _FASTEST:
        return "", "unclear"
    return short, None


def is_echo(listened: Listened, hints: Sequence[str]) -> bool:
    """Whether it may have read out its prompt: two hints that stand beside each other there were heard so.

    One hint alone is what a person speaks of, unless it is likely that nobody speaks at all.
    """
    heard = " ".join(_words(" ".join(part.text for part in listened.parts)))
    if not heard:
        return False
    folded = [" ".join(_words(hint)) for hint in hints]
    if any(f" {one} {other} " in f" {heard} " for one, other in pairwise(folded) if one and other):
        return True
    doubtful = any(part.no_speech is not None and part.no_speech > _NO_SPEECH for part in listened.parts)
    return doubtful and any(heard == one for one in folded)


def _is_noise(part: Part) -> bool:
    if part.no_speech is None or part.logprob is None:
        return False
    return (part.no_speech > _NO_SPEECH and part.logprob < _UNLIKELY) or (
        part.no_speech > _SURELY_NO_SPEECH and part.logprob < _HARDLY_LIKELY
    )


def _clean(text: str) -> str:
    """Without [music], and without sentences that were taught; control characters are nobody's speech."""
    spoken = "".join(" " if unicodedata.category(char)[0] == "C" else char for char in text)
    spoken = _SOUNDS.sub(" ", spoken)
    kept = [each for each in _BETWEEN_SENTENCES.split(spoken) if not _TAUGHT.fullmatch(" ".join(_words(each)))]
    said = " ".join(" ".join(kept).split())
    return said if _WORD.search(said) else ""


def _without_repeats(text: str) -> str:
    """What is said `_REPEATS` times or more in a row, once."""
    tokens = text.split()
    folded = [" ".join(_words(token)) for token in tokens]
    kept: list[str] = []
    at = 0
    while at < len(tokens):
        times, length = max(
            ((_count(folded, at, length), length) for length in range(1, min(_LONGEST_REPEAT, len(tokens) - at) + 1)),
            key=lambda found: (found[0] >= _REPEATS, found[0] * found[1]),
        )
        length = length if times >= _REPEATS else 1
        kept += tokens[at : at + length]
        at += length * (times if times >= _REPEATS else 1)
    return " ".join(kept)


def _count(words: Sequence[str], at: int, length: int) -> int:
    """How often the `length` words from `at` on stand there in a row."""
    times, pattern = 1, words[at : at + length]
    while words[at + times * length : at + (times + 1) * length] == pattern:
        times += 1
    return times


def _words(text: str) -> list[str]:
    plain = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return re.findall(r"\w+", plain.lower())
