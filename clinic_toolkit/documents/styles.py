"""The house's look on paper: ink on white, one quiet teal, hairlines instead of boxes.

Every colour is told apart by its grey alone: text stands at 4.5:1 or better against white, lines to
write on at 3:1. Hairlines and washes only order the page and carry nothing.
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
    """How a run of text looks. `leading` is the distance of lines as a multiple of the size."""

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
