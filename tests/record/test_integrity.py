"""Someone with the file changes, removes, moves or puts back rows: it is named, and the rest is read."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from uuid import UUID

import msgspec
import pytest

from clinic_toolkit.journal import (
    audit_entries,
    audit_log,
    condition,
    condition_findings,
    integrity,
    inventory_snapshot,
    records,
    version_history,
)
from clinic_toolkit.journal.records import RecordNotFound
from clinic_toolkit.record.handovers import clinician_side
from clinic_toolkit.record.people import (
    cases,
    clients,
    clinician,
    practice,
    therapy_session_timeline,
    therapy_sessions,
)
from clinic_toolkit.record.people.client_record import CLIENT, UNREADABLE_NAME, Client
from clinic_toolkit.record.people.therapy_session_record import THERAPY_SESSION
from clinic_toolkit.record.writing import notes
from clinic_toolkit.record.writing.note_record import CLINICAL_NOTE, NotePart, PartSource
from clinic_toolkit.store.transactions import reading, store_of, writing
from tests.fixtures import findings
from tests.fixtures.practices import CLINICIAN, NOW, SETTINGS, Work, giving, signed
from tests.fixtures.vaults import reopened

Harm = Callable[[sqlite3.Connection], object]


def harm(work: Work, act: Harm) -> None:
    """Do this to the file with no trigger in the way, then come back with a fresh vault."""
    store_of(work.engine).checkpoint()
    path = work.engine.url.database
    assert path is not None
    with closing(sqlite3.connect(path)) as raw:
        for (name,) in raw.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        act(raw)
        raw.commit()
    work.vault = reopened(work.engine, work.vault)


def what_is_hurt(work: Work) -> dict[tuple[str, UUID], str]:
    return {(each.table, each.record): each.reason for each in work.vault.integrity_failures.values()}


def said(text: str) -> list[NotePart]:
    return [NotePart(section="data", source=PartSource.CLINICIAN, text=text)]


def names(work: Work) -> list[str]:
    with reading(work.engine) as db:
        return [kept.payload.name for kept in clients.list_clients(db, work.vault)]


def test_nothing_is_hurt_in_a_store_that_nobody_touched(work: Work) -> None:
    ana = work.client("Ana")
    work.session(ana)
    harm(work, lambda raw: None)
    assert names(work) == ["Ana"]
    with reading(work.engine) as db:
        records.list_all_records(db, work.vault, THERAPY_SESSION)
        cases.list_cases(db, work.vault)
    assert what_is_hurt(work) == {}


def test_a_removed_record_is_missed_and_the_others_are_there(work: Work) -> None:
    work.client("Ana")
    ben = work.client("Ben")
    harm(work, lambda raw: raw.execute("DELETE FROM client WHERE record = ?", (ben.id.bytes,)))
    assert names(work) == [UNREADABLE_NAME, "Ana"]
    assert what_is_hurt(work) == {("client", ben.id): "missing"}


def test_a_removed_session_is_missed_by_its_address(work: Work) -> None:
    session = work.session(work.client("Ana"))
    harm(work, lambda raw: raw.execute("DELETE FROM therapy_session"))
    with reading(work.engine) as db, pytest.raises(integrity.UnreadableRecord, match="missing from the file"):
        therapy_sessions.load_therapy_session(db, work.vault, session.id)


def test_a_page_that_goes_on_without_a_record_still_has_it_listed(work: Work) -> None:
    ana = work.client("Ana")
    gone, kept = work.session(ana), work.session(ana)
    harm(work, lambda raw: raw.execute("DELETE FROM therapy_session WHERE record = ?", (gone.id.bytes,)))
    with reading(work.engine) as db:
        found = records.find_readable_record(db, work.vault, THERAPY_SESSION, kept.id)
        assert found is not None and found.payload == kept.payload
        assert records.find_readable_record(db, work.vault, THERAPY_SESSION, UUID(int=7)) is None
        assert what_is_hurt(work) == {}
        assert records.find_readable_record(db, work.vault, THERAPY_SESSION, gone.id) is None
    assert what_is_hurt(work) == {("therapy_session", gone.id): "missing"}


def test_what_never_was_is_not_missed(work: Work) -> None:
    work.client("Ana")
    with reading(work.engine) as db, pytest.raises(RecordNotFound):
        clients.load_client(db, work.vault, UUID(int=7))
    assert what_is_hurt(work) == {}


def test_an_older_version_put_in_the_place_of_the_newest_is_not_shown(work: Work) -> None:
    ana = work.client("Ana")
    with writing(work.engine) as db:
        clients.revise_client(db, work.vault, ana, Client(name="Ana Reyes"), now=NOW)
    harm(
        work, lambda raw: raw.execute("DELETE FROM client WHERE record = ? AND version = 2", (ana.id.bytes,))
    )
    assert names(work) == [UNREADABLE_NAME]
    assert what_is_hurt(work) == {("client", ana.id): "older"}


def test_a_draft_put_back_to_what_it_was_is_not_shown(work: Work) -> None:
    session = work.session(work.client("Ana"))
    with writing(work.engine) as db:
        first = notes.create_note(db, work.vault, session, said("old"), now=NOW)
    store_of(work.engine).checkpoint()
    path = work.engine.url.database or ""
    with closing(sqlite3.connect(path)) as raw:
        before = raw.execute("SELECT version, sealed FROM clinical_note").fetchone()
    with writing(work.engine) as db:
        new = said("new")
        notes.revise_note(db, work.vault, first, new, expected_version=1, now=NOW)
    harm(work, lambda raw: raw.execute("UPDATE clinical_note SET version = ?, sealed = ?", before))
    with reading(work.engine) as db:
        assert records.list_all_records(db, work.vault, CLINICAL_NOTE) == []
        with pytest.raises(integrity.UnreadableRecord, match="older version"):
            notes.load_note(db, work.vault, first.id)


def test_a_note_whose_ring_was_changed_does_not_vanish_in_silence(work: Work) -> None:
    ana, ben = work.client("Ana"), work.client("Ben")
    session, other = work.session(ana), work.session(ben)
    with writing(work.engine) as db:
        note = notes.create_note(db, work.vault, session, said("x"), now=NOW)
    harm(work, lambda raw: raw.execute("UPDATE clinical_note SET ring = ?", (other.ring.bytes,)))
    with reading(work.engine) as db:
        assert notes.find_note_of_session(db, work.vault, session) is None
    assert ("clinical_note", note.id) in what_is_hurt(work)


@pytest.mark.parametrize("tables", [("ring_grant",), ("ring",), ("ring_grant", "ring")])
def test_keys_of_a_client_removed_are_missed_and_not_the_client(work: Work, tables: tuple[str, ...]) -> None:
    work.client("Ana")
    ben = work.client("Ben")
    harm(
        work,
        lambda raw: [
            raw.execute(f"DELETE FROM {table} WHERE ring = ?", (ben.ring.bytes,)) for table in tables
        ],
    )
    assert names(work) == [UNREADABLE_NAME, "Ana"]
    assert what_is_hurt(work)[("client", ben.id)] == "no_key"
    work.vault.integrity_failures.clear()
    with reading(work.engine) as db:
        assert clients.load_client(db, work.vault, ben.id).payload.name == UNREADABLE_NAME
        assert what_is_hurt(work)[("client", ben.id)] == "no_key"
        [sentence] = condition_findings.failure_sentences(work.vault.integrity_failures, lambda ring: "Ben")
    assert sentence == "A client’s details (Ben): the key that opens it is damaged or missing."


def test_a_record_moved_to_a_ring_without_a_key_was_moved(work: Work) -> None:
    """The control: the row is there and does not open, but its own key is well."""
    ana = work.client("Ana")
    elsewhere = UUID(int=9).bytes
    harm(
        work,
        lambda raw: raw.execute("UPDATE client SET ring = ? WHERE record = ?", (elsewhere, ana.id.bytes)),
    )
    assert names(work) == [UNREADABLE_NAME]
    assert what_is_hurt(work)[("client", ana.id)] == "moved"
    with reading(work.engine) as db:
        clients.load_client(db, work.vault, ana.id)
    assert what_is_hurt(work)[("client", ana.id)] == "moved"


def test_a_version_taken_out_of_the_middle_is_missed(work: Work) -> None:
    ana = work.client("Ana")
    with writing(work.engine) as db:
        second = clients.revise_client(db, work.vault, ana, Client(name="Ana R"), now=NOW)
        clients.revise_client(db, work.vault, second, Client(name="Ana Reyes"), now=NOW)
    harm(work, lambda raw: raw.execute("DELETE FROM client WHERE version = 2"))
    with reading(work.engine) as db:
        kept = version_history.list_versions(db, work.vault, CLIENT, ana.id)
    assert [each.version for each in kept] == [1, 3]
    assert what_is_hurt(work) == {("client", ana.id): "missing"}


def test_the_first_version_taken_away_is_missed(work: Work) -> None:
    ana = work.client("Ana")
    with writing(work.engine) as db:
        clients.revise_client(db, work.vault, ana, Client(name="Ana R"), now=NOW)
    harm(work, lambda raw: raw.execute("DELETE FROM client WHERE version = 1"))
    with reading(work.engine) as db:
        version_history.list_versions(db, work.vault, CLIENT, ana.id)
    assert what_is_hurt(work) == {("client", ana.id): "missing"}


def test_row_numbers_do_not_decide_the_order(work: Work) -> None:
    first, second = work.client("Ana"), work.client("Ben")

    def exchange(raw: sqlite3.Connection) -> None:
        for number in (-1, 1, 2):
            other = {-1: 1, 1: 2, 2: -1}[number]
            raw.execute("UPDATE clinical_case SET id = ? WHERE id = ?", (number, other))

    harm(work, exchange)
    with reading(work.engine) as db:
        found = [kept.payload.client_ids[0] for kept in cases.list_cases(db, work.vault)]
    assert found == [first.id, second.id]


def test_a_record_that_is_well_again_is_not_named_any_longer(work: Work) -> None:
    ana = work.client("Ana")
    path = work.engine.url.database or ""
    store_of(work.engine).checkpoint()
    with closing(sqlite3.connect(path)) as raw:
        kept = raw.execute("SELECT sealed FROM client").fetchone()
    harm(work, lambda raw: raw.execute("UPDATE client SET sealed = zeroblob(400)"))
    assert names(work) == [UNREADABLE_NAME]
    vault = work.vault
    harm(work, lambda raw: raw.execute("UPDATE client SET sealed = ?", kept))
    work.vault = vault
    assert names(work) == ["Ana"]
    assert what_is_hurt(work) == {}
    assert ana.payload.name == "Ana"


def test_a_reader_of_a_moment_ago_does_not_take_what_came_since_for_missing(work: Work) -> None:
    ana = work.client("Ana")
    names(work)
    with reading(work.engine) as db:
        clients.load_client(db, work.vault, ana.id)
        ben = work.client("Ben")
        with writing(work.engine) as other:
            clients.revise_client(other, work.vault, ana, Client(name="Ana Reyes"), now=NOW)
        assert [kept.payload.name for kept in clients.list_clients(db, work.vault)] == ["Ana"]
        assert clients.load_client(db, work.vault, ana.id).version == 1
        with pytest.raises(RecordNotFound):
            clients.load_client(db, work.vault, ben.id)
    assert what_is_hurt(work) == {}


def test_what_was_rolled_back_is_not_missed(work: Work) -> None:
    names(work)
    with pytest.raises(RuntimeError), writing(work.engine) as db:
        clients.create_client(db, work.vault, Client(name="never kept"), now=NOW)
        raise RuntimeError
    assert names(work) == []
    assert what_is_hurt(work) == {}


def test_a_list_first_told_in_a_transaction_that_failed_is_told_again(work: Work) -> None:
    with pytest.raises(RuntimeError), writing(work.engine) as db:
        clients.create_client(db, work.vault, Client(name="never kept"), now=NOW)
        clients.list_clients(db, work.vault)
        raise RuntimeError
    assert names(work) == []
    assert what_is_hurt(work) == {}


class TestLedger:
    """The sealed copy of the inventory."""

    def many(self, work: Work) -> None:
        ana = work.client("Ana")
        with writing(work.engine) as db:
            for _ in range(inventory_snapshot.SNAPSHOT_INTERVAL):
                audit_log.append_entry(db, work.vault, "records.read", now=NOW)
            session = cases.load_single_case(db, work.vault, ana.id)
            assert session.version == 1
            inventory_snapshot.save_snapshot(db, work.vault)

    def read(self, work: Work) -> object:
        with reading(work.engine) as db:
            return sorted(inventory_snapshot.load_inventory(db, reopened(work.engine, work.vault)).items())

    def test_says_the_same_with_and_without_the_copy(self, work: Work) -> None:
        self.many(work)
        work.client("Ben")
        with_copy = self.read(work)
        harm(work, lambda raw: raw.execute("DELETE FROM ledger"))
        assert self.read(work) == with_copy

    def test_the_copy_spares_the_reading_of_the_trail(
        self, work: Work, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.many(work)
        begun: list[int] = []
        real = audit_entries.iter_entries_after

        def counting(db: object, vault: object, seq: int, **more: int) -> object:
            begun.append(seq)
            return real(db, vault, seq, **more)  # type: ignore[arg-type]

        monkeypatch.setattr(audit_entries, "iter_entries_after", counting)
        self.read(work)
        assert begun[0] > inventory_snapshot.SNAPSHOT_INTERVAL

    @pytest.mark.parametrize("act", ["UPDATE ledger SET sealed = zeroblob(900)", "UPDATE ledger SET seq = 3"])
    def test_a_damaged_copy_costs_only_time(self, work: Work, act: str) -> None:
        self.many(work)
        before = self.read(work)
        harm(work, lambda raw: raw.execute(act))
        assert self.read(work) == before

    def test_a_copy_of_another_trail_is_not_believed(self, work: Work) -> None:
        self.many(work)
        harm(work, lambda raw: raw.execute("UPDATE audit_line SET hash = zeroblob(32) WHERE seq > 100"))
        with reading(work.engine) as db:
            assert inventory_snapshot._load_snapshot(db, work.vault) is None

    def test_a_copy_with_a_list_that_cannot_be_decoded_costs_only_time(
        self, work: Work, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(inventory_snapshot, "_saved_version", lambda record, newest: (record, "newest"))
        self.many(work)
        with reading(work.engine) as db:
            assert inventory_snapshot._open_snapshot(db, work.vault), "the control"
            assert inventory_snapshot._load_snapshot(db, work.vault) is None
        before = self.read(work)
        harm(work, lambda raw: raw.execute("DELETE FROM ledger"))
        assert self.read(work) == before

    def test_a_line_that_cannot_be_read_is_a_gap_and_hurts_no_record(self, work: Work) -> None:
        ana = work.client("Ana")
        with writing(work.engine) as db:
            clients.revise_client(db, work.vault, ana, Client(name="Ana Reyes"), now=NOW)
        harm(
            work,
            lambda raw: raw.execute(
                "UPDATE audit_line SET body = zeroblob(300) WHERE seq = (SELECT max(seq) FROM audit_line)"
            ),
        )
        assert names(work) == ["Ana Reyes"]
        assert what_is_hurt(work) == {}
        with reading(work.engine) as db:
            assert len(inventory_snapshot.load_inventory(db, work.vault).gaps) == 1

    def test_a_line_that_is_gone_is_a_gap(self, work: Work) -> None:
        work.client("Ana")
        harm(work, lambda raw: raw.execute("DELETE FROM audit_line WHERE seq = 2"))
        assert names(work) == ["Ana"]
        with reading(work.engine) as db:
            assert inventory_snapshot.load_inventory(db, work.vault).gaps == [2, 3], (
                "the next line has lost what it follows"
            )


def test_sessions_keep_their_places(work: Work) -> None:
    ana = work.client("Ana")
    work.session(ana, date(2026, 11, 12))
    lost = work.session(ana, date(2026, 11, 19))
    harm(work, lambda raw: raw.execute("DELETE FROM therapy_session WHERE record = ?", (lost.id.bytes,)))
    with reading(work.engine) as db:
        found = records.list_all_records(db, work.vault, THERAPY_SESSION)
    assert [kept.payload.on for kept in found] == [date(2026, 11, 12)]
    assert what_is_hurt(work) == {("therapy_session", lost.id): "missing"}


def test_a_client_whose_details_are_hurt_is_still_reached_and_can_be_written_anew(work: Work) -> None:
    ana = work.client("Ana")
    session = work.session(ana)
    harm(work, lambda raw: raw.execute("UPDATE client SET sealed = zeroblob(400)"))
    assert names(work) == [UNREADABLE_NAME]
    with writing(work.engine) as db:
        stand_in = clients.load_client(db, work.vault, ana.id)
        [case] = cases.list_cases_of_client(db, work.vault, ana.id)
        assert [
            kept.id
            for kept in therapy_session_timeline.list_therapy_sessions_of_cases(db, work.vault, [case])
        ] == [session.id]
        clients.revise_client(db, work.vault, stand_in, Client(name="Ana Reyes"), now=NOW)
    assert names(work) == ["Ana Reyes"]
    assert what_is_hurt(work) == {}


@pytest.mark.parametrize(
    "act", ["UPDATE clinical_case SET sealed = zeroblob(400)", "DELETE FROM clinical_case"]
)
def test_a_hurt_case_is_told_from_its_ring(work: Work, act: str) -> None:
    ana = work.client("Ana")
    session = work.session(ana)
    with reading(work.engine) as db:
        before = cases.load_single_case(db, work.vault, ana.id)
    harm(work, lambda raw: raw.execute(act))
    with reading(work.engine) as db:
        case = cases.load_single_case(db, work.vault, ana.id)
        assert (case.id, case.payload, case.ring) == (before.id, before.payload, before.ring)
        assert [
            kept.id
            for kept in therapy_session_timeline.list_therapy_sessions_of_cases(db, work.vault, [case])
        ] == [session.id]
    assert ("clinical_case", before.id) in what_is_hurt(work)


def test_a_couple_whose_case_is_hurt_names_nobody(work: Work) -> None:
    ana, ben = work.client("Ana"), work.client("Ben")
    with writing(work.engine) as db:
        couple = cases.create_couple_case(db, work.vault, ana.id, ben.id, now=NOW)
    harm(work, lambda raw: raw.execute("DELETE FROM clinical_case WHERE record = ?", (couple.id.bytes,)))
    with reading(work.engine) as db:
        assert cases.load_case(db, work.vault, couple.id).payload.client_ids == ()


def test_work_goes_on_when_the_settings_of_the_practice_are_hurt(work: Work) -> None:
    work.client("Ana")
    harm(work, lambda raw: raw.execute("UPDATE practice SET sealed = zeroblob(400)"))
    with writing(work.engine) as db:
        found = practice.load_practice_settings(db, work.vault)
        assert found.payload.practice_name == ""
        practice.revise_practice_settings(db, work.vault, found, SETTINGS, now=NOW)
        assert practice.load_practice_settings(db, work.vault).payload == SETTINGS
    assert what_is_hurt(work) == {}


def test_work_goes_on_when_the_record_of_the_clinician_is_hurt(work: Work) -> None:
    harm(work, lambda raw: raw.execute("UPDATE clinician SET sealed = zeroblob(400)"))
    with writing(work.engine) as db:
        found = clinician.load_clinician(db, work.vault)
        assert found.payload.recovery_sheet_proved
        assert found.payload.name == ""
        clinician.revise_clinician(db, work.vault, found, CLINICIAN, now=NOW)
        assert clinician.load_clinician(db, work.vault).payload == CLINICIAN
    assert what_is_hurt(work) == {}


class TestForgedTrail:
    """Someone with the file writes lines without a key over the ones that name what was saved."""

    def rolled_back(self, work: Work) -> None:
        ana = work.client("Ana")
        with writing(work.engine) as db:
            clients.revise_client(db, work.vault, ana, Client(name="Ana Reyes"), now=NOW)
            audit_log.append_entry(db, work.vault, audit_log.JournalEvent.RECORDS_READ, now=NOW)

        def forge(raw: sqlite3.Connection) -> None:
            line = b"\x00" + msgspec.msgpack.encode(("unlock.failed", 1_760_000_000_000_000))
            raw.execute(
                "UPDATE audit_line SET body = ? WHERE seq > 1 AND seq < (SELECT max(seq) FROM audit_line)",
                [line],
            )
            raw.execute("DELETE FROM ledger")
            raw.execute("DELETE FROM client WHERE version = 2")

        harm(work, forge)

    def test_such_lines_are_gaps_and_no_copy_is_sealed_from_them(self, work: Work) -> None:
        self.rolled_back(work)
        assert names(work) == ["Ana"]
        with writing(work.engine) as db:
            assert inventory_snapshot.load_inventory(db, work.vault).gaps
            for _ in range(2 * inventory_snapshot.SNAPSHOT_INTERVAL):
                audit_log.append_entry(db, work.vault, audit_log.JournalEvent.RECORDS_READ, now=NOW)
            inventory_snapshot.save_snapshot(db, work.vault)
            assert db.exec_driver_sql("SELECT count(*) FROM ledger").scalar() == 0
            found = findings.list_findings(db, work.vault)
        assert [each.title for each in found] == ["Lines of the audit trail that cannot be read"]
        assert not condition.is_sound(work.engine, work.vault)

    def test_with_every_hash_made_to_fit_the_signature_at_the_end_does_not(self, work: Work) -> None:
        ana = work.client("Ana")
        with writing(work.engine) as db:
            clients.revise_client(db, work.vault, ana, Client(name="Ana Reyes"), now=NOW)
        incarnation = work.vault.incarnation

        def forge(raw: sqlite3.Connection) -> None:
            line = b"\x00" + msgspec.msgpack.encode(("unlock.failed", 1_760_000_000_000_000))
            before = bytes(32)
            for seq, body in raw.execute("SELECT seq, body FROM audit_line ORDER BY seq").fetchall():
                told = line if seq >= 2 else body
                before = audit_log.chain_hash(incarnation, seq, before, told)
                raw.execute("UPDATE audit_line SET body = ?, hash = ? WHERE seq = ?", (told, before, seq))
            raw.execute("DELETE FROM client WHERE version = 2")

        harm(work, forge)
        with writing(work.engine) as db:
            assert not inventory_snapshot.accept_unsigned_entries(db, work.vault, now=NOW)
            assert inventory_snapshot.load_inventory(db, work.vault).gaps
        assert not condition.is_sound(work.engine, work.vault)

    def test_lines_that_nobody_touched_leave_no_gap(self, work: Work) -> None:
        work.client("Ana")
        with writing(work.engine) as db:
            audit_log.append_keyless_entry(db, work.vault.incarnation, "unlock.failed", now=NOW)
            assert inventory_snapshot.accept_unsigned_entries(db, work.vault, now=NOW)
        harm(work, lambda raw: None)
        assert names(work) == ["Ana"]
        with reading(work.engine) as db:
            assert inventory_snapshot.load_inventory(db, work.vault).gaps == []


def test_a_client_written_anew_is_in_the_list_of_the_active(work: Work) -> None:
    ana = work.client("Ana")
    harm(work, lambda raw: raw.execute("UPDATE client SET sealed = zeroblob(400)"))
    with writing(work.engine) as db:
        found = clients.load_client(db, work.vault, ana.id)
        assert clients.revise_client(db, work.vault, found, Client(name="Ana"), now=NOW).state == "active"


@pytest.mark.parametrize(
    ("table", "hurt"),
    [("practice", "the settings of the practice cannot"), ("clinician", "your own details cannot")],
)
def test_nobody_signs_while_the_settings_are_hurt(work: Work, table: str, hurt: str) -> None:
    session = work.session(work.client("Ana"))
    with writing(work.engine) as db:
        note = notes.create_note(db, work.vault, session, said("x"), now=NOW)
    harm(work, lambda raw: raw.execute(f"UPDATE {table} SET sealed = zeroblob(400)"))
    with writing(work.engine) as db, pytest.raises(notes.SignerNameMissing, match=hurt):
        signed(db, work.vault, session, note)


def test_no_note_is_signed_while_the_details_of_its_client_are_hurt(work: Work) -> None:
    ana = work.client("Ana")
    session = work.session(ana)
    with writing(work.engine) as db:
        note = notes.create_note(db, work.vault, session, said("x"), now=NOW)
    harm(work, lambda raw: raw.execute("UPDATE client SET sealed = zeroblob(400)"))
    with writing(work.engine) as db:
        with pytest.raises(notes.ClientNameUnreadable):
            signed(db, work.vault, session, note)
        found = clients.load_client(db, work.vault, ana.id)
        clients.revise_client(db, work.vault, found, Client(name="Ana"), now=NOW)
        facts = signed(db, work.vault, session, note).payload.facts
    assert facts and facts.client_names == ("Ana",)


@pytest.mark.parametrize(
    "act",
    ["UPDATE handover SET final = 1", "DELETE FROM handover", "UPDATE handover SET ring = randomblob(16)"],
)
def test_a_form_that_is_out_does_not_vanish(work: Work, act: str) -> None:
    kept = work.begun(work.client("Ana"), giving())
    with writing(work.engine) as db:
        out, _ = clinician_side.create_handover(db, work.vault, kept, relationship_word="M.", now=NOW)
        assert [each.id for each in clinician_side.list_open_handovers(db, work.vault)] == [out.id]
    harm(work, lambda raw: raw.execute(act))
    with reading(work.engine) as db:
        assert clinician_side.list_open_handovers(db, work.vault) == []
    assert ("handover", out.id) in what_is_hurt(work)
