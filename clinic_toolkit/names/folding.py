"""Folding of names for comparison, so that a name is found however it is typed."""

import re
import unicodedata

# Letters without a Unicode decomposition, and what people type instead if their keyboard lacks them.
_BASE_LETTERS = str.maketrans(
    {
        "ł": "l", "ø": "o", "ı": "i", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ß": "ss",
        "ħ": "h", "ŧ": "t", "ŋ": "n", "ĸ": "k", "ə": "e", "ǝ": "e", "ɛ": "e", "ɔ": "o", "ɓ": "b", "ɗ": "d",
        "ɖ": "d", "ƙ": "k", "ƴ": "y", "ɣ": "g", "ʋ": "v", "ƒ": "f", "ƶ": "z", "ɨ": "i", "ʉ": "u", "ǥ": "g",
        "ƀ": "b", "ɩ": "i", "ɵ": "o", "ⱥ": "a", "ɏ": "y", "ɍ": "r", "ȼ": "c", "ɉ": "j", "ɇ": "e", "ƿ": "w",
        "ґ": "г", "ђ": "д", "ј": "и", "і": "и", "є": "е", "ө": "о", "ү": "у", "ұ": "у", "қ": "к", "ғ": "г",
        "ң": "н", "ҳ": "х", "һ": "х", "ә": "а", "ҷ": "ч",
        "ى": "ي", "ی": "ي", "ې": "ي", "ک": "ك", "ة": "ه", "ۀ": "ه", "ہ": "ه", "ھ": "ه", "ٱ": "ا", "ـ": "",
        "ך": "כ", "ם": "מ", "ן": "נ", "ף": "פ", "ץ": "צ",
    }
)  # fmt: skip
APOSTROPHES = dict.fromkeys(map(ord, "'’‘‛`´ʹʻʼʽˈʾʿ′‵＇׳ꞌ՚"))
_HYPHENS = re.compile(r"[-‐‑‒–—―−⁃﹣－־·・]+")
# Two-letter spellings of umlauts: "Mueller" must find Müller, and "müller" must find Mueller.
_UMLAUT_SPELLINGS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_MIN_LENGTH_ACROSS_GAPS = 4  # letters that a word needs to be searched for across the spaces of a name
_MIN_PHONE_DIGITS = 6  # digits that a number needs to match a telephone number without its prefix
_TRUNK_PREFIX = re.compile(r"\(\s*0\s*\)")


def fold_letters(text: str) -> str:
    """Lower-case letters without accents: "zoe" for Zoë, "lukasz" for Łukasz. Other characters are kept."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_BASE_LETTERS))
    base_letters = "".join(char for char in decomposed if not unicodedata.combining(char))
    # Some letters decompose into a letter of the table: ǿ into ø and an accent.
    return unicodedata.normalize("NFC", base_letters.translate(_BASE_LETTERS))


def fold_name(text: str) -> str:
    """Fold a name: no case, accents or apostrophes; hyphens and runs of spaces become one space."""
    return " ".join(_HYPHENS.sub(" ", fold_letters(text).translate(APOSTROPHES)).split())


def name_spellings(text: str) -> frozenset[str]:
    """The folded name, and the folded name with umlauts spelt as two letters."""
    return frozenset((fold_name(text), fold_name(spell_umlauts(text))))


def spell_umlauts(text: str) -> str:
    """The text in small letters, with umlauts spelt as two letters: "mueller" for Müller."""
    # Composed first, because the table has ü and not u with a combining mark.
    return unicodedata.normalize("NFC", text).casefold().translate(_UMLAUT_SPELLINGS)


def phone_digits(text: str) -> str:
    """The digits of a telephone number, in any script, without a trunk prefix "(0)" and punctuation."""
    digits = (unicodedata.decimal(char, None) for char in _TRUNK_PREFIX.sub("", text))
    return "".join(str(digit) for digit in digits if digit is not None)


def matches_search(query: str, searched_text: str, telephone: str) -> bool:
    """Whether a text or a telephone number matches a search.

    Args:
        query: the search text; every word of it must match.
        searched_text: the text in which words are searched, such as name, code and address.
        telephone: the telephone number in which digits are searched.
    """
    spellings = name_spellings(searched_text)
    without_gaps = frozenset(spelling.replace(" ", "") for spelling in spellings)
    name_words = [word for word in query.split() if any(char.isalpha() for char in word)]
    number_words = [word for word in query.split() if word not in name_words]
    names_match = all(
        _contains_any(part, spellings, without_gaps) for word in name_words for part in _query_parts(word)
    )
    if not names_match or not number_words:
        return names_match
    return _matches_phone(phone_digits(" ".join(number_words)), phone_digits(telephone)) or all(
        _contains_any(part, spellings, without_gaps) for word in number_words for part in _query_parts(word)
    )


def _query_parts(word: str) -> list[frozenset[str]]:
    """The parts of one typed word, split at hyphens, each with its spellings."""
    return [name_spellings(part) for part in _HYPHENS.sub(" ", word).split()]


def _contains_any(word: frozenset[str], texts: frozenset[str], texts_without_gaps: frozenset[str]) -> bool:
    """Whether a text contains a spelling; a long one or one with digits may span the spaces of the text."""
    long_spellings = [
        spelling
        for spelling in word
        if len(spelling) >= _MIN_LENGTH_ACROSS_GAPS or any(map(str.isdecimal, spelling))
    ]
    return any(spelling in text for spelling in word for text in texts) or any(
        spelling in text for spelling in long_spellings for text in texts_without_gaps
    )


def _matches_phone(query_digits: str, known_digits: str) -> bool:
    """Whether one number contains the other, with or without country code and leading zero."""
    if not query_digits:
        return False
    query_without_zeros, known_without_zeros = query_digits.lstrip("0"), known_digits.lstrip("0")
    if query_digits in known_digits or (
        _has_enough_digits(query_digits, query_without_zeros) and query_without_zeros in known_digits
    ):
        return True
    return len(known_without_zeros) >= _MIN_PHONE_DIGITS and query_digits.endswith(known_without_zeros)


def _has_enough_digits(query_digits: str, without_zeros: str) -> bool:
    return len(without_zeros) >= _MIN_PHONE_DIGITS or (query_digits.startswith("00") and bool(without_zeros))
