"""The shape of a mark on a chart, which shows how a questionnaire was given."""

from enum import StrEnum


class MarkShape(StrEnum):
    """The shape of one mark, filled or hollow."""

    CIRCLE = "circle"
    CIRCLE_HOLLOW = "circle-hollow"
    SQUARE = "square"
    SQUARE_HOLLOW = "square-hollow"
    DIAMOND = "diamond"
    DIAMOND_HOLLOW = "diamond-hollow"
    TRIANGLE = "triangle"
    CROSS = "cross"


HOLLOW_SHAPES = frozenset((MarkShape.CIRCLE_HOLLOW, MarkShape.SQUARE_HOLLOW, MarkShape.DIAMOND_HOLLOW))
# An unknown mode is a cross.
SHAPE_BY_MODE = {
    "read_aloud": MarkShape.CIRCLE,
    "self_entered": MarkShape.CIRCLE_HOLLOW,
    "telehealth": MarkShape.SQUARE,
    "interpreter": MarkShape.DIAMOND,
    "telehealth_interpreter": MarkShape.DIAMOND_HOLLOW,
    "mixed": MarkShape.SQUARE_HOLLOW,
    "paper": MarkShape.TRIANGLE,
}


def mode_shape(mode: str) -> MarkShape:
    """The shape that stands for a mode of giving."""
    return SHAPE_BY_MODE.get(mode, MarkShape.CROSS)
