"""The data of the *Today* page: the sessions of today, and what is unfinished in earlier ones.

Holds initials and never full names, because others may read a screen left open on a desk.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import cases, display_names, therapy_session_timeline
from clinic_toolkit.record.people.therapy_session_record import (
    Attendance,
    TherapySession,
    TherapySessionKind,
    TherapySessionSetting,
    TherapySessionState,
)
from clinic_toolkit.record.questionnaires.administration_record import (
    ADMINISTRATION,
    Administration,
    AdministrationState,
)
from clinic_toolkit.record.safety import open_prompt_groups, prompt_closings, risk_entries
from clinic_toolkit.record.safety.open_prompt_groups import PromptGroup
from clinic_toolkit.record.safety.risk_entry_record import RiskAction, RiskEntry
from clinic_toolkit.record.writing import form_drafts, notes
from clinic_toolkit.record.writing.note_record import NoteState
from clinic_toolkit.vault.vault import Vault

UNFINISHED_DAYS = 60


class TherapySessionLine(Struct, frozen=True, kw_only=True):
    """One therapy session in a list.

    `agreement` is what the same case agreed most recently before it, on `agreement_date`; `unfinished_work`
    says what is still to be done.
    """

    id: UUID
    session_date: date
    start: time | None
    initials: str
    kind: TherapySessionKind
    setting: TherapySessionSetting
    state: str
    attendance: Attendance
    agreement: str
    agreement_date: date | None
    note_state: str
    has_stopped_form: bool
    unfinished_work: tuple[str, ...]


class AskLine(Struct, frozen=True, kw_only=True):
    """Something to ask a client about: which client and since when, but never what it is.

    If questionnaires raised it, `administration` is the oldest of them and `questionnaire_count` their
    number; if a risk entry set this day for a check, `risk_entry` is that entry. `deferred_by` is the entry
    that says why it was not asked yet, and when it is to be looked at again.
    """

    due_date: date
    initials: str
    administration: RecordVersion[Administration] | None = None
    risk_entry: RecordVersion[RiskEntry] | None = None
    deferred_by: RecordVersion[RiskEntry] | None = None
    questionnaire_count: int = 0


class UnfinishedEntryLine(Struct, frozen=True, kw_only=True):
    """A risk entry that was started and not recorded: its client, its start, and the path to continue it."""

    begun_on: date
    initials: str
    path: str


class DailyOverview(Struct, frozen=True, kw_only=True):
    """What *Today* shows.

    `open_sessions` are the open sessions of today, `upcoming_sessions` the planned ones of the next seven
    days. `unfinished_sessions` is ordered latest first, every other list earliest first. `shown_sessions` are
    all sessions in any of the lists, each once.
    """

    today: date
    open_sessions: tuple[TherapySessionLine, ...]
    next_session: TherapySessionLine | None
    later_sessions: tuple[TherapySessionLine, ...]
    earlier_sessions: tuple[TherapySessionLine, ...]
    upcoming_sessions: tuple[TherapySessionLine, ...]
    unfinished_sessions: tuple[TherapySessionLine, ...]
    ask_lines: tuple[AskLine, ...]
    unfinished_entries: tuple[UnfinishedEntryLine, ...]
    has_clients: bool
    shown_sessions: tuple[RecordVersion[TherapySession], ...]


def build_daily_overview(db: Connection, vault: Vault, *, now: datetime) -> DailyOverview:
    """Build the overview of the local day of `now`."""
    local_now = now.astimezone()
    initials_by_id = display_names.load_display_names(db, vault).short_by_id
    clients_by_case = {case.id: case.payload.client_ids for case in cases.list_cases(db, vault)}
    hours = therapy_session_timeline.list_therapy_sessions(db, vault)
    note_states = {note.payload.therapy_session_id: note.state for note in notes.list_notes(db, vault)}
    sessions_by_form_state = _sessions_by_form_state(db, vault)
    with_unfinished_form = sessions_by_form_state[AdministrationState.IN_PROGRESS]
    with_stopped_form = sessions_by_form_state[AdministrationState.STOPPED]
    agreements = _last_agreements(hours)
    today = local_now.date()
    unfinished_work = {
        hour.id: _unfinished_work(hour, note_states.get(hour.id, ""), hour.id in with_unfinished_form, today)
        for hour in hours
    }
    line_by_id = {
        hour.id: _session_line(
            hour,
            clients_by_case,
            initials_by_id,
            note_states,
            agreements.get(hour.id),
            unfinished_work[hour.id],
            has_stopped_form=hour.id in with_stopped_form,
        )
        for hour in hours
    }
    todays_hours = [hour for hour in hours if hour.payload.on == today]
    open_hours = [hour for hour in todays_hours if hour.state == TherapySessionState.OPEN]
    planned_hours = [
        hour
        for hour in todays_hours
        if hour.state == TherapySessionState.ENTERED and hour.payload.attendance == Attendance.PLANNED
    ]
    upcoming_hours = [
        hour
        for hour in hours
        if today < hour.payload.on <= today + timedelta(days=7)
        and hour.payload.attendance == Attendance.PLANNED
    ]
    unfinished_hours = [hour for hour in hours if unfinished_work[hour.id]]
    earlier_hours = [
        hour
        for hour in todays_hours
        if hour not in planned_hours and hour not in open_hours and hour not in unfinished_hours
    ]
    shown_hours = [*open_hours, *planned_hours, *earlier_hours, *upcoming_hours, *unfinished_hours]
    return DailyOverview(
        today=today,
        open_sessions=tuple(line_by_id[hour.id] for hour in open_hours),
        next_session=line_by_id[planned_hours[0].id] if planned_hours else None,
        later_sessions=tuple(line_by_id[hour.id] for hour in planned_hours[1:]),
        earlier_sessions=tuple(line_by_id[hour.id] for hour in earlier_hours),
        upcoming_sessions=tuple(line_by_id[hour.id] for hour in upcoming_hours),
        unfinished_sessions=tuple(line_by_id[hour.id] for hour in reversed(unfinished_hours)),
        ask_lines=_list_ask_lines(db, vault, initials_by_id, today),
        unfinished_entries=_list_unfinished_entries(db, vault, initials_by_id),
        has_clients=bool(initials_by_id),
        shown_sessions=tuple({hour.id: hour for hour in shown_hours}.values()),
    )


def _list_ask_lines(
    db: Connection, vault: Vault, initials_by_id: Mapping[UUID, str], day: date
) -> tuple[AskLine, ...]:
    """Return a line for each open prompt and each due check, oldest first."""
    groups = open_prompt_groups.list_all_prompt_groups(db, vault)
    # An entry that deferred a prompt is shown with that prompt, so it gets no line of its own.
    deferring_ids = {entry.id for group in groups for entry in group.deferred_by}
    # Prompts first raised by the same questionnaire are closed on one page, so they share a line.
    groups_by_form: dict[UUID, list[PromptGroup]] = {}
    for group in groups:
        if group.administration.payload.client_id in initials_by_id:
            groups_by_form.setdefault(group.administration.id, []).append(group)
    lines = [_ask_line_after_forms(form_groups, initials_by_id) for form_groups in groups_by_form.values()]
    lines += [
        AskLine(
            due_date=entry.payload.next_check_date or day,
            initials=initials_by_id[entry.payload.client_id],
            risk_entry=entry,
            deferred_by=entry if entry.payload.action == RiskAction.NOT_TODAY else None,
        )
        for entry in prompt_closings.list_due_checks(risk_entries.list_risk_entries(db, vault), today=day)
        if entry.payload.client_id in initials_by_id and entry.id not in deferring_ids
    ]
    return tuple(sorted(lines, key=lambda line: line.due_date))


def _ask_line_after_forms(groups: list[PromptGroup], initials_by_id: Mapping[UUID, str]) -> AskLine:
    administration = groups[0].administration
    return AskLine(
        due_date=administration.payload.answered_on,
        initials=initials_by_id[administration.payload.client_id],
        administration=administration,
        deferred_by=open_prompt_groups.find_deferring_entry(groups),
        questionnaire_count=len({form.id for group in groups for form in group.questionnaires}),
    )


def _list_unfinished_entries(
    db: Connection, vault: Vault, initials_by_id: Mapping[UUID, str]
) -> tuple[UnfinishedEntryLine, ...]:
    """Return the risk entries that were started and not recorded; until then they close nothing."""
    return tuple(
        UnfinishedEntryLine(
            begun_on=draft.payload.begun_at.astimezone().date(),
            initials=initials_by_id[owner],
            path=draft.payload.path,
        )
        for draft in form_drafts.list_unfinished_risk_entries(db, vault)
        if (owner := vault.find_owner(draft.ring)) in initials_by_id and owner is not None
    )


def _sessions_by_form_state(db: Connection, vault: Vault) -> defaultdict[str, set[UUID | None]]:
    """Return the ids of the sessions with a questionnaire, by the state of the questionnaire."""
    session_ids: defaultdict[str, set[UUID | None]] = defaultdict(set)
    for administration in records.list_all_records(db, vault, ADMINISTRATION):
        session_ids[administration.state].add(administration.payload.therapy_session_id)
    return session_ids


def _unfinished_work(
    therapy_session: RecordVersion[TherapySession], note_state: str, has_unfinished_form: bool, day: date
) -> tuple[str, ...]:
    """Return what is still to be done for a session, in a few words each.

    Only sessions of the last `UNFINISHED_DAYS` days are listed, except that one still open is always listed.
    """
    if therapy_session.state == TherapySessionState.OPEN:
        # No age limit: a session that was never ended stays in the list.
        return ("not ended",) if therapy_session.payload.on < day else ()
    if not day - timedelta(days=UNFINISHED_DAYS) <= therapy_session.payload.on <= day:
        return ()
    if therapy_session.payload.attendance == Attendance.PLANNED:
        return ("attendance not entered",) if therapy_session.payload.on < day else ()
    tasks = ["questionnaire not finished"] if has_unfinished_form else []
    if note_state == NoteState.DRAFT:
        tasks.append("note not signed")
    elif not note_state and therapy_session.payload.took_place:
        tasks.append("no note yet")
    return tuple(tasks)


def _last_agreements(hours: list[RecordVersion[TherapySession]]) -> dict[UUID, TherapySession]:
    """Return for each session, by id, the latest earlier one of the same case with an agreement.

    Args:
        hours: the sessions, oldest first.
    """
    last_by_case: dict[bytes, TherapySession] = {}
    agreement_by_id = {}
    for hour in hours:
        if hour.payload.case_id_bytes in last_by_case:
            agreement_by_id[hour.id] = last_by_case[hour.payload.case_id_bytes]
        if hour.payload.agreed_for_next and hour.state != TherapySessionState.OPEN:
            last_by_case[hour.payload.case_id_bytes] = hour.payload
    return agreement_by_id


def _session_line(
    therapy_session: RecordVersion[TherapySession],
    clients_by_case: Mapping[UUID, tuple[UUID, ...]],
    initials_by_id: Mapping[UUID, str],
    note_states: Mapping[UUID, str],
    agreement: TherapySession | None,
    unfinished_work: tuple[str, ...],
    *,
    has_stopped_form: bool,
) -> TherapySessionLine:
    initials = " and ".join(
        initials_by_id[id]
        for id in clients_by_case.get(therapy_session.payload.case_id, ())
        if id in initials_by_id
    )
    return TherapySessionLine(
        id=therapy_session.id,
        session_date=therapy_session.payload.on,
        start=therapy_session.payload.start,
        initials=initials,
        kind=therapy_session.payload.kind,
        setting=therapy_session.payload.setting,
        state=therapy_session.state,
        attendance=therapy_session.payload.attendance,
        agreement=agreement.agreed_for_next if agreement else "",
        agreement_date=agreement.on if agreement else None,
        note_state=note_states.get(therapy_session.id, ""),
        has_stopped_form=has_stopped_form,
        unfinished_work=unfinished_work,
    )
