"""List facts: what a list needs to know of many records, kept so that it need not open them all.

The facts of one subject (a client, a ring) are computed from the records in some rings, and kept with the
number of the last audit entry that named a record there. A later entry makes them outdated, and they are
computed again when they are next needed; so the facts behind a list are always those of the newest versions
that the audit log names. They hold dates and ids, never what depends on the present day.

Facts that a snapshot brought back are compared with the records once, in `check_next`.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.journal import audit_reader, inventory_snapshot
from clinic_toolkit.journal.record_kind import RecordKind
from clinic_toolkit.journal.set_aside_record import SET_ASIDE
from clinic_toolkit.store.transactions import transaction_of
from clinic_toolkit.store.types import cached_uuid
from clinic_toolkit.vault.inventory import KeptFacts
from clinic_toolkit.vault.vault import Vault

F = TypeVar("F", bound=msgspec.Struct)
T = TypeVar("T")

log = logging.getLogger("clinic")


@dataclass(frozen=True, kw_only=True, eq=False)
class FactsKind(Generic[F]):
    """One kind of list facts.

    `kinds` are the kinds of records that the facts are computed from, in the rings of the subject.
    `fixed_kinds` are read as well, lie in any ring and never change once they are used, such as definitions;
    they only matter if one cannot be read. `compute` is given the subject's rings.
    """

    name: str
    kinds: tuple[RecordKind[Any], ...]
    facts_type: type[F]
    compute: Callable[[Connection, Vault, Sequence[UUID]], F]
    fixed_kinds: tuple[RecordKind[Any], ...] = ()

    @cached_property
    def tables(self) -> tuple[str, ...]:
        """The names of the tables of `kinds`."""
        return _list_table_names(self.kinds)

    @cached_property
    def fixed_tables(self) -> tuple[str, ...]:
        """The names of the tables of `fixed_kinds`."""
        return tuple(kind.name for kind in self.fixed_kinds)


def _list_table_names(kinds: tuple[RecordKind[Any], ...]) -> tuple[str, ...]:
    """Return the tables of these kinds; a mark that sets a record aside changes what there is of its kind."""
    names = tuple(kind.name for kind in kinds)
    return (*names, SET_ASIDE.name) if any(kind.may_be_set_aside for kind in kinds) else names


_kinds: dict[str, FactsKind[Any]] = {}


def register_facts(kind: FactsKind[F]) -> FactsKind[F]:
    """Register a kind of facts, so that a snapshot can be read; returns it."""
    _kinds[kind.name] = kind
    return kind


class FactsReader:
    """Reads list facts within one transaction."""

    def __init__(self, db: Connection, vault: Vault) -> None:
        self._db, self._vault = db, vault
        self._inventory = inventory_snapshot.refresh_inventory(db, vault)
        self._last_visible = audit_reader.last_entry_number(db)
        self._last_committed = self._last_visible - len(transaction_of(db).new_entries)

    def list_rings(self, *kinds: RecordKind[Any]) -> list[UUID]:
        """Return the rings that hold a record of any of these kinds, according to the audit log.

        Rings for psychotherapy notes are left out, also while they are open: facts are kept under a key that
        every unlock opens.
        """
        ring_ids = {ring: None for kind in kinds for ring in self._inventory.list_rings(kind.name)}
        rings = self._vault.rings
        return [ring for ring in map(cached_uuid, ring_ids) if not rings.is_psychotherapy(ring)]

    def first_seq(self, record: bytes) -> int:
        """Return the entry that first named a record, for sorting by creation."""
        return self._inventory.first_seq(record)

    def load_of_rings(self, kind: FactsKind[F]) -> Sequence[tuple[UUID, F]]:
        """Return the facts of every ring that holds a record of these kinds; each ring is a subject."""
        return self.load_all(kind, lambda: {ring: [ring] for ring in self.list_rings(*kind.kinds)})

    def load_all(
        self,
        kind: FactsKind[F],
        list_subjects: Callable[[], Mapping[UUID, Sequence[UUID]]],
        *,
        subject_kinds: tuple[RecordKind[Any], ...] = (),
    ) -> Sequence[tuple[UUID, F]]:
        """Return the facts of many subjects; the list is kept until such a record changes.

        Args:
            list_subjects: returns each subject and its rings.
            subject_kinds: further kinds of records that decide which subjects there are.
        """
        return self.load_derived(
            kind.name,
            (*kind.kinds, *subject_kinds),
            lambda: [
                (subject, self.load(kind, subject, rings)) for subject, rings in list_subjects().items()
            ],
        )

    def load_derived(self, name: str, kinds: tuple[RecordKind[Any], ...], compute: Callable[[], T]) -> T:
        """Return a value computed from all records of these kinds, kept until such a record changes.

        Args:
            name: a unique name for the value.
        """
        changed_at = self._inventory.last_change(_list_table_names(kinds))
        kept = self._inventory.kept_lists.get(name)
        if kept and kept.seq == changed_at <= self._last_visible:
            value: T = kept.facts
            return value
        value = compute()
        if self._may_keep(changed_at) and not self._vault.integrity_failures:
            self._inventory.kept_lists[name] = KeptFacts(changed_at, (), value)
        return value

    def _may_keep(self, changed_at: int) -> bool:
        # What this transaction wrote may be rolled back, and entries that are not visible here may change the
        # facts. Beside entries that cannot be read, nobody knows what changed when.
        return changed_at <= self._last_committed and not self._inventory.gaps

    def load(self, kind: FactsKind[F], subject: UUID, rings: Sequence[UUID]) -> F:
        """Return the facts of a subject, computed if they are not kept or are outdated.

        Args:
            rings: the rings that the subject's records lie in.
        """
        ring_ids = tuple([ring.bytes for ring in rings])
        changed_at = self._inventory.last_change(kind.tables, ring_ids)
        place = (kind.name, subject.bytes)
        kept = self._inventory.kept_facts.get(place)
        if kept and self._is_valid(kept, ring_ids, changed_at):
            with suppress(msgspec.DecodeError):
                facts: F = _decode_facts(kind, kept)
                if facts is not kept.facts:
                    self._inventory.kept_facts[place] = kept._replace(facts=facts)
                return facts
        facts = kind.compute(self._db, self._vault, rings)
        if self._may_keep(changed_at):
            failures = _failures_in(self._vault, kind, ring_ids)
            self._inventory.keep_facts(place, KeptFacts(changed_at, ring_ids, facts, failures))
        return facts

    def _is_valid(self, kept: KeptFacts, ring_ids: tuple[bytes, ...], changed_at: int) -> bool:
        return (
            kept.seq == changed_at <= self._last_visible
            and kept.rings == ring_ids
            # A record that could not be read then has not been read since.
            and (not kept.failures or kept.failures <= self._vault.integrity_failures.keys())
        )


def _decode_facts(kind: FactsKind[F], kept: KeptFacts) -> F:
    """Return the facts; those of a snapshot are decoded when they are first needed."""
    is_encoded = isinstance(kept.facts, msgspec.Raw)
    facts: F = msgspec.msgpack.decode(kept.facts, type=kind.facts_type) if is_encoded else kept.facts
    return facts


def _failures_in(vault: Vault, kind: FactsKind[Any], ring_ids: tuple[bytes, ...]) -> frozenset[bytes]:
    return frozenset(
        record
        for record, failure in list(vault.integrity_failures.items())
        if failure.ring.bytes in ring_ids or failure.table in kind.fixed_tables
    )


def count_unchecked(vault: Vault) -> int:
    """Return how many kept facts were not yet compared with the records."""
    kept_facts = vault.inventory.kept_facts if vault.inventory else {}
    return sum(not kept.is_checked for kept in list(kept_facts.values()))


def check_for(db: Connection, vault: Vault, *, seconds: float) -> None:
    """Call `check_next` until everything was compared, or this much time has passed."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and check_next(db, vault):
        pass


def check_next(db: Connection, vault: Vault) -> bool:
    """Compare the facts of one subject with the records that they describe; wrong ones are replaced.

    Returns:
        Whether there was anything to compare.
    """
    inventory = inventory_snapshot.refresh_inventory(db, vault)
    place = next((place for place, kept in list(inventory.kept_facts.items()) if not kept.is_checked), None)
    if place is None:
        return False
    kept, kind = inventory.kept_facts.pop(place), _kinds.get(place[0])
    if kind is None:
        return True
    FactsReader(db, vault).load(kind, cached_uuid(place[1]), [cached_uuid(ring) for ring in kept.rings])
    computed = inventory.kept_facts.get(place)
    if computed and computed[:2] == kept[:2] and not computed.failures:
        if _are_equal(kind, kept, computed):
            # The snapshot holds them already.
            inventory.unsaved_facts -= 1
        else:
            # Lists were made from what was wrong.
            inventory.kept_lists.clear()
            log.warning("list_facts.corrected")
    return True


def _are_equal(kind: FactsKind[Any], kept: KeptFacts, computed: KeptFacts) -> bool:
    with suppress(msgspec.DecodeError):
        return bool(_decode_facts(kind, kept) == computed.facts)
    return False
