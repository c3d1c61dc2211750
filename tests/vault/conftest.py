"""A store, its vault, and someone with a ring."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine

from clinic_toolkit.vault.vault import Vault
from tests.fixtures import vaults


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = vaults.new_store(tmp_path)
    yield made
    made.dispose()


@pytest.fixture
def made(engine: Engine) -> tuple[Vault, tuple[str, ...]]:
    return vaults.cheap_vault(engine)


@pytest.fixture
def vault(made: tuple[Vault, tuple[str, ...]]) -> Vault:
    return made[0]


@pytest.fixture
def groups(made: tuple[Vault, tuple[str, ...]]) -> tuple[str, ...]:
    return made[1]


@pytest.fixture
def ring(engine: Engine, vault: Vault) -> UUID:
    return vaults.new_owner(engine, vault)[1]
