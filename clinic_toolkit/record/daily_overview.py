"""The data of the *Today* page: the sessions of today, and what is unfinished in earlier ones.

Holds initials and never full names, because others may read a screen left open on a desk.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import cases, display_names, therapy_session_timeline, therapy_sessions
from clinic_toolkit.record.people.therapy_sessions import TherapySession
from clinic_toolkit.record.questionnaires.administrations import Administration, administration_table
from clinic_toolkit.record.safety import open_prompt_groups, prompt_closings, risk_entries
from clinic_toolkit.record.safety.open_prompt_groups import PromptGroup
from clinic_toolkit.record.safety.risk_entries import HOW_NOT_TODAY, RiskEntry
from clinic_toolkit.record.writing import form_drafts, notes
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
    kind: str
    setting: str
    state: str
    attendance: str
    agreement: str
    agreement_date: date | None
    note_state: str
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
    local = now.astimezone()
    people = display_names.load_display_names(db, vault).short_by_id
    whose = {kept.id: kept.payload.client_ids for kept in cases.list_cases(db, vault)}
    hours = therapy_session_timeline.list_therapy_sessions(db, vault)
    states = {kept.payload.therapy_session_id: kept.state for kept in notes.list_notes(db, vault)}
    begun = _sessions_with_unfinished_form(db, vault)
    agreed = _last_agreements(hours)
    day = local.date()
    waits = {
        kept.id: _unfinished_work(kept, states.get(kept.id, ""), kept.id in begun, day) for kept in hours
    }
    lines = {
        kept.id: _session_line(kept, whose, people, states, agreed.get(kept.id), waits[kept.id])
        for kept in hours
    }
    todays = [kept for kept in hours if kept.payload.on == day]
    open_now = [kept for kept in todays if kept.state == "open"]
    waiting = [kept for kept in todays if kept.state == "entered" and kept.payload.attendance == "planned"]
    soon = [
        kept
        for kept in hours
        if day < kept.payload.on <= day + timedelta(days=7) and kept.payload.attendance == "planned"
    ]
    finish = [kept for kept in hours if waits[kept.id]]
    done = [kept for kept in todays if kept not in waiting and kept not in open_now and kept not in finish]
    chosen = [*open_now, *waiting, *done, *soon, *finish]
    return DailyOverview(
        today=day,
        open_sessions=tuple(lines[kept.id] for kept in open_now),
        next_session=lines[waiting[0].id] if waiting else None,
        later_sessions=tuple(lines[kept.id] for kept in waiting[1:]),
        earlier_sessions=tuple(lines[kept.id] for kept in done),
        upcoming_sessions=tuple(lines[kept.id] for kept in soon),
        unfinished_sessions=tuple(lines[kept.id] for kept in reversed(finish)),
        ask_lines=_list_ask_lines(db, vault, people, day),
        unfinished_entries=_list_unfinished_entries(db, vault, people),
        has_clients=bool(people),
        shown_sessions=tuple({kept.id: kept for kept in chosen}.values()),
    )


def _list_ask_lines(
    db: Connection, vault: Vault, initials_by_id: Mapping[UUID, str], day: date
) -> tuple[AskLine, ...]:
    """Return what is still to be asked, oldest first, until a risk entry closes or follows it."""
    asked = open_prompt_groups.list_all_prompt_groups(db, vault)
    # An entry that deferred a prompt is shown with that prompt, so it gets no line of its own.
    beside = {entry.id for each in asked for entry in each.deferred_by}
    # Prompts first raised by the same questionnaire are closed on one page, so they share a line.
    first: dict[UUID, list[PromptGroup]] = {}
    for each in asked:
        if each.administration.payload.client_id in initials_by_id:
            first.setdefault(each.administration.id, []).append(each)
    found = [_ask_line_after_forms(together, initials_by_id) for together in first.values()]
    found += [
        AskLine(
            due_date=kept.payload.next_check_date or day,
            initials=initials_by_id[kept.payload.client_id],
            risk_entry=kept,
            deferred_by=kept if kept.payload.action == HOW_NOT_TODAY else None,
        )
        for kept in prompt_closings.list_due_checks(risk_entries.list_risk_entries(db, vault), today=day)
        if kept.payload.client_id in initials_by_id and kept.id not in beside
    ]
    return tuple(sorted(found, key=lambda line: line.due_date))


def _ask_line_after_forms(groups: list[PromptGroup], initials_by_id: Mapping[UUID, str]) -> AskLine:
    given = groups[0].administration
    return AskLine(
        due_date=given.payload.answered_on,
        initials=initials_by_id[given.payload.client_id],
        administration=given,
        deferred_by=open_prompt_groups.find_deferring_entry(groups),
        questionnaire_count=len({kept.id for each in groups for kept in each.questionnaires}),
    )


def _list_unfinished_entries(
    db: Connection, vault: Vault, initials_by_id: Mapping[UUID, str]
) -> tuple[UnfinishedEntryLine, ...]:
    """Return the risk entries that were started and not recorded; until then they close nothing."""
    return tuple(
        UnfinishedEntryLine(
            begun_on=kept.payload.begun_at.astimezone().date(),
            initials=initials_by_id[owner],
            path=kept.payload.path,
        )
        for kept in form_drafts.list_unfinished_risk_entries(db, vault)
        if (owner := vault.find_owner(kept.ring)) in initials_by_id and owner is not None
    )


def _sessions_with_unfinished_form(db: Connection, vault: Vault) -> set[UUID | None]:
    """Return the ids of the sessions with a questionnaire in progress."""
    given = records.list_all_records(db, vault, administration_table, Administration)
    return {kept.payload.therapy_session_id for kept in given if kept.state == "in_progress"}


def _unfinished_work(
    therapy_session: RecordVersion[TherapySession], note_state: str, has_unfinished_form: bool, day: date
) -> tuple[str, ...]:
    """Return what is still to be done for a session, in a few words each.

    Only sessions of the last `UNFINISHED_DAYS` days are listed, except that one still open is always listed.
    """
    if therapy_session.state == "open":
        # No age limit: a session that was never ended stays in the list.
        return ("not ended",) if therapy_session.payload.on < day else ()
    if not day - timedelta(days=UNFINISHED_DAYS) <= therapy_session.payload.on <= day:
        return ()
    if therapy_session.payload.attendance == "planned":
        return ("attendance not entered",) if therapy_session.payload.on < day else ()
    found = ["questionnaire not finished"] if has_unfinished_form else []
    if note_state == "draft":
        found.append("note not signed")
    elif not note_state and therapy_session.payload.took_place:
        found.append("no note yet")
    return tuple(found)


def _last_agreements(hours: list[RecordVersion[TherapySession]]) -> dict[UUID, TherapySession]:
    """Return for each session, by id, the latest earlier one of the same case with an agreement.

    Args:
        hours: the sessions, oldest first.
    """
    last: dict[bytes, TherapySession] = {}
    found = {}
    for kept in hours:
        if kept.payload.case_id_bytes in last:
            found[kept.id] = last[kept.payload.case_id_bytes]
        if kept.payload.agreed_for_next and kept.state != "open":
            last[kept.payload.case_id_bytes] = kept.payload
    return found


def _session_line(
    therapy_session: RecordVersion[TherapySession],
    clients_by_case: Mapping[UUID, tuple[UUID, ...]],
    initials_by_id: Mapping[UUID, str],
    note_states: Mapping[UUID, str],
    agreement: TherapySession | None,
    waiting: tuple[str, ...],
) -> TherapySessionLine:
    who = " and ".join(
        initials_by_id[id]
        for id in clients_by_case.get(therapy_session.payload.case_id, ())
        if id in initials_by_id
    )
    return TherapySessionLine(
        id=therapy_session.id,
        session_date=therapy_session.payload.on,
        start=therapy_session.payload.start,
        initials=who,
        kind=therapy_sessions.KIND_LABELS[therapy_session.payload.kind],
        setting=therapy_session.payload.setting,
        state=therapy_session.state,
        attendance=therapy_session.payload.attendance,
        agreement=agreement.agreed_for_next if agreement else "",
        agreement_date=agreement.on if agreement else None,
        note_state=note_states.get(therapy_session.id, ""),
        unfinished_work=waiting,
    )
