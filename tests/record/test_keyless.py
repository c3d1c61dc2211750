"""The few events that are written without a key: a closed set, used everywhere, with words for each."""

import ast
from uuid import UUID

import pytest

from clinic_toolkit.record import keyless
from clinic_toolkit.record.handover_rows import MOST, marked
from clinic_toolkit.record.keyless import Keyless
from clinic_toolkit.web import audit_words
from tests.architecture.tree import modules

EXAMPLES = {Keyless.UNLOCK_FAILED: "", Keyless.HANDOVER_KEPT: f" 01234567-{MOST}"}
LONGEST = f"{Keyless.HANDOVER_GIVEN_BACK} 01234567-{MOST}"


def calls(source: str) -> list[str]:
    """What every call of `note_keyless` names as its event."""
    found = [each for each in ast.walk(ast.parse(source)) if isinstance(each, ast.Call)]
    return [
        ast.unparse(each.args[2])
        for each in found
        if getattr(each.func, "attr", getattr(each.func, "id", "")) == "note_keyless"
    ]


def test_every_place_that_writes_a_line_without_a_key_takes_its_event_from_the_set() -> None:
    assert calls('audit.note_keyless(db, i, "note.signed", now=now)') == ["'note.signed'"], "the control"
    found = [(path.name, calls(path.read_text(encoding="utf-8"))) for path in modules()]
    assert sorted((name, said) for name, said in found if said) == [
        ("handover.py", ["told"]),
        ("practice.py", ["Keyless.UNLOCK_FAILED"]),
    ]


def test_every_event_of_the_set_has_words() -> None:
    assert set(Keyless) <= set(audit_words.WORDS)


def test_every_event_is_read_as_it_was_written_and_none_is_too_long() -> None:
    at = 253_370_764_800_000_000
    for event in Keyless:
        told = f"{event}{EXAMPLES.get(event, EXAMPLES[Keyless.HANDOVER_KEPT])}"
        assert keyless.read(keyless.packed(told, at)) == (told, at)
    assert len(keyless.packed(LONGEST, at)) <= keyless.MOST_BYTES


def test_every_row_of_a_hand_over_can_be_named() -> None:
    for seq in (1, 9, 10, 999, MOST):
        keyless.packed(f"{Keyless.HANDOVER_KEPT} {marked(UUID(int=7 << 64), seq)}", 0)


@pytest.mark.parametrize("at", [-(2**63), 2**63 - 1, 2**64 - 1])
def test_a_time_that_no_clock_can_say_is_refused(at: int) -> None:
    with pytest.raises(keyless.NotOurs):
        keyless.read(keyless.packed(Keyless.UNLOCK_FAILED, at))
