"""The mark of a restored folder holds no signature: what it says is signed only as far as it can be so."""

from datetime import UTC, datetime, timedelta

import pytest

from clinic_toolkit.journal import restored_folder
from clinic_toolkit.record.people import practice_access
from clinic_toolkit.store.transactions import reading, writing
from clinic_toolkit.store.types import to_microseconds
from clinic_toolkit.vault import identity
from tests.fixtures import audit_lines
from tests.fixtures.practices import NOW, Work

LATER, BEGINNING = NOW + timedelta(days=1), datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("made_at", "signed_at"),
    [
        (NOW, NOW),
        (NOW + timedelta(days=365), LATER),
        (NOW - timedelta(microseconds=1), BEGINNING),
        (BEGINNING, BEGINNING),
    ],
    ids=["real", "later", "before the last line", "long ago"],
)
def test_no_moment_is_signed_at_which_no_such_backup_can_have_been_made(
    work: Work, made_at: datetime, signed_at: datetime
) -> None:
    with reading(work.engine) as db:
        data_folder = identity.data_folder_of(db)
    mark = restored_folder.RestoredMark(work.vault.incarnation, to_microseconds(made_at))
    restored_folder.write_mark(data_folder, mark)
    with writing(work.engine) as db:
        vault = practice_access.unlock_with_recovery_sheet(db, " ".join(work.groups), now=LATER)
    with reading(work.engine) as db:
        events = [line.event for line in audit_lines.lines(db, vault, newest=10)]
    assert f"practice.restored {to_microseconds(signed_at)}" in events
