"""Grapheme clusters: letters as people count them, a base with everything that belongs to it.

The standard library has no grapheme clusters. This module follows their rules (UAX #29) as far as names need
them, using the categories of `unicodedata`; a test lists the cases. Where it differs from the standard, it
keeps more together: a letter cut in half is worse than one that is a little too long.
"""

import unicodedata
from collections.abc import Iterator

_ZWJ, _ZWNJ = "\u200d", "\u200c"
# Viramas that are visible between two consonants, so that the second consonant is a letter of its own:
# Tamil, Sinhala (unless a joiner follows), Thai, Lao, Myanmar asat, Philippine scripts, Meetei Mayek.
_VISIBLE_VIRAMAS = frozenset("\u0bcd\u0dca\u0e3a\u0eba\u103a\u1714\u1715\u1734\uabed")
_VIRAMA = 9  # canonical combining class of signs that join two consonants
# Characters that are letters by category, but extend the letter before them.
_EXTENDING_LETTERS = frozenset("\u0e33\u0eb3")
# Vowels written before the consonant after which they are spoken: Thai, Lao, Tai Viet, New Tai Lue.
_PREPOSED_VOWELS = frozenset("เแโใไເແໂໃໄ\uaab5\uaab6\uaab9\uaabb\uaabc\u19b5\u19b6\u19b7\u19ba")
_PREPENDED = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u08e2\u0d4e")


def iter_graphemes(text: str) -> Iterator[str]:
    """Split a text into grapheme clusters; joined together they are the text."""
    cluster = ""
    for char in text:
        if cluster and not _continues_cluster(cluster, char):
            yield cluster
            cluster = ""
        cluster += char
    if cluster:
        yield cluster


def first_letter(word: str) -> str:
    """The first letter of a word, without any characters before it; "" if there is none.

    A vowel written before its consonant does not count as the first letter: "เกรียงไกร" begins with ก.
    """
    letters = [cluster for cluster in iter_graphemes(word) if any(map(_is_letter, cluster))]
    while len(letters) > 1 and letters[0] in _PREPOSED_VOWELS:
        del letters[0]
    return letters[0].strip("\u200e\u200f\u061c") if letters else ""


def _is_letter(char: str) -> bool:
    # A modifier letter at the beginning is a kind of apostrophe: ʻOkina begins with O.
    return unicodedata.category(char) in ("Lu", "Ll", "Lt", "Lo")


def _continues_cluster(cluster: str, char: str) -> bool:
    last_char, category = cluster[-1], unicodedata.category(char)
    if category in ("Mn", "Me", "Mc") or char in (_ZWJ, _ZWNJ) or char in _EXTENDING_LETTERS:
        return True
    if "\U0001f3fb" <= char <= "\U0001f3ff" or "\U000e0020" <= char <= "\U000e007f":
        return True
    if last_char in _PREPENDED:
        return category[0] == "L"
    if category[0] == "L" and _binds_next_consonant(cluster):
        return True
    if last_char == _ZWJ:
        return category == "So" and unicodedata.category(cluster[0]) == "So"
    if _is_flag(char):
        return all(map(_is_flag, cluster)) and len(cluster) % 2 == 1
    return _continues_hangul_syllable(last_char, char)


def _binds_next_consonant(cluster: str) -> bool:
    """Whether a following consonant joins this cluster."""
    has_joiner, bare_cluster = cluster[-1] == _ZWJ, cluster.rstrip(_ZWJ)
    has_virama = bool(bare_cluster) and unicodedata.combining(bare_cluster[-1]) == _VIRAMA
    return has_virama and (has_joiner or bare_cluster[-1] not in _VISIBLE_VIRAMAS)


def _is_flag(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _continues_hangul_syllable(last: str, char: str) -> bool:
    """Whether a jamo continues the syllable: leading, then vowel, then trailing."""
    last_type, next_type = _jamo_type(last), _jamo_type(char)
    return (last_type, next_type) in {
        ("L", "L"), ("L", "V"), ("L", "LV"), ("L", "LVT"), ("LV", "V"), ("LV", "T"),
        ("V", "V"), ("V", "T"), ("LVT", "T"), ("T", "T"),
    }  # fmt: skip


def _jamo_type(char: str) -> str:
    code = ord(char)
    if 0x1100 <= code <= 0x115F or 0xA960 <= code <= 0xA97C:
        return "L"
    if 0x1160 <= code <= 0x11A7 or 0xD7B0 <= code <= 0xD7C6:
        return "V"
    if 0x11A8 <= code <= 0x11FF or 0xD7CB <= code <= 0xD7FB:
        return "T"
    if 0xAC00 <= code <= 0xD7A3:
        return "LVT" if (code - 0xAC00) % 28 else "LV"
    return ""
