"""What is stored about a disclosure: what of a client's record went, to whom, why, and on whose word.

The words that went are not kept a second time: the disclosure names the versions that they were taken from.
"""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.record.values.release_values import LeftOut, ReleaseBasis, ReleaseScope
from clinic_toolkit.store.base import sealed_table

disclosure_table = sealed_table("disclosure")


class DisclosureState(StrEnum):
    """The state of a disclosure."""

    MADE = "made"


class DisclosureEvent(StrEnum):
    """What the audit log says was done: a part of a record, or all of it, was put together for somebody."""

    MADE = "disclosure.made"


class DisclosedRecord(msgspec.Struct, array_like=True, frozen=True):
    """The version of a record from which something went."""

    table: str
    record: bytes
    version: int


class PartnerConsent(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """That a client of a couple agreed that the joint record goes, on which day."""

    client: bytes
    given_on: date


class Disclosure(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """One disclosure.

    `from_day` and `to_day` are the first and the last day of what went; None is without an end. `basis` is on
    whose word, and `basis_words` which paper that is. `was_asked_in_private`: the client was asked, alone,
    whether they want it and where it goes. `destination` is where. `digest` is the SHA-256 of the data file
    (JSON) as it was put together.
    """

    client: bytes
    scope: ReleaseScope
    from_day: date | None
    to_day: date | None
    purpose: str
    recipient: str
    basis: ReleaseBasis
    basis_words: str
    was_asked_in_private: bool
    destination: str
    made_at: datetime
    digest: bytes
    disclosed: tuple[DisclosedRecord, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    joint_consents: tuple[PartnerConsent, ...] = ()

    @property
    def client_id(self) -> UUID:
        """The client whose record it is."""
        return UUID(bytes=self.client)


DISCLOSURE = register_kind(
    RecordKind(
        table=disclosure_table,
        payload_type=Disclosure,
        states=DisclosureState,
        events=DisclosureEvent,
        nouns=RecordNouns(in_sentence="a disclosure", one="a disclosure", many="disclosures"),
    )
)
