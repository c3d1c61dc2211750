"""Deletions and new keys: what one side cannot verify erases nothing there, is counted, and is told."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from clinic_toolkit.record.people import clients
from clinic_toolkit.store.transactions import reading
from tests.fixtures.backups import LATER, erase, make_backup, restored, unlocked
from tests.fixtures.practices import NOW, Work
from tests.fixtures.rekeyed import (
    SECOND,
    Practice,
    held_by,
    new_secrets,
    open_practice,
    opened_again,
    replace_keys,
)


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    with open_practice(tmp_path / "data") as made:
        yield made


def names(work: Work) -> set[str]:
    with reading(work.engine) as db:
        return {client.payload.name or "" for client in clients.list_clients(db, work.vault)}


def test_a_backup_with_the_old_keys_names_what_the_new_ones_signed(
    practice: Practice, tmp_path: Path
) -> None:
    before = Work(engine=practice.engine, vault=practice.vault, groups=tuple(practice.sheet.split()))
    both = [before.client(name) for name in ("Edda Moen", "Faruk Demir")]
    older = make_backup(before, tmp_path)
    erase(before, both[0])
    secrets = new_secrets()
    replace_keys(practice, secrets)
    practice.engine.dispose()
    engine, vault = opened_again(
        practice.place, held_by(practice.place, practice.vault.user_id, SECOND), practice.vault.user_id
    )
    after = Work(engine=engine, vault=vault, groups=secrets.sheet_groups)
    between = make_backup(after, tmp_path, now=NOW)
    erase(after, both[1])
    make_backup(after, tmp_path, now=LATER)
    engine.dispose()

    # With the old keys nobody can tell who signed them: nothing is erased, and it is said.
    restored(older, tmp_path / "old" / "data")
    old = unlocked(tmp_path / "old" / "data", before.groups)
    assert {"Edda Moen", "Faruk Demir"} <= names(old)
    assert old.vault.restore_notice and old.vault.restore_notice.refused_count == 2
    # With the new keys the later one counts, and the earlier one was carried out before.
    restored(between, tmp_path / "new" / "data")
    new = unlocked(tmp_path / "new" / "data", after.groups)
    assert not {"Edda Moen", "Faruk Demir"} & names(new) and names(new)
    assert new.vault.restore_notice and len(new.vault.restore_notice.erased_at) == 1
