"""Suggests initials for a name in any script, for pages that others may see.

A name of one word gives one letter, never the whole word. What is not part of the name (titles, remarks in
brackets, a nickname in quotation marks, a particle before the family name) gives no initial.
"""

import re
from collections.abc import Callable, Sequence

from clinic_toolkit.names.folding import fold_name
from clinic_toolkit.names.graphemes import first_letter, iter_graphemes

# Text in brackets or double quotation marks, even if the closing one is missing.
_REMARKS = re.compile(
    r"[(（\[［{｛【〔〈<][^)）\]］}｝】〕〉>]*[)）\]］}｝】〕〉>]?|[“„\"«「『][^”“\"»」』]*(?:[”“\"»」』]|$)"
)
# Separators between the parts of a name: spaces, dots, and special characters in some scripts.
_SEPARATORS = re.compile(
    r"[\s,，、;/|\u200b\u1361\u30fb\uff65\u2027]+|(?<=[^\W\d_])[.．](?=[^\W\d_])|(?<![lL])·|·(?![lL])"
)


def _fold_words(words: str) -> frozenset[str]:
    return frozenset(fold_name(word).replace(" ", "") for word in words.split())


_TITLES = _fold_words(
    "dr dra drs prof professor professorin mr mrs ms miss mx herr frau hr fr mme mlle monsieur madame "
    "senor senora senorita sr sra srta sig sigra signor signora dott dottssa dipl pan pani sir madam dame "
    "д-р г-н г-жа гн гжа др проф господин госпожа δρ κ κα κος καθ "
    "د دكتور الدكتور دكتورة الدكتورة السيد السيدة دکتر آقای خانم "
    "דר מר גב גברת פרופ श्री श्रीमती सुश्री डॉ डा कुमारी ดร นาย นาง นางสาว คุณ "
    "ডা ডঃ জনাব திரு திருமதி 박사"
)
# These are titles only with a dot; without one they are names or initials.
_ABBREVIATED_TITLES = frozenset("ing mag med phil rer nat jur hon rev".split())
_SUFFIXES = frozenset("jr sr jun sen ii iii iv phd md dds msc bsc ma ba mba mph lcsw psyd esq dphil".split())
_PARTICLES = frozenset(
    "de da di do du dos das del della den der des van von vom zu zum zur ter ten te la le los las el al bin "
    "ibn bint ben bat af av till y e i und and et af ap ab".split()
)
_MAX_CODE_LENGTH = 12


def propose_initials(name: str) -> str:
    """Suggest initials: "Ana Reyes" becomes "A. R.", "Suharto" becomes "S.".

    A code, such as "B7" or "K-17", is returned unchanged; a number after the name is kept after the initials.
    If there is no letter at all, one character stands for the name.
    """
    words = _split_name(_REMARKS.sub(" ", name)) or _split_name(re.sub(r"[^\w\s.'’-]", " ", name))
    words = _strip_titles(words, _is_title, _is_suffix) or words
    if len(words) == 1 and _is_code(words[0]):
        return words[0]
    number = words.pop() if len(words) > 1 and words[-1].isdecimal() else ""
    name_words = [word for word in words if first_letter(word)]
    letters = [_to_titlecase(first_letter(word)) for word in _first_and_last(name_words)]
    if not letters:
        return next(iter_graphemes("".join(words) or name.strip()), "")
    return " ".join([f"{letter}." for letter in letters] + [number] * bool(number))


def _split_name(text: str) -> list[str]:
    """The parts of a name, given name first; "Reyes, Ana" is reordered."""
    family, comma, given = text.partition(",")
    if comma and any(
        not _is_suffix(word) and not _is_title(word) for word in _SEPARATORS.split(given) if word
    ):
        text = f"{given} {family}"
    # A title is recognized by its dot, so titles are set apart before words are split at dots.
    chunks = [chunk for chunk in re.split(r"[\s,，、;]+", text) if chunk]
    return [
        part
        for chunk in chunks
        for part in ([chunk] if _is_title(chunk) else _SEPARATORS.split(chunk))
        if part
    ]


def _is_code(word: str) -> bool:
    return len(word) <= _MAX_CODE_LENGTH and any(char.isdecimal() for char in word)


def _is_title(word: str) -> bool:
    folded = re.sub('[ .״"]', "", fold_name(word))
    return folded in _TITLES or (folded in _ABBREVIATED_TITLES and word.endswith("."))


def _is_suffix(word: str) -> bool:
    return fold_name(word).replace(".", "") in _SUFFIXES


def _strip_titles(
    words: Sequence[str], is_prefix: Callable[[str], bool], is_suffix: Callable[[str], bool]
) -> list[str]:
    """The words without titles at the beginning and suffixes at the end."""
    remaining = list(words)
    while remaining and is_prefix(remaining[0]):
        del remaining[0]
    while len(remaining) > 1 and (is_suffix(remaining[-1]) or is_prefix(remaining[-1])):
        del remaining[-1]
    return remaining


def _first_and_last(words: Sequence[str]) -> list[str]:
    """The first and the last part; particles are skipped unless there is nothing else."""
    main_words = [
        word for word in words if fold_name(word) not in _PARTICLES or not word[:1].islower()
    ] or list(words)
    return [main_words[0], main_words[-1]] if len(main_words) > 1 else main_words[:1]


def _to_titlecase(letter: str) -> str:
    # Title case, not upper case: Georgian upper case is not used in sentences, and few fonts have it.
    return letter[:1].title() + letter[1:]
