"""Recording the consents of the demo practice: signed on paper, on the day on which a case began."""

from collections.abc import Iterable
from datetime import datetime

from clinic_toolkit.demo.acts import DemoState
from clinic_toolkit.record.people import consent_sheets, consents
from clinic_toolkit.record.people.consent_record import (
    Consent,
    ConsentMethod,
    ConsentSubject,
    CouplePolicy,
)


def record_answers(
    name: str, subjects: Iterable[ConsentSubject], state: DemoState, *, is_declined: bool, now: datetime
) -> None:
    """Record one answer of a client to several questions."""
    for subject in subjects:
        _record(name, subject, state, is_declined=is_declined, now=now)


def record_policy(name: str, policy: CouplePolicy, state: DemoState, *, now: datetime) -> None:
    """Record that both partners of a couple agree to a policy, if there is one."""
    if policy:
        _record(name, ConsentSubject.COUPLE_POLICY, state, policy=policy, now=now)


def _record(
    name: str,
    subject: ConsentSubject,
    state: DemoState,
    *,
    now: datetime,
    is_declined: bool = False,
    policy: CouplePolicy = CouplePolicy.NOT_CHOSEN,
) -> None:
    case = state.cases[name]
    consent = Consent(
        case=case.id.bytes,
        subject=subject,
        given_by=case.payload.client_id_bytes,
        answered_on=now.astimezone().date(),
        method=ConsentMethod.PAPER,
        wording=consent_sheets.COUPLE_WORDING if policy else consent_sheets.TOOL_WORDING,
        policy=policy,
    )
    consents.record_consent(state.db, state.vault, case, consent, is_declined=is_declined, now=now)
