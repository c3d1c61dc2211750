"""Typed text made printable: nothing lost, nothing drawn as an empty box, nothing silently wrong.

The steps, in this order: control characters and lone surrogates are removed, Unicode is composed (NFC),
Arabic letters take their joined forms, and a character that neither font can draw becomes a placeholder such
as "[U+6F22]", which the end of the sheet explains. Right-to-left text is put in visual order line by line,
after line breaking, so that its first word stays on its first line.
"""

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from clinic_toolkit.documents import font_faces

if TYPE_CHECKING:
    from arabic_reshaper import ArabicReshaper

PLACEHOLDER_PATTERN = re.compile(r"\[U\+[0-9A-F]{4,6}\]")
PLACEHOLDER_NOTE = (
    "A mark such as [U+6F22] is one character that cannot be printed with the letters of this sheet. It "
    "is that character’s number in Unicode; nothing was left out."
)
_NEWLINES = re.compile("\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff]")
_SELECTORS = re.compile("[\u034f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_BRACKET_FOLLOWER = "\u034f"
_JOINERS = "\u200c\u200d"
# Scripts that need shaping which is not done here: their letters join or stack by context. Drawn one by one
# they would be misread, so they are marked as undrawable instead.
_UNSUPPORTED_SCRIPTS = re.compile("[\u0700-\u074f\u07c0-\u07ff\u0e80-\u0eff]")


def clean_text(text: str) -> str:
    """Remove control characters, lone surrogates and invisible formatting, and compose the text (NFC)."""
    if font_faces.primary_face(False).covers(text):
        return text
    text = _NEWLINES.sub("\n", text).replace("\t", "    ")
    text = "".join(char for char in text if char == "\n" or not _is_invisible(char))
    return unicodedata.normalize("NFC", text)


def make_printable(text: str) -> str:
    """Prepare one paragraph for drawing: cleaned, shaped and marked, still in logical order."""
    text = clean_text(text).replace("\n", " ")
    if font_faces.primary_face(False).covers(text):
        return text
    if _ARABIC.search(text):
        text = _arabic_reshaper().reshape(text)
    text = "".join(char for char in text if char not in _JOINERS)
    for decomposed, composed in _hebrew_compositions() if _RTL.search(text) else ():
        text = text.replace(decomposed, composed)
    return "".join(char if is_drawable(char) else make_placeholder(char) for char in text)


def is_drawable(char: str) -> bool:
    """Whether this single character of shaped text can be drawn correctly, in both weights."""
    if font_faces.primary_face(False).covers(char):
        return True
    if char > "\uffff" or _UNSUPPORTED_SCRIPTS.match(char) or unicodedata.category(char) in ("Co", "Cn"):
        return False  # ReportLab's character map is wrong beyond U+FFFF: copied text would be wrong
    if _ARABIC.match(char) and unicodedata.category(char) == "Lo":
        return False  # the shaper has no joined form for it
    return font_faces.fallback_face(False).covers(char) and font_faces.fallback_face(True).covers(char)


def make_placeholder(char: str) -> str:
    """The placeholder of an undrawable character; a joined form is named as the letter that was typed."""
    letter = unicodedata.normalize("NFKC", char)
    return f"[U+{ord(letter if len(letter) == 1 else char):04X}]"


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


def to_visual_order(line: str, from_right: bool) -> str:
    """Put one line into the order in which it is drawn from left to right.

    Args:
        line: one line after line breaking, in logical order.
        from_right: whether the base direction is right-to-left.
    """
    if not has_right_to_left(line):
        return line
    from bidi import get_display
    from bidi.mirror import MIRRORED

    # python-bidi reorders brackets but does not mirror them. We add a follower after each bracket: if
    # reordering puts the follower before its bracket, the bracket is in right-to-left text and must be
    # mirrored.
    marked = "".join(char + _BRACKET_FOLLOWER if char in MIRRORED else char for char in line)
    reordered: str = get_display(marked, base_dir="R" if from_right else "L")
    return _bracket_pattern().sub(lambda match: match[1] or MIRRORED[match[2]], reordered)


def _is_invisible(char: str) -> bool:
    category = unicodedata.category(char)
    if category == "Cf":
        # Keep joiners, which Arabic shaping needs and which are removed later, and number-enclosing signs,
        # which are visible.
        is_enclosing = unicodedata.name(char, "").startswith(("ARABIC", "SYRIAC", "KAITHI"))
        return char not in _JOINERS and not is_enclosing
    return category in ("Cc", "Cs") or bool(_SELECTORS.match(char))


@cache
def _bracket_pattern() -> re.Pattern[str]:
    from bidi.mirror import MIRRORED

    bracket = f"([{re.escape(''.join(MIRRORED))}])"
    return re.compile(f"{bracket}{_BRACKET_FOLLOWER}|{_BRACKET_FOLLOWER}{bracket}")


@cache
def _arabic_reshaper() -> "ArabicReshaper":
    from arabic_reshaper import ArabicReshaper

    # Keep vowel signs, and form only the mandatory ligatures, so that the letters stay the same.
    return ArabicReshaper({"delete_harakat": False, "ARABIC LIGATURE ALLAH": False})


@cache
def _hebrew_compositions() -> tuple[tuple[str, str], ...]:
    """Pairs of a decomposed Hebrew letter with points and its single character, longest first.

    NFC does not compose these, and points drawn separately would be misplaced.
    """
    pairs = []
    for code in range(0xFB1D, 0xFB4F):
        composed = chr(code)
        decomposed = unicodedata.normalize("NFD", composed)
        if (
            len(decomposed) > 1
            and font_faces.fallback_face(False).covers(composed)
            and font_faces.fallback_face(True).covers(composed)
        ):
            pairs.append((decomposed, composed))
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))
