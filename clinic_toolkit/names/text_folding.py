"""Folding of whole texts for a search, and where in a text a folded word stands.

A folded text has small letters without accents, no apostrophes, and one space between words; every word
begins after a space, so that a space and the beginning of a word find words begun like it. What separates
fields is a line of its own, which no search spans.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from clinic_toolkit.names.folding import APOSTROPHES, fold_letters, spell_umlauts

# Between the fields of one record; it is in no folded text.
FIELD_BREAK = "\n"
_UMLAUTS = re.compile("[äöüøåÄÖÜØÅ]")
_UMLAUT_WORDS = re.compile(r"\w*[äöüøåÄÖÜØÅ]\w*")
# Writing without spaces between words, where a word may begin anywhere: Thai, Lao, Myanmar, Khmer, Tibetan,
# kana and Han.
_GAPLESS = re.compile(
    "[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)


class _FoldedCharacters(dict[int, str]):
    """What each character becomes, computed when it is first met: it is then as fast as a table."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        category = unicodedata.category(char)
        # Invisible characters, such as a soft hyphen or a mark of direction, part no words; line ends do.
        if code in APOSTROPHES or category == "Cf":
            folded = ""
        else:
            folded = "".join(
                each if unicodedata.category(each)[0] in "LNM" else " " for each in fold_letters(char) or ""
            )
            if not folded and category[0] != "M":
                folded = " "
        self[code] = folded
        return folded


_FOLDED = _FoldedCharacters()
_NOT_ASCII = re.compile("[^\\x00-\\x7f]")
_FEW_CHARACTERS = 32
_FOLDED_ASCII = bytes(ord(_FOLDED[code] or " ") for code in range(128)) + bytes([32] * 128)
_ASCII_APOSTROPHES = bytes(code for code in range(128) if not _FOLDED[code])


def fold_text(text: str) -> str:
    """Fold one text; words with umlauts stand once more at the end, with these spelt as two letters."""
    folded = _fold(text)
    if text.isascii() or not _UMLAUTS.search(composed := unicodedata.normalize("NFC", text)):
        return folded
    umlauts = " ".join(_UMLAUT_WORDS.findall(composed))
    return f"{folded} {FIELD_BREAK} {_fold(spell_umlauts(umlauts))}"


def fold_fields(texts: Iterable[str]) -> bytes:
    """Fold the texts of one record to the bytes that are searched: UTF-8, with a space at both ends."""
    return f" {f' {FIELD_BREAK} '.join(map(fold_text, texts))} ".encode()


def fold_words(words: str) -> tuple[str, ...]:
    """What finds these words in a folded text: the words, also with umlauts spelt as two letters.

    Returns:
        One or two texts, each with a space before it, unless its writing has no spaces between words; none
        if there is nothing to look for.
    """
    spellings = dict.fromkeys((_fold(words), _fold(spell_umlauts(words))))
    return tuple(
        spelling if _GAPLESS.match(spelling) else f" {spelling}" for spelling in spellings if spelling
    )


def has_gapless_letters(text: str) -> bool:
    """Whether a text has letters of a writing in which a single one may be a word."""
    return _GAPLESS.search(text) is not None


def find_spans(text: str, wanted: Sequence[str]) -> list[tuple[int, int]]:
    """Where in a text these stand, in order and without overlaps.

    Args:
        text: composed (NFC), as it will be shown.
        wanted: texts made by `fold_words`.
    """
    spans: list[tuple[int, int]] = []
    for spelled in (False, True) if _UMLAUTS.search(text) else (False,):
        folded, places = _fold_with_places(text, spelled=spelled)
        for each in wanted:
            at = folded.find(each)
            while at >= 0:
                first = at + (each[0] == " ")
                spans.append((places[first], _end_of_letter(text, places[at + len(each) - 1])))
                at = folded.find(each, at + 1)
    return _without_overlaps(spans)


def _fold(text: str) -> str:
    """Small letters without accents, and one space between words.

    Most texts are ASCII but for a few characters. These are exchanged one by one, and the rest goes by a
    table of bytes: a twentieth of the time that looking up every character takes.
    """
    others = set(_NOT_ASCII.findall(text))
    if len(others) <= _FEW_CHARACTERS:
        composed = unicodedata.normalize("NFC", text) if others else text
        for other in set(_NOT_ASCII.findall(composed)) if others else ():
            composed = composed.replace(other, _FOLDED[ord(other)])
        if composed.isascii():
            return b" ".join(composed.encode().translate(_FOLDED_ASCII, _ASCII_APOSTROPHES).split()).decode()
    return _fold_by_character(text)


def _fold_by_character(text: str) -> str:
    composed = text if text.isascii() else unicodedata.normalize("NFC", text)
    folded = composed.translate(_FOLDED)
    return " ".join((folded if folded.isascii() else unicodedata.normalize("NFC", folded)).split())


def _fold_with_places(text: str, *, spelled: bool) -> tuple[str, list[int]]:
    """Fold a text, and say of each folded character which character of the text it comes from."""
    folded, places = [" "], [0]
    for place, char in enumerate(text):
        for each in (spell_umlauts(char) if spelled else char).translate(_FOLDED):
            if each != " " or folded[-1] != " ":
                folded.append(each)
                places.append(place)
    return "".join(folded), places


def _end_of_letter(text: str, place: int) -> int:
    end = place + 1
    while end < len(text) and unicodedata.category(text[end])[0] == "M":
        end += 1
    return end


def _without_overlaps(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if kept and start < kept[-1][1]:
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
        else:
            kept.append((start, end))
    return kept
