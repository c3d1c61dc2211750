"""Every questionnaire that ships, held to its matrix of facets and modes (specification 2.2, 2.3)."""

from collections import Counter
from dataclasses import replace

import pytest

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.instruments.closed_sets import ItemRole
from clinic_toolkit.instruments.model import Instrument

LONG = ("giving", "receiving", "boundaries")
MODES = {"B": "behaviour", "T": "thought", "F": "feeling", "C": "cost"}
FACETS = {
    "giving": ("OG1", "OG2", "OG3"),
    "receiving": ("RG1", "RG2", "RG3"),
    "boundaries": ("BC1", "BC2", "BC3"),
}
STRENGTHS = {
    "giving": {"OG1-B", "OG2-F", "OG3-T"},
    "receiving": {"RG1-F", "RG2-C", "RG3-B"},
    "boundaries": {"BC1-T", "BC2-B", "BC3-C"},
}
SAFETY = {"OG2-T": "fear", "RG2-T": "burden", "BC3-F": "fear"}
SCALE = [
    (0, "Never"),
    (1, "Some of the time"),
    (2, "About half the time"),
    (3, "Most of the time"),
    (4, "Nearly all the time"),
]


def faults_of_matrix(instrument: Instrument) -> list[str]:
    """Where a long questionnaire leaves the matrix or the order; empty if nowhere."""
    items, facets = instrument.items, FACETS[instrument.side]
    faults = [] if len(items) == 12 else [f"{len(items)} items"]
    faults += [] if tuple(facet.id for facet in instrument.facets) == facets else ["other facets"]
    for facet in facets:
        modes = Counter(item.mode for item in items if item.facet == facet)
        faults += [] if modes == Counter(MODES.values()) else [f"{facet} has the modes {dict(modes)}"]
    for position, item in enumerate(items, start=1):
        if item.facet != facets[(position - 1) % 3]:
            faults.append(f"position {position}: {item.facet} is out of turn")
        if item.id != f"{item.facet}-{item.mode[0].upper()}":
            faults.append(f"position {position}: {item.id} is not {item.facet}, {item.mode}")
        if (item.role == "strength") != (item.id in STRENGTHS[instrument.side]):
            faults.append(f"position {position}: {item.id} is {item.role}")
        if (item.role == "strength") != (position in (3, 7, 11)):
            faults.append(f"position {position}: {item.role}")
        if item.safety_flag != SAFETY.get(item.id, "none"):
            faults.append(f"position {position}: {item.id} has the flag {item.safety_flag}")
    return faults


@pytest.mark.parametrize("name", LONG)
def test_each_long_questionnaire_keeps_to_the_matrix(name: str) -> None:
    assert faults_of_matrix(catalogue.load_instrument(name)) == []


@pytest.mark.parametrize("position", range(12))
def test_the_matrix_notices_one_item_turned_round(position: int) -> None:
    instrument = catalogue.load_instrument("giving")
    item = instrument.items[position]
    role = ItemRole.DIFFICULTY if item.role == ItemRole.STRENGTH else ItemRole.STRENGTH
    turned = replace(item, role=role)
    assert faults_of_matrix(
        replace(instrument, items=(*instrument.items[:position], turned, *instrument.items[position + 1 :]))
    )


def test_the_matrix_notices_two_items_that_change_places() -> None:
    instrument = catalogue.load_instrument("boundaries")
    first, second, *rest = instrument.items
    assert faults_of_matrix(replace(instrument, items=(second, first, *rest)))


def test_giving_begins_with_the_mildest_direct_item() -> None:
    assert [catalogue.load_instrument(name).items[0].id for name in LONG] == ["OG1-C", "RG1-B", "BC1-B"]


def test_what_flows_well_has_four_strands_of_two_and_nothing_but_strengths() -> None:
    flows = catalogue.load_instrument("flows")
    strands = ["JR1", "JR2", "JR3", "JR4"]
    assert flows.kind == "strengths"
    assert [facet.id for facet in flows.facets] == strands
    assert [item.facet for item in flows.items] == strands * 2
    assert {item.role for item in flows.items} == {"strength"}
    assert Counter(item.mode for item in flows.items) == Counter(list(MODES.values()) * 2)
    assert all(item.id == f"{item.facet}-{item.mode[0].upper()}" for item in flows.items)


def test_no_side_weighs_more_than_another() -> None:
    shapes = {
        (len(one.items), len(one.facets), one.missing, sum(item.role == "strength" for item in one.items))
        for one in map(catalogue.load_instrument, LONG)
    }
    assert len(shapes) == 1


def test_the_shelf_holds_these_four_under_their_neutral_titles() -> None:
    assert [(one.id, one.title) for one in catalogue.list_instruments()] == [
        ("giving", "How I give"),
        ("receiving", "How I receive"),
        ("boundaries", "Where I end and you begin"),
        ("flows", "What flows well"),
    ]


@pytest.mark.parametrize("one", catalogue.list_instruments(), ids=lambda one: one.id)
def test_answers_missing_rules_and_the_evidence_card_are_as_specified(one: Instrument) -> None:
    rule = one.missing
    assert rule is not None
    assert [(option.value, option.label) for option in one.options] == SCALE
    assert (rule.facet_minimum, rule.total_minimum, rule.total_minimum_per_facet) == (
        (3, 7, 2) if one.kind == "difficulties" else (None, 6, None)
    )
    assert one.evidence.level == "drafted"
    assert "not validated" in one.evidence.item_sources
    for word in ("Diagnosis", "Courts", "employment", "under 18"):
        assert word in one.evidence.not_for
    for text in (one.evidence.not_known, one.clinician_notes, one.carer_line):
        assert text
