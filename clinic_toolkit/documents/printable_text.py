"""Typed text made printable: nothing lost, nothing drawn as an empty box, nothing silently wrong.

The steps, in this order: control characters and lone surrogates are removed, Unicode is composed (NFC), and
a character that no font can draw becomes a placeholder such as "[U+1F984]", which the sheet explains at its
end. The text stays in logical order: `reading_order.py` and `text_shaping.py` do the rest line by line.
"""

import re
import unicodedata

from clinic_toolkit.documents import font_faces

PLACEHOLDER_PATTERN = re.compile(r"\[U\+[0-9A-F]{4,6}\]")
PLACEHOLDER_NOTE = (
    "A mark such as [U+1F984] is one character that cannot be printed with the letters of this sheet. It "
    "is that character’s number in Unicode; nothing was left out."
)
# What has no width and is kept: signs that say whether the letters beside them join, and a space. Thai, Lao,
# Myanmar and Khmer have no space between words; a careful writer puts this one there.
WITHOUT_WIDTH = "\u200c\u200d\u180e\u200b"
_UNSPACED = "\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff"
_USELESS_ZERO_WIDTH_SPACES = re.compile(f"(?<![{_UNSPACED}])\u200b|\u200b(?![{_UNSPACED}])")
_NEWLINES = re.compile("\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_SELECTORS = re.compile("[\u034f\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def clean_text(text: str) -> str:
    """Remove control characters, lone surrogates and invisible formatting, and compose the text (NFC)."""
    if font_faces.primary_face(False).covers(text):
        return text
    text = _NEWLINES.sub("\n", text).replace("\t", "    ")
    text = _USELESS_ZERO_WIDTH_SPACES.sub("", text)
    text = "".join(char for char in text if char == "\n" or not _is_invisible(char))
    return unicodedata.normalize("NFC", text)


def make_printable(text: str) -> str:
    """Prepare one paragraph for drawing: cleaned and marked, still in logical order."""
    text = clean_text(text).replace("\n", " ")
    if font_faces.primary_face(False).covers(text):
        return text
    return "".join(char if is_drawable(char) else make_placeholder(char) for char in text)


def is_drawable(char: str) -> bool:
    """Whether this character can be drawn, in both weights."""
    return (
        char in WITHOUT_WIDTH
        or font_faces.primary_face(False).covers(char)
        or font_faces.find_shaped_face(char, False) is not None
    )


def make_placeholder(char: str) -> str:
    """The placeholder of an undrawable character."""
    return f"[U+{ord(char):04X}]"


def _is_invisible(char: str) -> bool:
    category = unicodedata.category(char)
    if category == "Cf":
        # Keep joiners, which say how letters join, spaces without width, at which a line may break, and
        # number-enclosing signs, which are visible.
        is_enclosing = unicodedata.name(char, "").startswith(("ARABIC", "SYRIAC", "KAITHI"))
        return char not in WITHOUT_WIDTH and not is_enclosing
    return category in ("Cc", "Cs") or bool(_SELECTORS.match(char))
