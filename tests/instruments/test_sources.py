"""Every citation that ships stands in the list of sources, with what was read of it."""

import re
from pathlib import Path

from clinic_toolkit.worksheets import catalogue

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "content" / "sources.md"
# "(Kirby, 2019)", "Mazza et al. 2015", "Chu and others, 2017", "Parker and Vannest 2009"
CITED = re.compile(
    r"\b((?:van )?[A-Z][a-z]+)"
    r"(?:,? (?:and|&) [A-Z][a-z]+|, [A-Z][a-z]+ and [A-Z][a-z]+| et al\.| and others)?"
    r",? ((?:19|20)\d\d)\b(?![-\d])"
)
NO_AUTHORS = {
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December", "Copyright", "Unicode", "Until", "The", "Author",
}  # fmt: skip


def cited(text: str) -> set[tuple[str, str]]:
    """Names and years, as a text cites them; a day of the calendar is none."""
    return {(name, year) for name, year in CITED.findall(text) if name not in NO_AUTHORS}


def where_claims_stand() -> dict[str, str]:
    """The texts in which a claim may stand, by their places."""
    files = [
        *(ROOT / "clinic_toolkit" / "psychometrics").glob("*.py"),
        *(ROOT / "clinic_toolkit" / "instruments").glob("*.py"),
        *(ROOT / "clinic_toolkit" / "instruments" / "definitions").glob("*.toml"),
        *(ROOT / "templates").rglob("*.html"),
        *(ROOT / "worksheets").glob("*"),
        *(ROOT / "docs").glob("*.md"),
    ]
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in files if path.is_file()}


def part(heading: str) -> str:
    return PAGE.read_text(encoding="utf-8").partition(f"## {heading}")[2].partition("\n## ")[0]


def test_every_citation_is_listed() -> None:
    listed = cited(part("About people")) | cited(part("About numbers"))
    found = {(place, each) for place, text in where_claims_stand().items() for each in cited(text)}
    assert len({each for _, each in found}) >= 9
    assert {(place, each) for place, each in found if each not in listed} == set()


def test_every_claim_about_people_was_read_and_every_row_says_where_it_stands() -> None:
    rows = [line for line in part("About people").splitlines() if line.startswith("| ")][1:]
    assert len(rows) >= 9
    for row in rows:
        _, _, source, read, where, _ = (cell.strip() for cell in row.split("|"))
        assert cited(source) and read == "abstract" and where, row
    assert "not read" not in part("About people")


def test_each_source_of_a_sheet_names_the_sheet() -> None:
    text = part("About people")
    for sheet in catalogue.list_worksheets():
        for name, year in cited(sheet.evidence):
            row = next(line for line in text.splitlines() if f"{name}" in line and year in line)
            at_home = "worksheets/*.toml" in row and not sheet.is_room_only
            assert f"{sheet.slug}.toml" in row or at_home, (sheet.slug, name)


def test_figures_in_a_sheet_stand_beside_a_source() -> None:
    """A sentence with a figure about people names whose it is."""
    for sheet in catalogue.list_worksheets():
        for sentence in re.split(r"(?<=\.)\s(?=[A-Z])", sheet.evidence):
            if re.search(r"\d|\bstudies\b", sentence):
                assert cited(sentence), sentence


def test_what_is_not_said_is_said_nowhere() -> None:
    said = " ".join(where_claims_stand().values()).lower()
    for words in ("repay goes with", "j. positive psych", "journal of positive", "659", "half-rule"):
        assert words not in said, words


def test_a_citation_that_is_not_listed_would_be_found() -> None:
    assert cited("better (Smith, 2011), as Jones et al. 2015 and Brown and others, 2013 say") == {
        ("Smith", "2011"), ("Jones", "2015"), ("Brown", "2013"),
    }  # fmt: skip
    assert cited("by van Sonderen et al. 2013; Parker and Vannest 2009") == {
        ("van Sonderen", "2013"), ("Parker", "2009"),
    }  # fmt: skip
    assert cited("on 18 November 2026, version 2026-11") == set()
