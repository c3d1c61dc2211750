"""A version of a record as the audit log names it, and the newest one that it names of each record."""

from typing import Protocol

from msgspec import Struct

from clinic_toolkit.store.chain import RecordReference


class ReferencedVersion(RecordReference, Protocol):
    """One version of one record, as an audit entry refers to it."""

    @property
    def version(self) -> int:
        """Version number, from 1."""

    @property
    def content_id(self) -> bytes:
        """Hash that identifies the sealed content, 32 bytes."""


class KnownVersion(Struct, frozen=True, gc=False):
    """The newest version of a record; `seq` is its audit entry, `first_seq` that of the first version.

    `is_written_by_us`: the clinician of the vault wrote it. Only the full check asks which colleague wrote
    another one.
    """

    table: str
    ring: bytes
    version: int
    content_id: bytes
    seq: int
    first_seq: int
    is_written_by_us: bool = True
