"""The shape of a point on a chart, which shows how a questionnaire was given."""

from enum import StrEnum


class PointShape(StrEnum):
    """The shape of one point, filled or hollow."""

    CIRCLE = "circle"
    CIRCLE_HOLLOW = "circle-hollow"
    SQUARE = "square"
    SQUARE_HOLLOW = "square-hollow"
    DIAMOND = "diamond"
    DIAMOND_HOLLOW = "diamond-hollow"
    TRIANGLE = "triangle"
    CROSS = "cross"


HOLLOW_SHAPES = frozenset((PointShape.CIRCLE_HOLLOW, PointShape.SQUARE_HOLLOW, PointShape.DIAMOND_HOLLOW))
# An unknown mode is a cross.
SHAPE_BY_MODE = {
    "read_aloud": PointShape.CIRCLE,
    "self_entered": PointShape.CIRCLE_HOLLOW,
    "telehealth": PointShape.SQUARE,
    "interpreter": PointShape.DIAMOND,
    "telehealth_interpreter": PointShape.DIAMOND_HOLLOW,
    "mixed": PointShape.SQUARE_HOLLOW,
    "paper": PointShape.TRIANGLE,
}


def mode_shape(mode: str) -> PointShape:
    """The shape that stands for a mode of giving."""
    return SHAPE_BY_MODE.get(mode, PointShape.CROSS)
