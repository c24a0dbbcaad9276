"""Whatever is written, it is understood as something, and always as the same thing."""

import datetime as dt
import re
import time
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tasktalk.assistant.grammar.lexicon import list_languages
from tasktalk.assistant.grammar.tokens import fold
from tasktalk.assistant.understand import understand
from tasktalk.assistant.understanding import Context, IntentName

NOW = dt.datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("Europe/Madrid"))
WORDS = (
    "every each 2 3rd 31 99 first last other monday fri weekend weekdays may march january day days weeks month year "
    "at in on by before after until from to - / : . , ! @ # + p1 { } \" ' ( ) 5pm 17:30 24:00 9999 0 tomorrow tonight "
    "next this half past quarter of the a an noon midnight done move delete remind me undo snooze it 1 and except for "
    "times starting twice daily // *bold* _x_ call mom 2026-11-24 12/31 99/99 T Z ١٢ 😀"
)
words = st.lists(st.sampled_from([*WORDS.split(" "), "\n"]), max_size=9)
messages = st.one_of(st.text(), words.map(" ".join), words.map("".join))
moments = st.datetimes(dt.datetime(1, 1, 2), dt.datetime(9999, 12, 30), timezones=st.just(dt.UTC))  # noqa: DTZ001


@settings(deadline=None)  # the first message compiles the rules
@given(text=messages, language=st.sampled_from(list_languages()))
@example(text="every 9999 years until 9999-12-31", language="en")
@example(text="in 9999 years", language="en")
@example(text="\u0663 \u0662pm \u00b2 \u2460", language="fr")
@example(text="can you postpne call mom til 12/31", language="en")  # slips that are put right are longer
@example(text="\x00\u202e\U000e0001 tomorrow", language="nl")
def test_any_text_is_understood(text: str, language: str) -> None:
    context = Context(now=NOW, tz="Europe/Madrid", language=language, open_titles=("call mom", ""))
    understanding = understand(text, context)
    assert understanding.intents
    for intent in understanding.intents:
        assert 0 <= intent.confidence <= 1
        assert intent.intent in IntentName.__args__
        assert all(0 <= span.start < span.end <= len(text) for span in intent.spans)
    assert msgspec.json.decode(msgspec.json.encode(understanding)) == msgspec.json.decode(
        msgspec.json.encode(understand(text, context))
    )


@settings(deadline=None)
@given(
    text=messages, now=moments, tz=st.sampled_from(["UTC", "Pacific/Kiritimati", "America/St_Johns", "No/Where", ""])
)
def test_any_moment_will_do(text: str, now: dt.datetime, tz: str) -> None:
    assert understand(text, Context(now=now, tz=tz, language="xx", people=(), open_titles=("a",))).intents


@given(text=st.text(alphabet=st.characters(codec="utf-8")))
def test_folding_keeps_places(text: str) -> None:
    assert len(fold(text)) == len(text)


@settings(deadline=None)
@given(words=st.lists(st.from_regex(r"[xqz]{2,6}", fullmatch=True), min_size=1, max_size=6))
def test_title_and_spans_are_the_message(words: list[str]) -> None:
    text = " ".join([*words, "tomorrow at 5pm", "#Home", "p2"])
    (intent,) = understand(text, Context(now=NOW, tz="Europe/Madrid")).intents
    said = "".join(text[span.start : span.end] for span in intent.spans)
    assert re.sub(r"\s", "", (intent.title or "") + said) == re.sub(r"\s", "", text)


LONGEST = 4096  # characters of a message that is read
REPEATED = (
    "um ",
    " ",
    "*",
    "!",
    "x ",
    "undo, ",
    "done 1 and ",
    " on my list because ",
    ", so take x off my list",
    "1 ",
)


@pytest.mark.parametrize("repeated", REPEATED)
def test_no_message_takes_long(repeated: str) -> None:
    """In time of the processor, whatever else the machine does; a second is many times what the slowest takes."""
    for text in ((repeated * LONGEST)[:LONGEST], (repeated * LONGEST)[: LONGEST - 20] + " tomorrow at 5pm"):
        began = time.process_time()
        assert understand(text, Context(now=NOW, tz="Europe/Madrid")).intents
        assert time.process_time() - began < 2


def test_what_only_adorns_is_not_read() -> None:
    line = "\n" + "-" * 200 + "\n"
    (intent,) = understand(f"buy milk tomorrow{line}call Ana", Context(now=NOW, tz="Europe/Madrid")).intents
    assert [task.title for task in intent.tasks if task.title] == ["buy milk", "call Ana"]
    assert intent.tasks[0].due is not None
    assert intent.tasks[0].due.date == "2026-11-25"
    (intent,) = understand("milk" + " " * 300 + "tomorrow", Context(now=NOW, tz="Europe/Madrid")).intents
    assert (intent.title, intent.spans) == ("milk", ())
