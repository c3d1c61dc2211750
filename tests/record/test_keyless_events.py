"""The few events that are written without a key: a closed set, used everywhere, with words for each."""

import ast
from uuid import UUID

import pytest

from clinic_toolkit.journal import keyless_events
from clinic_toolkit.journal.backup_events import BackupKeylessEvent
from clinic_toolkit.record.handovers.answer_log import MAX_ROWS, HandoverKeylessEvent, row_reference
from clinic_toolkit.record.people.practice_record import UnlockEvent
from clinic_toolkit.web.content import audit_texts
from tests.architecture.tree import modules

DETAIL = f" 01234567-{MAX_ROWS}"
EXAMPLES: dict[str, str] = {UnlockEvent.FAILED: "", **dict.fromkeys(HandoverKeylessEvent, DETAIL)}
LONGEST = f"{HandoverKeylessEvent.GIVEN_BACK}{DETAIL}"


def calls(source: str) -> list[str]:
    """What every call of `append_keyless_entry` names as its event."""
    found = [each for each in ast.walk(ast.parse(source)) if isinstance(each, ast.Call)]
    return [
        ast.unparse(each.args[2])
        for each in found
        if getattr(each.func, "attr", getattr(each.func, "id", "")) == "append_keyless_entry"
    ]


def test_every_place_that_writes_a_line_without_a_key_takes_its_event_from_the_set() -> None:
    assert calls('audit_log.append_keyless_entry(db, i, "note.signed", now=now)') == ["'note.signed'"], (
        "the control"
    )
    found = [(path.name, calls(path.read_text(encoding="utf-8"))) for path in modules()]
    assert sorted((name, said) for name, said in found if said) == [
        ("backup_run.py", ["BackupKeylessEvent.MADE"]),
        ("client_side.py", ["event_and_row"]),
        ("executor_access.py", ["UnlockEvent.EXECUTOR"]),
        ("practice_access.py", ["UnlockEvent.FAILED"]),
    ]


def test_every_event_of_the_set_has_words() -> None:
    assert set(keyless_events.list_keyless_events()) == {
        *UnlockEvent,
        *HandoverKeylessEvent,
        *BackupKeylessEvent,
    }
    assert set(keyless_events.list_keyless_events()) <= set(audit_texts.EVENT_TEXTS)


def test_every_event_is_read_as_it_was_written_and_none_is_too_long() -> None:
    at = 253_370_764_800_000_000
    for event, detail in EXAMPLES.items():
        told = f"{event}{detail}"
        assert keyless_events.decode_event(keyless_events.encode_event(told, at)) == (told, at)
    assert len(keyless_events.encode_event(LONGEST, at)) <= keyless_events.MAX_EVENT_BYTES


def test_every_row_of_a_hand_over_can_be_named() -> None:
    for seq in (1, 9, 10, 999, MAX_ROWS):
        keyless_events.encode_event(f"{HandoverKeylessEvent.KEPT} {row_reference(UUID(int=7 << 64), seq)}", 0)


@pytest.mark.parametrize("at", [-(2**63), 2**63 - 1, 2**64 - 1])
def test_a_time_that_no_clock_can_say_is_refused(at: int) -> None:
    with pytest.raises(keyless_events.UnknownKeylessEvent):
        keyless_events.decode_event(keyless_events.encode_event(UnlockEvent.FAILED, at))
