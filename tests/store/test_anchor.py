"""The anchor: it stands where the last confirmed save stood, whatever is cut off, full or in its way."""

import errno
import os
import stat
from pathlib import Path

import pytest
from sqlalchemy import Engine

from clinic_toolkit.store import folder as store_folder
from clinic_toolkit.store.folder import ANCHOR_FILE
from clinic_toolkit.store.sqlite import anchor_slot
from clinic_toolkit.store.sqlite.anchor_slot import SLOT_BYTES
from clinic_toolkit.store.transactions import reading, store_of, transaction_of, writing
from clinic_toolkit.store.verdict import AnchorAbsent
from tests.store import chains


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def store(folder: Path) -> Engine:
    return chains.opened(folder)


def test_it_stands_where_the_chain_stands_after_each_save(folder: Path, store: Engine) -> None:
    records = [chains.save(store) for _ in range(5)]
    slot = chains.newest(folder)
    assert (slot.seq, slot.write_count, slot.incarnation) == (5, 5, chains.INCARNATION)
    assert [entry.record for entry in slot.saved_records()] == records
    assert [entry.table for entry in slot.saved_records()] == ["sample"] * 5
    assert [entry.at for entry in slot.saved_records()] == [n * 1_000_000 for n in range(1, 6)]
    assert {each.write_count for each in chains.slots(folder) if each} == {4, 5}, (
        "the slots are written in turn"
    )
    assert stat.S_IMODE((folder / ANCHOR_FILE).stat().st_mode) == 0o600
    assert store_of(store).verdict.is_clean


def test_it_keeps_the_last_forty_eight(folder: Path, store: Engine) -> None:
    records = [chains.save(store) for _ in range(60)]
    assert [entry.record for entry in chains.newest(folder).saved_records()] == records[-48:]


def test_what_was_rolled_back_is_in_no_anchor(folder: Path, store: Engine) -> None:
    chains.save(store)
    before = (folder / ANCHOR_FILE).read_bytes()
    with pytest.raises(ZeroDivisionError), writing(store) as db:
        chains.save_in(db)
        _ = 1 // 0
    assert (folder / ANCHOR_FILE).read_bytes() == before
    chains.save(store)
    assert chains.newest(folder).seq == 2 == len(chains.newest(folder).saved_records())


def test_it_is_on_the_disk_before_anyone_hears_of_the_save(
    folder: Path, store: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[bytes] = []
    chains.save(store)
    monkeypatch.setattr(
        store_folder, "sync_handle", lambda handle: flushed.append((folder / ANCHOR_FILE).read_bytes())
    )
    chains.save(store)
    flushed.clear()
    with writing(store) as db:
        chains.save_in(db)
        chains.save_in(db)
        assert not flushed, "nothing is noted before the commit"
    assert len(flushed) == 1, "one flush for one commit"
    assert flushed[0] == (folder / ANCHOR_FILE).read_bytes()
    assert chains.newest(folder).seq == 4


# Each part of a slot, and what a cut-off write leaves of it.
PLACES = [
    0,
    7,
    8,
    9,
    10,
    17,
    18,
    33,
    34,
    41,
    42,
    73,
    74,
    75,
    76,
    151,
    152,
    2000,
    3723,
    3724,
    4063,
    4064,
    4095,
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("how", ["a bit", "cut off"])
def test_a_torn_slot_is_passed_over(folder: Path, store: Engine, place: int, how: str) -> None:
    for _ in range(4):
        chains.save(store)
    store.dispose()
    torn = max((0, 1), key=lambda at: chains.slots(folder)[at].write_count)  # type: ignore[union-attr]

    def change(raw: bytearray) -> None:
        if how == "a bit":
            raw[torn * SLOT_BYTES + place] ^= 1
        else:
            raw[torn * SLOT_BYTES + place : (torn + 1) * SLOT_BYTES] = os.urandom(SLOT_BYTES - place)

    chains.spoil(folder / ANCHOR_FILE, change)
    assert chains.slots(folder)[torn] is None
    again = chains.opened(folder)
    assert store_of(again).verdict.is_clean
    # The whole slot is not written over until the torn one has taken its place.
    chains.save(again)
    assert [slot.seq for slot in chains.slots(folder) if slot] in ([3, 5], [5, 3])


def test_two_torn_slots_are_told(folder: Path, store: Engine) -> None:
    for _ in range(4):
        chains.save(store)
    store.dispose()
    chains.spoil(folder / ANCHOR_FILE, lambda raw: [raw.__setitem__(at, raw[at] ^ 1) for at in (100, 5000)])
    again = chains.opened(folder)
    assert store_of(again).verdict.anchor_absences == (AnchorAbsent(tip=4, log_copy=None),)
    chains.save(again)
    assert chains.newest(folder).seq == 5


@pytest.mark.parametrize("left", [0, 1, 4095, 4096, 6000])
def test_an_anchor_cut_short_is_told_unless_one_slot_is_whole(folder: Path, store: Engine, left: int) -> None:
    chains.save(store)
    chains.save(store)
    store.dispose()
    chains.spoil(folder / ANCHOR_FILE, lambda raw: raw.__delitem__(slice(left, None)))
    verdict = store_of(chains.opened(folder)).verdict
    assert verdict.is_clean == (left >= SLOT_BYTES)
    assert bool(verdict.anchor_absences) == (left < SLOT_BYTES)


def test_a_removed_anchor_is_told_until_it_was_seen(folder: Path, store: Engine) -> None:
    chains.save(store)
    store.dispose()
    (folder / ANCHOR_FILE).unlink()
    again = chains.opened(folder)
    assert store_of(again).verdict.anchor_absences == (AnchorAbsent(tip=1, log_copy=None),)
    chains.save(again)
    again.dispose()
    third = chains.opened(folder)
    assert len(store_of(third).verdict.anchor_absences) == 1, "nobody has read of it yet"
    with writing(third) as db:
        chains.line(db)
        transaction_of(db).acknowledge_losses()
    assert store_of(third).verdict.is_clean
    third.dispose()
    assert store_of(chains.opened(folder)).verdict.is_clean


def test_a_new_store_has_nothing_to_tell(folder: Path, store: Engine) -> None:
    assert store_of(store).verdict.is_clean
    assert not (folder / ANCHOR_FILE).exists()
    store.dispose()
    assert store_of(chains.opened(folder)).verdict.is_clean


def test_an_older_anchor_is_behind_and_harmless(folder: Path, store: Engine) -> None:
    chains.save(store)
    older = (folder / ANCHOR_FILE).read_bytes()
    for _ in range(70):
        chains.save(store)
    store.dispose()
    (folder / ANCHOR_FILE).write_bytes(older)
    assert store_of(chains.opened(folder)).verdict.is_clean


def test_the_file_that_disappears_at_work_is_made_anew(folder: Path, store: Engine) -> None:
    chains.save(store)
    (folder / ANCHOR_FILE).unlink()
    chains.save(store)
    assert chains.newest(folder).seq == 2
    assert not store_of(store).anchor_failed


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO, errno.EROFS])
@pytest.mark.parametrize("call", ["open", "write", "sync_handle"])
def test_a_save_stands_when_its_anchor_cannot_be_written(
    folder: Path, store: Engine, monkeypatch: pytest.MonkeyPatch, error: int, call: str
) -> None:
    chains.save(store)
    real = getattr(os, call, None)

    def fail(*args: object, **more: object) -> object:
        if call == "open" and not str(args[0]).endswith(ANCHOR_FILE):
            return real(*args, **more)  # type: ignore[misc]
        raise OSError(error, os.strerror(error))

    with monkeypatch.context() as broken:
        broken.setattr(store_folder if call == "sync_handle" else os, call, fail)
        lost = [chains.save(store), chains.save(store)]
    assert store_of(store).anchor_failed
    assert chains.tip(store) == 3, "the commit stands"
    later = chains.save(store)
    assert not store_of(store).anchor_failed
    slot = chains.newest(folder)
    assert slot.seq == 4
    assert [entry.record for entry in slot.saved_records()][1:] == [*lost, later], "nothing was forgotten"


def test_half_a_slot_on_a_full_disk_hurts_only_the_older_one(
    folder: Path, store: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    chains.save(store)
    chains.save(store)
    real = os.write
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda handle, raw: real(handle, raw[:700]))
        chains.save(store)
    assert store_of(store).anchor_failed
    assert [slot.seq for slot in chains.slots(folder) if slot] == [2]
    store.dispose()
    assert store_of(chains.opened(folder)).verdict.is_clean


def test_a_mistake_of_ours_in_the_anchor_takes_no_save_back(
    store: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(anchor_slot, "encode_slot", lambda slot: 1 // 0)
    chains.save(store)
    assert store_of(store).anchor_failed
    assert chains.tip(store) == 1


def test_a_store_without_a_chain_has_no_anchor(tmp_path: Path) -> None:
    from tests.fixtures import vaults

    engine = vaults.new_store(tmp_path)
    vaults.cheap_vault(engine)
    assert store_of(engine).verdict.is_clean
    assert not (tmp_path / "data" / ANCHOR_FILE).exists()


def test_reading_and_folding_leave_it_alone(folder: Path, store: Engine) -> None:
    chains.save(store)
    before = (folder / ANCHOR_FILE).stat().st_mtime_ns
    with reading(store):
        pass
    assert store_of(store).checkpoint()
    with writing(store):
        pass
    assert (folder / ANCHOR_FILE).stat().st_mtime_ns == before
