"""What is stored about a consent: what was agreed to or declined, by whom, how and when, and a withdrawal."""

from datetime import date
from enum import StrEnum
from uuid import UUID

import msgspec

from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.store.base import sealed_table

consent_table = sealed_table("consent")


class ConsentSubject(StrEnum):
    """What a consent is about."""

    TOOL = "tool"
    POOLING = "pooling"
    COUPLE_POLICY = "couple_policy"
    OTHER = "other"


SUBJECT_LABELS = {
    ConsentSubject.TOOL: "Working with these questionnaires and worksheets",
    ConsentSubject.POOLING: "Counting the answers, without a name, in figures of this practice",
    ConsentSubject.COUPLE_POLICY: "What becomes of what one partner says alone",
    ConsentSubject.OTHER: "Something else, in your own words",
}


class CouplePolicy(StrEnum):
    """What becomes of what one partner of a couple says alone."""

    NOT_CHOSEN = ""
    NO_SECRETS = "no_secrets"
    LIMITED_SECRETS = "limited_secrets"


POLICY_NAMES = {CouplePolicy.NO_SECRETS: "no secrets", CouplePolicy.LIMITED_SECRETS: "limited secrets"}
POLICY_LABELS = {
    CouplePolicy.NO_SECRETS: "No secrets: I may bring in what one of you tells me alone",
    CouplePolicy.LIMITED_SECRETS: "Limited secrets: what one of you tells me alone mostly stays with me",
}


class ConsentMethod(StrEnum):
    """How it was given."""

    PAPER = "paper"
    SPOKEN = "spoken"
    TELEHEALTH = "telehealth"


METHOD_LABELS = {
    ConsentMethod.PAPER: "Signed on paper",
    ConsentMethod.SPOKEN: "Said in the room",
    ConsentMethod.TELEHEALTH: "Said by video or telephone",
}


class ConsentState(StrEnum):
    """The state of a consent."""

    GIVEN = "given"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class ConsentEvent(StrEnum):
    """What the audit log says was done to a consent."""

    RECORDED = "consent.recorded"
    CORRECTED = "consent.corrected"
    WITHDRAWN = "consent.withdrawn"


class Consent(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """One answer to one question of consent, of everyone who gave it at the same time.

    `case` is the case it belongs to and `given_by` are clients of it, as 16 bytes each. `title` holds the
    words for a consent of another kind; `wording` says which text was read, such as the version of a sheet.
    """

    case: bytes
    subject: ConsentSubject
    given_by: tuple[bytes, ...]
    answered_on: date
    method: ConsentMethod
    title: str = ""
    wording: str = ""
    policy: CouplePolicy = CouplePolicy.NOT_CHOSEN
    remark: str = ""
    withdrawn_on: date | None = None
    withdrawn_by: bytes | None = None
    withdrawal_words: str = ""

    @property
    def case_id(self) -> UUID:
        """The case it belongs to."""
        return UUID(bytes=self.case)

    @property
    def given_by_ids(self) -> tuple[UUID, ...]:
        """Who answered."""
        return tuple(UUID(bytes=id) for id in self.given_by)

    @property
    def withdrawn_by_id(self) -> UUID | None:
        """Who withdrew it; None while it stands."""
        return UUID(bytes=self.withdrawn_by) if self.withdrawn_by else None

    @property
    def label(self) -> str:
        """What it is about, in one line."""
        if self.subject == ConsentSubject.OTHER:
            return self.title
        return POLICY_LABELS.get(self.policy) or SUBJECT_LABELS[self.subject]


CONSENT = register_kind(
    RecordKind(
        table=consent_table,
        payload_type=Consent,
        states=ConsentState,
        events=ConsentEvent,
        nouns=RecordNouns(in_sentence="a consent", one="a consent", many="consents"),
    )
)
