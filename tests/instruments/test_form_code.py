"""The code on a blank form: one for each version and wording, and no slip goes unnoticed."""

from dataclasses import replace

import pytest

from clinic_toolkit.instruments import catalogue, form_code
from clinic_toolkit.instruments.form_code import ALPHABET, MistypedCode, UnknownCode
from clinic_toolkit.instruments.model import Instrument

FORMS = [(edition, general) for edition in catalogue.list_editions() for general in (False, True)]
CODES = [form_code.form_code_of(edition, general=general) for edition, general in FORMS]


def bare(code: str) -> str:
    return code.replace("-", "")


def test_every_version_in_every_wording_has_a_code_of_its_own() -> None:
    assert len(set(CODES)) == len(CODES) == 2 * len(catalogue.list_editions()) >= 10
    edition = catalogue.load_instrument("giving")
    changed = replace(edition, digest="0" * 64)
    assert form_code.form_code_of(changed, general=False) != form_code.form_code_of(edition, general=False)


@pytest.mark.parametrize(("form", "code"), list(zip(FORMS, CODES, strict=True)), ids=CODES)
def test_a_code_leads_back_to_its_form(form: tuple[Instrument, bool], code: str) -> None:
    for typed in (code, code.lower(), f" {bare(code)} ", code.replace("-", " \u2013 ")):
        found = form_code.form_by_code(typed)
        assert (found.instrument, found.general) == form


@pytest.mark.parametrize("code", CODES)
def test_every_single_slip_is_noticed(code: str) -> None:
    right = bare(code)
    tried = 0
    for at, was in enumerate(right):
        for other in ALPHABET.replace(was, "") + "0158BILOSUVZ!é":
            with pytest.raises(MistypedCode):
                form_code.form_by_code(right[:at] + other + right[at + 1 :])
            tried += 1
        for typed in (right[:at] + right[at + 1 :], right[:at] + was + right[at:]):
            with pytest.raises(MistypedCode):
                form_code.form_by_code(typed)
    assert tried == 8 * 36


@pytest.mark.parametrize("code", CODES)
def test_any_two_that_changed_places_are_noticed(code: str) -> None:
    right = bare(code)
    for one in range(8):
        for other in range(one + 1, 8):
            if right[one] != right[other]:
                typed = list(right)
                typed[one], typed[other] = right[other], right[one]
                with pytest.raises(MistypedCode):
                    form_code.form_by_code("".join(typed))


def test_a_well_typed_code_of_no_known_form_is_said_to_be_unknown() -> None:
    unknown = form_code.form_code_of(
        replace(catalogue.load_instrument("giving"), version="99"), general=False
    )
    with pytest.raises(UnknownCode):
        form_code.form_by_code(unknown)


@pytest.mark.parametrize("typed", ["", " ", "-", "A" * 5_000, "\x00" * 8, "３４６７９ＡＣＤ"])
def test_anything_else_is_a_slip(typed: str) -> None:
    with pytest.raises(MistypedCode):
        form_code.form_by_code(typed)


def test_the_characters_cannot_be_taken_for_one_another() -> None:
    alike = ("0OQD", "1IL", "2Z", "5S", "8B", "UV")
    for group in alike[1:]:
        assert sum(character in ALPHABET for character in group) == 0, group
    assert not set("0O") & set(ALPHABET) and len(set(ALPHABET)) == 23
