"""How hard a text is to read, counted in two independent ways: by syllables and by letters."""

import re

_LONG_ENDINGS = re.compile(r"(?:[^laeiouy]es|[^dt]ed|[^l]e)$")


def words_of(text: str) -> list[str]:
    """The words of a text; a number counts as a word."""
    return re.findall(r"[A-Za-z]+(?:['\u2019-][A-Za-z]+)*|\d+", text)


def sentences_of(text: str) -> int:
    """How many sentences a text has; a colon ends a thought, and counts as no end here."""
    return max(1, len(re.findall(r"[.?!](?=\s|$)", text)))


def syllables_in(word: str) -> int:
    """Count syllables by groups of vowels; a silent ending does not count. Never below one."""
    return sum(
        max(1, len(re.findall(r"[aeiouy]+", _LONG_ENDINGS.sub("", part)))) for part in word.lower().split("-")
    )


def flesch_kincaid(text: str) -> float:
    """The Flesch-Kincaid grade: words to a sentence and syllables to a word."""
    words = words_of(text)
    per_sentence = len(words) / sentences_of(text)
    return 0.39 * per_sentence + 11.8 * sum(map(syllables_in, words)) / len(words) - 15.59


def automated_readability(text: str) -> float:
    """The Automated Readability Index: words to a sentence and letters to a word."""
    words = words_of(text)
    letters = sum(sum(c.isalnum() for c in word) for word in words)
    return 4.71 * letters / len(words) + 0.5 * len(words) / sentences_of(text) - 21.43
