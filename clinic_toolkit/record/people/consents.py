"""Consents: recorded, corrected, withdrawn, and what stands today.

A consent of one client lies in the client's record, one of a couple in the couple's joint record. What was
recorded is never overwritten: a correction and a withdrawal are versions of their own.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import records, version_history
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import clients, joined_entries
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.people.consent_record import (
    CONSENT,
    Consent,
    ConsentEvent,
    ConsentState,
    ConsentSubject,
    CouplePolicy,
)
from clinic_toolkit.vault.vault import Vault


class ConsentRefused(ClinicError):
    """What is to be recorded does not fit: nobody gave it, a policy is missing, or a day is impossible."""


class ConsentStanding(msgspec.Struct, frozen=True, kw_only=True):
    """What stands about one question of consent: the newest answer of each person.

    `missing` are the people who have not been asked, or agreed to another policy than their partner.
    """

    subject: ConsentSubject
    agreed: tuple[UUID, ...]
    declined: tuple[UUID, ...]
    withdrawn: tuple[UUID, ...]
    missing: tuple[UUID, ...]
    policy: CouplePolicy = CouplePolicy.NOT_CHOSEN

    @property
    def is_agreed(self) -> bool:
        """Whether everybody agrees."""
        return bool(self.agreed) and not (self.declined or self.withdrawn or self.missing)


def list_subjects(case: Case) -> tuple[ConsentSubject, ...]:
    """The questions of consent that belong to a case: one's own are asked of each partner alone."""
    if case.is_couple:
        return (ConsentSubject.COUPLE_POLICY, ConsentSubject.OTHER)
    return (ConsentSubject.TOOL, ConsentSubject.POOLING, ConsentSubject.OTHER)


def record_consent(
    db: Connection,
    vault: Vault,
    case: RecordVersion[Case],
    consent: Consent,
    *,
    is_declined: bool,
    now: datetime,
    idempotency_key: UUID | None = None,
) -> RecordVersion[Consent]:
    """Record what was agreed to, or declined.

    Args:
        idempotency_key: the random number of the form; it becomes the id of the consent.

    Raises:
        ConsentRefused: it does not fit the case.
    """
    _check(case.payload, consent, now=now)
    return records.create_record(
        db,
        vault,
        CONSENT,
        consent,
        ring=case.ring,
        state=ConsentState.DECLINED if is_declined else ConsentState.GIVEN,
        event=ConsentEvent.RECORDED,
        now=now,
        final=True,
        record_id=idempotency_key,
    )


def correct_consent(
    db: Connection,
    vault: Vault,
    case: RecordVersion[Case],
    current: RecordVersion[Consent],
    consent: Consent,
    *,
    is_declined: bool,
    expected_version: int,
    now: datetime,
) -> RecordVersion[Consent]:
    """Correct what was recorded by mistake; the version before stays. The same words make no new version.

    Raises:
        ConsentRefused: it does not fit the case, or it was withdrawn and can only be given anew.
        StaleVersion: it was changed elsewhere since the author read it.
    """
    if current.state == ConsentState.WITHDRAWN:
        raise ConsentRefused("This was withdrawn. If it is given again, record it as a new consent.")
    _check(case.payload, consent, now=now)
    state = ConsentState.DECLINED if is_declined else ConsentState.GIVEN
    if (consent, state) == (current.payload, current.state):
        return current
    if current.version != expected_version:
        raise records.StaleVersion
    return records.append_version(
        db, vault, CONSENT, current, consent, state=state, event=ConsentEvent.CORRECTED, now=now
    )


def withdraw_consent(
    db: Connection,
    vault: Vault,
    current: RecordVersion[Consent],
    *,
    by: UUID,
    on: date,
    words: str,
    expected_version: int,
    now: datetime,
) -> RecordVersion[Consent]:
    """Note that somebody who gave it takes it back; of a couple's, one partner is enough.

    Raises:
        ConsentRefused: it was not given, not by them, or not on that day.
        StaleVersion: it was changed elsewhere since the author read it.
    """
    payload = current.payload
    withdrawn = msgspec.structs.replace(
        payload, withdrawn_on=on, withdrawn_by=by.bytes, withdrawal_words=words
    )
    if current.state == ConsentState.WITHDRAWN and withdrawn == payload:
        return current
    if current.state != ConsentState.GIVEN:
        raise ConsentRefused("Only a consent that stands can be withdrawn.")
    if by not in payload.given_by_ids:
        raise ConsentRefused("Choose who withdraws it: somebody who gave it.")
    if not payload.answered_on <= on <= now.astimezone().date():
        raise ConsentRefused("It can be withdrawn from the day it was given until today.")
    if current.version != expected_version:
        raise records.StaleVersion
    return records.append_version(
        db,
        vault,
        CONSENT,
        current,
        withdrawn,
        state=ConsentState.WITHDRAWN,
        event=ConsentEvent.WITHDRAWN,
        now=now,
    )


def load_consent(db: Connection, vault: Vault, consent_id: UUID) -> RecordVersion[Consent]:
    """Load one consent.

    Raises:
        RecordNotFound: there is none that this clinician may see.
    """
    return records.load_record(db, vault, CONSENT, consent_id)


def list_earlier_versions(
    db: Connection, vault: Vault, consent: RecordVersion[Consent]
) -> list[RecordVersion[Consent]]:
    """The versions of a consent before this one, newest first."""
    return version_history.list_earlier_versions(db, vault, CONSENT, consent)


def list_consents_of_case(
    db: Connection, vault: Vault, case: RecordVersion[Case]
) -> list[RecordVersion[Consent]]:
    """The consents of a case, newest answer first; for one person those of joined entries too."""
    client_id = case.payload.single_client_id
    rings = [case.ring] if client_id is None else clients.list_record_rings(db, vault, client_id)
    found = records.list_records_in_rings(db, vault, CONSENT, rings)
    return sorted(found, key=lambda consent: consent.payload.answered_on)[::-1]


def list_standings(db: Connection, vault: Vault, case: RecordVersion[Case]) -> tuple[ConsentStanding, ...]:
    """What stands about each question that is asked in every case of this kind."""
    return build_standings(db, vault, case, list_consents_of_case(db, vault, case))


def build_standings(
    db: Connection, vault: Vault, case: RecordVersion[Case], consents: Sequence[RecordVersion[Consent]]
) -> tuple[ConsentStanding, ...]:
    """What `list_standings` returns, of consents that `list_consents_of_case` has read."""
    joined = joined_entries.load_joined_entries(db, vault)
    people = tuple(dict.fromkeys(joined.primary_id(id) or id for id in case.payload.client_ids))
    return tuple(
        _build_standing(subject, people, consents, joined)
        for subject in list_subjects(case.payload)
        if subject != ConsentSubject.OTHER
    )


def find_couple_policy(db: Connection, vault: Vault, case: RecordVersion[Case]) -> CouplePolicy:
    """The confidentiality policy that every partner of a couple agrees to; `NOT_CHOSEN` if there is none."""
    for standing in list_standings(db, vault, case):
        if standing.subject == ConsentSubject.COUPLE_POLICY and standing.is_agreed:
            return standing.policy
    return CouplePolicy.NOT_CHOSEN


def may_pool_answers(db: Connection, vault: Vault, case: RecordVersion[Case]) -> bool:
    """Whether this client agrees that answers are counted in figures of the practice; no answer is no."""
    return any(
        standing.subject == ConsentSubject.POOLING and standing.is_agreed
        for standing in list_standings(db, vault, case)
    )


def _build_standing(
    subject: ConsentSubject,
    people: Sequence[UUID],
    consents: Iterable[RecordVersion[Consent]],
    joined: joined_entries.JoinedEntries,
) -> ConsentStanding:
    newest: dict[UUID, RecordVersion[Consent]] = {}
    for consent in consents:
        if consent.payload.subject == subject:
            for id in consent.payload.given_by_ids:
                newest.setdefault(joined.primary_id(id) or id, consent)
    answered = {id: newest[id] for id in people if id in newest}
    policies = {consent.payload.policy for consent in answered.values()}
    # Two partners who agreed to two different policies agreed to none.
    is_one = len(policies) <= 1
    by_state = {
        state: tuple(id for id, consent in answered.items() if consent.state == state)
        for state in ConsentState
    }
    agreed = by_state[ConsentState.GIVEN]
    return ConsentStanding(
        subject=subject,
        agreed=agreed if is_one else (),
        declined=by_state[ConsentState.DECLINED],
        withdrawn=by_state[ConsentState.WITHDRAWN],
        missing=tuple(id for id in people if id not in answered or (not is_one and id in agreed)),
        policy=policies.pop() if is_one and policies else CouplePolicy.NOT_CHOSEN,
    )


def _check(case: Case, consent: Consent, *, now: datetime) -> None:
    if consent.subject not in list_subjects(case):
        raise ConsentRefused("This consent does not belong here.")
    if not consent.given_by or not set(consent.given_by) <= set(case.client_id_bytes):
        raise ConsentRefused("Say who answered.")
    if (consent.subject == ConsentSubject.COUPLE_POLICY) != bool(consent.policy):
        raise ConsentRefused("Choose which of the two it is.")
    if consent.subject == ConsentSubject.OTHER and not consent.title.strip():
        raise ConsentRefused("Write in a few words what it is about.")
    if consent.answered_on > now.astimezone().date():
        raise ConsentRefused("This day is still to come.")
