"""A practice ready for work, for every test of the record, and a colleague in it."""

from pathlib import Path

import pytest

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.client_record import Client
from tests.fixtures.practices import Work, at_work
from tests.fixtures.second_identity import at_work_together


@pytest.fixture
def work(tmp_path: Path) -> Work:
    """A new practice, unlocked."""
    return at_work(tmp_path)


@pytest.fixture
def shared(work: Work) -> RecordVersion[Client]:
    """A client whom the founder and the colleague both see."""
    return work.client("Ana Reyes")


@pytest.fixture
def both(work: Work, shared: RecordVersion[Client]) -> tuple[Work, Work]:
    """The founder and a colleague."""
    return at_work_together(work, shared)
