"""Erasing rings: nothing of them is left, nobody calls it damage, and what another hand removed is missed."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from clinic_toolkit.journal import (
    audit_log,
    deletion_list,
    erasure,
    idempotency,
    inspection,
    records,
    sealed_rows,
    tombstones,
)
from clinic_toolkit.journal.idempotency import IdempotencyKeyTaken
from clinic_toolkit.journal.record_versions import PendingVersion, RecordVersion, seal_version
from clinic_toolkit.journal.restored_folder import RestoredMark
from clinic_toolkit.journal.tombstone_record import TOMBSTONE, ErasureReason, Tombstone
from clinic_toolkit.record.people import clients, newer_deletions
from clinic_toolkit.record.people.client_record import CLIENT, Client
from clinic_toolkit.store.rows import SealedRow
from clinic_toolkit.store.transactions import reading, store_of, transaction_of, writing
from clinic_toolkit.vault import ring_erasure, ring_tables
from clinic_toolkit.vault.plain_content import PlainContent
from clinic_toolkit.vault.ring_erasure import RingIsShared
from clinic_toolkit.vault.ring_errors import UnknownRing
from clinic_toolkit.vault.rings import RingClass
from tests.fixtures.practices import NOW, Work, at_work, giving
from tests.fixtures.vaults import reopened


def erase(work: Work, client: RecordVersion[Client]) -> RecordVersion[Tombstone]:
    """Erase every ring of a client."""
    rings = ring_erasure.list_owner_rings(work.vault, client.id)
    assert len(rings) == 2
    with writing(work.engine) as db:
        return erasure.erase_rings(db, work.vault, rings, reason=ErasureReason.ASKED_FOR, now=NOW)


def unlocked_anew(work: Work) -> Work:
    """The practice as the next unlock finds it."""
    return Work(engine=work.engine, vault=reopened(work.engine, work.vault), groups=work.groups)


def faults(work: Work) -> list[str]:
    """What the full check finds."""
    with reading(work.engine) as db:
        report = inspection.inspect_all(db, work.vault, lambda done, total: None)
    return [finding.sentence for finding in report.findings]


def damage(work: Work, *statements: str) -> None:
    """What someone with the file can do, a trigger notwithstanding."""
    with writing(work.engine) as db:
        triggers = db.execute(text("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")).all()
        for name, _ in triggers:
            db.exec_driver_sql(f"DROP TRIGGER {name}")
        for statement in statements:
            db.exec_driver_sql(statement)
        for _, definition in triggers:
            db.exec_driver_sql(definition)


@pytest.fixture
def two(work: Work) -> tuple[RecordVersion[Client], RecordVersion[Client]]:
    """A client to erase, and one who stays."""
    both = work.client("Ana Reyes"), work.client("Bo Lindqvist")
    for client in both:
        work.session(client)
        work.answer(work.begun(client, giving()), [3, None, 2])
    return both


Two = tuple[RecordVersion[Client], RecordVersion[Client]]


def test_an_erased_client_is_gone_and_no_damage(work: Work, two: Two) -> None:
    gone, stays = two
    assert faults(work) == []
    version = erase(work, gone)
    for found in (work, unlocked_anew(work)):
        assert faults(found) == []
        with reading(found.engine) as db:
            assert [client.id for client in clients.list_clients(db, found.vault)] == [stays.id]
            with pytest.raises(records.RecordNotFound):
                clients.load_client(db, found.vault, gone.id)
            assert not found.vault.integrity_failures and not found.vault.damaged_rings
    assert version.signature is not None and version.final
    assert gone.id.bytes in [id for records in version.payload.records for id in records.ids]


def test_what_stays_can_still_be_written(work: Work, two: Two) -> None:
    gone, stays = two
    erase(work, gone)
    with writing(work.engine) as db:
        clients.revise_client(db, work.vault, stays, Client(name="Bo L."), now=NOW)
    work.session(work.client("Cem Aydin"))
    assert faults(unlocked_anew(work)) == []


def test_no_row_and_no_key_of_an_erased_ring_is_left(work: Work, two: Two) -> None:
    rings = ring_erasure.list_owner_rings(work.vault, two[0].id)

    def count() -> int:
        with reading(work.engine) as db:
            tables = [*sealed_rows.list_sealed_tables(), ring_tables.ring_table, ring_tables.ring_grant_table]
            return sum(
                len(db.execute(select(table).where(table.c.ring.in_(rings))).all()) for table in tables
            )

    assert count() > 8
    erase(work, two[0])
    assert count() == 0


def test_the_tombstone_names_nobody(work: Work, two: Two) -> None:
    version = erase(work, two[0])
    with reading(work.engine) as db:
        [row] = tombstones.list_tombstone_rows(db)
        [plain] = work.vault.open_rows(TOMBSTONE.name, [row])
        assert plain is not None
        lines = [
            plain.content
            for chained in transaction_of(db).iter_entries(audit_log.audit_log_table, 1)
            for plain in [_open_line(work, chained.seq, chained.body)]
        ]
    assert len(lines) > 10
    words = (b"Ana", b"Reyes", b"A. R.", b"M.")
    assert not [word for word in words for each in [plain.content, *lines] if word in each]
    with reading(work.engine) as db:
        [opened] = tombstones.open_tombstones(work.vault, tombstones.list_tombstone_rows(db))
    assert opened.id == version.id


def _open_line(work: Work, seq: int, body: bytes) -> PlainContent:
    return work.vault.open(
        table="audit_line",
        record=work.vault.incarnation,
        version=seq,
        ring=work.vault.practice_ring,
        key_id=body[1:17],
        blob=body[17:],
    )


def test_an_erasure_that_fails_erases_nothing(work: Work, two: Two) -> None:
    rings = ring_erasure.list_owner_rings(work.vault, two[0].id)
    with pytest.raises(ZeroDivisionError), writing(work.engine) as db:
        erasure.erase_rings(db, work.vault, rings, reason=ErasureReason.OTHER, now=NOW)
        raise ZeroDivisionError
    for found in (work, unlocked_anew(work)):
        assert faults(found) == []
        with reading(found.engine) as db:
            assert clients.load_client(db, found.vault, two[0].id).payload.name == "Ana Reyes"
    erase(work, two[0])
    assert faults(work) == []


def test_a_final_version_is_still_refused_afterwards(work: Work, two: Two) -> None:
    erase(work, two[0])
    with pytest.raises(Exception, match="a final version stays as it is"), writing(work.engine) as db:
        db.execute(CLIENT.table.delete())


def test_a_form_that_was_sent_before_does_not_bring_it_back(work: Work, two: Two) -> None:
    erase(work, two[0])
    for found in (work, unlocked_anew(work)):
        with reading(found.engine) as db, pytest.raises(IdempotencyKeyTaken):
            idempotency.find_created_with(db, found.vault, CLIENT, two[0].id, ring=None)


def test_the_keys_of_the_practice_are_never_destroyed(work: Work) -> None:
    own_ring = work.vault.own_ring
    assert own_ring is not None
    for ring in (work.vault.practice_ring, own_ring):
        with pytest.raises(UnknownRing), writing(work.engine) as db:
            erasure.erase_rings(db, work.vault, {ring}, reason=ErasureReason.OTHER, now=NOW)


def test_what_a_colleague_reads_too_is_not_erased(
    both: tuple[Work, Work], shared: RecordVersion[Client]
) -> None:
    founder, colleague = both
    for one in (founder, colleague):
        rings = ring_erasure.list_owner_rings(one.vault, shared.id)
        with pytest.raises(RingIsShared), writing(one.engine) as db:
            erasure.erase_rings(db, one.vault, rings, reason=ErasureReason.OTHER, now=NOW)
    assert faults(founder) == []


def test_after_a_restore_what_a_colleague_reads_too_is_not_erased_either(
    both: tuple[Work, Work], shared: RecordVersion[Client]
) -> None:
    """The founder's own signature is under it, and still nothing goes that somebody else can open."""
    founder, colleague = both
    alone = founder.client("Cem Aydin")
    folder = Path(founder.engine.url.database or "").parent
    deletions = [signed_deletion(founder, client) for client in (shared, alone)]
    deletion_list.write_deletions(folder, [*deletions, signed_deletion(colleague, alone)])
    mark = RestoredMark(founder.vault.incarnation, 0)
    with writing(founder.engine) as db:
        notice = newer_deletions.carry_out_deletions(db, founder.vault, mark, now=NOW)
    assert (len(notice.erased_at), notice.refused_count) == (1, 2)
    with reading(founder.engine) as db:
        kept = [client.id for client in clients.list_clients(db, founder.vault)]
    assert shared.id in kept and alone.id not in kept and faults(founder) == []


def signed_deletion(work: Work, client: RecordVersion[Client]) -> bytes:
    """A deletion of this client as a restore finds it elsewhere, signed by this clinician."""
    rings = client_rings(work, client)
    tombstone = Tombstone(
        rings=tuple(ring.bytes for ring in rings), records=(), reason=ErasureReason.ASKED_FOR
    )
    pending = PendingVersion(
        id=uuid4(), version=1, ring=work.vault.practice_ring, state="erased", final=True,
        previous_content_id=None,
    )  # fmt: skip
    _, values = seal_version(
        work.vault, TOMBSTONE, tombstone, pending, now=NOW, signature_purpose="sig/tombstone"
    )
    return deletion_list.pack_row(SealedRow(id=0, **values))


def client_rings(work: Work, client: RecordVersion[Client]) -> frozenset[UUID]:
    return ring_erasure.list_owner_rings(work.vault, client.id) or frozenset({client.ring})


def test_rows_that_another_hand_removed_are_missing(work: Work, two: Two) -> None:
    record_ring = work.vault.rings.get_ring(two[0].id, RingClass.RECORD).hex
    damage(work, f"DELETE FROM therapy_session WHERE ring = x'{record_ring}'")
    assert any("A session" in each and "not in the file" in each for each in faults(unlocked_anew(work)))


def test_keys_that_another_hand_removed_are_missing(work: Work, two: Two) -> None:
    rings = ", ".join(f"x'{ring.hex}'" for ring in ring_erasure.list_owner_rings(work.vault, two[0].id))
    tables = [table.name for table in sealed_rows.list_sealed_tables()] + ["ring", "ring_grant"]
    damage(work, *(f"DELETE FROM {table} WHERE ring IN ({rings})" for table in tables), "DELETE FROM ledger")
    found = faults(unlocked_anew(work))
    assert any("A client’s details" in each and "not in the file" in each for each in found)
    assert any("is missing or damaged. What it opens cannot be read" in each for each in found)


def removed_with(work: Work, client: RecordVersion[Client], write: Callable[[Tombstone], None]) -> list[str]:
    """What is found after the rows and keys of a client were removed, and a tombstone written in some way."""
    rings = ring_erasure.list_owner_rings(work.vault, client.id)
    write(Tombstone(rings=tuple(ring.bytes for ring in rings), records=(), reason=ErasureReason.OTHER))
    listed = ", ".join(f"x'{ring.hex}'" for ring in rings)
    tables = [table.name for table in sealed_rows.list_sealed_tables()] + ["ring", "ring_grant"]
    damage(work, *(f"DELETE FROM {table} WHERE ring IN ({listed})" for table in tables), "DELETE FROM ledger")
    return faults(unlocked_anew(work))


def write_tombstone(work: Work, tombstone: Tombstone, *, is_signed: bool, is_named: bool = True) -> None:
    """A tombstone of somebody who has the keys, such as those of a copied folder."""
    pending = PendingVersion(
        id=UUID(int=7), version=1, ring=work.vault.practice_ring, state="erased", final=True,
        previous_content_id=None,
    )  # fmt: skip
    label = TOMBSTONE.signature_purpose if is_signed else None
    version, values = seal_version(
        work.vault, TOMBSTONE, tombstone, pending, now=NOW, signature_purpose=label
    )
    with writing(work.engine) as db:
        transaction_of(db).insert_row(TOMBSTONE.table, values)
        if is_named:
            reference = records.version_reference(TOMBSTONE, version)
            audit_log.append_entry(db, work.vault, TOMBSTONE.events("records.erased"), [reference], now=NOW)


def is_missed(found: list[str]) -> bool:
    return any("A client’s details" in each and "not in the file" in each for each in found)


def test_a_tombstone_made_by_hand_in_the_same_way_would_be_believed(work: Work, two: Two) -> None:
    """The control of the tests below: what they leave out is what counts."""
    found = removed_with(work, two[0], lambda tombstone: write_tombstone(work, tombstone, is_signed=True))
    assert found == []


def test_a_tombstone_that_nobody_signed_is_not_believed(work: Work, two: Two) -> None:
    found = removed_with(work, two[0], lambda tombstone: write_tombstone(work, tombstone, is_signed=False))
    assert is_missed(found)
    assert any(
        "something was erased" in each and "signature inside it is not valid" in each for each in found
    )


def test_a_tombstone_that_no_line_names_is_not_believed(work: Work, two: Two) -> None:
    found = removed_with(
        work, two[0], lambda tombstone: write_tombstone(work, tombstone, is_signed=True, is_named=False)
    )
    assert is_missed(found)


def test_a_tombstone_of_another_practice_is_not_believed(work: Work, two: Two, tmp_path: Path) -> None:
    other = at_work(tmp_path / "other")
    with writing(other.engine) as db:
        other_client = clients.create_client(db, other.vault, Client(name="Dara Quinn"), now=NOW)
    erase(other, other_client)
    with reading(other.engine) as db:
        [foreign] = tombstones.list_tombstone_rows(db)

    def write(tombstone: Tombstone) -> None:
        with writing(work.engine) as db:
            values = {
                name: getattr(foreign, name) for name in ("record", "version", "key_id", "final", "sealed")
            }
            transaction_of(db).insert_row(TOMBSTONE.table, values | {"ring": work.vault.practice_ring})

    assert is_missed(removed_with(work, two[0], write))


def test_a_ring_with_a_key_is_not_erased_whatever_a_tombstone_says(work: Work, two: Two) -> None:
    rings = ring_erasure.list_owner_rings(work.vault, two[0].id)
    tombstone = Tombstone(rings=tuple(ring.bytes for ring in rings), records=(), reason=ErasureReason.OTHER)
    write_tombstone(work, tombstone, is_signed=True)
    anew = unlocked_anew(work)
    found = faults(anew)
    assert len([each for each in found if "its key was put back" in each]) == 2 == len(found)
    with reading(anew.engine) as db:
        assert clients.load_client(db, anew.vault, two[0].id).payload.name == "Ana Reyes"
    damage(work, f"DELETE FROM therapy_session WHERE ring = x'{two[0].ring.hex}'", "DELETE FROM client")
    assert is_missed(faults(unlocked_anew(work)))


def test_a_tombstone_that_was_taken_out_is_missed(work: Work, two: Two) -> None:
    erase(work, two[0])
    damage(work, "DELETE FROM tombstone")
    found = faults(unlocked_anew(work))
    assert any("something was erased" in each and "not in the file" in each for each in found)
    assert is_missed(found)


def test_a_damaged_line_of_an_erasure_is_no_reason_to_call_the_erased_missing(work: Work, two: Two) -> None:
    erase(work, two[0])
    work.client("Eve Okafor")
    other = "CASE substr(body, 61, 1) WHEN x'00' THEN x'01' ELSE x'00' END"
    flip = f"CAST(substr(body, 1, 60) || {other} || substr(body, 62) AS BLOB)"
    with reading(work.engine) as db:
        [row] = tombstones.list_tombstone_rows(db)
    assert work.vault.inventory is not None
    logged = work.vault.inventory.find_newest(row.record.bytes)
    assert logged is not None
    seq = logged.seq
    damage(work, f"UPDATE audit_line SET body = {flip} WHERE seq = {seq}")
    anew = unlocked_anew(work)
    found = faults(anew)
    assert any(f"Line {seq} of the audit trail" in each for each in found)
    assert not is_missed(found)


def test_after_the_purge_no_file_holds_a_sealed_byte_of_it(work: Work, two: Two) -> None:
    rings = ring_erasure.list_owner_rings(work.vault, two[0].id)
    with reading(work.engine) as db:
        tables = [*sealed_rows.list_sealed_tables(), ring_tables.ring_grant_table]
        seals = [
            row.sealed for table in tables for row in db.execute(select(table).where(table.c.ring.in_(rings)))
        ]
    folder = Path(str(work.engine.url.database)).parent

    def found() -> int:
        files = [path.read_bytes() for path in folder.iterdir() if path.is_file()]
        return sum(any(seal[:57] in content for content in files) for seal in seals)

    assert found() == len(seals) > 6
    erase(work, two[0])
    assert store_of(work.engine).purge_copies()
    assert found() == 0


def test_what_a_colleague_never_saw_is_erased_and_nobody_misses_it(both: tuple[Work, Work]) -> None:
    founder, colleague = both
    own = founder.client("Cem Aydin")
    assert faults(founder) == [] and faults(colleague) == []
    erase(founder, own)
    for one in (founder, colleague, unlocked_anew(founder), unlocked_anew(colleague)):
        assert faults(one) == []


def test_a_tombstone_of_a_colleague_hides_nothing_of_ones_own(both: tuple[Work, Work]) -> None:
    founder, colleague = both
    own = founder.client("Cem Aydin")
    rings = ring_erasure.list_owner_rings(founder.vault, own.id)
    tombstone = Tombstone(rings=tuple(ring.bytes for ring in rings), records=(), reason=ErasureReason.OTHER)
    write_tombstone(colleague, tombstone, is_signed=True)
    listed = ", ".join(f"x'{ring.hex}'" for ring in rings)
    tables = [table.name for table in sealed_rows.list_sealed_tables()] + ["ring", "ring_grant"]
    damage(founder, *(f"DELETE FROM {table} WHERE ring IN ({listed})" for table in tables))
    assert is_missed(faults(unlocked_anew(founder)))
