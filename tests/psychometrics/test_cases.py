"""The hand-worked sheets of tests/cases, against the product."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from clinic_toolkit.psychometrics.result_sentences import (
    Audience,
    describe_answers,
    describe_count,
    option_labels,
)
from clinic_toolkit.psychometrics.scoring import round_half_up, score_form

from . import invented_forms

CASES = Path(__file__).parent.parent / "cases"
FORMS = {"difficulties": invented_forms.difficulties(), "strengths": invented_forms.strengths()}


def read(name: str) -> list[dict[str, Any]]:
    """The cases of one file."""
    with (CASES / name).open("rb") as file:
        cases: list[dict[str, Any]] = tomllib.load(file)["case"]
    return cases


def number(x: float | None) -> int | str:
    """A number as the cases write it: shown whole, or "-"."""
    return "-" if x is None else round_half_up(x)


def answers_of(case: dict[str, Any]) -> dict[str, int | None]:
    """The answers of one case; "-" is not answered."""
    every = {item.id: case.get("all", "-") for item in FORMS[case["form"]].items}
    return {item: None if v == "-" else v for item, v in (every | case.get("answers", {})).items()}


SHEETS = read("oracles.toml") + read("sheets.toml")


@pytest.mark.parametrize("case", SHEETS, ids=[case["name"] for case in SHEETS])
def test_a_sheet_scored_by_hand_scores_the_same(case: dict[str, Any]) -> None:
    form = FORMS[case["form"]]
    result = score_form(form, answers_of(case))
    assert [number(facet.score) for facet in result.facets] == case["facets"]
    assert number(result.total) == case["total"]
    assert result.total_answered == case["total_answered"]
    assert ["-" if s.value is None else s.value for s in result.strengths] == case["strengths"]
    if "facet_counts" in case:
        assert [describe_count(form, facet) for facet in result.facets] == case["facet_counts"]


@pytest.mark.parametrize("case", read("words.toml"), ids=lambda c: f"{c['values']} of {c['asked']}")
def test_the_words_are_those_written_by_hand(case: dict[str, Any]) -> None:
    labels = option_labels(FORMS["difficulties"])
    values, asked = case["values"], case["asked"]
    assert describe_answers(values, labels, asked, Audience.CLINICIAN) == case["clinician"]
    assert (
        describe_answers(values, labels, asked, Audience.CLIENT, "giving past your limit") == case["client"]
    )


def test_every_case_names_its_source() -> None:
    assert all(case["source"] for case in SHEETS)


def test_a_wrong_expectation_would_be_seen() -> None:
    wrong = dict(SHEETS[0], total=51)
    with pytest.raises(AssertionError):
        test_a_sheet_scored_by_hand_scores_the_same(wrong)
