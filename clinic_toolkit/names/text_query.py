"""What somebody looks for: words and phrases, matched against folded texts, and excerpts around them."""

import re
import unicodedata

from msgspec import Struct

from clinic_toolkit.names.text_folding import find_spans, fold_words, has_gapless_letters

MAX_LENGTH = 200  # characters of a search
MAX_TERMS = 12
_MIN_LETTERS = 2
_EXCERPT_BEFORE, _EXCERPT_LENGTH = 60, 200
# In quotes of any language, or up to the end if the second one is still to be typed; or one word.
_TERM = re.compile(r"[\"“”„«»]([^\"“”„«»]*)[\"“”„«»]?|([^\s\"“”„«»]+)")


class TextPiece(Struct, frozen=True):
    """A piece of an excerpt; `is_hit`: it was looked for."""

    text: str
    is_hit: bool = False


class TextQuery(Struct, frozen=True):
    """A search: each of `terms` must be there, in one of its spellings; the last word of each may go on."""

    terms: tuple[tuple[str, ...], ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look for."""
        return not self.terms

    def matches(self, folded: bytes) -> bool:
        """Whether a record has all terms; `folded` is made by `text_folding.fold_fields`."""
        return self.encoded().matches(folded)

    def encoded(self) -> "EncodedQuery":
        """The same for matching many records."""
        return EncodedQuery(tuple(tuple(each.encode() for each in term) for term in self.terms))

    def excerpt(self, text: str) -> tuple[TextPiece, ...]:
        """The pieces of a text around the first hit; none if no term stands there."""
        shown = " ".join(unicodedata.normalize("NFC", text).split())
        spans = find_spans(shown, [spelling for term in self.terms for spelling in term])
        return _cut_pieces(shown, spans) if spans else ()


class EncodedQuery(Struct, frozen=True):
    """A search as bytes."""

    terms: tuple[tuple[bytes, ...], ...]

    def matches(self, folded: bytes) -> bool:
        """As `TextQuery.matches`."""
        for term in self.terms:
            for spelling in term:
                if spelling in folded:
                    break
            else:
                return False
        return True


def parse_query(typed: str) -> TextQuery:
    """Read a search as it was typed; words in quotes belong together. Too few letters look for nothing.

    Args:
        typed: at most `MAX_LENGTH` characters; what is beyond is left out, as are terms after `MAX_TERMS`.
    """
    found = (quoted or word for quoted, word in _TERM.findall(typed[:MAX_LENGTH]))
    terms = [spellings for words in found if (spellings := fold_words(words))]
    letters = "".join(spellings[0].replace(" ", "") for spellings in terms)
    if len(letters) < _MIN_LETTERS and not has_gapless_letters(letters):
        return TextQuery(())
    return TextQuery(tuple(dict.fromkeys(terms))[:MAX_TERMS])


def _cut_pieces(text: str, spans: list[tuple[int, int]]) -> tuple[TextPiece, ...]:
    begin = _word_boundary(text, max(0, spans[0][0] - _EXCERPT_BEFORE), backwards=False)
    begin = min(begin, spans[0][0])
    end = max(spans[0][1], _word_boundary(text, min(len(text), begin + _EXCERPT_LENGTH), backwards=True))
    pieces, at = [TextPiece("… ")] if begin else [], begin
    for start, stop in spans:
        if stop > end:
            break
        pieces += [TextPiece(text[at:start])] if start > at else []
        pieces.append(TextPiece(text[start:stop], is_hit=True))
        at = stop
    pieces += [TextPiece(text[at:end])] if end > at else []
    return (*pieces, *([TextPiece(" …")] if end < len(text) else []))


def _word_boundary(text: str, place: int, *, backwards: bool) -> int:
    """The nearest space from a place on, or the place if there is none near it."""
    if place in (0, len(text)):
        return place
    found = text.rfind(" ", place - 30, place) if backwards else text.find(" ", place, place + 30)
    at = place if found < 0 else found if backwards else found + 1
    while 0 < at < len(text) and unicodedata.category(text[at])[0] == "M":
        at += -1 if backwards else 1
    return at
