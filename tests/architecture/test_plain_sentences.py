"""Sentences that people read are in plain English: turns that made a reader stumble do not come back.

Looked at are the sentences outside the pages: what the record, the papers, the store and the commands say,
the scripts of the questionnaires, the sheets, and the documents for those who use the program.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .tree import CHECKOUT, PACKAGE, modules, strings_in

# A text is a sentence from so many words on; shorter ones are names, keys and statements for the database.
_WORDS = 4
# Each turn with a sentence that it must find and one that it must pass over.
BANNED: dict[str, tuple[str, str]] = {
    r"\bwhoever\b": ("Whoever has lost both", "If you lose both"),
    r"\balike\b": ("on page and paper alike", "unlike the others"),
    r"\blest\b": ("lest it be found", "at the latest"),
    r"\banew\b": ("It was written anew.", "A new one was written."),
    r"\bas ever\b": ("Everything can be used as ever.", "as every time"),
    r"\b(?:it|he|she|which|what|nothing) stands\b": ("as it stands on paper", "a hut that withstands"),
    r"\bstand(?:s|ing)? (?:beside|apart|together)\b": ("a strength stands apart", "I understand it"),
    r"\bnone that\b": ("is none that this program writes", "none of those that"),
    r"\b(?:is|are|was|were|be) taken in\b": ("Nothing was taken in.", "She was taken inside."),
    r"\bput(?:s|ting)? the keys away\b": ("Lock puts the keys away.", "Lock removes the keys."),
    r"\bways? in\b(?! which)": ("The list of ways in", "two ways in which it ends"),
    r"\bquestion of now\b": ("the question of now", "the question being asked"),
    r"\bhold(?:s|ing)? (?:a|no) keys?\b": ("nobody else holds a key", "nobody else has a key"),
    r"\bin hearing\b": ("nobody else in hearing", "nobody else can hear"),
    r"\bturned round for\b": ("Turned round for the number", "Reverse-scored"),
    r"\bbegun and not\b": ("begun and not recorded", "started and not finished"),
}
# Not for the person at the program: faults of a programmer, statements, and the words of the pages.
_NOT_HERE = ("web", "demo", "crypto")
_FOR_USERS = (
    "README.md",
    "docs/own-questionnaires.md",
    "docs/demo.md",
    "docs/hazards.md",
    "docs/paper-day.md",
)


def found(text: str) -> list[str]:
    """The banned turns in one text."""
    return [turn for turn in BANNED if re.search(turn, text, re.IGNORECASE)]


@pytest.mark.parametrize("turn", BANNED)
def test_each_turn_is_found_and_its_plain_neighbour_is_not(turn: str) -> None:
    stumbles, plain = BANNED[turn]
    assert turn in found(stumbles)
    assert not found(plain)


def test_no_sentence_of_the_program_has_one() -> None:
    files = [path for path in modules() if path.relative_to(PACKAGE).parts[0] not in _NOT_HERE]
    said = [(path, text) for path in files for text in _sentences(path.read_text(encoding="utf-8"))]
    assert len(said) > 300, "the sentences were not found"
    assert not [f"{path.name}: {text} {turns}" for path, text in said if (turns := found(text))]


def test_no_script_and_no_sheet_has_one() -> None:
    files = [*(PACKAGE / "instruments").rglob("*.toml"), *(CHECKOUT / "worksheets").glob("*.toml")]
    said = [(path, text) for path in files for text in _texts(tomllib.loads(path.read_text("utf-8")))]
    assert len(said) > 300, "the texts were not found"
    assert not [f"{path.name}: {text} {turns}" for path, text in said if (turns := found(text))]


@pytest.mark.parametrize("name", _FOR_USERS)
def test_no_document_for_users_has_one(name: str) -> None:
    lines = Path(CHECKOUT / name).read_text(encoding="utf-8").splitlines()
    # A name of a test or a file in `…` is no sentence.
    assert not [f"{line} {turns}" for line in lines if (turns := found(re.sub(r"`[^`]*`", "", line)))]


def _sentences(source: str) -> Iterator[str]:
    """Every text of a module with so many words."""
    return (text for text in strings_in(source) if len(text.split()) >= _WORDS)


def _texts(value: Any) -> Iterator[str]:
    """Every text in a definition, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
