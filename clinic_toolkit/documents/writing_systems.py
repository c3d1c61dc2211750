"""The writing systems beside Latin, Greek and Cyrillic: which font draws each, by character.

The fonts lie in `fonts/`; `fonts/sources.toml` says where each comes from, and `deploy/make_fonts.py`
cuts it.
"""

from bisect import bisect_right

CHINESE_JAPANESE = "DroidSansFallback"
KOREAN = "HangulSquare"

# The first and the last character of a range, and the font that draws it.
_RANGES: tuple[tuple[int, int, str], ...] = (
    (0x0531, 0x058F, "NotoSansArmenian"),
    (0x0590, 0x05FF, "NotoSansHebrew"),
    (0x0600, 0x06FF, "NotoSansArabic"),
    (0x0700, 0x074F, "NotoSansSyriac"),
    (0x0750, 0x077F, "NotoSansArabic"),
    (0x0780, 0x07BF, "NotoSansThaana"),
    (0x07C0, 0x07FF, "NotoSansNKo"),
    (0x0860, 0x086F, "NotoSansSyriac"),
    (0x0870, 0x08FF, "NotoSansArabic"),
    (0x0900, 0x097F, "NotoSansDevanagari"),
    (0x0980, 0x09FF, "NotoSansBengali"),
    (0x0A00, 0x0A7F, "NotoSansGurmukhi"),
    (0x0A80, 0x0AFF, "NotoSansGujarati"),
    (0x0B00, 0x0B7F, "NotoSansOriya"),
    (0x0B80, 0x0BFF, "NotoSansTamil"),
    (0x0C00, 0x0C7F, "NotoSansTelugu"),
    (0x0C80, 0x0CFF, "NotoSansKannada"),
    (0x0D00, 0x0D7F, "NotoSansMalayalam"),
    (0x0D80, 0x0DFF, "NotoSansSinhala"),
    (0x0E01, 0x0E7F, "NotoSansThai"),
    (0x0E80, 0x0EFF, "NotoSansLao"),
    (0x0F00, 0x0FFF, "NotoSerifTibetan"),
    (0x1000, 0x109F, "NotoSansMyanmar"),
    (0x10A0, 0x10FF, "NotoSansGeorgian"),
    (0x1200, 0x139F, "NotoSansEthiopic"),
    (0x13A0, 0x13FF, "NotoSansCherokee"),
    (0x1400, 0x167F, "NotoSansCanadianAboriginal"),
    (0x1780, 0x17FF, "NotoSansKhmer"),
    (0x1800, 0x18AF, "NotoSansMongolian"),
    (0x18B0, 0x18FF, "NotoSansCanadianAboriginal"),
    (0x19E0, 0x19FF, "NotoSansKhmer"),
    (0x1C50, 0x1C7F, "NotoSansOlChiki"),
    (0x1C90, 0x1CBF, "NotoSansGeorgian"),
    (0x2D00, 0x2D2F, "NotoSansGeorgian"),
    (0x2D30, 0x2D7F, "NotoSansTifinagh"),
    (0x2D80, 0x2DDF, "NotoSansEthiopic"),
    (0x2E80, 0x312F, CHINESE_JAPANESE),
    (0x3130, 0x318F, KOREAN),
    (0x3190, 0x9FFF, CHINESE_JAPANESE),
    (0xA500, 0xA63F, "NotoSansVai"),
    (0xA8E0, 0xA8FF, "NotoSansDevanagari"),
    (0xA980, 0xA9DF, "NotoSansJavanese"),
    (0xA9E0, 0xA9FF, "NotoSansMyanmar"),
    (0xAA60, 0xAA7F, "NotoSansMyanmar"),
    (0xAAE0, 0xAAFF, "NotoSansMeeteiMayek"),
    (0xAB00, 0xAB2F, "NotoSansEthiopic"),
    (0xAB70, 0xABBF, "NotoSansCherokee"),
    (0xABC0, 0xABFF, "NotoSansMeeteiMayek"),
    (0xAC00, 0xD7AF, KOREAN),
    (0xF900, 0xFAFF, CHINESE_JAPANESE),
    (0xFB13, 0xFB17, "NotoSansArmenian"),
    (0xFB1D, 0xFB4F, "NotoSansHebrew"),
    (0xFB50, 0xFDFF, "NotoSansArabic"),
    (0xFE30, 0xFE4F, CHINESE_JAPANESE),
    (0xFE70, 0xFEFE, "NotoSansArabic"),
    (0xFF00, 0xFFEF, CHINESE_JAPANESE),
    (0x1E900, 0x1E95F, "NotoSansAdlam"),
    (0x20000, 0x3FFFF, CHINESE_JAPANESE),
)
_FOLDERS = {CHINESE_JAPANESE: "droid", KOREAN: "hangul"}
_STARTS = [start for start, _, _ in _RANGES]


def find_font(char: str) -> str | None:
    """The font that draws this character; None if it is of none of these writing systems."""
    code = ord(char)
    at = bisect_right(_STARTS, code) - 1
    if at < 0 or code > _RANGES[at][1]:
        return None
    return _RANGES[at][2]


def list_fonts() -> list[str]:
    """Every font of these writing systems, each once, sorted by name."""
    return sorted({font for _, _, font in _RANGES})


def font_file(font: str) -> str:
    """The file of such a font in the folder of fonts."""
    return f"{_FOLDERS.get(font, 'noto')}/{font}.ttf"
