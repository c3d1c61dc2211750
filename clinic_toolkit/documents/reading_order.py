"""The order in which a line is drawn, where letters of right-to-left scripts stand in it."""

import re
import unicodedata

from msgspec import Struct

_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_LEVEL = re.compile(r"Level\(\s*(\d+)")


class DirectedText(Struct, frozen=True):
    """Text of one direction, in logical order."""

    text: str
    rtl: bool


def has_right_to_left(text: str) -> bool:
    """Whether the text contains a letter of a right-to-left script."""
    return not text.isascii() and _RTL.search(text) is not None


def is_right_to_left(text: str) -> bool:
    """Whether the first letter with a direction belongs to a right-to-left script."""
    for char in text:
        direction = unicodedata.bidirectional(char)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False


def order_line(line: str, from_right: bool) -> list[DirectedText]:
    """Split one line into texts of one direction, in the order in which they are drawn from left to right.

    Args:
        line: one line after line breaking, in logical order.
        from_right: whether the base direction is right-to-left.
    """
    if not has_right_to_left(line):
        return [DirectedText(line, False)] if line else []
    runs: list[tuple[int, str]] = []
    for char, level in zip(line, _find_levels(line, from_right), strict=True):
        if runs and runs[-1][0] == level:
            runs[-1] = (level, runs[-1][1] + char)
        else:
            runs.append((level, char))
    # Rule L2 of the Unicode Bidirectional Algorithm, on runs instead of characters.
    for level in range(max(found for found, _ in runs), 0, -1):
        at = 0
        while at < len(runs):
            end = at
            while end < len(runs) and runs[end][0] >= level:
                end += 1
            runs[at:end] = reversed(runs[at:end])
            at = max(end, at + 1)
    return [DirectedText(text, level % 2 == 1) for level, text in runs]


def mirror(text: str) -> str:
    """Turn each bracket over, as right-to-left text has it."""
    from bidi.mirror import MIRRORED

    return "".join(MIRRORED.get(char, char) for char in text)


def _find_levels(line: str, from_right: bool) -> list[int]:
    from bidi import get_display

    # The last argument asks for what the library knows of each byte in UTF-8, instead of the reordered text.
    described = get_display(line, "utf-8", "R" if from_right else "L", True)
    levels = [int(level) for level in _LEVEL.findall(described[described.rindex(" levels: [") :])]
    found = []
    at = 0
    for char in line:
        found.append(levels[at])
        at += len(char.encode())
    return found
