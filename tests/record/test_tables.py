"""The list of tables is whole, and whoever makes a store without the pages knows every one of them."""

import subprocess
import sys

import pytest

from clinic_toolkit.record import record_kinds
from clinic_toolkit.store.base import metadata
from clinic_toolkit.web.app import create_app

KNOWN = "from clinic_toolkit.store.base import metadata; print(*sorted(metadata.tables))"


def test_it_names_every_table_of_the_program() -> None:
    assert create_app.__module__ == "clinic_toolkit.web.app"  # the pages bring every module that has a table
    assert {table.name for table in record_kinds.ALL_TABLES} == set(metadata.tables)


@pytest.mark.parametrize("module", ["clinic_toolkit.record.record_kinds", "clinic_toolkit.demo.folder"])
def test_a_process_without_the_pages_knows_them_all(module: str) -> None:
    told = subprocess.run(
        [sys.executable, "-c", f"import {module}; {KNOWN}"], capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == sorted(table.name for table in record_kinds.ALL_TABLES)
