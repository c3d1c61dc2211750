"""Finding a name or a telephone number, however it was typed."""

import pytest

from clinic_toolkit.names import folding


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("lukasz", "Łukasz"), ("soren", "Søren"), ("soeren", "Søren"), ("Søren", "Soren"), ("isik", "Işık"),
        ("Işık", "isik"), ("dorde", "Đorđe"), ("sigurdur", "Sigurður"), ("thor", "Þór"), ("aethel", "Æthel"),
        ("oeuvre", "Œuvre"), ("strasse", "Straße"), ("zoe", "Zoë"), ("mueller", "Müller"),
        ("müller", "Mueller"),
        ("muller", "Mu\u0308ller"), ("oconnor", "O\u0307Connor"), ("ǿ", "o"),
        ("obrien", "O’Brien"), ("o'brien", "OBrien"), ("oʼbrien", "O`Brien"), ("okina", "ʻOkina"),
        ("annemarie", "Anne-Marie"), ("anne marie", "Anne-Marie"), ("anne-marie", "Annemarie"),
        ("anne\u2011marie", "Anne Marie"), ("vanderberg", "Van der Berg"), ("k17", "K-17"), ("K-17", "K17"),
        ("حسين", "حسین"), ("کریم", "كريم"),
    ],
)  # fmt: skip
def test_a_name_is_found_however_it_was_typed(typed: str, name: str) -> None:
    assert folding.matches_search(typed, name, "")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0170 123 45", "+49 (0)170-12345"), ("+49 170 12345", "0170/12345"),
        ("0049170", "+49 170 12345"),
        ("٠١٧٠ ١٢٣", "0170 12345"), ("0170", "०१७० १२३"), ("(0170)", "0170 1"),
        ("5550101", "+353 1 555 0101"),
    ],
)  # fmt: skip
def test_a_telephone_number_is_found_by_its_digits(typed: str, kept: str) -> None:
    assert folding.matches_search(typed, "Ana", kept)


@pytest.mark.parametrize(
    ("typed", "name", "kept"),
    [
        ("zoe ode", "Zoë Adeyemi", ""), ("49", "Ana", ""), ("9999", "Ana", "0170 1"), ("+", "Ana", "0170"),
        ("area", "Anar Eames", "")], ids=str,
)  # fmt: skip
def test_what_is_not_there_is_not_found(typed: str, name: str, kept: str) -> None:
    found = folding.matches_search(typed, name, kept)
    assert found is (typed == "area")  # a longer word is looked for across the gap between two names


def test_a_word_and_a_number_are_both_needed() -> None:
    assert folding.matches_search("reyes 0170", "Ana Reyes", "0170 1")
    assert not folding.matches_search("reyes 0171", "Ana Reyes", "0170 1")
    assert not folding.matches_search("ben 0170", "Ana Reyes", "0170 1")
