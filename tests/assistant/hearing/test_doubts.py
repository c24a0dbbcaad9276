"""What nobody said is not heard; what somebody said is, however odd."""

import pytest

from tasktalk.assistant.hearing.doubts import is_echo, judge
from tasktalk.assistant.hearing.listened import Listened, Part

HINTS = ["Ana", "Ben", "Home", "Buy milk", "Pay the rent"]


def note(*texts: str, seconds: float | None = 10.0, **sure: float) -> Listened:
    return Listened(tuple(Part(text, **sure) for text in texts), "en", seconds)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " . ",
        "Thanks for watching!",
        "Thank you so much for watching the video.",
        "you",
        "Please subscribe to my channel. Thanks for watching.",
        "[Music]",
        "♪ ♪",
        "*coughs* (applause)",
        "Subtitles by the Amara.org community",
        "¡Gracias por ver el video!",
        "Subtítulos realizados por la comunidad de Amara.org",
        "Obrigado por assistir.",
        "Merci d'avoir regardé cette vidéo !",
        "Sous-titrage Société Radio-Canada",
        "Vielen Dank für's Zuschauen.",
        "Untertitelung des ZDF, 2020",
        "Grazie per aver guardato il video.",
        "Sottotitoli creati dalla comunità Amara.org",
        "Bedankt voor het kijken!",
        "Ondertitels ingediend door de Amara.org gemeenschap",
        "\x00\u200b",
    ],
)
def test_what_it_was_taught_is_silence(text: str) -> None:
    assert judge(note(text)) == ("", "silence")


@pytest.mark.parametrize(
    "text",
    [
        "Buy milk.",
        "Thank Ana for watching the kids.",
        "Write to the people of amara.org",
        "Subscribe to the newspaper on Monday.",
        "Call you know who.",
        "no no no",
        "Compra pan, leche y huevos.",
        "Buy eggs, milk, eggs, bread.",
        "Pay 12 (twelve) euros.",
    ],
)
def test_what_a_person_may_say_stays(text: str) -> None:
    assert judge(note(text))[1] is None


def test_a_taught_sentence_is_taken_out_and_the_rest_stays() -> None:
    assert judge(note("Buy milk.", " Thanks for watching!")) == ("Buy milk.", None)
    assert judge(note("Thanks for watching! Call Ana. ♪")) == ("Call Ana.", None)


def test_speech_that_is_likely_none() -> None:
    assert judge(note("Buy a boat.", no_speech=0.7, logprob=-1.2)) == ("", "silence")
    assert judge(note("Buy a boat.", no_speech=0.95, logprob=-0.8)) == ("", "silence")
    assert judge(note("Buy a boat.", no_speech=0.7, logprob=-0.3)) == ("Buy a boat.", None)
    assert judge(note("Buy a boat.", no_speech=0.1, logprob=-2.0)) == ("Buy a boat.", None)


def test_a_stammer_is_said_once_and_a_loop_is_no_speech() -> None:
    assert judge(note("Buy bread bread bread bread and call Ana about the new garden"))[0].count("bread") == 1
    assert judge(note("I am going. " * 20)) == ("", "unclear")
    assert judge(note("Call Ana. " + "So. " * 30)) == ("", "unclear")
    assert judge(note("bread bread bread bread and call Ana about the garden now", squeezed=3.0)) == ("", "unclear")
    assert judge(note("Call Ana about the garden", squeezed=3.0)) == ("Call Ana about the garden", None)


def test_nobody_speaks_that_fast() -> None:
    words = " ".join(f"word{n}" for n in range(40))
    assert judge(note(words, seconds=2.0)) == ("", "unclear")
    assert judge(note(words, seconds=20.0)) == (words, None)
    assert judge(note(words, seconds=None)) == (words, None)


def test_the_prompt_read_out_is_known() -> None:
    assert is_echo(note("Ana, Ben, Home."), HINTS)
    assert is_echo(note("Home. Buy milk. Pay the rent. Call the bank."), HINTS)
    assert not is_echo(note("Buy milk."), HINTS)
    assert not is_echo(note("Done, buy milk and call Ben."), HINTS)
    assert not is_echo(note("Analyse Benedict's homework"), HINTS)
    assert is_echo(note("Buy milk.", no_speech=0.8), HINTS)
    assert not is_echo(note(""), HINTS)
    assert not is_echo(note("Ana and Ben"), [])


def test_long_texts_are_judged_quickly() -> None:
    text = " ".join(f"w{n % 7}" for n in range(20_000))
    assert judge(note(text, seconds=None))[1] == "unclear"
    assert judge(note("[(" * 30_000))[0] == ""
