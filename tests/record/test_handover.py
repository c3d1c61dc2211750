"""What a client answers alone reaches the record as it was given, once, or is shown before it does."""

import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from sqlalchemy import text

from clinic_toolkit.record import (
    administrations,
    answers,
    arrivals,
    audit,
    handover,
    handover_rows,
    keyless,
    merging,
    progress,
    rows,
)
from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.answers import Response
from clinic_toolkit.record.handover import Ticket
from clinic_toolkit.record.handover_rows import FINISHED, GIVEN_BACK, Line
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.merging import CLOSED, OUT, PROPOSED, RETURNED, Handover
from clinic_toolkit.store.engine import reading, writing
from tests.fixtures import practices
from tests.fixtures.practices import NOW, Work, giving

LATER = NOW + timedelta(minutes=10)


def answered(value: int, *, talk: bool = False, said: str = "") -> Response:
    return Response(status="answered", value=value, talk=talk, said=said)


DECLINED = Response(status="declined", value=None, talk=False, said="")


@dataclass
class Handed:
    """A form in a client's hands."""

    work: Work
    form: Kept[Administration]
    out: Kept[Handover]
    ticket: Ticket

    def answer(self, item: int, response: Response, minutes: int = 1) -> None:
        with writing(self.work.engine) as db:
            handover.keep(db, self.ticket, item, response, now=NOW + timedelta(minutes=minutes))

    def act(self, act: str) -> None:
        with writing(self.work.engine) as db:
            handover.note_act(db, self.ticket, act, now=LATER)

    def merge(self) -> Kept[Handover]:
        with writing(self.work.engine) as db:
            return merging.bring_in(db, self.work.vault, self.now_kept(db), now=LATER)

    def now_kept(self, db: Any) -> Kept[Handover]:
        return merging.get(db, self.work.vault, self.out.id)

    def given(self) -> list[tuple[str, int | None]]:
        with reading(self.work.engine) as db:
            body = administrations.get(db, self.work.vault, self.form.id).body
        return [(each.status, each.value) for each in answers.responses(body.answers)]

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


def again(work: Work, form: Kept[Administration]) -> Handed:
    with writing(work.engine) as db:
        form = administrations.get(db, work.vault, form.id)
        out, ticket = merging.begin(db, work.vault, form, word="M.", now=NOW)
    return Handed(work, form, out, ticket)


@pytest.fixture
def handed(tmp_path: Path) -> Handed:
    return hand_over(practices.at_work(tmp_path))


def test_answers_come_into_the_record_with_how_they_were_given(handed: Handed) -> None:
    handed.answer(1, answered(3, talk=True, said="With my sister."))
    handed.answer(2, answered(0))
    handed.answer(3, DECLINED)
    handed.answer(2, answered(4))
    handed.act(GIVEN_BACK)
    back = handed.merge()
    assert back.state == RETURNED and back.body.given_back and not back.body.troubles
    assert handed.given()[:4] == [("answered", 3), ("answered", 4), ("declined", None), ("not_reached", None)]
    with reading(handed.work.engine) as db:
        kept = administrations.get(db, handed.work.vault, handed.form.id)
    assert kept.state == "in_progress" and kept.body.mode == administrations.ALONE
    first = answers.responses(kept.body.answers)[0]
    assert first.talk and first.said == "With my sister."
    assert answers.pace(kept.body.answers)[0] == timedelta(minutes=1)


def test_the_key_and_the_rows_are_gone_after_it(handed: Handed) -> None:
    key = handed.ticket.key
    handed.answer(1, answered(3))
    with reading(handed.work.engine) as db:
        assert handed.now_kept(db).body.key == key
    handed.merge()
    assert handed.left() == 0
    with reading(handed.work.engine) as db:
        versions = rows.versions(db, handed.work.vault, handover.handover, handed.out.id, Handover)
    assert [kept.body.key for kept in versions] == [b""]


def test_a_line_of_the_trail_that_is_no_text_keeps_no_answers_out(handed: Handed) -> None:
    handed.answer(1, answered(3))
    with writing(handed.work.engine) as db, pytest.MonkeyPatch.context() as turned:
        # What a turned bit makes of a line without a key.
        turned.setattr(keyless, "packed", lambda event, at: b"\x92\xa7\xf5nlock." + b"\x01")
        audit.note_keyless(db, handed.work.vault.incarnation, "unlock.failed", now=NOW)
    handed.merge()
    assert ("answered", 3) in handed.given()


def test_bringing_in_twice_does_nothing_twice(handed: Handed) -> None:
    handed.answer(1, answered(3))
    first, given = handed.merge(), handed.given()
    again = handed.merge()
    assert (again.version, again.state) == (first.version, RETURNED)
    assert handed.given() == given
    with reading(handed.work.engine) as db:
        assert administrations.get(db, handed.work.vault, handed.form.id).version == handed.form.version + 1


def test_finishing_finishes_the_questionnaire(handed: Handed) -> None:
    for item in range(1, 13):
        handed.answer(item, answered(item % 5))
    handed.act(FINISHED)
    assert handed.merge().body.finished
    with reading(handed.work.engine) as db:
        kept = administrations.get(db, handed.work.vault, handed.form.id)
    assert kept.final and kept.state == "completed"


def test_nothing_answered_changes_nothing(handed: Handed) -> None:
    handed.act(GIVEN_BACK)
    assert handed.merge().state == RETURNED
    with reading(handed.work.engine) as db:
        assert administrations.get(db, handed.work.vault, handed.form.id).version == handed.form.version


def test_what_was_answered_before_stays_and_the_mode_says_both(tmp_path: Path) -> None:
    work = practices.at_work(tmp_path)
    form = work.answer(work.begun(work.client(), giving()), [1, 2])
    handed = again(work, form)
    assert handed.ticket.before == bytes([1, 1] + [0] * 10)
    assert str(bytes([1, 2])) not in repr(handed.ticket)
    handed.answer(3, answered(4))
    handed.merge()
    assert handed.given()[:3] == [("answered", 1), ("answered", 2), ("answered", 4)]
    with reading(work.engine) as db:
        assert administrations.get(db, work.vault, form.id).body.mode == administrations.MIXED


def test_a_question_that_was_only_marked_or_let_go_again_keeps_its_answer_from_before(tmp_path: Path) -> None:
    """The client's page says so: it stays unless another one is given."""
    work = practices.at_work(tmp_path)
    handed = again(work, work.answer(work.begun(work.client(), giving()), [1, None]))
    handed.answer(1, Response(status="not_reached", value=None, talk=True, said=""))
    handed.answer(2, Response(status="did_not_come_up", value=None, talk=False, said=""))
    handed.answer(2, Response(status="not_reached", value=None, talk=False, said=""))
    handed.merge()
    assert handed.given()[:2] == [("answered", 1), ("declined", None)]
    with reading(work.engine) as db:
        body = administrations.get(db, work.vault, handed.form.id).body
    assert answers.responses(body.answers)[0].talk


def test_a_stopped_one_is_taken_up_and_a_finished_one_is_not_handed_over(tmp_path: Path) -> None:
    work = practices.at_work(tmp_path)
    form = work.begun(work.client(), giving())
    with writing(work.engine) as db:
        form = progress.stop(db, work.vault, form, now=NOW)
    handed = again(work, form)
    handed.answer(1, answered(1))
    assert handed.merge().state == RETURNED
    with writing(work.engine) as db:
        form = administrations.get(db, work.vault, form.id)
        form = progress.complete(db, work.vault, form, now=NOW)
    with pytest.raises(administrations.Finished):
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
    assert back.state == PROPOSED and back.body.troubles, how
    assert {status for status, _ in handed.given()} == {"not_reached"}
    # What can still be read is what was written, and nothing else.
    assert all(line.value == line.item for line in back.body.lines if line.item)
    assert handed.left() == 0


def test_the_same_rows_untouched_are_merged(handed: Handed) -> None:
    """The control of the test above."""
    for item in (1, 2, 3):
        handed.answer(item, answered(item))
    handed.change("UPDATE handover_row SET seq = seq")
    assert handed.merge().state == RETURNED
    assert handed.given()[:3] == [("answered", 1), ("answered", 2), ("answered", 3)]


def test_rows_swapped_with_each_other_are_not_merged(handed: Handed) -> None:
    handed.answer(1, answered(1))
    handed.answer(2, answered(4))
    handed.change("UPDATE handover_row SET seq = 3 - seq + 100")
    handed.work.engine.dispose()
    with writing(handed.work.engine) as db:
        db.execute(text("PRAGMA ignore_check_constraints = 1"))
        db.execute(text("UPDATE handover_row SET seq = seq - 100"))
    assert handed.merge().state == PROPOSED


def test_rows_of_another_form_are_not_merged(tmp_path: Path) -> None:
    work = practices.at_work(tmp_path)
    one, other = hand_over(work), hand_over(work, "Ben Ode")
    one.answer(1, answered(4))
    other.answer(1, answered(0))
    one.change("DELETE FROM handover_row WHERE handover = :id", id=other.out.id.bytes)
    with writing(work.engine) as db:
        db.execute(text("UPDATE handover_row SET handover = :id"), {"id": other.out.id.bytes})
    back = other.merge()
    assert back.state == PROPOSED and not back.body.lines
    assert other.given()[0] == ("not_reached", None)
    assert one.merge().state == PROPOSED


HOSTILE = {
    "no such item": {"item": 13},
    "no such status": {"status": "maybe"},
    "no such value": {"value": 7},
    "a value below any": {"value": -1},
    "no value": {"value": None},
    "a value that was declined": {"status": "declined"},
    "too much text": {"said": "x" * 1001},
    "a character that steers": {"said": "a\x1b[31mb"},
}


@pytest.mark.parametrize("how", HOSTILE)
def test_a_sealed_row_that_no_page_could_send_is_not_merged(handed: Handed, how: str) -> None:
    """As if the process with the key had been turned against the clinician."""
    good = {"item": 1, "status": "answered", "value": 3, "talk": False, "said": "", "at": 0}
    line = Line(**(good | HOSTILE[how]))  # type: ignore[arg-type]
    with writing(handed.work.engine) as db:
        handover_rows.add(db, handed.ticket.key, handed.ticket.vault_id, handed.out.id, line)
    back = handed.merge()
    assert back.state == PROPOSED and back.body.troubles and not back.body.lines
    assert {status for status, _ in handed.given()} == {"not_reached"}


@pytest.mark.parametrize("at", [-(2**62), 0, 2**62])
def test_an_impossible_time_does_no_harm(handed: Handed, at: int) -> None:
    line = Line(item=1, status="answered", value=3, talk=False, said="", at=at)
    with writing(handed.work.engine) as db:
        seq = handover_rows.add(db, handed.ticket.key, handed.ticket.vault_id, handed.out.id, line)
        told = f"handover.kept {handover_rows.marked(handed.out.id, seq)}"
        audit.note_keyless(db, handed.work.vault.incarnation, told, now=NOW)
    assert handed.merge().state == RETURNED
    assert handed.given()[0] == ("answered", 3)


@pytest.mark.parametrize("body", [b"", b"\xc1", msgspec.msgpack.encode([1, 2]), json.dumps({}).encode()])
def test_a_sealed_row_that_is_no_answer_at_all(handed: Handed, body: bytes, monkeypatch: Any) -> None:
    monkeypatch.setattr(handover_rows, "_encode", lambda line: body)
    with writing(handed.work.engine) as db:
        line = Line(item=1, status="answered", value=3, talk=False, said="", at=0)
        handover_rows.add(db, handed.ticket.key, handed.ticket.vault_id, handed.out.id, line)
    assert handed.merge().state == PROPOSED


def test_what_was_finished_meanwhile_is_changed_only_when_the_clinician_says_so(handed: Handed) -> None:
    handed.answer(1, answered(4))
    work = handed.work
    with writing(work.engine) as db:
        form = administrations.get(db, work.vault, handed.form.id)
        progress.complete(db, work.vault, form, now=LATER)
    back = handed.merge()
    assert back.state == PROPOSED and not back.body.troubles
    assert handed.given()[0] == ("not_reached", None)
    with pytest.raises(merging.NotProposed), writing(work.engine) as db:
        merging.close(db, work.vault, back, now=LATER)
    with writing(work.engine) as db:
        decided = merging.accept(db, work.vault, back, now=LATER)
    assert decided.state == RETURNED and handed.given()[0] == ("answered", 4)
    with reading(work.engine) as db:
        versions = rows.versions(
            db, work.vault, administrations.administration, handed.form.id, Administration
        )
    # Both stand: as it was finished, and as it was amended.
    assert [answers.responses(kept.body.answers)[0].value for kept in versions] == [None, 4]
    with pytest.raises(merging.NotProposed), writing(work.engine) as db:
        merging.accept(db, work.vault, decided, now=LATER)


def test_what_was_answered_in_the_hour_meanwhile_is_not_overwritten(handed: Handed) -> None:
    handed.answer(1, answered(4))
    handed.work.answer(handed.form, [0])
    back = handed.merge()
    assert back.state == PROPOSED and handed.given()[0] == ("answered", 0)
    with writing(handed.work.engine) as db:
        aside = merging.set_aside(db, handed.work.vault, back, now=LATER)
        merging.close(db, handed.work.vault, aside, now=LATER)
    assert handed.given()[0] == ("answered", 0)
    with reading(handed.work.engine) as db:
        kept = handed.now_kept(db)
    assert kept.state == CLOSED and kept.final and kept.body.lines[0].value == 4


def test_a_form_that_is_gone_is_told(handed: Handed) -> None:
    handed.answer(1, answered(4))
    with writing(handed.work.engine) as db:
        db.execute(text("DELETE FROM administration"))
    back = handed.merge()
    assert back.state == PROPOSED and back.body.lines[0].value == 4
    with pytest.raises(rows.NotThere), writing(handed.work.engine) as db:
        merging.accept(db, handed.work.vault, back, now=LATER)


@pytest.mark.parametrize("how", ["no such item", "no such value"])
def test_what_could_not_be_compared_with_its_form_is_compared_when_it_is_taken(
    handed: Handed, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed.answer(1, answered(4))
    good = {"item": 2, "status": "answered", "value": 3, "talk": False, "said": "", "at": 0}
    line = Line(**(good | HOSTILE[how]))  # type: ignore[arg-type]
    with writing(handed.work.engine) as db:
        handover_rows.add(db, handed.ticket.key, handed.ticket.vault_id, handed.out.id, line)
    # The form is hurt when the answers come in, and whole again, from a backup, when they are looked at.
    with monkeypatch.context() as hurt:
        hurt.setattr(merging, "target_of", lambda *_: None)
        back = handed.merge()
    assert back.state == PROPOSED and len(back.body.lines) == 2
    with writing(handed.work.engine) as db:
        arrival = arrivals.arrival_of(db, handed.work.vault, back)
        assert arrival and [each.number for each in arrival.differences] == [1]
        merging.accept(db, handed.work.vault, back, now=LATER)
    assert [value for _, value in handed.given()] == [4] + [None] * 11


def test_nothing_is_added_once_it_was_finished(handed: Handed) -> None:
    handed.answer(1, answered(4))
    handed.act(FINISHED)
    for add in (lambda: handed.answer(2, answered(4)), lambda: handed.act(FINISHED)):
        with pytest.raises(handover.TakenBack):
            add()
    assert handed.left() == 2


def test_nothing_is_added_once_it_was_taken_back(handed: Handed) -> None:
    handed.answer(1, answered(4))
    handed.merge()
    with pytest.raises(handover.TakenBack):
        handed.answer(2, answered(4))
    with pytest.raises(handover.TakenBack):
        handed.act(FINISHED)
    assert handed.left() == 0


def test_there_is_an_end_to_changing_answers_and_still_a_way_to_finish(
    handed: Handed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handover, "MOST_ANSWERS", 3)
    for value in (0, 1, 2):
        handed.answer(1, answered(value))
    with pytest.raises(handover.TooOften):
        handed.answer(1, answered(3))
    handed.act(FINISHED)
    handed.merge()
    assert handed.given()[0] == ("answered", 2)


def test_only_a_ticket_is_a_ticket(handed: Handed) -> None:
    packed = handed.ticket.packed()
    assert handover.read_ticket(packed) == handed.ticket
    short = msgspec.structs.replace(handed.ticket, key=b"short").packed()
    weak = msgspec.structs.replace(handed.ticket, token="weak").packed()
    for wrong in (b"", b"x", packed[:-1], packed + b"x", short, weak, secrets.token_bytes(300)):
        with pytest.raises(ValueError):
            handover.read_ticket(wrong)


def test_what_holds_a_key_does_not_show_it(handed: Handed) -> None:
    for each in (
        handed.ticket,
        handed.out.body,
        Line(item=1, status="answered", value=3, talk=False, said="s", at=0),
    ):
        assert repr(each) in ("<Ticket>", "<Handover>", "<Line>")


def test_hand_overs_wait_in_the_order_they_were_made(tmp_path: Path) -> None:
    work = practices.at_work(tmp_path)
    with reading(work.engine) as db:
        assert not merging.any_open(db, work.vault) and merging.open_ones(db, work.vault) == []
    both = [hand_over(work), hand_over(work, "Ben Ode")]
    with reading(work.engine) as db:
        assert merging.any_open(db, work.vault)
        assert [kept.id for kept in merging.open_ones(db, work.vault)] == [each.out.id for each in both]
        assert {kept.state for kept in merging.open_ones(db, work.vault)} == {OUT}
        assert not handover.is_out(db, msgspec.structs.replace(both[0].ticket, handover=uuid4().bytes))
