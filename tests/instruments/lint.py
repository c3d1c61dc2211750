"""The rules for wording a question, as functions that find faults.

Syllables are counted twice, by groups of vowels and by a hyphenation dictionary: neither is right
about every word, and a text is plain only if both say so.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from pyphen import Pyphen

MOST_WORDS = 16
MOST_SYLLABLES = 3

# "Say no" as an act is allowed, and so is "a no"; a bare "no" is a fault where it denies something.
_NEGATION = re.compile(
    r"\b(?:not|never|none|nothing|nobody|nowhere|neither|nor|cannot|hardly|barely|without)\b|n['\u2019]t\b"
    r"|(?<!said )(?<!saying )(?<!yes or )(?<!\ba )\bno\b",
    re.IGNORECASE,
)
_FORBIDDEN = re.compile(
    r"\b(?:always|only|just|should|ought|selfish|toxic|needy|healthy|unhealthy|fair share|deserves?"
    r"|codependen\w*|more than|less than|owed?|owes|owing|debts?|childhood"
    r"|he|she|him|her|his|hers|wife|husband|mother|father)\b",
    re.IGNORECASE,
)
_JOINED = re.compile(r"\b(?:and|or)\b|;|/", re.IGNORECASE)
_NEVER_SAY = re.compile(
    r"diagnos|disorder|codepend|toxic|narciss|attachment|normal|risk"
    r"|\b(?:low|high|severe|elevated|moderate|pass|fail(?:ed|ure)?|healthy|safe(?:ly|ty)?|improved?)\b"
    r"|\b(?:balanced?|credits?|debts?|owe[sd]?|points|streaks?|badges?|ratio|ahead|winner|overgiving)\b"
    r"|(?:better|worse) than|give[sn]? (?:more|less)\b|\byou should\b"
    r"|well done|congratulat|disappoint|!|%|\d",
    re.IGNORECASE,
)
_SILENT = re.compile(r"(?:[^laeiouy]es|[^dt]ed|[^l]e)$")
_HYPHENS = Pyphen(lang="en_US")


def words_of(text: str) -> list[str]:
    """The words of a text, in small letters."""
    return re.findall(r"[a-z]+(?:['\u2019][a-z]+)?", text.lower())


def sentences_of(text: str) -> list[str]:
    """The sentences of a text."""
    return re.split(r"(?<=[.?!])\s+", text.strip())


def syllables_by_vowels(word: str) -> int:
    """Count groups of vowels, a silent ending left out; never below one."""
    return max(1, len(re.findall(r"[aeiouy]+", _SILENT.sub("", word.lower()))))


def syllables_by_hyphens(word: str) -> int:
    """Count the parts into which a dictionary would break the word."""
    return len(_HYPHENS.positions(word.lower())) + 1


Counting = Callable[[str], int]
COUNTERS: tuple[Counting, ...] = (syllables_by_vowels, syllables_by_hyphens)


def grade(words: int, sentences: int, syllables: int) -> float:
    """The Flesch-Kincaid grade level."""
    return 0.39 * words / sentences + 11.8 * syllables / words - 15.59


def grade_of(sentences: Iterable[str], count: Counting) -> float:
    """The grade of some sentences, joined as one text."""
    listed = list(sentences)
    words = [word for sentence in listed for word in words_of(sentence)]
    return grade(len(words), len(listed), sum(map(count, words)))


def faults_of_stem(text: str) -> Iterator[str]:
    """Everything in one question that the rules of wording forbid."""
    words = words_of(text)
    if len(words) > MOST_WORDS:
        yield f"{len(words)} words"
    if not {"i", "me", "my", "mine"} & set(words):
        yield "not in the first person"
    if len(re.findall(r"[.!?]", text)) != 1 or not text.endswith("."):
        yield "not one plain sentence"
    yield from (f"negation: {found.group()}" for found in _NEGATION.finditer(text))
    yield from (f"forbidden: {found.group()}" for found in _FORBIDDEN.finditer(text))
    yield from (f"joins: {found.group()}" for found in _JOINED.finditer(text))
    yield from (
        f"long word: {word}" for word in words if max(count(word) for count in COUNTERS) > MOST_SYLLABLES
    )


def never_said(text: str) -> list[str]:
    """Words that no text for a client holds: verdicts, grades, tallies, advice, digits, praise."""
    return [found.group() for found in _NEVER_SAY.finditer(text)]


def runs_of(text: str, length: int = 5) -> set[tuple[str, ...]]:
    """Every run of that many words in a text."""
    words = words_of(text)
    return {tuple(words[start : start + length]) for start in range(len(words) - length + 1)}
