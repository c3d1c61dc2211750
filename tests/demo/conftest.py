"""One demo for all tests that only look at it, made without the second that a passphrase takes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from clinic_toolkit.crypto.passphrase_kdf import MIN_COST
from clinic_toolkit.demo import build, content, content_reader
from clinic_toolkit.store.opening import open_store
from clinic_toolkit.vault import key_slot_changes
from clinic_toolkit.vault.vault import Vault

# A Wednesday, early in the afternoon.
NOW = datetime(2026, 11, 18, 14, 10, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Demo:
    """The demo as it was made."""

    engine: Engine
    vault: Vault
    told: content.Content


@pytest.fixture(scope="package")
def told() -> content.Content:
    """The files of the demo, read."""
    return content_reader.read_content()


@pytest.fixture(scope="package")
def demo(told: content.Content, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo of that Wednesday, to look at; unlocking it only adds to its trail."""
    engine = open_store(tmp_path_factory.mktemp("demo") / "data")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(key_slot_changes, "calibrate_cost", lambda: MIN_COST)
        vault = build.build_demo_practice(engine, now=NOW, content=told)
    yield Demo(engine=engine, vault=vault, told=told)
    engine.dispose()


@pytest.fixture
def at_the_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare a test the second in which a cost is measured; the product's floor stays."""
    monkeypatch.setattr(key_slot_changes, "calibrate_cost", lambda: MIN_COST)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder for a demo of a test's own."""
    return tmp_path / "demo"
