"""Rows and lines of a copied folder put into the file: their seals open, and no line names them.

A practice is copied with its keys, and work goes on in both. Then somebody who has no key moves rows from
one file to the other, or takes the end off the trail.
"""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import select

from clinic_toolkit.instruments import loader
from clinic_toolkit.journal import (
    audit_log,
    condition,
    inspection,
    integrity,
    inventory_snapshot,
    records,
    version_history,
)
from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record.handovers import client_side, clinician_side
from clinic_toolkit.record.handovers.answer_log import HandoverTrouble
from clinic_toolkit.record.handovers.handover_record import HandoverState
from clinic_toolkit.record.people import (
    cases,
    clients,
    practice,
    practice_access,
    secret_changes,
    therapy_sessions,
)
from clinic_toolkit.record.people.client_record import CLIENT, UNREADABLE_NAME, Client
from clinic_toolkit.record.people.therapy_session_record import (
    THERAPY_SESSION,
    Attendance,
    TherapySession,
    TherapySessionKind,
    TherapySessionSetting,
)
from clinic_toolkit.record.questionnaires import own_questionnaires, progress
from clinic_toolkit.record.questionnaires.answers import Response
from clinic_toolkit.record.writing import notes
from clinic_toolkit.record.writing.note_record import CLINICAL_NOTE, NotePart, PartSource
from clinic_toolkit.store.chain import ChainEntry
from clinic_toolkit.store.folder import ANCHOR_FILE
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.sqlite import anchor, anchor_slot
from clinic_toolkit.store.transactions import reading, store_of, writing
from clinic_toolkit.vault import key_slots
from tests.fixtures import findings
from tests.fixtures.practices import NOW, SETTINGS, Work, giving
from tests.fixtures.vaults import reopened

OWN = Path(__file__).parents[2] / "docs" / "own-questionnaire.toml"
LATER = NOW + timedelta(hours=1)
SEALED = ("record", "version", "ring", "key_id", "final", "sealed")


def folder(work: Work) -> Path:
    return Path(work.engine.url.database or "").parent


def unlocked(work: Work, *, now: Any = LATER) -> Work:
    """The same practice as the next unlock finds it; its tail is checked.

    `practice_access.unlock_with_passphrase` does the same.
    """
    with writing(work.engine) as db:
        vault = key_slots.unlock_with_keys(db, work.vault.user_id, work.vault.unlocked_keys())
        practice_access._finish_unlock(db, vault, "practice.returned", now=now)
    return Work(engine=work.engine, vault=vault, groups=work.groups)


def copied(work: Work, place: Path) -> Work:
    """A copy of the folder, at work on its own."""
    store_of(work.engine).checkpoint()
    shutil.copytree(folder(work), place, ignore=shutil.ignore_patterns("*-wal", "*-shm", "running"))
    engine = open_store(place)
    return Work(engine=engine, vault=reopened(engine, work.vault), groups=work.groups)


@dataclass
class Hand:
    """Somebody with both files and no key."""

    work: Work
    raw: sqlite3.Connection

    def take(self, table: str, where: str = "1", *, over: bool = False) -> None:
        """Put rows of the other file into this one."""
        verb = "INSERT OR REPLACE" if over else "INSERT OR IGNORE"
        names = ", ".join(SEALED) if table not in ("ring", "ring_grant", "slot", "slot_list") else "*"
        columns = f"({names})" if names != "*" else ""
        self.raw.execute(f"{verb} INTO {table} {columns} SELECT {names} FROM other.{table} WHERE {where}")


def tampered(work: Work, other: Work | None, act: Callable[[Hand], object]) -> Work:
    """Do this to the file with no trigger in the way; then the next unlock."""
    store_of(work.engine).checkpoint()
    with closing(sqlite3.connect(work.engine.url.database or "")) as raw:
        triggers = raw.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            raw.execute(f"DROP TRIGGER {name}")
        if other:
            store_of(other.engine).checkpoint()
            raw.execute("ATTACH ? AS other", [other.engine.url.database])
        act(Hand(work, raw))
        for _, statement in triggers:
            raw.execute(statement)
        raw.commit()
    return unlocked(work)


def cut(work: Work, seq: int) -> Work:
    """The trail ends at this line, and the anchor is written to match: it has no key."""

    def act(hand: Hand) -> None:
        hand.raw.execute("DELETE FROM audit_line WHERE seq > ?", [seq])
        hand.raw.execute("DELETE FROM ledger")

    work.engine.dispose()
    slot = anchor.Anchor(folder(work))._slot
    assert slot
    with closing(sqlite3.connect(work.engine.url.database or "")) as raw:
        head = raw.execute("SELECT hash FROM audit_line WHERE seq = ?", [seq]).fetchone()[0]
    line = ChainEntry(incarnation=slot.incarnation, seq=seq, entry_hash=head, at=0)
    matching = anchor_slot.next_slot(None, [line])
    (folder(work) / ANCHOR_FILE).write_bytes(
        anchor_slot.encode_slot(matching) + bytes(anchor_slot.SLOT_BYTES)
    )
    store_of(work.engine).checkpoint()
    with closing(sqlite3.connect(work.engine.url.database or "")) as raw:
        triggers = raw.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            raw.execute(f"DROP TRIGGER {name}")
        act(Hand(work, raw))
        for _, statement in triggers:
            raw.execute(statement)
        raw.commit()
    work.engine.dispose()
    engine = open_store(folder(work))
    assert store_of(engine).verdict.is_clean, "the anchor tells of nothing"
    return unlocked(Work(engine=engine, vault=work.vault, groups=work.groups))


def tip(work: Work) -> int:
    with reading(work.engine) as db:
        return audit_log.last_position(db)[0]


def hurts(work: Work) -> dict[tuple[str, UUID], str]:
    return {(each.table, each.record): each.reason for each in work.vault.integrity_failures.values()}


def names(work: Work) -> list[str]:
    with reading(work.engine) as db:
        return [kept.payload.name for kept in clients.list_clients(db, work.vault)]


def checked(work: Work) -> list[str]:
    with reading(work.engine) as db:
        return [each.sentence for each in inspection.inspect_all(db, work.vault, lambda *_: None).findings]


def revised(work: Work, seen: Any, name: str) -> Any:
    with writing(work.engine) as db:
        return clients.revise_client(db, work.vault, seen, Client(name=name), now=NOW)


def said(text: str) -> list[NotePart]:
    return [NotePart(section="data", source=PartSource.CLINICIAN, text=text)]


def test_two_copies_that_nobody_touched_are_whole(work: Work, tmp_path: Path) -> None:
    """The control of everything below: the same steps without the act."""
    ana = work.client("Ana")
    other = copied(work, tmp_path / "copy")
    revised(other, ana, "Not Ana")
    revised(work, ana, "Ana R")
    work = tampered(work, other, lambda hand: None)
    assert names(work) == ["Ana R"]
    assert hurts(work) == {}
    assert checked(work) == []
    work = cut(work, tip(work))
    assert names(work) == ["Ana R"]
    assert hurts(work) == {}


class TestALaterVersion:
    """A version after the newest one, written in a copy of the folder."""

    @pytest.fixture
    def put_in(self, work: Work, tmp_path: Path) -> tuple[Work, Any]:
        ana = work.client("Ana")
        other = copied(work, tmp_path / "copy")
        revised(other, ana, "Not Ana")
        work.client("Ben")
        return tampered(work, other, lambda hand: hand.take("client", "version = 2")), ana

    def test_is_never_shown_and_is_named(self, put_in: tuple[Work, Any]) -> None:
        work, ana = put_in
        assert names(work) == [UNREADABLE_NAME, "Ben"]
        assert hurts(work) == {("client", ana.id): "unnamed"}
        with reading(work.engine) as db:
            assert clients.load_client(db, work.vault, ana.id).payload.name == UNREADABLE_NAME
            (found,) = findings.list_findings(db, work.vault)
        (line,) = found.details
        assert line.startswith(f"A client’s details ({UNREADABLE_NAME}): the audit trail does not mention it")
        assert [each for each in checked(work) if "version 2): the audit trail does not mention it" in each]

    def test_is_no_version_of_the_record(self, put_in: tuple[Work, Any]) -> None:
        work, ana = put_in
        with reading(work.engine) as db:
            found = version_history.list_versions(db, work.vault, CLIENT, ana.id)
        assert [(kept.version, kept.payload.name) for kept in found] == [(1, "Ana")], (
            "the named one can be found"
        )
        assert hurts(work) == {("client", ana.id): "unnamed"}

    def test_is_not_built_upon_and_what_is_written_anew_is_well(self, put_in: tuple[Work, Any]) -> None:
        work, ana = put_in
        with writing(work.engine) as db:
            stand_in = clients.load_client(db, work.vault, ana.id)
            written = clients.revise_client(db, work.vault, stand_in, Client(name="Ana Reyes"), now=LATER)
        assert written.previous_content_id == ana.content_id
        assert names(work) == ["Ana Reyes", "Ben"]
        assert hurts(work) == {}
        with reading(work.engine) as db:
            found = version_history.list_versions(db, work.vault, CLIENT, ana.id)
        assert [kept.payload.name for kept in found] == ["Ana", "Ana Reyes"]
        assert [each for each in checked(work) if "version 2" not in each] == []


def test_another_content_of_the_newest_version_is_not_shown(work: Work, tmp_path: Path) -> None:
    ana = work.client("Ana")
    other = copied(work, tmp_path / "copy")
    revised(other, ana, "Not Ana")
    revised(work, ana, "Ana R")
    work = tampered(work, other, lambda hand: hand.take("client", "version = 2", over=True))
    assert names(work) == [UNREADABLE_NAME]
    assert hurts(work) == {("client", ana.id): "unnamed"}


def test_another_content_of_an_earlier_version_is_left_out(work: Work, tmp_path: Path) -> None:
    ana = work.client("Ana")
    other = copied(work, tmp_path / "copy")
    revised(other, ana, "Not Ana")
    revised(work, revised(work, ana, "Ana R"), "Ana Reyes")
    work = tampered(work, other, lambda hand: hand.take("client", "version = 2", over=True))
    with reading(work.engine) as db:
        found = version_history.list_versions(db, work.vault, CLIENT, ana.id)
    assert [kept.payload.name for kept in found] == ["Ana", "Ana Reyes"]
    assert hurts(work) == {("client", ana.id): "unnamed"}


def test_a_draft_that_was_replaced_and_put_back_is_no_version(work: Work, tmp_path: Path) -> None:
    session = work.session(work.client("Ana"))
    with writing(work.engine) as db:
        draft = notes.create_note(db, work.vault, session, said("first thought"), now=NOW)
    other = copied(work, tmp_path / "copy")
    with writing(work.engine) as db:
        notes.revise_note(db, work.vault, draft, said("second"), expected_version=1, now=NOW)
    work = tampered(work, other, lambda hand: hand.take("clinical_note"))
    with reading(work.engine) as db:
        found = version_history.list_versions(db, work.vault, CLINICAL_NOTE, draft.id)
    assert [kept.version for kept in found] == [2]
    assert hurts(work) == {("clinical_note", draft.id): "back"}
    assert any("put back" in each for each in checked(work))


def test_a_client_of_a_copied_folder_with_keys_and_case_and_note(work: Work, tmp_path: Path) -> None:
    work.client("Ana")
    other = copied(work, tmp_path / "copy")
    eve = other.client("Eve")
    session = other.session(eve)
    with writing(other.engine) as db:
        note = notes.create_note(db, other.vault, session, said("planted"), now=NOW)

    def everything(hand: Hand) -> None:
        for table in ("ring", "ring_grant", "client", "clinical_case", "therapy_session", "clinical_note"):
            hand.take(table)

    work = tampered(work, other, everything)
    assert work.vault.rings.is_open(session.ring), "the keys open"
    assert names(work) == ["Ana"]
    with reading(work.engine) as db:
        assert records.list_all_records(db, work.vault, CLINICAL_NOTE) == []
        assert records.list_all_records(db, work.vault, THERAPY_SESSION) == []
        assert len(cases.list_cases(db, work.vault)) == 1
        for get, id in (
            (clients.load_client, eve.id),
            (therapy_sessions.load_therapy_session, session.id),
            (notes.load_note, note.id),
        ):
            with pytest.raises(integrity.UnreadableRecord, match="the audit trail does not mention it"):
                get(db, work.vault, id)
    assert set(hurts(work).values()) == {"unnamed"}
    assert ("clinical_note", note.id) in hurts(work)
    assert sum("is not mentioned in the audit trail" in each for each in checked(work)) == 2


def test_settings_of_a_copied_folder(work: Work, tmp_path: Path) -> None:
    other = copied(work, tmp_path / "copy")
    with writing(other.engine) as db:
        seen = practice.load_practice_settings(db, other.vault)
        practice.revise_practice_settings(
            db, other.vault, seen, msgspec.structs.replace(SETTINGS, crisis_text="555"), now=NOW
        )
    work = tampered(work, other, lambda hand: hand.take("practice", "version = 2"))
    with writing(work.engine) as db:
        found = practice.load_practice_settings(db, work.vault)
        assert "555" not in found.payload.crisis_text
        practice.revise_practice_settings(db, work.vault, found, SETTINGS, now=LATER)
        assert practice.load_practice_settings(db, work.vault).payload == SETTINGS
    assert hurts(work) == {}


def test_a_questionnaire_of_ones_own_from_a_copied_folder_is_not_offered(work: Work, tmp_path: Path) -> None:
    other = copied(work, tmp_path / "copy")
    with writing(other.engine) as db:
        form = loader.parse_instrument(OWN.read_bytes(), OWN.name, own=True)
        own = own_questionnaires.add_questionnaire(db, other.vault, form, OWN.read_bytes(), OWN.name, now=NOW)
    work = tampered(work, other, lambda hand: hand.take("own_questionnaire"))
    with reading(work.engine) as db:
        assert own_questionnaires.list_questionnaire_versions(db, work.vault) == []
        assert own.payload.instrument_id not in [
            one.id for one in own_questionnaires.list_offered_instruments(db, work.vault)
        ]
    assert hurts(work) == {("own_questionnaire", own.id): "unnamed"}


def test_answers_given_in_a_copied_folder_are_laid_before_the_clinician(work: Work, tmp_path: Path) -> None:
    """The copy has the key of the hand-over too; only the trail says how many rows were kept here."""
    form = work.begun(work.client("Ana"), giving())
    with writing(work.engine) as db:
        out, ticket = clinician_side.create_handover(db, work.vault, form, relationship_word="M.", now=NOW)
    other = copied(work, tmp_path / "copy")
    one = Response(status=ResponseStatus.ANSWERED, value=3, wants_to_talk=False, remark="")
    with writing(work.engine) as db:
        client_side.record_answer(db, ticket, 1, one, now=NOW)
    with writing(other.engine) as db:
        client_side.record_answer(db, ticket, 1, one, now=NOW)
        client_side.record_answer(db, ticket, 2, one, now=NOW)

    def both(hand: Hand) -> None:
        hand.raw.execute("DELETE FROM handover_row")
        hand.raw.execute("INSERT INTO handover_row SELECT * FROM other.handover_row")

    work = tampered(work, other, both)
    with writing(work.engine) as db:
        back = clinician_side.merge_handover(
            db, work.vault, clinician_side.load_handover(db, work.vault, out.id), now=LATER
        )
    assert back.state == HandoverState.PROPOSED
    assert back.payload.troubles == (HandoverTrouble.NOT_NAMED,)


@pytest.mark.parametrize("later", [False, True])
def test_ways_in_of_a_copied_folder_are_not_vouched_for(work: Work, tmp_path: Path, later: bool) -> None:
    with writing(work.engine) as db:
        secret_changes.replace_recovery_sheet(db, work.vault, now=NOW)
    work = unlocked(work)
    assert work.vault.slots_intact
    other = copied(work, tmp_path / "copy")
    with writing(other.engine) as db:
        secret_changes.replace_recovery_sheet(db, other.vault, now=NOW)

    def exchange(hand: Hand) -> None:
        for table in ("slot", "slot_list"):
            hand.raw.execute(f"DELETE FROM {table}")
            hand.take(table)

    work = tampered(work, other if later else None, exchange if later else lambda hand: None)
    assert work.vault.slots_intact is not later
    assert any("list of ways to unlock" in each for each in checked(work)) is later


class TestTheEndOfTheTrailIsCut:
    """Lines are taken off its end, and the anchor, which has no key, is written to match."""

    def test_what_was_written_after_it_is_not_shown(self, work: Work) -> None:
        ana = work.client("Ana")
        kept = tip(work)
        revised(work, ana, "Ana R")
        ben = work.client("Ben")
        with writing(work.engine) as db:
            draft = notes.create_note(db, work.vault, work_session(db, work, ana), said("x"), now=NOW)
        work = cut(work, kept)
        assert names(work) == [UNREADABLE_NAME]
        with reading(work.engine) as db:
            assert records.list_all_records(db, work.vault, CLINICAL_NOTE) == []
            with pytest.raises(integrity.UnreadableRecord):
                clients.load_client(db, work.vault, ben.id)
            assert not condition.is_sound(work.engine, work.vault)
        found = hurts(work)
        assert found["client", ana.id] == found["client", ben.id] == "unnamed"
        assert found["clinical_note", draft.id] == "unnamed"

    def test_what_is_written_anew_is_well(self, work: Work) -> None:
        ana = work.client("Ana")
        kept = tip(work)
        revised(work, revised(work, ana, "Ana R"), "Ana Reyes")
        work = cut(work, kept)
        with writing(work.engine) as db:
            stand_in = clients.load_client(db, work.vault, ana.id)
            clients.revise_client(db, work.vault, stand_in, Client(name="Ana Again"), now=LATER)
        assert names(work) == ["Ana Again"]
        assert hurts(work) == {}


def work_session(db: Any, work: Work, client: Any) -> Any:
    case = cases.load_single_case(db, work.vault, client.id)
    body = TherapySession(
        case_id_bytes=case.id.bytes,
        kind=TherapySessionKind.SESSION,
        on=NOW.date(),
        attendance=Attendance.CAME,
        present=(client.id.bytes,),
        setting=TherapySessionSetting.ROOM,
    )
    return therapy_sessions.create_therapy_session(db, work.vault, case, body, now=NOW)


class TestLinesOfACopiedFolder:
    """Sealed lines of a copy open too; their hashes can be made to fit by anyone, their signatures not."""

    def grafted(self, work: Work, tmp_path: Path, *, signed: bool, several: bool = True) -> Work:
        ana = work.client("Ana")
        other = copied(work, tmp_path / "copy")
        revised(work, ana, "Ana R")
        newer = revised(other, ana, "Not Ana")
        if several:
            revised(other, newer, "Not Ana at all")
        parted = tip(work) - 1
        incarnation = work.vault.incarnation

        def graft(hand: Hand) -> None:
            hand.raw.execute("DELETE FROM audit_line WHERE seq > ?", [parted])
            before = hand.raw.execute("SELECT hash FROM audit_line WHERE seq = ?", [parted]).fetchone()[0]
            lines = hand.raw.execute(
                "SELECT seq, body, signature FROM other.audit_line WHERE seq > ? ORDER BY seq", [parted]
            ).fetchall()
            for seq, body, _ in lines:
                # What follows says the same; that it fits its place is what anybody can work out.
                before = audit_log.chain_hash(incarnation, seq, before, body)
                junk = bytes(64) if signed else None
                hand.raw.execute("INSERT INTO audit_line VALUES (?, ?, ?, ?)", (seq, body, before, junk))
            hand.take("client", over=True)
            hand.raw.execute("DELETE FROM ledger")
            slot = anchor.Anchor(folder(work))._slot
            assert slot
            line = ChainEntry(incarnation=incarnation, seq=lines[-1][0], entry_hash=before, at=0)
            forged = anchor_slot.encode_slot(anchor_slot.next_slot(None, [line]))
            (folder(work) / ANCHOR_FILE).write_bytes(forged + bytes(anchor_slot.SLOT_BYTES))

        return tampered(work, other, graft)

    @pytest.mark.parametrize("signed", [False, True])
    def test_are_not_believed_at_this_unlock_nor_at_any_later_one(
        self, work: Work, tmp_path: Path, signed: bool
    ) -> None:
        work = self.grafted(work, tmp_path, signed=signed)
        for _ in range(3):
            assert names(work) == [UNREADABLE_NAME]
            assert set(hurts(work).values()) == {"unnamed"}
            with writing(work.engine) as db:
                assert inventory_snapshot.load_inventory(db, work.vault).gaps
                for _ in range(inventory_snapshot.SNAPSHOT_INTERVAL + 1):
                    audit_log.append_entry(db, work.vault, audit_log.JournalEvent.RECORDS_READ, now=LATER)
            assert any("signature under line" in each for each in checked(work))
            work = unlocked(work)
        with reading(work.engine) as db:
            assert db.scalar(select(inventory_snapshot.inventory_snapshot_table.c.seq)) is None


class TestLinesThatCannotBeRead:
    """An accident to the trail hurts no record, and excuses nothing that was sealed at another time."""

    BROKEN = "UPDATE audit_line SET body = zeroblob(300) WHERE seq = ?"

    def test_what_was_saved_at_their_time_is_shown_and_named_as_not_confirmed(self, work: Work) -> None:
        ana = work.client("Ana")
        revised(work, ana, "Ana R")
        last = tip(work)
        work = tampered(work, None, lambda hand: hand.raw.execute(self.BROKEN, [last]))
        assert names(work) == ["Ana R"]
        assert hurts(work) == {}
        with reading(work.engine) as db:
            (found,) = findings.list_findings(db, work.vault)
        assert found.details[0] == f"Line {last}."
        assert found.details[1].startswith("A client’s details (Ana R): the audit trail does not mention it")
        revised(work, read(work, ana.id), "Ana Reyes")
        assert names(work) == ["Ana Reyes"]
        with reading(work.engine) as db:
            (found,) = findings.list_findings(db, work.vault)
        assert found.details == (f"Line {last}.",), "now a line names it"

    def test_what_was_sealed_at_another_time_is_hurt(self, work: Work, tmp_path: Path) -> None:
        ana = work.client("Ana")
        last = tip(work)
        work = unlocked(work, now=NOW)
        other = copied(work, tmp_path / "copy")
        with writing(other.engine) as db:
            clients.revise_client(db, other.vault, ana, Client(name="Not Ana"), now=NOW + timedelta(days=2))
        with writing(work.engine) as db:
            audit_log.append_entry(db, work.vault, audit_log.JournalEvent.RECORDS_READ, now=NOW)

        def act(hand: Hand) -> None:
            hand.take("client", "version = 2")
            hand.raw.execute(self.BROKEN, [last + 1])

        work = tampered(work, other, act)
        assert names(work) == [UNREADABLE_NAME]
        assert hurts(work) == {("client", ana.id): "unnamed"}

    def test_one_line_is_no_excuse_for_two_versions(self, work: Work) -> None:
        ana = work.client("Ana")
        second = revised(work, ana, "Ana R")
        revised(work, second, "Ana Reyes")
        last = tip(work)

        def act(hand: Hand) -> None:
            hand.raw.execute("DELETE FROM audit_line WHERE seq >= ?", [last])
            hand.raw.execute(self.BROKEN, [last - 1])

        (folder(work) / ANCHOR_FILE).unlink()
        work = tampered(work, None, act)
        assert names(work) == [UNREADABLE_NAME]


def read(work: Work, id: UUID) -> Any:
    with reading(work.engine) as db:
        return clients.load_client(db, work.vault, id)


class TestViewsOfAnotherMoment:
    """What is found is compared with the lines of the same view, whatever the list in memory has reached."""

    def test_another_window_s_saves_are_not_taken_for_put_in(self, work: Work) -> None:
        ana = work.client("Ana")
        names(work)
        window = Work(engine=work.engine, vault=reopened(work.engine, work.vault), groups=work.groups)
        names(window)
        revised(window, ana, "Ana R")
        ben = window.client("Ben")
        assert names(work) == ["Ana R", "Ben"]
        assert read(work, ben.id).payload.name == "Ben"
        assert hurts(work) == {}

    def test_a_removed_save_of_another_window_is_missed_at_once(self, work: Work) -> None:
        ana = work.client("Ana")
        names(work)
        window = Work(engine=work.engine, vault=reopened(work.engine, work.vault), groups=work.groups)
        revised(window, ana, "Ana R")
        with writing(work.engine) as db:
            for trigger in ("no_delete_client", "no_update_client"):
                db.exec_driver_sql(f"DROP TRIGGER IF EXISTS {trigger}")
            db.exec_driver_sql("DELETE FROM client WHERE version = 2")
        assert names(work) == [UNREADABLE_NAME]
        assert hurts(work) == {("client", ana.id): "older"}

    def test_an_older_view_reads_as_it_was_then(self, work: Work) -> None:
        ana = work.client("Ana")
        second = revised(work, ana, "Ana R")
        with reading(work.engine) as db:
            assert clients.load_client(db, work.vault, ana.id).version == 2
            revised(work, revised(work, second, "Ana Re"), "Ana Reyes")
            assert clients.load_client(db, work.vault, ana.id).payload.name == "Ana R"
            assert [kept.payload.name for kept in clients.list_clients(db, work.vault)] == ["Ana R"]
            found = version_history.list_versions(db, work.vault, CLIENT, ana.id)
        assert [kept.version for kept in found] == [1, 2]
        assert hurts(work) == {}
        assert names(work) == ["Ana Reyes"]

    def test_a_row_put_in_is_hurt_in_an_older_view_as_well(self, work: Work, tmp_path: Path) -> None:
        ana = work.client("Ana")
        other = copied(work, tmp_path / "copy")
        revised(other, ana, "Not Ana")
        work = tampered(work, other, lambda hand: hand.take("client", "version = 2"))
        with reading(work.engine) as db:
            assert clients.load_client(db, work.vault, ana.id).payload.name == UNREADABLE_NAME
            with writing(work.engine) as turn:
                stand_in = clients.load_client(turn, work.vault, ana.id)
                clients.revise_client(turn, work.vault, stand_in, Client(name="Ana Reyes"), now=LATER)
            # The list knows of version 3 by now, which this view does not have.
            assert clients.load_client(db, work.vault, ana.id).payload.name == UNREADABLE_NAME
        assert names(work) == ["Ana Reyes"]

    def test_what_is_rolled_back_leaves_nothing(self, work: Work) -> None:
        ana = work.client("Ana")
        window = Work(engine=work.engine, vault=reopened(work.engine, work.vault), groups=work.groups)
        names(work)
        window.client("Ben")
        with pytest.raises(RuntimeError), writing(work.engine) as db:
            clients.list_clients(db, work.vault)
            clients.revise_client(db, work.vault, ana, Client(name="never kept"), now=NOW)
            clients.list_clients(db, work.vault)
            raise RuntimeError
        assert names(work) == ["Ana", "Ben"]
        assert hurts(work) == {}


def test_a_draft_is_not_saved_over_a_row_that_was_put_in(work: Work, tmp_path: Path) -> None:
    form = work.begun(work.client("Ana"), giving())
    other = copied(work, tmp_path / "copy")
    other.answer(form, [3])
    work = tampered(
        work,
        other,
        lambda hand: hand.raw.execute(
            "UPDATE administration SET (version, sealed) = (SELECT version, sealed FROM other.administration)"
        ),
    )
    with writing(work.engine) as db, pytest.raises(records.StaleVersion):
        one = Response(status=ResponseStatus.ANSWERED, value=1, wants_to_talk=False, remark="")
        progress.record_response(db, work.vault, form, 1, one, now=NOW)
