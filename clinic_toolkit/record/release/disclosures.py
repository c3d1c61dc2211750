"""Disclosures: what went out of a client's record, written down before it goes, and the list of it."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import clients
from clinic_toolkit.record.people.client_record import record_ring
from clinic_toolkit.record.release.disclosure_record import (
    DISCLOSURE,
    DisclosedRecord,
    Disclosure,
    DisclosureEvent,
    DisclosureState,
    PartnerConsent,
)
from clinic_toolkit.record.values.release_values import Release, ReleaseBasis
from clinic_toolkit.vault.vault import Vault


class SubpoenaIsNoAuthorisation(ClinicError):
    """A subpoena alone does not allow a release."""

    def __init__(self) -> None:
        super().__init__(
            "A subpoena is not an authorisation. It asks you to answer, and does not say that the record "
            "may go. Ask your client, and take advice; then choose the client’s authorisation or an order "
            "of a court, once there is one."
        )


class NotAskedInPrivate(ClinicError):
    """The client was not asked, alone, whether they want it and where it goes."""

    def __init__(self) -> None:
        super().__init__(
            "Ask your client in private first: whether they want this, and where it goes. Somebody else may "
            "have asked for it, or may open it."
        )


class DisclosureTerms(Struct, frozen=True, kw_only=True):
    """On whose word something goes, and where."""

    basis: ReleaseBasis
    basis_words: str
    was_asked_in_private: bool
    destination: str
    joint_consents: tuple[tuple[UUID, date], ...] = ()


# Without the client's wish: they are told, but do not decide.
NOT_THE_CLIENTS_CHOICE = frozenset((ReleaseBasis.COURT_ORDER, ReleaseBasis.LAW))


def check_terms(terms: DisclosureTerms) -> None:
    """Refuse terms under which nothing may go.

    Raises:
        SubpoenaIsNoAuthorisation: it goes on the word of a subpoena.
        NotAskedInPrivate: the client decides, and was not asked.
    """
    if terms.basis == ReleaseBasis.SUBPOENA:
        raise SubpoenaIsNoAuthorisation
    if not terms.was_asked_in_private and terms.basis not in NOT_THE_CLIENTS_CHOICE:
        raise NotAskedInPrivate


def record_disclosure(
    db: Connection,
    vault: Vault,
    client_id: UUID,
    release: Release,
    terms: DisclosureTerms,
    *,
    digest: bytes,
    now: datetime,
    idempotency_key: UUID | None = None,
) -> RecordVersion[Disclosure]:
    """Write down what goes, before it goes.

    Args:
        release: exactly what goes.
        digest: SHA-256 of its data file.

    Raises:
        SubpoenaIsNoAuthorisation, NotAskedInPrivate: as `check_terms` says.
    """
    check_terms(terms)
    payload = Disclosure(
        client=client_id.bytes,
        scope=release.scope,
        from_day=release.from_day,
        to_day=release.to_day,
        purpose=release.purpose,
        recipient=release.recipient,
        basis=terms.basis,
        basis_words=terms.basis_words,
        was_asked_in_private=terms.was_asked_in_private,
        destination=terms.destination,
        made_at=release.made_at,
        digest=digest,
        disclosed=tuple(
            DisclosedRecord(entry.table, entry.id.bytes, entry.version) for entry in release.entries
        ),
        left_out=release.left_out,
        joint_consents=tuple(
            PartnerConsent(client=partner.bytes, given_on=given_on)
            for partner, given_on in terms.joint_consents
        ),
    )
    return records.create_record(
        db,
        vault,
        DISCLOSURE,
        payload,
        ring=record_ring(vault, client_id),
        state=DisclosureState.MADE,
        event=DisclosureEvent.MADE,
        now=now,
        final=True,
        record_id=idempotency_key,
    )


def load_disclosure(db: Connection, vault: Vault, disclosure_id: UUID) -> RecordVersion[Disclosure]:
    """Load one disclosure.

    Raises:
        RecordNotFound: there is none that this clinician may see.
    """
    return records.load_record(db, vault, DISCLOSURE, disclosure_id)


def list_disclosures(db: Connection, vault: Vault, client_id: UUID) -> list[RecordVersion[Disclosure]]:
    """What went out of a client's record, of joined entries too, newest first."""
    rings: Iterable[UUID] = clients.list_record_rings(db, vault, client_id)
    return records.list_records_in_rings(db, vault, DISCLOSURE, rings)[::-1]
