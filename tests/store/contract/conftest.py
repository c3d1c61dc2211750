"""Every test of the contract runs on every engine."""

from pathlib import Path

import pytest

from tests.store.contract.engines import ENGINES, EngineUnderTest


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> EngineUnderTest:
    """A place for a store of this engine."""
    return ENGINES[request.param](tmp_path)
