"""Text as WhatsApp draws it: `*bold*`, `_italic_`, `~struck~`, ```` ```machine``` ````; links and lists stay plain."""

import re

from markupsafe import Markup, escape

_MACHINE = re.compile(r"```(.+?)```", re.DOTALL)
_PLACE = re.compile(r"(\{\{\s*\w+\s*\}\})")
_STYLES = tuple(
    (re.compile(rf"(?<![\w{mark}]){re.escape(mark)}(?=\S)([^{mark}\n]+?)(?<=\S){re.escape(mark)}(?![\w{mark}])"), tag)
    for mark, tag in (("*", "b"), ("_", "i"), ("~", "s"))
)


def bubble(text: str) -> Markup:
    """Safe to put into a page. Places that nothing fills yet stand out."""
    pieces = _MACHINE.split(text)  # plain, machine, plain, …
    drawn = (
        Markup("<code>{}</code>").format(piece) if number % 2 else _style(piece) for number, piece in enumerate(pieces)
    )
    return Markup().join(drawn)


def _style(plain: str) -> Markup:
    html = str(escape(plain))
    for pattern, tag in _STYLES:
        html = pattern.sub(rf"<{tag}>\1</{tag}>", html)
    return Markup(_PLACE.sub(r'<mark class="place">\1</mark>', html))  # noqa: S704  (escaped above)
