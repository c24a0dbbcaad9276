"""Icons of the `lucide` package, inlined, so that they take the text's colour and cost no request."""

from functools import cache
from xml.etree.ElementTree import fromstring, tostring

import lucide.jinja
from markupsafe import Markup


@cache
def icon(name: str, size: int = 18) -> Markup:
    """The icon, hidden from screen readers: words beside it, or a label around it, say what it means."""
    drawn = str(lucide.jinja.lucide(name, size=size, stroke_width=1.75))
    svg = fromstring(drawn)  # noqa: S314  (the package's own file)
    svg.attrib.pop("class", None)
    svg.attrib |= {"class": "icon", "aria-hidden": "true", "focusable": "false"}
    return Markup(tostring(svg, encoding="unicode"))  # noqa: S704  (made of the package's own file alone)
