from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasktalk.whatsapp.graphemes import count_units, find_cut, shorten
from tasktalk.whatsapp.render import Message, buttons, menu, quote, reaction, text

FAMILY = "👩‍👩‍👧‍👦"
WAVE = "👋🏽"
FLAG = "🇬🇧"
SCOTLAND = "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
KEYCAP = "1️⃣"
WHOLE = [FAMILY, WAVE, FLAG, SCOTLAND, KEYCAP, "é", "❤️", "क्ष", "한", "\r\n"]
PIECES = st.sampled_from([*WHOLE, " ", "\n\n", ". ", "a", "word ", "\0", "\ud800", "\u200b", "x" * 50])
WORDS = st.lists(PIECES, max_size=60).map("".join) | st.text(max_size=60)
LONG = st.tuples(WORDS, st.integers(1, 200)).map(lambda pair: pair[0] * pair[1])
IDS = st.text(min_size=1, max_size=100)


def is_valid_text(value: object, limit: int) -> bool:
    return isinstance(value, str) and value.strip() == value != "" and count_units(value) <= limit and is_clean(value)


def is_clean(value: str) -> bool:
    return not any((char < " " and char not in "\n\t") or "\ud800" <= char <= "\udfff" for char in value)


def is_valid_title(value: object, limit: int) -> bool:
    return is_valid_text(value, limit) and isinstance(value, str) and any(map(str.isalnum, value)) and "\n" not in value


def check(message: Message) -> None:
    """Meta's limits, facts sheet 4.2."""
    part: Any = message[str(message["type"])]
    if message["type"] == "text":
        assert is_valid_text(part["body"], 4096)
        return
    assert is_valid_text(part["body"]["text"], 1024)
    action = part["action"]
    if part["type"] == "button":
        replies = [button["reply"] for button in action["buttons"]]
        assert 1 <= len(replies) <= 3
        assert all(is_valid_title(reply["title"], 20) and 0 < len(reply["id"]) <= 256 for reply in replies)
    else:
        assert is_valid_text(action["button"], 20)
        (section,) = action["sections"]
        replies = section["rows"]
        assert 1 <= len(replies) <= 10
        assert is_valid_text(section.get("title", "x"), 24)
        for row in replies:
            assert is_valid_title(row["title"], 24)
            assert 0 < len(row["id"]) <= 200
            assert is_valid_text(row.get("description", "x"), 72)
    assert len({reply["title"] for reply in replies}) == len({reply["id"] for reply in replies}) == len(replies)


@given(LONG)
@settings(deadline=None, max_examples=200)
def test_texts_are_valid_and_lose_no_word(body: str) -> None:
    messages = text(body)
    for message in messages:
        check(message)
    said: list[Any] = [message["text"] for message in messages]
    visible = "".join(part["body"] for part in said)
    expected = "".join(char for char in body if char.isprintable() and not char.isspace())
    assert "".join(char for char in visible if char in expected) == expected or "\ud800" in body or not messages


@given(LONG, st.lists(st.tuples(IDS, WORDS), max_size=4, unique_by=lambda one: one[0]))
@settings(deadline=None, max_examples=200)
def test_buttons_are_valid_or_refused(body: str, choices: list[tuple[str, str]]) -> None:
    if text(body) and 1 <= len(choices) <= 3:
        check(buttons(body, choices))
    else:
        with pytest.raises(ValueError, match="buttons need"):
            buttons(body, choices)


@given(LONG, WORDS, st.lists(st.tuples(IDS, WORDS, WORDS), max_size=14, unique_by=lambda one: one[0]), WORDS)
@settings(deadline=None, max_examples=200)
def test_menus_are_valid_or_refused(body: str, label: str, rows: list[tuple[str, str, str]], section: str) -> None:
    if text(body) and text(label) and rows:
        check(menu(body, label, rows, section=section))
    else:
        with pytest.raises(ValueError, match="a menu needs"):
            menu(body, label, rows, section=section)


def test_a_short_text_is_left_alone() -> None:
    assert text("Added: milk") == [{"type": "text", "text": {"body": "Added: milk", "preview_url": False}}]
    assert text(" \n\u200b ") == []


@pytest.mark.parametrize("separator", ["\n\n", "\n", ". ", ", ", " "])
def test_long_texts_are_parted_at_the_best_place(separator: str) -> None:
    sentence = "word" * 20
    body = separator.join([sentence] * 60)
    messages: list[Any] = [message["text"] for message in text(body)]
    assert [part["body"].startswith("word") for part in messages] == [True, True]
    assert all(len(part["body"].rstrip(". ,")) % len(sentence + separator) == len(sentence) for part in messages)


def test_buttons_as_meta_wants_them() -> None:
    assert buttons("Pay rent?", [("done:42", "Done"), ("undo:7", "Undo")]) == {
        "type": "interactive",
        "interactive": {
            "type": "button",
            "body": {"text": "Pay rent?"},
            "action": {
                "buttons": [
                    {"type": "reply", "reply": {"id": "done:42", "title": "Done"}},
                    {"type": "reply", "reply": {"id": "undo:7", "title": "Undo"}},
                ]
            },
        },
    }


def test_titles_differ_and_hold_more_than_emoji() -> None:
    message: Any = buttons("?", [("a", "✅"), ("b", "A long title that is cut"), ("c", "A long title that is cut too")])
    titles = [button["reply"]["title"] for button in message["interactive"]["action"]["buttons"]]
    assert titles == ["✅ 1", "A long title that i…", "A long title that… 3"]


def test_a_body_too_long_for_buttons_names_the_choices() -> None:
    message: Any = buttons("x" * 1025, [("a", "Done"), ("b", "Undo")])
    assert message["text"]["body"] == "x" * 1025 + "\n\nDone / Undo"
    message = buttons("x" * 5000, [("a", "Done"), ("b", "Undo")])
    assert message["text"]["body"].endswith("xx…\n\nDone / Undo")
    assert len(message["text"]["body"]) == 4096


def test_a_body_too_long_for_a_menu_names_the_rows_it_lacks() -> None:
    message: Any = menu("Milk\n" + "x" * 1024, "Open", [("1", "Milk", ""), ("2", "Bread", "today")])
    assert message["text"]["body"].endswith("x\n\n- Bread")


def test_a_menu_shows_ten_rows() -> None:
    message: Any = menu("Today", "Open", [(str(n), f"Task {n}", "") for n in range(12)], section="Home")
    (section,) = message["interactive"]["action"]["sections"]
    assert section["title"] == "Home"
    assert section["rows"][9] == {"id": "9", "title": "Task 9"}
    assert len(section["rows"]) == 10


@pytest.mark.parametrize("ids", [("a", "a"), ("", "b"), ("a" * 257, "b")])
def test_ids_that_only_a_bug_can_make_are_refused(ids: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="ids must"):
        buttons("?", [(ids[0], "A"), (ids[1], "B")])


def test_reactions_and_quotes() -> None:
    assert reaction("wamid.1", "✅") == {"type": "reaction", "reaction": {"message_id": "wamid.1", "emoji": "✅"}}
    assert quote(reaction("wamid.1", ""), "wamid.2") == reaction("wamid.1", "")
    assert quote(text("Hi")[0], "wamid.2") == text("Hi")[0] | {"context": {"message_id": "wamid.2"}}
    with pytest.raises(ValueError, match="a reaction needs"):
        reaction("", "✅")


@pytest.mark.parametrize("whole", WHOLE)
def test_a_grapheme_is_never_cut(whole: str) -> None:
    units = count_units(whole)
    body = whole * 3
    for limit in range(units, 3 * units + 1):
        assert find_cut(body, limit) == limit // units * len(whole)


def test_flags_are_cut_in_pairs() -> None:
    assert shorten(FLAG * 3, 9) == FLAG * 2 + "…"
    assert shorten("a" + FLAG * 3, 9) == "a" + FLAG + "…"


def test_one_grapheme_longer_than_the_limit_is_cut_all_the_same() -> None:
    assert shorten("a" + "\u0301" * 50, 10) == "a" + "\u0301" * 8 + "…"
    assert shorten("👩" * 9, 1) == "…"


@given(WORDS, st.integers(1, 30))
def test_what_is_shortened_fits(body: str, limit: int) -> None:
    assert count_units(shorten(body, limit)) <= limit
    assert shorten(body, limit) in {body, body[: find_cut(body, limit - 1)].rstrip() + "…"}
