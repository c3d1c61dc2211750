"""What is not brought back from a backup, and that nothing is half done then."""

import shutil
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from clinic_toolkit.backup import opened_backup
from clinic_toolkit.backup.creation import MadeBackup
from clinic_toolkit.backup.progress import report_nothing
from clinic_toolkit.backup.refusals import BackupDamaged, BackupRefused, NotABackup
from clinic_toolkit.instruments import loader
from clinic_toolkit.journal.past_records import CannotReturn
from clinic_toolkit.journal.record_versions import PendingVersion, RecordVersion, seal_version
from clinic_toolkit.record.handovers import clinician_side
from clinic_toolkit.record.people import clients
from clinic_toolkit.record.people.client_record import CLIENT, Client, ClientState
from clinic_toolkit.record.questionnaires import own_questionnaires
from clinic_toolkit.record.retention import client_return
from clinic_toolkit.record.retention.client_return import NotAbsent, ReturnRefused
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.store.sqlite import schema
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.vault import key_slots, ring_erasure
from clinic_toolkit.vault.rings import RingClass
from tests.fixtures import practices
from tests.fixtures.backups import LATER, erase, faults_of, forged, make_backup
from tests.fixtures.frozen_work import OWN_QUESTIONNAIRE
from tests.fixtures.practices import NOW, Work, giving
from tests.fixtures.rekeyed import open_practice
from tests.fixtures.returns import (
    bring_back,
    carry_out,
    clients_of,
    filled_client,
    list_absent,
    open_backup,
    prepare,
    take_no_step,
)
from tests.fixtures.second_identity import at_work_together
from tests.fixtures.vaults import reopened


@pytest.fixture
def gone(work: Work) -> RecordVersion[Client]:
    """A client with something of everything, who will be erased."""
    return filled_client(work)


@pytest.fixture
def older(work: Work, gone: RecordVersion[Client], tmp_path: Path) -> MadeBackup:
    """A backup from before."""
    return make_backup(work, tmp_path)


def test_who_is_here_is_not_offered_and_not_overwritten(
    work: Work, gone: RecordVersion[Client], older: MadeBackup
) -> None:
    erase(work, gone)
    prepared = prepare(work, older.file, gone.id)
    bring_back(work, older.file, gone.id)
    with pytest.raises(NotAbsent, match="here already"), writing(work.engine) as db:
        carry_out(db, work.vault, prepared, older.file)
    assert list_absent(work, older.file) == ()
    assert faults_of(work) == ()


def test_without_a_reason_nothing_happens(work: Work, gone: RecordVersion[Client], older: MadeBackup) -> None:
    erase(work, gone)
    prepared = prepare(work, older.file, gone.id)
    with pytest.raises(ReturnRefused, match="Write why"), writing(work.engine) as db:
        client_return.bring_back(
            db,
            work.vault,
            prepared,
            reason=" ",
            backup_name="",
            backup_made_at=NOW,
            now=NOW,
            step=take_no_step,
        )
    assert "Bo Lindqvist" not in clients_of(work) and faults_of(work) == ()


def test_what_fails_at_its_end_leaves_nothing(
    work: Work, gone: RecordVersion[Client], older: MadeBackup
) -> None:
    erase(work, gone)
    prepared = prepare(work, older.file, gone.id)
    held = work.vault.rings.list_open_rings()
    with pytest.raises(RuntimeError), writing(work.engine) as db:
        carry_out(db, work.vault, prepared, older.file)
        raise RuntimeError
    assert work.vault.rings.list_open_rings() == held
    assert "Bo Lindqvist" not in clients_of(work) and faults_of(work) == ()
    bring_back(work, older.file, gone.id)
    assert "Bo Lindqvist" in clients_of(work) and faults_of(work) == ()


def test_a_form_in_the_hands_of_the_client_refuses_it(work: Work, tmp_path: Path) -> None:
    client = work.client("Bo Lindqvist")
    form = work.begun(client, giving())
    with writing(work.engine) as db:
        clinician_side.create_handover(db, work.vault, form, relationship_word="M.", now=NOW)
    out = make_backup(work, tmp_path)
    erase(work, client)
    with pytest.raises(ReturnRefused, match="in this client’s hands"):
        bring_back(work, out.file, client.id)


def test_other_content_than_the_trail_names_refuses_it(
    work: Work, gone: RecordVersion[Client], tmp_path: Path
) -> None:
    copy = copied(work, tmp_path / "copy")
    for each, phone in ((copy, "3"), (work, "4")):
        with writing(each.engine) as db:
            seen = clients.load_client(db, each.vault, gone.id)
            clients.revise_client(db, each.vault, seen, Client(name="Bo Lindqvist", phone=phone), now=LATER)
    made = make_backup(copy, tmp_path / "copy")
    erase(work, gone)
    with pytest.raises(CannotReturn, match="went its own way"):
        bring_back(work, made.file, gone.id)


def test_a_backup_of_another_practice_is_refused(work: Work, tmp_path: Path) -> None:
    other = practices.founded(tmp_path / "other")
    made = make_backup(other, tmp_path / "other")
    with pytest.raises(BackupRefused, match="another practice"):
        list_absent(work, made.file)


def test_damage_in_the_record_of_the_client_refuses_it_and_elsewhere_does_not(
    work: Work, gone: RecordVersion[Client], tmp_path: Path
) -> None:
    other = clients_of(work)["Ana Reyes"]
    for hurt, ring_owner in (("of another", other.id), ("of this one", gone.id)):
        place = tmp_path / hurt
        shutil.copytree(tmp_path / "data", place / "data")
        engine = open_store(place / "data")
        ring = work.vault.rings.get_ring(ring_owner, RingClass.DEMOGRAPHICS)
        with writing(engine) as db:
            trigger = next(sql for _, name, _, sql in schema.read_schema(db) if name == b"no_update_client")
            db.exec_driver_sql("DROP TRIGGER no_update_client")
            table = CLIENT.table
            [sealed] = db.scalars(select(table.c.sealed).where(table.c.ring == ring).limit(1))
            db.execute(
                table.update()
                .where(table.c.ring == ring)
                .values(sealed=sealed[:-1] + bytes([sealed[-1] ^ 1]))
            )
            assert trigger is not None
            db.exec_driver_sql(trigger.decode())
        make_backup(Work(engine=engine, vault=work.vault, groups=()), place, signed=False)
    erase(work, gone)
    [file] = (tmp_path / "of this one" / "kept").iterdir()
    with pytest.raises(BackupDamaged, match="is not whole"), open_backup(work, file) as backup:
        rings = ring_erasure.list_owner_rings(backup.vault, gone.id)
        opened_backup.check_rings(backup, rings, report_nothing)
    with pytest.raises(CannotReturn, match="does not open in this backup"):
        bring_back(work, file, gone.id)
    [file] = (tmp_path / "of another" / "kept").iterdir()
    bring_back(work, file, gone.id)
    assert faults_of(work) == ()


def test_nothing_of_it_is_left_in_the_folder(
    work: Work, gone: RecordVersion[Client], older: MadeBackup, tmp_path: Path
) -> None:
    erase(work, gone)
    with open_backup(work, older.file):
        assert (tmp_path / "data" / "clinic.unpacked" / "clinic.db").exists()
    assert not (tmp_path / "data" / "clinic.unpacked").exists()


def test_a_backup_that_is_damaged_or_of_a_newer_program_is_refused(
    work: Work, gone: RecordVersion[Client], older: MadeBackup, tmp_path: Path
) -> None:
    erase(work, gone)
    newer = forged(older.file, tmp_path / "newer.tar", store_format=older.manifest.store_format + 1)
    with pytest.raises(NotABackup, match="made by a newer version"):
        bring_back(work, newer, gone.id)
    other_end = forged(older.file, tmp_path / "other.tar", last_line=older.manifest.last_line - 1)
    with pytest.raises(BackupDamaged, match="another end of the audit trail"):
        bring_back(work, other_end, gone.id)
    raw = bytearray(older.file.read_bytes())
    raw[len(raw) // 2] ^= 1
    (tmp_path / "changed.tar").write_bytes(raw)
    with pytest.raises(BackupDamaged, match="changed or damaged"):
        bring_back(work, tmp_path / "changed.tar", gone.id)
    assert "Bo Lindqvist" not in clients_of(work) and faults_of(work) == ()
    bring_back(work, older.file, gone.id)
    assert "Bo Lindqvist" in clients_of(work), "the control"


def test_what_nobody_signed_for_in_the_backup_is_refused(
    work: Work, gone: RecordVersion[Client], tmp_path: Path
) -> None:
    """Whoever has the user key, such as an executor once, can seal a row and sign no line for it."""
    copy = copied(work, tmp_path / "copy")
    ring = copy.vault.rings.get_ring(gone.id, RingClass.DEMOGRAPHICS)
    with writing(copy.engine) as db:
        seen = clients.load_client(db, copy.vault, gone.id)
        pending = PendingVersion(
            id=gone.id,
            version=seen.version + 1,
            ring=ring,
            state=ClientState.ACTIVE,
            final=True,
            previous_content_id=seen.content_id,
            follows_final=True,
        )
        _, values = seal_version(
            copy.vault, CLIENT, Client(name="Bo Lindqvist", phone="666"), pending, now=NOW
        )
        db.execute(CLIENT.table.insert().values(**values))
    made = make_backup(copy, tmp_path / "copy")
    erase(work, gone)
    with pytest.raises(BackupDamaged, match="the audit trail does not mention it"):
        bring_back(work, made.file, gone.id)


def test_a_signature_that_does_not_hold_here_or_a_part_that_is_lacking_undoes_all_of_it(
    work: Work, gone: RecordVersion[Client], older: MadeBackup
) -> None:
    erase(work, gone)
    prepared = prepare(work, older.file, gone.id)
    versions = prepared.past.versions
    [number] = [number for number, version in enumerate(versions) if version.plain.signature]
    forged_plain = replace(versions[number].plain, signature=bytes(64))
    forged_version = replace(versions[number], plain=forged_plain)
    signed_by_nobody = (*versions[:number], forged_version, *versions[number + 1 :])
    newest = {version.row.record: version for version in versions}[gone.id]
    without_newest = tuple(version for version in versions if version != newest)
    for changed, error in ((signed_by_nobody, CannotReturn), (without_newest, ReturnRefused)):
        other = replace(prepared, past=replace(prepared.past, versions=changed))
        with pytest.raises(error, match="nothing was brought back"), writing(work.engine) as db:
            carry_out(db, work.vault, other, older.file)
        assert "Bo Lindqvist" not in clients_of(work) and faults_of(work) == ()
    with writing(work.engine) as db:
        carry_out(db, work.vault, prepared, older.file)
    assert "Bo Lindqvist" in clients_of(work), "the control"


def copied(work: Work, place: Path) -> Work:
    """A copy of the practice, which goes its own way from here."""
    shutil.copytree(Path(work.engine.url.database or "").parent, place / "data")
    engine = open_store(place / "data")
    return Work(engine=engine, vault=reopened(engine, work.vault), groups=work.groups)


def test_an_own_questionnaire_that_is_not_here_refuses_it(work: Work, tmp_path: Path) -> None:
    raw = OWN_QUESTIONNAIRE.read_bytes()
    own = loader.parse_instrument(raw, "own.toml", own=True)
    copy = copied(work, tmp_path / "copy")
    with writing(copy.engine) as db:
        own_questionnaires.add_questionnaire(db, copy.vault, own, raw, "own.toml", now=NOW)
    client = copy.client("Edda Moen")
    copy.answer(copy.begun(client, own), [0])
    made = make_backup(copy, tmp_path / "copy")
    with pytest.raises(ReturnRefused, match="a questionnaire of your own that is not here"):
        bring_back(work, made.file, client.id)
    with writing(work.engine) as db:
        own_questionnaires.add_questionnaire(db, work.vault, own, raw, "own.toml", now=NOW)
    bring_back(work, made.file, client.id)
    assert "Edda Moen" in clients_of(work) and faults_of(work) == (), "the control"


def test_what_a_colleague_has_a_key_of_is_refused(work: Work, tmp_path: Path) -> None:
    copy = copied(work, tmp_path / "copy")
    client = copy.client("Edda Moen")
    founder, _ = at_work_together(copy, client)
    made = make_backup(founder, tmp_path / "copy")
    with pytest.raises(ReturnRefused, match="A colleague has the key"):
        bring_back(work, made.file, client.id)


def test_closed_psychotherapy_notes_refuse_it(tmp_path: Path) -> None:
    with open_practice(tmp_path / "data") as practice:
        work = Work(engine=practice.engine, vault=practice.vault, groups=())
        client = work.client("Edda Moen")
        without = make_backup(work, tmp_path)
        with writing(work.engine) as db:
            work.vault.rings.create_ring(db, owner=client.id, ring_class=RingClass.PSYCHOTHERAPY)
        made = make_backup(work, tmp_path, now=LATER)
        erase(work, client)
        with reading(work.engine) as db:
            keys = work.vault.unlocked_keys()
            work.vault = key_slots.unlock_with_keys(db, work.vault.user_id, keys)
        with pytest.raises(ReturnRefused, match="psychotherapy notes"):
            bring_back(work, made.file, client.id)
        bring_back(work, without.file, client.id)
        assert "Edda Moen" in clients_of(work), "the control"
