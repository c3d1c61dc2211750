"""Every worksheet that ships, held to the clinical rules; each check with a control that it would fail."""

import re
from math import ceil
from pathlib import Path

import pytest

from clinic_toolkit.worksheets.block_model import SHEET_BLOCK_TYPES, LinesBlock
from clinic_toolkit.worksheets.loader import read_worksheet_file
from clinic_toolkit.worksheets.model import SheetSide, Worksheet

from .paper_heights import millimetres
from .reading import automated_readability, flesch_kincaid, syllables_in, words_of

FOLDER = Path(__file__).parents[2] / "worksheets"
README = (FOLDER / "README.md").read_text(encoding="utf-8")
SHEETS = [read_worksheet_file(path) for path in sorted(FOLDER.glob("*.toml"))]
each_sheet = pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.slug)

# What no page of ours says: diagnosis, grading, advice, tally.
NEVER = (
    r"diagnos|disorder|codepend|toxic|narcissis|attachment|normal|\b(?:low|high|severe|elevated|pass|fail)\b"
    r"|\b(?:balance|credit|debt|points?|streak|badge|ratio|score)\b|you should|\bought\b|must\b|selfish|needy"
    r"|(?:better|worse) than others|gives? (?:more|less)\b|well done|improved because"
)
# What nothing that leaves the room says: the topic, safety, a relationship.
NOT_OUTSIDE = (
    r"\bgiv(?:e|es|ing|er)\b|receiv|boundar|reciproc|overgiv|\bguilt|\bow(?:e|es|ed|ing)\b"
    r"|\b(?:safe|unsafe|safety|afraid|fear|danger|abuse|violen|threat|crisis|harm|suicid|risk)"
    r"|partner|husband|wife|\bspouse|mother|father|parent|sister|brother|sibling|daughter|\bson\b|\bchild|famil"
    r"|\bboss\b|friend|colleague|therap|clinic|client|patient|session"
)


# The shorter of the two papers, within the narrowest margins.
LETTER = 279.4 - 2 * 13
# The numbers of the sheets by what they are for; the three sides have as many each.
PLANNED = {
    SheetSide.GIVING: {1, 2, 4, 17, 23, 27},
    SheetSide.RECEIVING: {6, 7, 8, 24, 30, 31},
    SheetSide.BOUNDARIES: {9, 11, 19, 20, 25, 26},
    SheetSide.FLOWS: {13, 14, 15, 21, 28},
    SheetSide.CARERS: {22},
    SheetSide.ANY: {29},
}


def for_the_client(sheet: Worksheet) -> list[str]:
    """Every text that is printed on the sheet."""
    return list(sheet.client_texts())


def for_the_clinician(sheet: Worksheet) -> list[str]:
    """Every text that only the clinician reads."""
    return [sheet.aim, sheet.when_not_to_use, *sheet.review_prompts, sheet.evidence]


def hits(pattern: str, texts: list[str]) -> list[str]:
    """The forbidden words that are found."""
    return [found.group() for text in texts for found in re.finditer(pattern, text, re.IGNORECASE)]


@each_sheet
def test_no_sheet_grades_diagnoses_advises_or_exclaims(sheet: Worksheet) -> None:
    assert hits(NEVER, for_the_client(sheet)) == []
    assert not any("!" in text for text in [*for_the_client(sheet), *for_the_clinician(sheet)])
    assert (
        hits(r"codepend|toxic|narcissis|attachment|normal|denies|manipulat", for_the_clinician(sheet)) == []
    )


@each_sheet
def test_a_sheet_that_is_found_names_no_topic_no_relationship_and_no_safety(sheet: Worksheet) -> None:
    assert hits(NOT_OUTSIDE, for_the_client(sheet)) == []


def test_words_that_must_not_be_there_would_be_found() -> None:
    assert hits(NEVER, ["You should find your balance, it is normal."]) == ["You should", "balance", "normal"]
    assert hits(NOT_OUTSIDE, ["Giving to my mother, if it is safe"]) == ["Giving", "mother", "safe"]


@each_sheet
def test_a_sheet_is_easy_to_read_by_both_counts(sheet: Worksheet) -> None:
    text = " ".join([sheet.why, *sheet.try_this, sheet.example, sheet.if_it_gets_hard, sheet.bring_back])
    assert flesch_kincaid(text) <= 8
    assert automated_readability(text) <= 8
    for sentence in re.split(r"(?<=[.?])\s", text):
        assert len(words_of(sentence)) <= 25, sentence


def test_both_counts_know_a_hard_text() -> None:
    hard = "Differentiation of self presupposes considerable interpersonal negotiation of responsibilities."
    assert flesch_kincaid(hard) > 12
    assert automated_readability(hard) > 12
    counted = {"cat": 1, "little": 2, "uneasy": 3, "choose": 1, "tried": 1, "wanted": 2, "plenty": 2}
    assert {word: syllables_in(word) for word in counted} == counted


@each_sheet
def test_an_example_is_somebody_elses_and_short(sheet: Worksheet) -> None:
    assert re.fullmatch(r"Someone wrote: “.+”", sheet.example)
    assert len(sheet.example) <= 180


@each_sheet
def test_the_time_of_a_week_is_no_shorter_than_that_of_one_sitting(sheet: Worksheet) -> None:
    said = re.search(r"\d+", sheet.minutes)
    assert said and sheet.total_minutes >= int(said.group())


@each_sheet
def test_a_sheet_that_stays_in_the_room_asks_for_nothing_at_home(sheet: Worksheet) -> None:
    at_home = hits(r"\b(?:week|day)\b", [sheet.minutes]) != []
    assert not (sheet.is_room_only and at_home)


@each_sheet
def test_a_sheet_has_a_side_for_the_clinician(sheet: Worksheet) -> None:
    assert len(sheet.review_prompts) >= 3
    assert all("?" in prompt and "why don" not in prompt.lower() for prompt in sheet.review_prompts)
    assert "not for this sheet" in sheet.evidence
    assert "has not been tested" in sheet.evidence
    assert sheet.when_not_to_use


def test_every_planned_sheet_is_there_and_for_its_side() -> None:
    by_side = {side: {sheet.number for sheet in SHEETS if sheet.side == side} for side in SheetSide}
    assert by_side == PLANNED
    assert len(SHEETS) == 25


def test_the_sides_have_as_many_sheets_each() -> None:
    sides = (SheetSide.GIVING, SheetSide.RECEIVING, SheetSide.BOUNDARIES)
    assert {len(PLANNED[side]) for side in sides} == {6}
    assert len(set().union(*PLANNED.values())) == sum(map(len, PLANNED.values()))


@each_sheet
def test_a_sheet_fits_one_page_of_either_paper(sheet: Worksheet) -> None:
    assert ceil(millimetres(sheet)) <= LETTER


def test_a_sheet_too_long_would_be_noticed() -> None:
    long = LinesBlock(kind="lines", label="More", count=20)
    fields = {name: getattr(SHEETS[0], name) for name in SHEETS[0].__slots__}
    assert millimetres(Worksheet(**fields | {"blocks": (*SHEETS[0].blocks, long)})) > LETTER


def test_the_readme_teaches_every_kind_of_block_with_all_its_fields() -> None:
    rows = [line.split("|") for line in README.splitlines() if line.startswith("| `")]
    taught = {cells[1].strip(" `"): cells[2] for cells in rows}
    assert set(taught) == set(SHEET_BLOCK_TYPES)
    for kind, block_type in SHEET_BLOCK_TYPES.items():
        for field in set(block_type.__dataclass_fields__) - {"kind", "label"}:
            assert f"`{field}`" in taught[kind], (kind, field)


@each_sheet
def test_the_readme_names_every_sheet(sheet: Worksheet) -> None:
    (row,) = [line for line in README.splitlines() if f"`{sheet.slug}.toml`" in line]
    _, number, _, title, side, facets, _ = (cell.strip() for cell in row.split("|"))
    assert (int(number), title, side) == (sheet.number, sheet.title, sheet.side)
    assert facets == ", ".join(sheet.facets) or not sheet.facets
