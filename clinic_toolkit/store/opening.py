"""Opens stores. This is the one place that says which engine a store is kept in."""

from collections.abc import Iterable
from contextlib import AbstractContextManager

from sqlalchemy import Connection, Table

from clinic_toolkit.store.sqlite import temporary_store


def open_temporary_store(tables: Iterable[Table]) -> AbstractContextManager[Connection]:
    """Open an empty store with these tables in memory; it ends with this block."""
    return temporary_store.open_in_memory(tables)
