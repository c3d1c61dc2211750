"""What is stored about a case."""

from enum import StrEnum
from uuid import UUID

import msgspec

from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.store.base import sealed_table
from clinic_toolkit.vault.rings import RingClass
from clinic_toolkit.vault.vault import Vault

case_table = sealed_table("clinical_case")


class CaseState(StrEnum):
    """The state of a case."""

    ACTIVE = "active"


class CaseEvent(StrEnum):
    """What the audit log says was done to a case."""

    OPENED = "case.opened"
    PARTNER_ERASED = "case.partner_erased"
    PARTNER_BACK = "case.partner_back"


class CaseKind(StrEnum):
    """Whose case it is."""

    SINGLE = "single"
    COUPLE = "couple"


class Case(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """One case; `client_id_bytes` are the clients' ids as 16 bytes each."""

    kind: CaseKind
    client_id_bytes: tuple[bytes, ...]

    @property
    def client_ids(self) -> tuple[UUID, ...]:
        """The ids of the clients: none if a couple's case is unreadable, one where a partner was erased."""
        return tuple(UUID(bytes=id) for id in self.client_id_bytes)

    @property
    def is_couple(self) -> bool:
        """Whether this is the case of a couple."""
        return self.kind == CaseKind.COUPLE

    @property
    def single_client_id(self) -> UUID | None:
        """The client of a single case; None for a couple, whose answers are never combined."""
        return None if self.is_couple else self.client_ids[0]


def _fallback_case(vault: Vault, ring: UUID) -> Case | None:
    # Sessions are reached through their case, so an unreadable case needs a fallback. A single case is in its
    # client's own ring, which names the client; the members of a couple are stored nowhere else.
    owner = vault.rings.find_owner(ring)
    if owner is None:
        return None
    if owner in vault.rings.list_owners(RingClass.DEMOGRAPHICS):
        return Case(kind=CaseKind.SINGLE, client_id_bytes=(owner.bytes,))
    return Case(kind=CaseKind.COUPLE, client_id_bytes=())


CASE = register_kind(
    RecordKind(
        table=case_table,
        payload_type=Case,
        states=CaseState,
        events=CaseEvent,
        nouns=RecordNouns(in_sentence="the case that sessions belong to", one="a case", many="cases"),
        fallback=_fallback_case,
    )
)
