"""QR codes for cameras, drawn here alone."""

import segno


def draw_qr(text: str) -> str:
    """An SVG to stand in a page: black on white in every theme, for cameras want that; its size is left to the page."""
    made = segno.make(text, error="m", micro=False)
    drawn: str = made.svg_inline(border=4, dark="#000", light="#fff", svgclass=None, lineclass=None, omitsize=True)
    return drawn
