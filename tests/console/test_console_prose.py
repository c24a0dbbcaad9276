"""Notes and comments as they are read: a little of Markdown, and nothing that somebody could slip in."""

import re
from time import process_time

import pytest

from tasktalk.console.prose import prose, says_more


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("One\nline\n\nand more", "<p>One<br>line</p><p>and more</p>"),
        ("**Big** and *small*, `a_b`", "<p><strong>Big</strong> and <em>small</em>, <code>a_b</code></p>"),
        ("- milk\n- **bread**\n1. then", "<ul><li>milk</li><li><strong>bread</strong></li></ul>"),
        ("1. then\n2) that", "<ol><li>then</li><li>that</li></ol>"),
        ("3. now\n4. later\n9) last", '<ol><li value="3">now</li><li value="4">later</li><li value="9">last</li></ol>'),
        ("so http://... is none", "<p>so http://... is none</p>"),
        ("# Plan\nx", "<p><strong>Plan</strong></p><p>x</p>"),
        ("2*3*4 is 24, snake_case_name, * no", "<p>2*3*4 is 24, snake_case_name, * no</p>"),
        ('<img src=x onerror=alert(1)> "q"', "&lt;img src=x onerror=alert(1)&gt; &#34;q&#34;"),
        ("[here](javascript:alert(1))", "<p>[here](javascript:alert(1))</p>"),
    ],
)
def test_what_is_written_is_drawn(text: str, html: str) -> None:
    assert html in prose(text)


@pytest.mark.parametrize(
    ("text", "address", "after"),
    [
        ("see https://e.org/a_b?q=1&z=2.", "https://e.org/a_b?q=1&amp;z=2", "</a>."),
        ("(as in https://e.org/A_(b))", "https://e.org/A_(b)", "</a>)"),
        ("(or https://e.org/b).", "https://e.org/b", "</a>)."),
        ("[the _plan_](https://e.org/x)", "https://e.org/x", "the _plan_</a>"),
        ('https://e.org/"onmouseover="x', "https://e.org/", "</a>&#34;onmouseover=&#34;x"),
    ],
)
def test_an_address_can_be_followed(text: str, address: str, after: str) -> None:
    drawn = prose(text)
    assert f'<a href="{address}" rel="noopener noreferrer nofollow"' in drawn
    assert after in drawn
    assert says_more(drawn)
    assert re.findall(r"\son\w+=", re.sub(r">[^<]*<", "><", drawn)) == []


def test_plain_words_say_no_more() -> None:
    assert not says_more(prose("Buy milk & <bread>\nsoon"))


@pytest.mark.parametrize("piece", ["[", "`", "*a ", "_a", "**a", "[a](https://", "https://", "1. ", "*", "[a]("])
def test_no_text_takes_long(piece: str) -> None:
    start = process_time()
    prose(piece * (20_000 // len(piece)))
    assert process_time() - start < 1
