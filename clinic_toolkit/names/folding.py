"""Text to compare names by, so that one is found however it was typed."""

import re
import unicodedata

# Letters that Unicode does not take apart, and what they are typed as on a keyboard without them.
_LETTERS = str.maketrans(
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
_APOSTROPHES = dict.fromkeys(map(ord, "'’‘‛`´ʹʻʼʽˈʾʿ′‵＇׳ꞌ՚"))
_HYPHENS = re.compile(r"[-‐‑‒–—―−⁃﹣－־·・]+")
# Typed where a keyboard has no umlaut; "Mueller" is to find Müller, and "Mueller" is found by "müller".
_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_TIGHT = 4  # so many letters at least are looked for across the gaps of a name
_LEAST_DIGITS = 6  # so many digits are a telephone number that may lack its beginning
_TRUNK = re.compile(r"\(\s*0\s*\)")


def letters(text: str) -> str:
    """Small letters without accents: "zoe" for Zoë, "lukasz" for Łukasz. Every other sign stays."""
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    plain = "".join(char for char in apart if not unicodedata.combining(char))
    # Some come apart into a letter of the table: ǿ into ø and its accent.
    return unicodedata.normalize("NFC", plain.translate(_LETTERS))


def fold(text: str) -> str:
    """A name to compare by: no case, no accents, no apostrophes; hyphens are spaces, and one is enough."""
    return " ".join(_HYPHENS.sub(" ", letters(text).translate(_APOSTROPHES)).split())


def spellings(text: str) -> frozenset[str]:
    """A name to compare by, also with its umlauts written as two letters."""
    # Put together first: the table knows ü, and not u with a mark behind it.
    whole = unicodedata.normalize("NFC", text).casefold()
    return frozenset((fold(text), fold(whole.translate(_SPELLED))))


def digits(text: str) -> str:
    """The digits of a telephone number, of whichever script; a trunk (0) and all signs are left out."""
    found = (unicodedata.decimal(char, None) for char in _TRUNK.sub("", text))
    return "".join(str(each) for each in found if each is not None)


def holds(words: str, texts: str, telephone: str) -> bool:
    """Whether a text or telephone holds everything that was looked for.

    Args:
        words: what was typed to look for; every word of it must be found.
        texts: name, code, address: what words are looked for in.
        telephone: what a number is looked for in.
    """
    known = spellings(texts)
    tight = frozenset(each.replace(" ", "") for each in known)
    named = [word for word in words.split() if any(char.isalpha() for char in word)]
    numbers = [word for word in words.split() if word not in named]
    found = all(_found(part, known, tight) for word in named for part in _parts(word))
    if not found or not numbers:
        return found
    return _number(digits(" ".join(numbers)), digits(telephone)) or all(
        _found(part, known, tight) for word in numbers for part in _parts(word)
    )


def _parts(word: str) -> list[frozenset[str]]:
    """What was typed as one word, as the words it may be; each in its spellings."""
    return [spellings(part) for part in _HYPHENS.sub(" ", word).split()]


def _found(word: frozenset[str], known: frozenset[str], tight: frozenset[str]) -> bool:
    """Whether one of the spellings is there; a longer one, or a code, also across the gaps of a name."""
    across = [each for each in word if len(each) >= _TIGHT or any(map(str.isdecimal, each))]
    return any(each in text for each in word for text in known) or any(
        each in text for each in across for text in tight
    )


def _number(wanted: str, known: str) -> bool:
    """Whether one number holds the other, with or without the country's code and the first zero."""
    if not wanted:
        return False
    bare, other = wanted.lstrip("0"), known.lstrip("0")
    if wanted in known or (_is_enough(wanted, bare) and bare in known):
        return True
    return len(other) >= _LEAST_DIGITS and wanted.endswith(other)


def _is_enough(wanted: str, bare: str) -> bool:
    return len(bare) >= _LEAST_DIGITS or (wanted.startswith("00") and bool(bare))
