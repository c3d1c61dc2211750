"""What a client answers alone reaches the record as it was given, once, or is shown before it does."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from sqlalchemy import text

from clinic_toolkit.journal import audit_log, keyless_events, records, version_history
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record.handovers import answer_log, client_side, clinician_side, proposals, return_review
from clinic_toolkit.record.handovers.answer_log import HandoverAct, HandoverRow
from clinic_toolkit.record.handovers.client_side import HandoverTicket
from clinic_toolkit.record.handovers.handover_record import HANDOVER, Handover, HandoverState
from clinic_toolkit.record.questionnaires import administrations, answers, progress
from clinic_toolkit.record.questionnaires.administration_record import (
    ADMINISTRATION,
    Administration,
    AdministrationMode,
)
from clinic_toolkit.record.questionnaires.answers import Response
from clinic_toolkit.store.transactions import reading, writing
from tests.fixtures import practices
from tests.fixtures.practices import NOW, Work, giving

LATER = NOW + timedelta(minutes=10)


def answered(value: int, *, talk: bool = False, said: str = "") -> Response:
    return Response(status=ResponseStatus.ANSWERED, value=value, wants_to_talk=talk, remark=said)


DECLINED = Response(status=ResponseStatus.DECLINED, value=None, wants_to_talk=False, remark="")


@dataclass
class Handed:
    """A form in a client's hands."""

    work: Work
    form: RecordVersion[Administration]
    out: RecordVersion[Handover]
    ticket: HandoverTicket

    def answer(self, item: int, response: Response, minutes: int = 1) -> None:
        with writing(self.work.engine) as db:
            client_side.record_answer(db, self.ticket, item, response, now=NOW + timedelta(minutes=minutes))

    def act(self, act: HandoverAct) -> None:
        with writing(self.work.engine) as db:
            client_side.record_act(db, self.ticket, act, now=LATER)

    def merge(self) -> RecordVersion[Handover]:
        with writing(self.work.engine) as db:
            return clinician_side.merge_handover(db, self.work.vault, self.now_kept(db), now=LATER)

    def now_kept(self, db: Any) -> RecordVersion[Handover]:
        return clinician_side.load_handover(db, self.work.vault, self.out.id)

    def given(self) -> list[tuple[str, int | None]]:
        with reading(self.work.engine) as db:
            body = administrations.load_administration(db, self.work.vault, self.form.id).payload
        return [(each.status, each.value) for each in answers.decode_responses(body.answers)]

    def change(self, words: str, **values: Any) -> None:
        """Change the rows as someone would who has the file: past the triggers and the checks."""
        with writing(self.work.engine) as db:
            db.execute(text("DROP TRIGGER no_update_handover_row"))
            db.execute(text("PRAGMA ignore_check_constraints = 1"))
            db.execute(text(words), values)
            db.execute(text("PRAGMA ignore_check_constraints = 0"))

    def left(self) -> int:
        with reading(self.work.engine) as db:
            return int(db.scalar(text("SELECT count(*) FROM handover_row")) or 0)


def hand_over(work: Work, name: str = "Ana Reyes", **begun: Any) -> Handed:
    form = work.begun(work.client(name), giving(), **begun)
    return again(work, form)


def again(work: Work, form: RecordVersion[Administration]) -> Handed:
    with writing(work.engine) as db:
        form = administrations.load_administration(db, work.vault, form.id)
        out, ticket = clinician_side.create_handover(db, work.vault, form, relationship_word="M.", now=NOW)
    return Handed(work, form, out, ticket)


@pytest.fixture
def handed(tmp_path: Path) -> Handed:
    return hand_over(practices.at_work(tmp_path))


def test_answers_come_into_the_record_with_how_they_were_given(handed: Handed) -> None:
    handed.answer(1, answered(3, talk=True, said="With my sister."))
    handed.answer(2, answered(0))
    handed.answer(3, DECLINED)
    handed.answer(2, answered(4))
    handed.act(HandoverAct.GIVEN_BACK)
    back = handed.merge()
    assert back.state == HandoverState.RETURNED and back.payload.was_given_back and not back.payload.troubles
    assert handed.given()[:4] == [("answered", 3), ("answered", 4), ("declined", None), ("not_reached", None)]
    with reading(handed.work.engine) as db:
        kept = administrations.load_administration(db, handed.work.vault, handed.form.id)
    assert kept.state == "in_progress" and kept.payload.mode == AdministrationMode.SELF_ENTERED
    first = answers.decode_responses(kept.payload.answers)[0]
    assert first.wants_to_talk and first.remark == "With my sister."
    assert answers.answer_times(kept.payload.answers)[0] == timedelta(minutes=1)


def test_the_key_and_the_rows_are_gone_after_it(handed: Handed) -> None:
    key = handed.ticket.handover_key
    handed.answer(1, answered(3))
    with reading(handed.work.engine) as db:
        assert handed.now_kept(db).payload.handover_key == key
    handed.merge()
    assert handed.left() == 0
    with reading(handed.work.engine) as db:
        versions = version_history.list_versions(db, handed.work.vault, HANDOVER, handed.out.id)
    assert [kept.payload.handover_key for kept in versions] == [b""]


def test_a_line_of_the_trail_that_is_no_text_keeps_no_answers_out(handed: Handed) -> None:
    handed.answer(1, answered(3))
    with writing(handed.work.engine) as db, pytest.MonkeyPatch.context() as turned:
        # What a turned bit makes of a line without a key.
        turned.setattr(keyless_events, "encode_event", lambda event, at: b"\x92\xa7\xf5nlock." + b"\x01")
        audit_log.append_keyless_entry(db, handed.work.vault.incarnation, "unlock.failed", now=NOW)
    handed.merge()
    assert ("answered", 3) in handed.given()


def test_bringing_in_twice_does_nothing_twice(handed: Handed) -> None:
    handed.answer(1, answered(3))
    first, given = handed.merge(), handed.given()
    again = handed.merge()
    assert (again.version, again.state) == (first.version, HandoverState.RETURNED)
    assert handed.given() == given
    with reading(handed.work.engine) as db:
        assert (
            administrations.load_administration(db, handed.work.vault, handed.form.id).version
            == handed.form.version + 1
        )


def test_finishing_finishes_the_questionnaire(handed: Handed) -> None:
    for item in range(1, 13):
        handed.answer(item, answered(item % 5))
    handed.act(HandoverAct.FINISHED)
    assert handed.merge().payload.was_finished
    with reading(handed.work.engine) as db:
        kept = administrations.load_administration(db, handed.work.vault, handed.form.id)
    assert kept.final and kept.state == "completed"


def test_nothing_answered_changes_nothing(handed: Handed) -> None:
    handed.act(HandoverAct.GIVEN_BACK)
    assert handed.merge().state == HandoverState.RETURNED
    with reading(handed.work.engine) as db:
        assert (
            administrations.load_administration(db, handed.work.vault, handed.form.id).version
            == handed.form.version
        )


def test_what_was_answered_before_stays_and_the_mode_says_both(tmp_path: Path) -> None:
    work = practices.at_work(tmp_path)
    form = work.answer(work.begun(work.client(), giving()), [1, 2])
    handed = again(work, form)
    assert handed.ticket.answered_before == bytes([1, 1] + [0] * 10)
    assert str(bytes([1, 2])) not in repr(handed.ticket)
    handed.answer(3, answered(4))
    handed.merge()
    assert handed.given()[:3] == [("answered", 1), ("answered", 2), ("answered", 4)]
    with reading(work.engine) as db:
        assert (
            administrations.load_administration(db, work.vault, form.id).payload.mode
            == AdministrationMode.MIXED
        )


def test_a_question_that_was_only_marked_or_let_go_again_keeps_its_answer_from_before(tmp_path: Path) -> None:
    """The client's page says so: it stays unless another one is given."""
    work = practices.at_work(tmp_path)
    handed = again(work, work.answer(work.begun(work.client(), giving()), [1, None]))
    handed.answer(1, Response(status=ResponseStatus.NOT_REACHED, value=None, wants_to_talk=True, remark=""))
    handed.answer(
        2, Response(status=ResponseStatus.DID_NOT_COME_UP, value=None, wants_to_talk=False, remark="")
    )
    handed.answer(2, Response(status=ResponseStatus.NOT_REACHED, value=None, wants_to_talk=False, remark=""))
    handed.merge()
    assert handed.given()[:2] == [("answered", 1), ("declined", None)]
    with reading(work.engine) as db:
        body = administrations.load_administration(db, work.vault, handed.form.id).payload
    assert answers.decode_responses(body.answers)[0].wants_to_talk


def test_a_stopped_one_is_taken_up_and_a_finished_one_is_not_handed_over(tmp_path: Path) -> None:
    work = practices.at_work(tmp_path)
    form = work.begun(work.client(), giving())
    with writing(work.engine) as db:
        form = progress.stop_administration(db, work.vault, form, now=NOW)
    handed = again(work, form)
    handed.answer(1, answered(1))
    assert handed.merge().state == HandoverState.RETURNED
    with writing(work.engine) as db:
        form = administrations.load_administration(db, work.vault, form.id)
        form = progress.complete_administration(db, work.vault, form, now=NOW)
    with pytest.raises(administrations.AdministrationFinished):
        again(work, form)


# What someone can do to the rows who has the file and no key; every one of these must be noticed.
SPOILED = {
    "a changed byte": "UPDATE handover_row SET sealed = zeroblob(300) WHERE seq = 2",
    "another item": "UPDATE handover_row SET item = 5 WHERE seq = 2",
    "another hash before it": "UPDATE handover_row SET previous = zeroblob(32) WHERE seq = 2",
    "another number": "UPDATE handover_row SET seq = 9 WHERE seq = 3",
    "a row taken out": "DELETE FROM handover_row WHERE seq = 2",
    "the first row taken out": "DELETE FROM handover_row WHERE seq = 1",
    "the last row taken out": "DELETE FROM handover_row WHERE seq = 3",
    "every row taken out": "DELETE FROM handover_row",
    "a row said again": (
        "INSERT INTO handover_row SELECT handover, 4, item, previous, sealed FROM handover_row WHERE seq = 1"
    ),
    "a row of its own": "INSERT INTO handover_row VALUES (:id, 4, 4, zeroblob(32), zeroblob(300))",
    "too large a row": "INSERT INTO handover_row VALUES (:id, 4, 4, zeroblob(32), zeroblob(70000))",
    "a number too high": "INSERT INTO handover_row VALUES (:id, 5001, 4, zeroblob(32), zeroblob(300))",
    "an item below any": "INSERT INTO handover_row VALUES (:id, 4, -4, zeroblob(32), zeroblob(300))",
}


@pytest.mark.parametrize("how", SPOILED)
def test_nothing_is_merged_of_rows_that_do_not_fit_and_it_is_told(handed: Handed, how: str) -> None:
    for item in (1, 2, 3):
        handed.answer(item, answered(item))
    values = {"id": handed.out.id.bytes} if ":id" in SPOILED[how] else {}
    handed.change(SPOILED[how], **values)
    back = handed.merge()
    assert back.state == HandoverState.PROPOSED and back.payload.troubles, how
    assert {status for status, _ in handed.given()} == {"not_reached"}
    # What can still be read is what was written, and nothing else.
    assert all(line.value == line.item_number for line in back.payload.rows if line.item_number)
    assert handed.left() == 0


def test_the_same_rows_untouched_are_merged(handed: Handed) -> None:
    """The control of the test above."""
    for item in (1, 2, 3):
        handed.answer(item, answered(item))
    handed.change("UPDATE handover_row SET seq = seq")
    assert handed.merge().state == HandoverState.RETURNED
    assert handed.given()[:3] == [("answered", 1), ("answered", 2), ("answered", 3)]


def test_rows_swapped_with_each_other_are_not_merged(handed: Handed) -> None:
    handed.answer(1, answered(1))
    handed.answer(2, answered(4))
    handed.change("UPDATE handover_row SET seq = 3 - seq + 100")
    handed.work.engine.dispose()
    with writing(handed.work.engine) as db:
        db.execute(text("PRAGMA ignore_check_constraints = 1"))
        db.execute(text("UPDATE handover_row SET seq = seq - 100"))
    assert handed.merge().state == HandoverState.PROPOSED


def test_rows_of_another_form_are_not_merged(tmp_path: Path) -> None:
    work = practices.at_work(tmp_path)
    one, other = hand_over(work), hand_over(work, "Ben Ode")
    one.answer(1, answered(4))
    other.answer(1, answered(0))
    one.change("DELETE FROM handover_row WHERE handover = :id", id=other.out.id.bytes)
    with writing(work.engine) as db:
        db.execute(text("UPDATE handover_row SET handover = :id"), {"id": other.out.id.bytes})
    back = other.merge()
    assert back.state == HandoverState.PROPOSED and not back.payload.rows
    assert other.given()[0] == ("not_reached", None)
    assert one.merge().state == HandoverState.PROPOSED


HOSTILE: dict[str, dict[str, Any]] = {
    "no such item": {"item_number": 13},
    "no such status": {"status": "maybe"},
    "no such value": {"value": 7},
    "a value below any": {"value": -1},
    "no value": {"value": None},
    "a value that was declined": {"status": "declined"},
    "too much text": {"remark": "x" * 1001},
    "a character that steers": {"remark": "a\x1b[31mb"},
}


@pytest.mark.parametrize("how", HOSTILE)
def test_a_sealed_row_that_no_page_could_send_is_not_merged(handed: Handed, how: str) -> None:
    """As if the process with the key had been turned against the clinician."""
    good: dict[str, Any] = {
        "item_number": 1,
        "status": "answered",
        "value": 3,
        "wants_to_talk": False,
        "remark": "",
        "recorded_at": 0,
    }
    line = HandoverRow(**(good | HOSTILE[how]))
    with writing(handed.work.engine) as db:
        answer_log.append_answer_row(
            db, handed.ticket.handover_key, handed.ticket.vault_id, handed.out.id, line
        )
    back = handed.merge()
    assert back.state == HandoverState.PROPOSED and back.payload.troubles and not back.payload.rows
    assert {status for status, _ in handed.given()} == {"not_reached"}


@pytest.mark.parametrize("at", [-(2**62), 0, 2**62])
def test_an_impossible_time_does_no_harm(handed: Handed, at: int) -> None:
    line = HandoverRow(
        item_number=1, status="answered", value=3, wants_to_talk=False, remark="", recorded_at=at
    )
    with writing(handed.work.engine) as db:
        seq = answer_log.append_answer_row(
            db, handed.ticket.handover_key, handed.ticket.vault_id, handed.out.id, line
        )
        told = f"handover.kept {answer_log.row_reference(handed.out.id, seq)}"
        audit_log.append_keyless_entry(db, handed.work.vault.incarnation, told, now=NOW)
    assert handed.merge().state == HandoverState.RETURNED
    assert handed.given()[0] == ("answered", 3)


@pytest.mark.parametrize("body", [b"", b"\xc1", msgspec.msgpack.encode([1, 2]), json.dumps({}).encode()])
def test_a_sealed_row_that_is_no_answer_at_all(handed: Handed, body: bytes, monkeypatch: Any) -> None:
    monkeypatch.setattr(answer_log, "_encode_row", lambda line: body)
    with writing(handed.work.engine) as db:
        line = HandoverRow(
            item_number=1, status="answered", value=3, wants_to_talk=False, remark="", recorded_at=0
        )
        answer_log.append_answer_row(
            db, handed.ticket.handover_key, handed.ticket.vault_id, handed.out.id, line
        )
    assert handed.merge().state == HandoverState.PROPOSED


def test_what_was_finished_meanwhile_is_changed_only_when_the_clinician_says_so(handed: Handed) -> None:
    handed.answer(1, answered(4))
    work = handed.work
    with writing(work.engine) as db:
        form = administrations.load_administration(db, work.vault, handed.form.id)
        progress.complete_administration(db, work.vault, form, now=LATER)
    back = handed.merge()
    assert back.state == HandoverState.PROPOSED and not back.payload.troubles
    assert handed.given()[0] == ("not_reached", None)
    with pytest.raises(clinician_side.NothingToDecide), writing(work.engine) as db:
        clinician_side.close_handover(db, work.vault, back, now=LATER)
    with writing(work.engine) as db:
        decided = proposals.accept_proposal(db, work.vault, back, now=LATER)
    assert decided.state == HandoverState.RETURNED and handed.given()[0] == ("answered", 4)
    with reading(work.engine) as db:
        versions = version_history.list_versions(db, work.vault, ADMINISTRATION, handed.form.id)
    # Both stand: as it was finished, and as it was amended.
    assert [answers.decode_responses(kept.payload.answers)[0].value for kept in versions] == [None, 4]
    with pytest.raises(clinician_side.NothingToDecide), writing(work.engine) as db:
        proposals.accept_proposal(db, work.vault, decided, now=LATER)


def test_what_was_answered_in_the_session_meanwhile_is_not_overwritten(handed: Handed) -> None:
    handed.answer(1, answered(4))
    handed.work.answer(handed.form, [0])
    back = handed.merge()
    assert back.state == HandoverState.PROPOSED and handed.given()[0] == ("answered", 0)
    with writing(handed.work.engine) as db:
        aside = proposals.set_aside_proposal(db, handed.work.vault, back, now=LATER)
        clinician_side.close_handover(db, handed.work.vault, aside, now=LATER)
    assert handed.given()[0] == ("answered", 0)
    with reading(handed.work.engine) as db:
        kept = handed.now_kept(db)
    assert kept.state == HandoverState.CLOSED and kept.final and kept.payload.rows[0].value == 4


def test_a_form_that_is_gone_is_told(handed: Handed) -> None:
    handed.answer(1, answered(4))
    with writing(handed.work.engine) as db:
        db.execute(text("DELETE FROM administration"))
    back = handed.merge()
    assert back.state == HandoverState.PROPOSED and back.payload.rows[0].value == 4
    with pytest.raises(records.RecordNotFound), writing(handed.work.engine) as db:
        proposals.accept_proposal(db, handed.work.vault, back, now=LATER)


@pytest.mark.parametrize("how", ["no such item", "no such value"])
def test_what_could_not_be_compared_with_its_form_is_compared_when_it_is_taken(
    handed: Handed, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed.answer(1, answered(4))
    good: dict[str, Any] = {
        "item_number": 2,
        "status": "answered",
        "value": 3,
        "wants_to_talk": False,
        "remark": "",
        "recorded_at": 0,
    }
    line = HandoverRow(**(good | HOSTILE[how]))
    with writing(handed.work.engine) as db:
        answer_log.append_answer_row(
            db, handed.ticket.handover_key, handed.ticket.vault_id, handed.out.id, line
        )
    # The form is hurt when the answers come in, and whole again, from a backup, when they are looked at.
    with monkeypatch.context() as hurt:
        hurt.setattr(clinician_side, "find_handed_administration", lambda *_: None)
        back = handed.merge()
    assert back.state == HandoverState.PROPOSED and len(back.payload.rows) == 2
    with writing(handed.work.engine) as db:
        arrival = return_review.build_return_review(db, handed.work.vault, back)
        assert arrival and [each.number for each in arrival.differences] == [1]
        proposals.accept_proposal(db, handed.work.vault, back, now=LATER)
    assert [value for _, value in handed.given()] == [4] + [None] * 11


def test_nothing_is_added_once_it_was_finished(handed: Handed) -> None:
    handed.answer(1, answered(4))
    handed.act(HandoverAct.FINISHED)
    adds: tuple[Callable[[], object], ...] = (
        lambda: handed.answer(2, answered(4)),
        lambda: handed.act(HandoverAct.FINISHED),
    )
    for add in adds:
        with pytest.raises(client_side.FormTakenBack):
            add()
    assert handed.left() == 2


def test_nothing_is_added_once_it_was_taken_back(handed: Handed) -> None:
    handed.answer(1, answered(4))
    handed.merge()
    with pytest.raises(client_side.FormTakenBack):
        handed.answer(2, answered(4))
    with pytest.raises(client_side.FormTakenBack):
        handed.act(HandoverAct.FINISHED)
    assert handed.left() == 0


def test_there_is_an_end_to_changing_answers_and_still_a_way_to_finish(
    handed: Handed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_side, "MAX_ANSWER_ROWS", 3)
    for value in (0, 1, 2):
        handed.answer(1, answered(value))
    with pytest.raises(client_side.TooManyChanges):
        handed.answer(1, answered(3))
    handed.act(HandoverAct.FINISHED)
    handed.merge()
    assert handed.given()[0] == ("answered", 2)


def test_only_a_ticket_is_a_ticket(handed: Handed) -> None:
    packed = handed.ticket.encode()
    assert client_side.decode_ticket(packed) == handed.ticket
    short = msgspec.structs.replace(handed.ticket, handover_key=b"short").encode()
    weak = msgspec.structs.replace(handed.ticket, form_token="weak").encode()
    for wrong in (b"", b"x", packed[:-1], packed + b"x", short, weak, secrets.token_bytes(300)):
        with pytest.raises(ValueError):
            client_side.decode_ticket(wrong)


def test_what_holds_a_key_does_not_show_it(handed: Handed) -> None:
    for each in (
        handed.ticket,
        handed.out.payload,
        HandoverRow(
            item_number=1, status="answered", value=3, wants_to_talk=False, remark="s", recorded_at=0
        ),
    ):
        assert repr(each) in ("<Ticket>", "<Handover>", "<HandoverRow>")


def test_hand_overs_wait_in_the_order_they_were_made(tmp_path: Path) -> None:
    work = practices.at_work(tmp_path)
    with reading(work.engine) as db:
        assert (
            not clinician_side.has_open_handover(db, work.vault)
            and clinician_side.list_open_handovers(db, work.vault) == []
        )
    both = [hand_over(work), hand_over(work, "Ben Ode")]
    with reading(work.engine) as db:
        assert clinician_side.has_open_handover(db, work.vault)
        assert [kept.id for kept in clinician_side.list_open_handovers(db, work.vault)] == [
            each.out.id for each in both
        ]
        assert {kept.state for kept in clinician_side.list_open_handovers(db, work.vault)} == {
            HandoverState.OUT
        }
        assert not client_side.is_out(
            db, msgspec.structs.replace(both[0].ticket, handover_id_bytes=uuid4().bytes)
        )
