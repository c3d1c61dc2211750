"""Every test of the contract runs on every engine."""

from pathlib import Path

import pytest

from tests.store.contract.engines import EngineUnderTest, MemoryUnderTest, SqliteUnderTest


@pytest.fixture(params=[SqliteUnderTest, MemoryUnderTest], ids=["sqlite", "memory"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> EngineUnderTest:
    """A place for a store of this engine."""
    made: EngineUnderTest = request.param(tmp_path)
    return made
