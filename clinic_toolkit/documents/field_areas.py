"""Where the fields of a sheet lie on its pages: each drawn block says it while it is drawn.

A block calls `mark_field` for each of its fields, with the id from `worksheets.sheet_fields`. On a canvas
that draws for print nothing happens; one that draws a fillable file (`FieldCollector`) puts a field there.
"""

from typing import TYPE_CHECKING, Protocol, TypeGuard

from msgspec import Struct

if TYPE_CHECKING:
    from clinic_toolkit.documents.tagged_canvas import TaggedCanvas


class FieldArea(Struct, frozen=True, kw_only=True):
    """A rectangle on the page, in points, from its lower left corner.

    `pitch` is the distance between the writing lines of a text; `option` is the code of the option of a
    choice that this rectangle stands for.
    """

    id: str
    x: float
    y: float
    width: float
    height: float
    pitch: float = 0.0
    option: str = ""


class FieldCollector(Protocol):
    """A canvas that puts a field at each place that is marked."""

    def place_field(self, area: FieldArea) -> None:
        """Put the field, or one option of it, on the page that is being drawn."""


def collects_fields(canvas: object) -> TypeGuard[FieldCollector]:
    """Whether this canvas puts fields; `isinstance` with a protocol takes a twentieth of a sheet's time."""
    return hasattr(canvas, "place_field")


def mark_field(
    canvas: "TaggedCanvas",
    id: str,
    *,
    x: float,
    y: float,
    width: float,
    height: float,
    pitch: float = 0.0,
    option: str = "",
) -> None:
    """Say that the field with this id lies here on the present page (`FieldArea`)."""
    if collects_fields(canvas):
        canvas.place_field(FieldArea(id=id, x=x, y=y, width=width, height=height, pitch=pitch, option=option))
