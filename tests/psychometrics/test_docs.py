"""The worked examples of docs/scoring.md, run."""

import re
from pathlib import Path

import pytest

from clinic_toolkit.instruments.catalogue import list_instruments
from clinic_toolkit.psychometrics.result_sentences import (
    Audience,
    describe_answers,
    describe_count,
    describe_total,
    option_labels,
    stood_out_sentences,
)
from clinic_toolkit.psychometrics.scoring import round_half_up, score_form

from . import invented_forms

PAGE = (Path(__file__).parents[2] / "docs" / "scoring.md").read_text(encoding="utf-8")
GIVING = next(form for form in list_instruments() if form.id == "giving")
FLOWS = next(form for form in list_instruments() if form.kind == "strengths")


def rows(first_heading: str) -> list[list[str]]:
    """The rows of the table whose first heading line begins so."""
    table = PAGE.split(f"| {first_heading}", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in table]


def values(cell: str) -> list[int | None]:
    """ "3 - 2" as values."""
    return [None if v == "-" else int(v) for v in cell.split()]


def giving(*parts: str) -> dict[str, int | None]:
    """Answers to the difficulty items of *How I give*, part by part."""
    answers: dict[str, int | None] = {}
    for facet, cell in zip(GIVING.facets, parts, strict=False):
        ids = [i.id for i in GIVING.items if i.facet == facet.id and i.role == "difficulty"]
        answers |= dict(zip(ids, values(cell), strict=True))
    return answers


@pytest.mark.parametrize("row", rows("Answers | Number"), ids=lambda row: row[0])
def test_one_part(row: list[str]) -> None:
    cell, number, count, words = row
    facet = score_form(GIVING, giving(cell)).facets[0]
    assert number == ("no" if facet.score is None else str(round_half_up(facet.score)))
    assert count == describe_count(GIVING, facet)
    assert words == describe_answers(
        facet.answered_values, option_labels(GIVING), facet.asked, Audience.CLINICIAN
    )


@pytest.mark.parametrize("row", rows("Part one"), ids=lambda row: " ".join(row[:3]))
def test_a_whole_form(row: list[str]) -> None:
    result = score_form(GIVING, giving(*row[:3]))
    assert row[3].split() == ["-" if f.score is None else str(round_half_up(f.score)) for f in result.facets]
    assert row[4] == describe_total(result)


@pytest.mark.parametrize("row", rows("Eight answers"), ids=lambda row: row[0])
def test_what_flows_well(row: list[str]) -> None:
    answers = dict(zip([item.id for item in FLOWS.items], values(row[0]), strict=True))
    assert row[1] == describe_total(score_form(FLOWS, answers))


@pytest.mark.parametrize("row", rows("Answers | The client reads"), ids=lambda row: row[0])
def test_what_the_client_reads(row: list[str]) -> None:
    said = stood_out_sentences(GIVING, score_form(GIVING, giving(row[0])))
    assert said == (() if row[1] == "nothing" else (row[1],))


def test_the_page_states_the_labels_and_the_rule_of_the_definitions() -> None:
    assert [row[1] for row in rows("Value")] == [option.label for option in GIVING.options]
    rule = {row[0]: re.findall(r"\d|all", row[1].partition(";")[0]) for row in rows("Number | Needs")}
    assert rule["the total (9 items)"] == [
        str(invented_forms.missing_rule(GIVING).total_minimum),
        str(invented_forms.missing_rule(GIVING).total_minimum_per_facet),
    ]
    assert rule["*What flows well* (8 items)"] == [str(invented_forms.missing_rule(FLOWS).total_minimum)]
    assert rule["a part (3 items)"] == ["all", str(invented_forms.missing_rule(GIVING).facet_minimum)]


def test_a_wrong_example_would_be_seen() -> None:
    with pytest.raises(AssertionError):
        test_a_whole_form(["3 3 3", "3 - -", "3 3 3", "75 - 75", "75 (7 of 9 answered)"])
