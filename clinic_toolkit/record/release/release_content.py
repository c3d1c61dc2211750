"""Putting together what of a client's record may go: an allow-list of kinds, in the rings of that client.

What another person answered lies in that person's ring and is never looked at. The joint record of a couple
is gone through only with the consent of both. Drafts never go, and psychotherapy notes are no kind of these.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import clients, consents, joined_entries, therapy_session_timeline
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.questionnaires import administrations
from clinic_toolkit.record.questionnaires.administration_record import ENDED_STATES
from clinic_toolkit.record.release import client_facts, other_people, release_entries, standing_entries
from clinic_toolkit.record.safety import hard_moments_plans, risk_entries
from clinic_toolkit.record.values.page_values import Letterhead
from clinic_toolkit.record.values.release_values import (
    LeftOut,
    LeftOutReason,
    Release,
    ReleaseEntry,
    ReleaseScope,
)
from clinic_toolkit.record.writing import filled_sheets, handouts, notes, treatment_plans
from clinic_toolkit.vault.vault import Vault


class ReleaseRequest(Struct, frozen=True, kw_only=True):
    """What is asked for.

    `joint_cases` are the couples whose joint record goes, because both agreed.
    """

    scope: ReleaseScope
    from_day: date | None
    to_day: date | None
    purpose: str
    recipient: str
    with_questionnaires: bool = True
    with_worksheets: bool = True
    with_risk_entries: bool = False
    joint_cases: frozenset[UUID] = frozenset()


class _Gathering:
    """The entries so far, and what was left out."""

    def __init__(self, request: ReleaseRequest) -> None:
        self.request = request
        self.entries: list[ReleaseEntry] = []
        self.left_out: Counter[LeftOutReason] = Counter()

    def admits(self, on: date, unless: LeftOutReason | None) -> bool:
        """Whether a record of this day goes; if not, it is counted.

        Args:
            unless: why it does not go on any day; None if it may.
        """
        first, last = self.request.from_day or date.min, self.request.to_day or date.max
        reason = unless if first <= on <= last else LeftOutReason.OUT_OF_RANGE
        if reason:
            self.left_out[reason] += 1
        return reason is None


def build_release(
    db: Connection,
    vault: Vault,
    client_id: UUID,
    request: ReleaseRequest,
    *,
    letterhead: Letterhead,
    now: datetime,
) -> Release:
    """Put together everything that was asked for, as the record is now, and count what is left out."""
    gathering = _Gathering(request)
    cases = joined_entries.list_cases_of_person(db, vault, client_id)
    for case in cases:
        _gather_case(db, vault, case, gathering)
    _gather_own(db, vault, client_id, gathering)
    gathering.left_out[LeftOutReason.UNREADABLE] += _count_unreadable(vault, cases)
    # What belongs to one person is listed with each of that person's joined entries.
    distinct = {entry.id: entry for entry in gathering.entries}
    entries = sorted(distinct.values(), key=lambda entry: (entry.on, entry.kind != "session", entry.kind))
    client = clients.load_client(db, vault, client_id)
    return Release(
        letterhead=letterhead,
        scope=request.scope,
        client_name=client.payload.name,
        client_facts=client_facts.list_client_facts(db, vault, client, request.scope),
        from_day=request.from_day,
        to_day=request.to_day,
        purpose=request.purpose,
        recipient=request.recipient,
        made_at=now,
        entries=other_people.mark_names(db, vault, client_id, entries),
        left_out=tuple(
            LeftOut(reason, count) for reason, count in sorted(gathering.left_out.items()) if count
        ),
    )


def _gather_case(db: Connection, vault: Vault, case: RecordVersion[Case], gathering: _Gathering) -> None:
    """The sessions of a case with their notes; those of a couple only if both agreed."""
    is_joint = case.payload.is_couple
    withheld = LeftOutReason.JOINT if is_joint and case.id not in gathering.request.joint_cases else None
    sessions = therapy_session_timeline.list_therapy_sessions_of_cases(db, vault, [case])
    note_by_session = notes.list_notes_by_session(db, vault, sessions)
    for session in sessions:
        on = session.payload.on
        if gathering.admits(on, withheld):
            gathering.entries.append(release_entries.make_session(session, is_joint=is_joint))
        note = note_by_session.get(session.id)
        if note and gathering.admits(on, withheld or (None if note.final else LeftOutReason.DRAFT)):
            gathering.entries.append(release_entries.make_note(db, vault, session, note, is_joint=is_joint))
    for plan in treatment_plans.list_plans(db, vault, case):
        if gathering.admits(plan.recorded_at.astimezone().date(), withheld):
            gathering.entries.append(standing_entries.make_plan(plan, is_joint=is_joint))
    for consent in consents.list_consents_of_case(db, vault, case):
        if gathering.admits(consent.payload.answered_on, withheld):
            gathering.entries.append(standing_entries.make_consent(consent, is_joint=is_joint))
    # What stands beside the note of a session that cannot be read is unknown.
    alone = notes.list_notes_without_session(db, vault, [case], sessions)
    gathering.left_out[LeftOutReason.UNREADABLE] += len(alone)


def _gather_own(db: Connection, vault: Vault, client_id: UUID, gathering: _Gathering) -> None:
    """Questionnaires, worksheets and risk entries of the client, of joined entries too."""
    request, entries = gathering.request, gathering.entries
    is_whole = request.scope == ReleaseScope.WHOLE
    for form in administrations.list_administrations(db, vault, client_id):
        unless = None if request.with_questionnaires else LeftOutReason.NOT_CHOSEN
        if form.state not in ENDED_STATES:
            unless = LeftOutReason.UNFINISHED
        if gathering.admits(form.payload.answered_on, unless):
            entries.append(release_entries.make_questionnaire(db, vault, form, with_answers=is_whole))
    filled = {
        sheet.payload.handout_id: sheet for sheet in filled_sheets.list_filled_sheets(db, vault, client_id)
    }
    for handout in handouts.list_handouts(db, vault, client_id):
        given_on = handout.payload.given_at.astimezone().date()
        if gathering.admits(given_on, None if request.with_worksheets else LeftOutReason.NOT_CHOSEN):
            entries.append(release_entries.make_worksheet(handout, filled.get(handout.id)))
    for plan in hard_moments_plans.list_hard_moments_plans(db, vault, client_id):
        unless = None if request.with_risk_entries else LeftOutReason.RISK_ENTRY
        if gathering.admits(plan.recorded_at.astimezone().date(), unless):
            entries.append(standing_entries.make_hard_moments_plan(plan))
    for entry in risk_entries.list_risk_entries_of_client(db, vault, client_id):
        unless = None if request.with_risk_entries else LeftOutReason.RISK_ENTRY
        if gathering.admits(entry.payload.entry_date, unless):
            entries.append(release_entries.make_risk_entry(entry))


def _count_unreadable(vault: Vault, cases: Iterable[RecordVersion[Case]]) -> int:
    rings = {case.ring for case in cases}
    tables = release_entries.RELEASED_TABLES
    failures = list(vault.integrity_failures.values())
    return sum(failure.ring in rings and failure.table in tables for failure in failures)
