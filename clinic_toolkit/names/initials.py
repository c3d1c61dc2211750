"""Initials to propose for a name, of any script: what a page that others see may show of it.

A name of one word gives one letter and never the whole. What is no part of the name (titles, remarks in
brackets, a nickname in quotation marks, a particle before the family name) gives none.
"""

import re
from collections.abc import Callable, Sequence

from clinic_toolkit.names.clusters import clusters, first_letter
from clinic_toolkit.names.folding import fold

# In brackets or double quotation marks, also where the closing one is missing.
_ASIDE = re.compile(
    r"[(（\[［{｛【〔〈<][^)）\]］}｝】〕〉>]*[)）\]］}｝】〕〉>]?|[“„\"«「『][^”“\"»」』]*(?:[”“\"»」』]|$)"
)
# Between the parts of a name stand spaces, dots, and in some scripts a sign of their own.
_BETWEEN = re.compile(
    r"[\s,，、;/|\u200b\u1361\u30fb\uff65\u2027]+|(?<=[^\W\d_])[.．](?=[^\W\d_])|(?<![lL])·|·(?![lL])"
)


def _folded(words: str) -> frozenset[str]:
    return frozenset(fold(word).replace(" ", "") for word in words.split())


_TITLES = _folded(
    "dr dra drs prof professor professorin mr mrs ms miss mx herr frau hr fr mme mlle monsieur madame "
    "senor senora senorita sr sra srta sig sigra signor signora dott dottssa dipl pan pani sir madam dame "
    "д-р г-н г-жа гн гжа др проф господин госпожа δρ κ κα κος καθ "
    "د دكتور الدكتور دكتورة الدكتورة السيد السيدة دکتر آقای خانم "
    "דר מר גב גברת פרופ श्री श्रीमती सुश्री डॉ डा कुमारी ดร นาย นาง นางสาว คุณ "
    "ডা ডঃ জনাব திரு திருமதி 박사"
)
# Titles only if a dot follows: without one they are names, or initials.
_DOTTED = frozenset("ing mag med phil rer nat jur hon rev".split())
_AFTER = frozenset("jr sr jun sen ii iii iv phd md dds msc bsc ma ba mba mph lcsw psyd esq dphil".split())
_PARTICLES = frozenset(
    "de da di do du dos das del della den der des van von vom zu zum zur ter ten te la le los las el al bin "
    "ibn bint ben bat af av till y e i und and et af ap ab".split()
)
_CODE = 12


def initials(name: str) -> str:
    """The initials to propose: "Ana Reyes" becomes "A. R.", "Suharto" becomes "S.".

    A code, such as "B7" or "K-17", stays as it is; a number after the name stays beside the initials. Where
    there is no letter at all, one sign stands for the name.
    """
    words = _words(_ASIDE.sub(" ", name)) or _words(re.sub(r"[^\w\s.'’-]", " ", name))
    words = _without(words, _is_title, _is_after) or words
    if len(words) == 1 and _is_code(words[0]):
        return words[0]
    number = words.pop() if len(words) > 1 and words[-1].isdecimal() else ""
    named = [word for word in words if first_letter(word)]
    found = [_capital(first_letter(word)) for word in _ends(named)]
    if not found:
        return next(clusters("".join(words) or name.strip()), "")
    return " ".join([f"{letter}." for letter in found] + [number] * bool(number))


def _words(text: str) -> list[str]:
    """The parts of a name in their order; "Reyes, Ana" is turned round."""
    family, comma, given = text.partition(",")
    if comma and any(not _is_after(word) and not _is_title(word) for word in _BETWEEN.split(given) if word):
        text = f"{given} {family}"
    # A title is known by its dot, so a dot between two letters parts only what is no title.
    spaced = [word for word in re.split(r"[\s,，、;]+", text) if word]
    return [part for word in spaced for part in ([word] if _is_title(word) else _BETWEEN.split(word)) if part]


def _is_code(word: str) -> bool:
    return len(word) <= _CODE and any(char.isdecimal() for char in word)


def _is_title(word: str) -> bool:
    plain = re.sub('[ .״"]', "", fold(word))
    return plain in _TITLES or (plain in _DOTTED and word.endswith("."))


def _is_after(word: str) -> bool:
    return fold(word).replace(".", "") in _AFTER


def _without(words: Sequence[str], before: Callable[[str], bool], after: Callable[[str], bool]) -> list[str]:
    """The words without titles at the beginning and what is written after a name at the end."""
    found = list(words)
    while found and before(found[0]):
        del found[0]
    while len(found) > 1 and (after(found[-1]) or before(found[-1])):
        del found[-1]
    return found


def _ends(words: Sequence[str]) -> list[str]:
    """The first and the last part; a particle is neither while another is there."""
    plain = [word for word in words if fold(word) not in _PARTICLES or not word[:1].islower()] or list(words)
    return [plain[0], plain[-1]] if len(plain) > 1 else plain[:1]


def _capital(letter: str) -> str:
    # Titlecase, not capitals: Georgian has capitals that no sentence and few fonts use.
    return letter[:1].title() + letter[1:]
