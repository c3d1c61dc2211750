"""Cases: what an hour belongs to. One client, or a couple."""

from datetime import datetime
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.record import rows
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.store.base import sealed_table
from clinic_toolkit.vault.vault import Vault

clinical_case = sealed_table("clinical_case")


class NotACouple(ClinicError):
    """A couple's case needs two different clients."""

    def __init__(self) -> None:
        super().__init__("Choose two different clients for a couple.")


class Case(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """`kind` is "single" or "couple"; `clients` are their ids, as 16 bytes each."""

    kind: str
    clients: tuple[bytes, ...]

    @property
    def client_ids(self) -> tuple[UUID, ...]:
        """The clients, as ids."""
        return tuple(UUID(bytes=id) for id in self.clients)

    @property
    def is_couple(self) -> bool:
        """Whether hours of this case are shared by two people."""
        return self.kind == "couple"


def open_single(db: Connection, vault: Vault, client_id: UUID, *, now: datetime) -> Kept[Case]:
    """Open the case of one person; it lies in that person's own ring."""
    return rows.begin(
        db,
        vault,
        clinical_case,
        Case(kind="single", clients=(client_id.bytes,)),
        ring=vault.ring_of(client_id, "record"),
        state="active",
        event="case.opened",
        now=now,
        final=True,
    )


def open_couple(db: Connection, vault: Vault, first: UUID, second: UUID, *, now: datetime) -> Kept[Case]:
    """Open the case of a couple, in a ring of its own.

    Joint hours and notes lie in that ring. What one partner answers never does: it stays in that
    partner's own.

    Raises:
        NotACouple: the same client was named twice.
    """
    if first == second:
        raise NotACouple
    id = uuid4()
    ring = vault.new_ring(db, owner=id, ring_class="record")
    return rows.begin(
        db,
        vault,
        clinical_case,
        Case(kind="couple", clients=(first.bytes, second.bytes)),
        ring=ring,
        state="active",
        event="case.opened",
        now=now,
        final=True,
        id=id,
    )


def get(db: Connection, vault: Vault, id: UUID) -> Kept[Case]:
    """One case.

    Raises:
        rows.NotThere: there is none that this clinician may see.
    """
    return rows.latest(db, vault, clinical_case, id, Case, _stand_in)


def everything(db: Connection, vault: Vault) -> list[Kept[Case]]:
    """Every case, in the order they were opened."""
    return rows.everywhere(db, vault, clinical_case, Case, _stand_in)


def of_client(db: Connection, vault: Vault, client_id: UUID) -> list[Kept[Case]]:
    """The cases a client takes part in: their own first, then couples."""
    found = [kept for kept in everything(db, vault) if client_id.bytes in kept.body.clients]
    return sorted(found, key=lambda kept: kept.body.is_couple)


def single_of(db: Connection, vault: Vault, client_id: UUID) -> Kept[Case]:
    """The client's own case."""
    own = rows.in_rings(db, vault, clinical_case, [vault.ring_of(client_id, "record")], Case, _stand_in)
    if not own:
        raise rows.NotThere
    return own[0]


def _stand_in(vault: Vault, ring: UUID) -> Case | None:
    # Hours are reached through their case. A single case lies in its client's own ring, so its client is
    # known even when the case itself is hurt; who a couple are stands nowhere else.
    owner = vault.owner(ring)
    if owner is None:
        return None
    if owner in vault.owners("demographics"):
        return Case(kind="single", clients=(owner.bytes,))
    return Case(kind="couple", clients=())
