"""Where a word may be broken: between Chinese or Japanese characters, after a hyphen or a syllable’s dot.

A word that is wider than its line is cut, but never inside a letter with its marks, nor between letters
that a sign joins or that belong together in Thai and Lao.
"""

import re
import unicodedata
from collections.abc import Iterator

from clinic_toolkit.documents.printable_text import PLACEHOLDER_PATTERN
from clinic_toolkit.documents.text_shaping import Shaper

_IDEOGRAPHS = (
    "\u2e80-\u303f\u3041-\u30ff\u3105-\u312f\u31a0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef"
    "\U00020000-\U0003ffff"
)
# A line does not begin with one of these, and does not end with one of those.
_NOT_FIRST = (
    "、。，．：；？！・）］｝」』】〉》〕〗〙〞’”…‥ー々〻ゝゞヽヾぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ"
    "｡､｣･ｧｨｩｪｫｬｭｮｯｰﾞﾟ゛゜\u3000\u3099\u309a,.:;?!)\\]}%％℃"
)
_NOT_LAST = "（［｛「『【〈《〔〖〘〝‘“｢(\\[{￥＄"
_INNER_BREAKS = re.compile(
    r"(?<=[^\W\d_][-–—/])(?=[^\W\d_])|(?<=\])(?=\[U\+)"
    r"|(?<=\u200b)(?=.)"  # a space without width
    r"|(?<=[\u0f0b\u1361])(?=[^\s\u0f0d\u0f0e])"  # after the dot of a Tibetan syllable, an Ethiopic word
    rf"|(?<=[{_IDEOGRAPHS}])(?<![{_NOT_LAST}])(?![{_NOT_FIRST}])(?=.)"
    rf"|(?<![{_NOT_LAST}])(?<=.)(?=[{_IDEOGRAPHS}])(?![{_NOT_FIRST}])",
    re.DOTALL,
)
# Thai and Lao vowels that are written before their consonant, and what is written after it.
_LEADING = "\u0e40\u0e41\u0e42\u0e43\u0e44\u0ec0\u0ec1\u0ec2\u0ec3\u0ec4"
# The sign that joins a letter to the next has this combining class; some of the class only close a syllable.
_VIRAMA = 9
_NOT_JOINING = "\u0bcd\u0dca\u0e3a\u0eba\u103a"
_TRAILING = "\u0e2f\u0e30\u0e32\u0e33\u0e45\u0e46\u0eaf\u0eb0\u0eb2\u0eb3\u0ebd\u0ec6"


def split_at_breaks(word: str) -> list[str]:
    """Split a word, with its trailing spaces, into the parts between which a line may break."""
    return _INNER_BREAKS.split(word)


def list_uncut_parts(word: str, bold: bool, room: float, shaper: Shaper) -> Iterator[tuple[str, float]]:
    """The parts between which a word is cut that is wider than a line, and their widths at size 1.

    A part that is wider than `room`, such as a letter with a hundred signs, is cut where it must be.
    """
    text, width = "", 0.0
    for part, part_width in _list_clusters(word, bold, shaper):
        if text and (width + part_width > room or not _belong_together(text, part)):
            yield from _cut_to_fit(text, width, bold, room, shaper)
            text, width = "", 0.0
        text, width = text + part, width + part_width
    if text:
        yield from _cut_to_fit(text, width, bold, room, shaper)


def _cut_to_fit(
    text: str, width: float, bold: bool, room: float, shaper: Shaper
) -> Iterator[tuple[str, float]]:
    if width <= room or len(text) == 1 or PLACEHOLDER_PATTERN.fullmatch(text):
        yield text, width
        return
    middle = len(text) // 2
    for half in (text[:middle], text[middle:]):
        yield from _cut_to_fit(half, shaper.width(half, bold), bold, room, shaper)


def _belong_together(text: str, part: str) -> bool:
    last = text[-1]
    is_joined = last == "\u200d" or (unicodedata.combining(last) == _VIRAMA and last not in _NOT_JOINING)
    return is_joined or last in _LEADING or part[0] in _TRAILING


def _list_clusters(word: str, bold: bool, shaper: Shaper) -> Iterator[tuple[str, float]]:
    at = 0
    for found in PLACEHOLDER_PATTERN.finditer(word):
        yield from shaper.list_clusters(word[at : found.start()], bold)
        yield found[0], shaper.width(found[0], bold)
        at = found.end()
    yield from shaper.list_clusters(word[at:], bold)
