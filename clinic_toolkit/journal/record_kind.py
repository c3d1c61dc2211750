"""Record kinds: what the journal must know about each kind of record, registered once where it is defined.

The journal stores versions of anything and knows no clinical word. A module that stores records describes
them by one `RecordKind`: the table, the type of the content, the states and audit events, what such a record
is called, and how content that an earlier version of the program wrote becomes content of today.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import Table

from clinic_toolkit.vault.vault import Vault

P = TypeVar("P", bound=msgspec.Struct)

# Returns the payload that stands in for an unreadable record, derived from its ring; None if there is none.
Fallback = Callable[[Vault, UUID], P | None]
# Turns decoded content of one schema version into content of the next one: a list of field values, in order.
Upcast = Callable[[list[Any]], list[Any]]


class KindRegisteredTwice(Exception):
    """Two kinds of record claim the same table."""


class UpcastMissing(Exception):
    """A kind does not have exactly one upcast for each earlier schema version."""


def no_fallback(vault: Vault, ring: UUID) -> None:
    """Return None: an unreadable record of this kind has no substitute."""


@dataclass(frozen=True, kw_only=True)
class RecordNouns:
    """What records of one kind are called: in a sentence about damage, and when they are counted."""

    in_sentence: str
    one: str
    many: str


@dataclass(frozen=True, kw_only=True, eq=False)
class RecordKind(Generic[P]):
    """One kind of record.

    `schema_version` is the version of the content's shape that is written today; `upcasts` holds, for each
    earlier one, the step to the next. `fallback` stands in for an unreadable record on which others depend.
    `signature_purpose`: a final version carries its author's signature for this purpose, such as "sig/note".
    `may_be_set_aside`: a mark beside such a record may say that it belongs elsewhere (`set_aside_record`).
    """

    table: Table
    payload_type: type[P]
    states: type[StrEnum]
    events: type[StrEnum]
    nouns: RecordNouns
    schema_version: int = 1
    upcasts: Mapping[int, Upcast] = field(default_factory=dict)
    fallback: Fallback[P] = no_fallback
    signature_purpose: str | None = None
    may_be_set_aside: bool = False

    def __post_init__(self) -> None:
        if set(self.upcasts) != set(range(1, self.schema_version)):
            raise UpcastMissing(self.name)

    @property
    def name(self) -> str:
        """The name of the table, by which audit entries and findings refer to the kind."""
        return str(self.table.name)

    def upcast_content(self, content: list[Any], schema_version: int) -> P:
        """Return content of an earlier schema version as a payload of today.

        Args:
            content: the decoded field values, in the order of that version.
            schema_version: the version that wrote them.

        Raises:
            msgspec.ValidationError: the result does not fit the payload type.
        """
        for step in range(schema_version, self.schema_version):
            content = self.upcasts[step](content)
        return msgspec.convert(content, self.payload_type)


_kinds: dict[str, RecordKind[Any]] = {}
_UNKNOWN_NOUNS = RecordNouns(in_sentence="an entry", one="an entry", many="entries")


def register_kind(kind: RecordKind[P]) -> RecordKind[P]:
    """Register a kind of record, and return it.

    Raises:
        KindRegisteredTwice: its table belongs to another kind.
    """
    if kind.name in _kinds:
        raise KindRegisteredTwice(kind.name)
    _kinds[kind.name] = kind
    return kind


def list_kinds() -> tuple[RecordKind[Any], ...]:
    """Return every registered kind, by name."""
    return tuple(kind for _, kind in sorted(_kinds.items()))


def signature_purpose_of(table_name: str) -> str | None:
    """Return the label under which final versions of this table are signed; None if they are not."""
    kind = _kinds.get(table_name)
    return kind.signature_purpose if kind else None


def nouns_of(table_name: str) -> RecordNouns:
    """Return what records of this table are called; "an entry" if no such kind is registered."""
    kind = _kinds.get(table_name)
    return kind.nouns if kind else _UNKNOWN_NOUNS
