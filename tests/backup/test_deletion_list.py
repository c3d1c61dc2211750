"""The newest deletions in a manifest: as the store holds them, bounded, and each read back or refused."""

from pathlib import Path

import pytest

from clinic_toolkit.backup.creation import MadeBackup
from clinic_toolkit.journal import deletion_list, tombstones
from clinic_toolkit.store.folder import DELETIONS_FILE
from clinic_toolkit.store.transactions import reading
from tests.fixtures.backups import erase, make_backup
from tests.fixtures.practices import Work


def test_a_manifest_has_every_deletion_and_no_key_is_needed(
    work: Work, made: MadeBackup, tmp_path: Path
) -> None:
    assert made.manifest.deletions == ()
    gone = [erase(work, work.client(name)) for name in ("Bo Lindqvist", "Carla Aho")]
    later = make_backup(work, tmp_path, signed=False)
    rows = [row for packed in later.manifest.deletions if (row := deletion_list.unpack_row(packed))]
    assert [row.record for row in rows] == [tombstone.id for tombstone in gone]
    assert [version.payload for version in tombstones.open_tombstones(work.vault, rows)] == [
        tombstone.payload for tombstone in gone
    ]
    assert b"Lindqvist" not in later.file.read_bytes()


def test_the_newest_stay_where_not_all_have_room() -> None:
    assert deletion_list.select_newest([b"aaaa", b"bbb", b"cc"], 5) == (b"bbb", b"cc")
    assert deletion_list.select_newest([b"aaaa", b"bbb", b"cc"], 9) == (b"aaaa", b"bbb", b"cc")
    assert deletion_list.select_newest([], 5) == ()


def test_what_is_no_row_is_none(work: Work) -> None:
    erase(work, work.client("Bo Lindqvist"))
    with reading(work.engine) as db:
        [packed] = [deletion_list.pack_row(row) for row in tombstones.list_tombstone_rows(db)]
    assert deletion_list.unpack_row(packed) is not None
    short = packed.replace(b"\xc4\x10", b"\xc4\x0f", 1)
    for other in (b"", packed[:-1], packed + b"\0", short, b"\x94\x01\x02\x03\x04"):
        assert deletion_list.unpack_row(other) is None


def test_the_list_in_a_folder_is_read_back_or_named_as_damaged(tmp_path: Path) -> None:
    assert deletion_list.load_deletions(tmp_path) == []
    deletion_list.write_deletions(tmp_path, [b"one", b"other"])
    assert deletion_list.load_deletions(tmp_path) == [b"one", b"other"]
    file = tmp_path / DELETIONS_FILE
    whole = file.read_bytes()
    for place in range(len(whole)):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(deletion_list.DamagedDeletions):
            deletion_list.load_deletions(tmp_path)
    for raw in (b"", whole[:-1], whole + b"\0"):
        file.write_bytes(raw)
        with pytest.raises(deletion_list.DamagedDeletions):
            deletion_list.load_deletions(tmp_path)
