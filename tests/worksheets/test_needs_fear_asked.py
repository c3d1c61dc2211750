"""Which sheets wait until fear was asked about: every one that acts towards the person it is about."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from clinic_toolkit.worksheets import catalogue
from clinic_toolkit.worksheets.block_model import MenuBlock, block_texts
from clinic_toolkit.worksheets.model import Worksheet

README = Path(__file__).parents[2] / "worksheets" / "README.md"
# Every sheet that ships, by name, and whether it waits; the reasons stand in the README.
DECIDED = {
    "want-to-have-to": True,
    "early-signs": False,
    "trying-out-a-thought": True,
    "receiving-ladder": False,
    "thank-you": False,
    "kind-letter": False,
    "two-circles": True,
    "words-in-four-parts": True,
    "what-counts-as-care": True,
    "talking-it-over": True,
    "good-moments": False,
    "pause-card": True,
    "now-and-a-week-later": True,
    "how-full-i-am": True,
    "where-i-learned-it": False,
    "my-load-and-who-else": True,
    "one-line-a-day": True,
    "shares-of-a-whole": False,
    "how-firmly-to-say-it": True,
    "open-closed-in-between": True,
    "whose-choice": True,
    "what-i-keep": False,
    "steady-ground": False,
    "one-small-thing": True,
    "after-something-kind": False,
}
# The same by their numbers; the rule is in `docs/safety.md`.
WAIT = {1, 4, 9, 11, 13, 14, 17, 19, 20, 22, 23, 25, 26, 27, 30}
# Steps that lead to another person: to ask, tell, decline, hand back, or do a thing for them otherwise.
TOWARDS = re.compile(
    r"\bask(?:ed|ing)?\b|\btell\b|\bsay no\b|\bhand(?:ed)? (?:it )?back\b|\brequest\b|\bdecline\b|\brefuse\b"
    r"|\bchange one\b|\bdo less\b|\bstop doing\b|\btalk (?:to|with)\b|\bwho helps\b|\byour answer to\b",
    re.IGNORECASE,
)


def steps_of(sheet: Worksheet) -> list[str]:
    """What the client is asked to do, and every word of the blocks that is printed."""
    return [*sheet.try_this, *(text for block in sheet.blocks for text in block_texts(block))]


def acts_towards(sheet: Worksheet) -> bool:
    """Whether its own words lead to something done towards another person."""
    return sheet.number in WAIT or any(TOWARDS.search(words) for words in steps_of(sheet))


def faults(sheets: Sequence[Worksheet]) -> list[str]:
    """What is wrong with the marks of these sheets; an empty catalogue shows nothing and is a fault."""
    found = [] if any(sheet.needs_fear_asked for sheet in sheets) else ["no sheet waits"]
    found += [f"{slug} is not there" for slug in DECIDED if slug not in {sheet.slug for sheet in sheets}]
    for sheet in sheets:
        if sheet.slug not in DECIDED:
            found.append(f"{sheet.slug} was not decided about")
        elif sheet.needs_fear_asked != DECIDED[sheet.slug]:
            found.append(f"{sheet.slug} has the wrong mark")
        if acts_towards(sheet) and not sheet.needs_fear_asked:
            found.append(f"{sheet.slug} acts towards the person and does not wait")
    return found


def numbers_decided(sheets: Iterable[Worksheet]) -> dict[int, str]:
    """The line of the README about each sheet."""
    lines = README.read_text(encoding="utf-8").partition("## Which sheets wait")[2].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    wanted = {str(sheet.number) for sheet in sheets}
    return {int(row[0]): row[1] for row in rows if row[0] in wanted and len(row[2]) > 40}


def test_every_sheet_that_acts_towards_somebody_waits() -> None:
    sheets = catalogue.list_worksheets()
    assert len(sheets) == len(DECIDED)
    assert faults(sheets) == []


def test_the_readme_says_of_each_sheet_whether_it_waits_and_why() -> None:
    sheets = catalogue.list_worksheets()
    said = {sheet.number: "yes" if sheet.needs_fear_asked else "no" for sheet in sheets}
    assert numbers_decided(sheets) == said


def test_an_empty_catalogue_is_a_fault() -> None:
    assert "no sheet waits" in faults([])
    assert "two-circles is not there" in faults([])


@pytest.mark.parametrize("slug", [slug for slug, waits in DECIDED.items() if waits])
def test_a_missing_mark_would_be_found_twice(slug: str) -> None:
    bare = replace(catalogue.load_worksheet(slug), needs_fear_asked=False)
    others = [each for each in catalogue.list_worksheets() if each.slug != slug]
    assert faults([*others, bare]) == [
        f"{slug} has the wrong mark",
        f"{slug} acts towards the person and does not wait",
    ]


def test_a_new_sheet_has_to_be_decided_about_and_its_steps_are_read() -> None:
    plain = catalogue.load_worksheet("receiving-ladder")
    every = list(catalogue.list_worksheets())
    assert faults([*every, replace(plain, slug="new")]) == ["new was not decided about"]
    for steps in ("Ask for one small thing.", "Say no to one.", "Tell them what you wish.", "Do less of it."):
        new = replace(plain, slug="new", try_this=(steps,))
        assert "new acts towards the person and does not wait" in faults([*every, new]), steps
    assert "new acts towards the person and does not wait" in faults(
        [*every, replace(plain, slug="new", number=17)]
    )
    menu = MenuBlock(kind="menu", label="A small step", options=("Sit down", "Ask for an hour alone"))
    assert "new acts towards the person and does not wait" in faults(
        [*every, replace(plain, slug="new", blocks=(menu,))]
    )
    assert "receiving-ladder has the wrong mark" in faults([replace(plain, needs_fear_asked=True), *every])
