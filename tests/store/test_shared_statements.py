"""Stores of one test process share the SQL that was made of their statements, and nothing else."""

from pathlib import Path

from clinic_toolkit.record.people import clients
from clinic_toolkit.store.transactions import reading
from tests.fixtures import practices
from tests.fixtures.practices import Work


def names(work: Work) -> list[str]:
    with reading(work.engine) as db:
        return [kept.payload.name for kept in clients.list_clients(db, work.vault)]


def test_two_stores_share_statements_and_no_row(tmp_path: Path) -> None:
    one, other = (practices.at_work(tmp_path / name) for name in ("one", "other"))
    one.client("Ana Reyes")
    assert (names(one), names(other)) == (["Ana Reyes"], [])
    other.client("Ben Okoro")
    assert (names(one), names(other)) == (["Ana Reyes"], ["Ben Okoro"])
    assert one.engine._compiled_cache is other.engine._compiled_cache
