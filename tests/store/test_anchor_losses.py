"""Lost saves: named after any damage to the log, on the disk until seen, and never silent."""

import os
import random
import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine, select

from clinic_toolkit.errors import DamagedFile
from clinic_toolkit.store import folder as store_folder
from clinic_toolkit.store.chain import ChainEntry
from clinic_toolkit.store.folder import ANCHOR_FILE, LOSSES_FILE
from clinic_toolkit.store.folder_lock import AlreadyOpen, acquire_folder_lock
from clinic_toolkit.store.sqlite import anchor, anchor_slot, connections, log_copies, losses
from clinic_toolkit.store.storage_errors import StorageMismatch
from clinic_toolkit.store.transactions import reading, store_of, transaction_of, writing
from tests.store import chains

FOLDED, IN_THE_LOG = 3, 9
TRIALS, ALL_TRIALS = 60, 2000


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """A store whose program was killed: some saves are folded in, the later ones lie in the log alone."""
    engine = chains.opened(tmp_path / "data")
    for _ in range(FOLDED):
        chains.save(engine)
    assert store_of(engine).checkpoint()
    for _ in range(IN_THE_LOG):
        chains.save(engine)
    left = chains.as_killed(tmp_path / "data", tmp_path / "killed")
    engine.dispose()
    assert (left / "clinic.db-wal").stat().st_size > 50_000
    return left


def wal(place: Path) -> Path:
    return place / "clinic.db-wal"


def test_the_control_is_whole(killed: Path) -> None:
    engine = chains.opened(killed)
    assert store_of(engine).verdict.is_clean
    assert chains.tip(engine) == FOLDED + IN_THE_LOG
    assert not log_copies.list_copies(killed / "clinic.db"), "a copy that nobody needs is not kept"


def flip(at: int, bit: int, raw: bytearray) -> None:
    raw[at] ^= bit


def flips(killed: Path, work: Path, trials: int) -> tuple[int, int, int]:
    """One flipped bit in the log, again and again: how often harmless, noticed, and silent without us."""
    last, chance = FOLDED + IN_THE_LOG, random.Random(7)
    records = [entry.record for entry in chains.newest(killed).saved_records()]
    harmless = noticed = silent = 0
    for trial in range(trials):
        place = chains.as_killed(killed, work / f"trial{trial}")
        at, bit = chance.randrange(wal(place).stat().st_size), 1 << chance.randrange(8)
        chains.spoil(wal(place), partial(flip, at, bit))
        alone = chains.as_killed(place, work / f"alone{trial}")
        check, lines = chains.without_anchor(alone)
        shutil.rmtree(alone)
        try:
            engine = chains.opened(place)
        except DamagedFile:
            noticed += 1
            continue
        verdict, tip = store_of(engine).verdict, chains.tip(engine)
        engine.dispose()
        for each in verdict.missing_entries:
            assert each.log_copy and each.log_copy.exists(), f"byte {at}"
        shutil.rmtree(place)
        if verdict.is_clean:
            assert tip == last, f"byte {at}: a loss that nobody noticed"
            harmless += 1
            continue
        (found,) = verdict.missing_entries
        assert (found.first_seq, found.last_seq, found.unknown_count) == (tip + 1, last, 0), f"byte {at}"
        assert [entry.record for entry in found.saved_records] == records[tip:]
        noticed += 1
        # SQLite itself finds nothing to complain of.
        silent += check == "ok" and lines < last
    return harmless, noticed, silent


def test_every_flipped_bit_of_a_log_is_harmless_or_noticed(killed: Path, tmp_path: Path) -> None:
    harmless, noticed, silent = flips(killed, tmp_path, TRIALS)
    assert harmless + noticed == TRIALS
    assert noticed > TRIALS / 2
    assert silent > TRIALS / 2, "the control: without the anchor these losses are silent"


@pytest.mark.reliability
def test_two_thousand_flipped_bits(
    killed: Path,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    record_property: Callable[[str, object], None],
) -> None:
    trials = request.config.getoption("--rounds") or ALL_TRIALS
    harmless, noticed, silent = flips(killed, tmp_path, trials)
    told = (
        f"{trials} flipped bits: {noticed} noticed, {harmless} harmless, {silent} silent without the anchor"
    )
    record_property("figure", told)
    assert harmless + noticed == trials


def cut(raw: bytearray) -> None:
    del raw[len(raw) // 2 :]


def cut_to_a_header(raw: bytearray) -> None:
    del raw[20:]


def garbage(raw: bytearray) -> None:
    raw[:] = os.urandom(len(raw))


def garbage_at_the_end(raw: bytearray) -> None:
    raw[-9000:] = os.urandom(9000)


def zeros(raw: bytearray) -> None:
    raw[:] = bytes(len(raw))


@pytest.mark.parametrize("change", [cut, cut_to_a_header, garbage, garbage_at_the_end, zeros])
def test_a_spoilt_log_is_noticed_and_a_copy_kept(killed: Path, change: Callable[[bytearray], None]) -> None:
    chains.spoil(wal(killed), change)
    spoilt = wal(killed).read_bytes()
    engine = chains.opened(killed)
    (found,) = store_of(engine).verdict.missing_entries
    assert found.last_seq == FOLDED + IN_THE_LOG
    assert found.log_copy and found.log_copy.read_bytes() == spoilt
    assert stat.S_IMODE(found.log_copy.stat().st_mode) == 0o600


def test_a_removed_log_is_noticed(killed: Path) -> None:
    wal(killed).unlink()
    (found,) = store_of(chains.opened(killed)).verdict.missing_entries
    assert (found.first_seq, found.last_seq) == (FOLDED + 1, FOLDED + IN_THE_LOG)
    assert len(found.saved_records) == IN_THE_LOG
    assert found.log_copy is None


def test_a_loss_stays_until_it_was_seen(killed: Path) -> None:
    wal(killed).unlink()
    for _ in range(3):
        engine = chains.opened(killed)
        assert [(each.first_seq, each.last_seq) for each in store_of(engine).verdict.missing_entries] == [
            (4, 12)
        ]
        chains.save(engine)
        engine.dispose()
    with pytest.raises(ZeroDivisionError), writing(engine) as db:
        transaction_of(db).acknowledge_losses()
        _ = 1 // 0
    assert store_of(engine).verdict.missing_entries, "an act that was taken back has not been done"
    with writing(engine) as db:
        chains.line(db)
        transaction_of(db).acknowledge_losses()
    assert store_of(engine).verdict.is_clean
    engine.dispose()
    again = chains.opened(killed)
    assert store_of(again).verdict.is_clean
    assert chains.tip(again) == FOLDED + 4
    assert not (killed / LOSSES_FILE).exists()


def test_a_second_loss_is_told_beside_the_first(killed: Path, tmp_path: Path) -> None:
    wal(killed).unlink()
    engine = chains.opened(killed)
    assert store_of(engine).checkpoint()
    chains.save(engine)
    again = chains.as_killed(killed, tmp_path / "again")
    wal(again).unlink()
    verdict = store_of(chains.opened(again)).verdict
    assert [(each.first_seq, each.last_seq) for each in verdict.missing_entries] == [(4, 12), (4, 4)]


def test_a_start_cut_off_between_noting_the_loss_and_the_new_anchor(
    killed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wal(killed).unlink()
    with monkeypatch.context() as cut_off, pytest.raises(KeyboardInterrupt):
        cut_off.setattr(anchor.Anchor, "_write_slot", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        chains.opened(killed)
    verdict = store_of(chains.opened(killed)).verdict
    assert [(each.first_seq, each.last_seq) for each in verdict.missing_entries] == [(4, 12)], (
        "once, not twice"
    )


def test_a_loss_that_cannot_be_kept_is_found_again(killed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wal(killed).unlink()
    before = (killed / ANCHOR_FILE).read_bytes()
    with monkeypatch.context() as full:
        full.setattr(store_folder, "write_durably", lambda *_: (_ for _ in ()).throw(OSError(28, "full")))
        engine = chains.opened(killed)
        assert store_of(engine).verdict.missing_entries
        assert store_of(engine).anchor_failed
        chains.save(engine)
        assert store_of(engine).anchor_failed
        assert (killed / ANCHOR_FILE).read_bytes() == before


def test_a_damaged_note_of_a_loss_is_still_a_loss(killed: Path) -> None:
    wal(killed).unlink()
    chains.opened(killed).dispose()
    chains.spoil(killed / LOSSES_FILE, lambda raw: raw.__setitem__(200, raw[200] ^ 1))
    assert store_of(chains.opened(killed)).verdict.anchor_absences


def test_a_note_of_a_loss_that_makes_no_sense_is_a_loss_and_counts_nothing(killed: Path) -> None:
    """Neither the note nor the anchor has a key: no count in them is believed."""
    wal(killed).unlink()
    found = chains.opened(killed)
    (missing,) = store_of(found).verdict.missing_entries
    found.dispose()
    slot = anchor.Anchor(killed)._slot
    assert slot and missing.unknown_count == 0, "the control"
    losses.remove_losses(killed)
    losses.add_loss(killed, (), losses.Loss(tip=slot.seq + 5, log_copy_number=0, slot=slot))
    verdict = store_of(chains.opened(killed)).verdict
    assert verdict.anchor_absences
    assert not verdict.missing_entries


def test_entries_beyond_the_anchor_s_own_line_are_not_counted(killed: Path) -> None:
    slot = anchor.Anchor(killed)._slot
    assert slot
    lines = [
        ChainEntry(incarnation=slot.incarnation, seq=slot.seq + step, entry_hash=slot.tip_hash, at=0)
        for step in range(1, 20)
    ]
    forged = replace(anchor_slot.next_slot(slot, lines), seq=slot.seq, tip_hash=slot.tip_hash)
    (killed / ANCHOR_FILE).write_bytes(anchor_slot.encode_slot(forged) + bytes(anchor_slot.SLOT_BYTES))
    wal(killed).unlink()
    (missing,) = store_of(chains.opened(killed)).verdict.missing_entries
    assert missing.unknown_count >= 0
    assert all(missing.first_seq <= entry.seq <= missing.last_seq for entry in missing.saved_records)


def test_an_older_file_under_the_newer_anchor_is_named(tmp_path: Path) -> None:
    place = tmp_path / "data"
    engine = chains.opened(place)
    for _ in range(3):
        chains.save(engine)
    engine.dispose()
    older = (place / "clinic.db").read_bytes()
    engine = chains.opened(place)
    lost = [chains.save(engine) for _ in range(60)]
    engine.dispose()
    (place / "clinic.db").write_bytes(older)
    (found,) = store_of(chains.opened(place)).verdict.missing_entries
    assert (found.first_seq, found.last_seq) == (4, 63)
    assert [entry.record for entry in found.saved_records] == lost[-48:]
    assert found.unknown_count == 12


def test_an_older_folder_put_back_whole_is_whole(tmp_path: Path) -> None:
    engine = chains.opened(tmp_path / "data")
    chains.save(engine)
    engine.dispose()
    older = chains.as_killed(tmp_path / "data", tmp_path / "older")
    assert store_of(chains.opened(older)).verdict.is_clean, (
        "only a copy outside could tell; nothing here says so"
    )


def test_a_store_that_lost_everything_is_damage_and_no_first_run(tmp_path: Path) -> None:
    place = tmp_path / "data"
    engine = chains.opened(place)
    empty = (place / "clinic.db").read_bytes()
    chains.save(engine)
    engine.dispose()
    (place / "clinic.db").write_bytes(empty)
    before = {file.name: file.read_bytes() for file in place.iterdir()}
    with pytest.raises(DamagedFile, match=ANCHOR_FILE):
        chains.opened(place)
    assert {name: (place / name).read_bytes() for name in before} == before


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A file that was put back, went on by itself, and now meets the anchor of the one before."""
    place = tmp_path / "data"
    engine = chains.opened(place)
    for _ in range(3):
        chains.save(engine)
    engine.dispose()
    older = (place / "clinic.db").read_bytes()
    engine = chains.opened(place)
    for _ in range(4):
        chains.save(engine)
    engine.dispose()
    newer = (place / ANCHOR_FILE).read_bytes()
    (place / "clinic.db").write_bytes(older)
    (place / ANCHOR_FILE).unlink()
    engine = chains.opened(place)
    for _ in range(4):
        chains.save(engine, way=b"another")
    with writing(engine) as db:
        transaction_of(db).acknowledge_losses()
    engine.dispose()
    (place / ANCHOR_FILE).write_bytes(newer)
    return place


def test_a_chain_that_went_another_way_is_only_looked_at(other: Path) -> None:
    before = {file.name: file.read_bytes() for file in other.iterdir()}
    engine = chains.opened(other)
    verdict = store_of(engine).verdict
    assert verdict.chain_mismatch and (verdict.chain_mismatch.tip, verdict.chain_mismatch.anchor_seq) == (
        7,
        7,
    )
    with reading(engine) as db:
        assert len(db.execute(select(chains.SAMPLE)).all()) == 7
        assert transaction_of(db).is_store_read_only
    with pytest.raises(StorageMismatch):
        chains.save(engine)
    assert not store_of(engine).checkpoint()
    engine.dispose()
    after = {file.name: file.read_bytes() for file in other.iterdir()}
    assert {name: raw for name, raw in after.items() if name[-4:] not in ("-shm", "-wal")} == before


def test_a_shorter_chain_on_another_way_is_another_file_too(other: Path) -> None:
    engine = chains.opened(other)
    store_of(engine).accept_older_files()
    for _ in range(5):
        chains.save(engine)
    newer = (other / ANCHOR_FILE).read_bytes()
    engine.dispose()
    (other / ANCHOR_FILE).unlink()
    shorter = chains.as_killed(other, other.with_name("shorter"))
    chains.shortened(shorter, 10)
    on_the_way = chains.as_killed(shorter, other.with_name("on_the_way"))
    for place in (shorter, on_the_way):
        (place / ANCHOR_FILE).write_bytes(newer)
    with closing(sqlite3.connect(shorter / "clinic.db")) as db, db, chains.refusing_nothing(db):
        db.execute("UPDATE audit_line SET hash = zeroblob(32) WHERE seq = 10")
    assert store_of(chains.opened(shorter)).verdict.chain_mismatch
    # The control: the same chain, as short, but on the anchor's way.
    assert store_of(chains.opened(on_the_way)).verdict.missing_entries


def test_taking_the_other_file_for_the_record(other: Path) -> None:
    engine = chains.opened(other)
    take_back = store_of(engine).accept_older_files()
    with writing(engine) as db:
        chains.line(db)
    take_back()
    assert store_of(engine).verdict.chain_mismatch
    with pytest.raises(StorageMismatch):
        chains.save(engine)
    store_of(engine).accept_older_files()
    chains.save(engine)
    assert store_of(engine).verdict.is_clean
    assert chains.newest(other).seq == 9
    engine.dispose()
    assert store_of(chains.opened(other)).verdict.is_clean


def test_three_copies_of_logs_at_the_most(killed: Path) -> None:
    file = killed / "clinic.db"
    original = wal(killed).read_bytes()
    for number in range(1, 6):
        wal(killed).write_bytes(original + bytes([number]))
        copy = log_copies.copy_log(file)
        assert copy == log_copies.copy_path(file, number) and copy.read_bytes() == wal(killed).read_bytes()
        assert log_copies.copy_log(file) == copy, "the same log is copied once"
    log_copies.prune_copies(file, unneeded=None)
    assert [log_copies.copy_number(copy) for copy in log_copies.list_copies(file)] == [3, 4, 5]
    log_copies.prune_copies(file, unneeded=log_copies.copy_path(file, 5))
    assert [log_copies.copy_number(copy) for copy in log_copies.list_copies(file)] == [3, 4]


def test_a_copy_of_a_log_is_cleared_out_with_what_it_held(killed: Path) -> None:
    chains.spoil(wal(killed), cut)
    engine = chains.opened(killed)
    (found,) = store_of(engine).verdict.missing_entries
    assert store_of(engine).checkpoint()
    assert found.log_copy and found.log_copy.exists(), "folding alone keeps it"
    assert store_of(engine).purge_copies()
    assert not found.log_copy.exists()


def test_what_could_not_be_cleared_out_is_at_the_next_lock_or_start(
    killed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connections.PRAGMAS, "busy_timeout", 1)
    chains.spoil(wal(killed), cut)
    engine = chains.opened(killed)
    (found,) = store_of(engine).verdict.missing_entries
    with reading(engine) as db:
        db.execute(select(chains.SAMPLE)).all()
        chains.save(engine)
        assert not store_of(engine).purge_copies() and not store_of(engine).try_upkeep()
        assert found.log_copy and found.log_copy.exists()
    # The program ends without a word: the next start finishes it.
    later = chains.as_killed(killed, killed.with_name("later"))
    assert log_copies.list_copies(later / "clinic.db")
    chains.opened(later)
    assert not log_copies.list_copies(later / "clinic.db") and wal(later).stat().st_size == 0
    # The same at the lock.
    assert store_of(engine).try_upkeep()
    assert not found.log_copy.exists() and not log_copies.is_purge_scheduled(killed / "clinic.db")


def test_a_copy_that_cannot_be_made_stops_no_start(killed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chains.spoil(wal(killed), garbage)
    monkeypatch.setattr(shutil, "copyfileobj", lambda *_: (_ for _ in ()).throw(OSError(28, "full")))
    (found,) = store_of(chains.opened(killed)).verdict.missing_entries
    assert found.log_copy is None
    assert not list(killed.glob("*.new"))


def test_a_second_start_leaves_the_first_ones_files_alone(killed: Path) -> None:
    held = acquire_folder_lock(killed)
    before = {file.name: file.read_bytes() for file in killed.iterdir()}
    with pytest.raises(AlreadyOpen):
        acquire_folder_lock(killed)
    assert {file.name: file.read_bytes() for file in killed.iterdir()} == before
    held.release()
    first = chains.opened(killed)
    second = chains.opened(killed)
    assert store_of(first).verdict.is_clean and store_of(second).verdict.is_clean


def test_the_log_is_folded_in_once_nothing_was_saved_for_a_while(tmp_path: Path) -> None:
    engine: Engine = chains.opened(tmp_path)
    assert not store_of(engine).checkpoint_when_idle(after_seconds=0), "nothing to fold"
    chains.save(engine)
    assert not store_of(engine).checkpoint_when_idle(after_seconds=60), "not yet"
    with reading(engine) as db:
        db.execute(select(chains.SAMPLE)).all()
        chains.save(engine)
        assert not store_of(engine).checkpoint_when_idle(after_seconds=0), "someone reads"
    with writing(engine):
        assert not store_of(engine).checkpoint_when_idle(after_seconds=0), "someone writes"
    assert wal(tmp_path).stat().st_size > 0
    assert store_of(engine).checkpoint_when_idle(after_seconds=0)
    assert wal(tmp_path).stat().st_size == 0
    assert not store_of(engine).checkpoint_when_idle(after_seconds=0)
    chains.save(engine)
    assert store_of(engine).checkpoint_when_idle(after_seconds=0)
