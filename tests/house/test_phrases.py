"""Sentences that are said later keep their parts, whatever comes between."""

import copy

import msgspec
import pytest

from tasktalk.assistant.replies.speech import get_speech
from tasktalk.phrases import Told, encode_told, join, pack, unpack

GERMAN = get_speech("de")


def kept(text: str) -> str:
    """As it comes back out of the database."""
    found = unpack(msgspec.json.decode(msgspec.json.encode(pack(text))))
    assert found is not None
    return found


def test_what_is_kept_is_said_in_any_language() -> None:
    why = Told("The access token is not valid, or no longer.")
    told = join([Told("Nothing is sent: {why}", why=why), "(#190 {bad} token)"])
    assert told == kept(told) == "Nothing is sent: The access token is not valid, or no longer. (#190 {bad} token)"
    for each in (told, kept(told), copy.deepcopy(told)):
        assert GERMAN.say(each) == (
            "Es wird nichts gesendet: Das Access-Token ist nicht gültig, oder nicht mehr. (#190 {bad} token)"
        )
    assert GERMAN.say("🟢 {problem}", problem="The workers are paused.") == "🟢 The workers are paused."  # is no Told


@pytest.mark.parametrize(("number", "said"), [(1, "1 Eintrag wurde"), (2, "2 Einträge wurden")])
def test_a_number_decides_the_form(number: int, said: str) -> None:
    told = Told.count("{number} item was given up after errors.", "{number} items were given up after errors.", number)
    assert str(told) == str(kept(told)) == f"{number} item{' was' if number == 1 else 's were'} given up after errors."
    assert GERMAN.say(kept(told)) == f"{said} nach Fehlern aufgegeben."


def test_a_plain_text_stays_one() -> None:
    assert pack("Meta's {own} words") == "Meta's {own} words"
    assert GERMAN.say(kept("Meta's {own} words")) == "Meta's {own} words"
    assert unpack(pack(None)) is None


def test_the_api_has_it_in_english() -> None:
    told = Told("Sending rests: {reason}", reason="away")
    assert msgspec.json.encode([told], enc_hook=encode_told) == b'["Sending rests: away"]'
    with pytest.raises(TypeError):
        msgspec.json.encode([object()], enc_hook=encode_told)
