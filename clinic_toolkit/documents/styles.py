"""The styles of printed sheets: ink on white, one teal, hairlines instead of boxes.

All colours remain distinguishable in greyscale: text has a contrast of at least 4.5:1 against white, lines to
write on 3:1. Hairlines and washes only structure the page and carry no information.
"""

from msgspec import Struct

Colour = tuple[float, float, float]

INK: Colour = (0.133, 0.149, 0.169)
SOFT: Colour = (0.340, 0.364, 0.396)
ACCENT: Colour = (0.184, 0.365, 0.384)
EDGE: Colour = (0.500, 0.478, 0.430)
HAIR: Colour = (0.815, 0.800, 0.765)
WASH: Colour = (0.945, 0.960, 0.955)

MM = 72 / 25.4


class TextStyle(Struct, frozen=True, kw_only=True):
    """The style of a run of text. `size` is in points; `leading` is the line height as a multiple of it."""

    size: float
    bold: bool = False
    colour: Colour = INK
    leading: float = 1.36


TITLE = TextStyle(size=25, bold=True, leading=1.16)
HEADING = TextStyle(size=13.5, bold=True, leading=1.25)
BODY = TextStyle(size=11.5)
STRONG = TextStyle(size=11.5, bold=True)
QUIET = TextStyle(size=11.5, colour=SOFT)
SMALL = TextStyle(size=9.5, colour=SOFT, leading=1.3)
SMALL_STRONG = TextStyle(size=9.5, bold=True, leading=1.3)
READING = TextStyle(size=13.5, leading=1.42)
READING_HEADING = TextStyle(size=14.5, bold=True, leading=1.25)
