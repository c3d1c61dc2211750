"""The matching rules name parts, questions and sheets that exist."""

import tomllib

import msgspec
import pytest

from clinic_toolkit.instruments.catalogue import list_frames, list_instruments
from clinic_toolkit.worksheets.catalogue import list_worksheets
from clinic_toolkit.worksheets.matching import (
    MATCHING_FILE,
    MatchedAnswers,
    MatchingRule,
    MatchingRules,
    load_matching_rules,
)

RULES = load_matching_rules()
# The clinical specification, by part: the first two of each.
SPECIFIED = {
    "OG1": (2, 17), "OG2": (1, 17), "OG3": (4, 21), "RG1": (7,), "RG2": (8, 4), "RG3": (6, 7),
    "BC1": (9,), "BC2": (11, 19), "BC3": (20, 9),
}  # fmt: skip


def test_every_part_of_a_questionnaire_has_a_rule_and_every_rule_a_part() -> None:
    parts = {facet.id for form in list_instruments() for facet in form.facets}
    questions = {item.id for form in list_instruments() for item in form.items}
    named = [rule.part for rule in RULES.rules]
    assert len(named) == len(set(named)), "one rule for each"
    assert parts <= set(named)
    assert set(named) <= parts | questions


def test_the_order_is_that_of_the_specification() -> None:
    by_part = {rule.part: rule for rule in RULES.rules}
    for part, numbers in SPECIFIED.items():
        assert by_part[part].sheets[: len(numbers)] == numbers, part
    assert by_part["OG1"].sheet_numbers(has_duty_of_care=True)[0] == 22
    assert by_part["OG1"].sheet_numbers(has_duty_of_care=False)[0] == 2


def test_every_sheet_that_a_rule_names_exists() -> None:
    numbers = {sheet.number for sheet in list_worksheets()}
    for rule in RULES.rules:
        assert {*rule.sheets, *rule.duty_sheets} <= numbers, rule.part
    (ground,) = [sheet for sheet in list_worksheets() if sheet.number == RULES.held_sheet]
    assert ground.is_room_only and not ground.needs_fear_asked, "or it could not be given where fear holds"


def test_what_goes_well_is_a_matter_of_strengths_alone() -> None:
    strengths = {rule.part for rule in RULES.rules if rule.answers == MatchedAnswers.STRENGTH}
    (flows,) = [form for form in list_instruments() if form.id == "flows"]
    assert strengths == {facet.id for facet in flows.facets}
    for rule in RULES.rules:
        if rule.part in strengths:
            assert set(rule.sheets) == {13, 15}


def test_the_kinds_of_relationship_exist() -> None:
    assert RULES.duty_frames and RULES.duty_frames <= {frame.id for frame in list_frames()}


def test_a_misspelt_field_is_refused() -> None:
    raw = tomllib.loads(MATCHING_FILE.read_text("utf-8"))
    assert msgspec.convert(raw, MatchingRules) == RULES
    raw["rules"][0]["sheet"] = [1]
    with pytest.raises(msgspec.ValidationError, match="sheet"):
        msgspec.convert(raw, MatchingRules)


def test_an_empty_list_for_duty_is_no_difference() -> None:
    assert MatchingRule(part="OG1", sheets=(2,)).sheet_numbers(has_duty_of_care=True) == (2,)


def test_the_sheets_that_exist_are_used() -> None:
    """A sheet that no rule names is never suggested: an ending, a repair and the room are chosen by hand."""
    named = {number for rule in RULES.rules for number in (*rule.sheets, *rule.duty_sheets)}
    never_suggested = {14, 28, 29}
    for sheet in list_worksheets():
        assert (sheet.number in named) is (sheet.number not in never_suggested), sheet.slug
