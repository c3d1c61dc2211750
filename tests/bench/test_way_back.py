"""The whole way back: a backup, an empty machine, the recovery sheet alone, and everything is the same."""

import hashlib
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from clinic_toolkit.journal import audit_reader, sealed_rows
from clinic_toolkit.store.transactions import reading
from tests.bench import grown_practice
from tests.fixtures.backups import make_backup, restored, unlocked
from tests.fixtures.practices import Work

pytestmark = pytest.mark.bench

MORE_NOTES, MOST_MINUTES = 2_000, 5


def export(work: Work, last_line: int) -> dict[str, tuple[int, str]]:
    """What a practice says, whatever its file is: how many versions each table has, and a hash of all.

    Every version is opened. The audit trail is that up to this line, each line checked and opened.
    """
    with reading(work.engine) as db:
        said: dict[str, list[bytes]] = {}
        for table in sealed_rows.list_sealed_tables():
            lines = said.setdefault(str(table.name), [])
            for batch in sealed_rows.iter_batches(db, table, 200):
                for row in batch:
                    place = {
                        "record": row.record,
                        "version": row.version,
                        "ring": row.ring,
                        "key_id": row.key_id,
                    }
                    plain = work.vault.open(table=str(table.name), **place, blob=row.sealed)
                    head = f"{row.record} {row.version} {row.ring} {row.final}"
                    lines.append(head.encode() + plain.content_id + (plain.signature or b"") + plain.content)
        said["audit_line"] = [
            repr(entry).encode()
            for entry in audit_reader.iter_checked_entries(db, work.vault, last=last_line)
        ]
    return {
        name: (len(lines), hashlib.sha256(b"\n".join(sorted(lines))).hexdigest())
        for name, lines in said.items()
    }


def test_the_whole_way_back(
    request: pytest.FixtureRequest, tmp_path: Path, ratio: Callable[..., None], part: Callable[..., None]
) -> None:
    work = grown_practice.of_years(request).open_copy(tmp_path)
    grown_practice.add_notes(work, MORE_NOTES)
    began = time.perf_counter()
    made = make_backup(work, tmp_path)
    before = export(work, made.manifest.last_line)
    part(6, "seconds for the backup, and to open and hash everything", time.perf_counter() - began)
    assert (before["administration"][0], before["clinical_note"][0]) == (18_000, 20_000)
    work.engine.dispose()
    machine = tmp_path / "empty machine"
    machine.mkdir()
    shutil.move(made.file, machine)
    shutil.rmtree(tmp_path / "data")
    moved = made.__class__(file=machine / made.file.name, manifest=made.manifest, faults=made.faults)
    back = time.perf_counter()
    assert restored(moved, machine / "data").faults == ()
    again = unlocked(machine / "data", work.groups)
    part(6, "seconds for the restore and the unlock with the sheet", time.perf_counter() - back)
    after = export(again, made.manifest.last_line)
    took = time.perf_counter() - began
    assert after == before
    ratio(6, "minutes from the backup to the same contents on another machine", took / 60, most=MOST_MINUTES)
