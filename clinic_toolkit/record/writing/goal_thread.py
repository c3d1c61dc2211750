"""The thread of a goal: the notes, questionnaires and worksheets that belong to it, and the way back.

A note names its goals. A questionnaire or a worksheet belongs to a goal because the plan says that it serves
it, so nothing is entered when one is given. From a couple's plan no answer of either partner is reached, and
from a partner's answers no plan of the couple.
"""

from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from clinic_toolkit.journal import records
from clinic_toolkit.journal.integrity import UnreadableRecord
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import cases, clients, joined_entries, therapy_session_timeline
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.people.therapy_session_record import TherapySession
from clinic_toolkit.record.questionnaires import administrations
from clinic_toolkit.record.questionnaires.administration_record import Administration
from clinic_toolkit.record.writing import handouts, notes, treatment_plans
from clinic_toolkit.record.writing.handout_record import Handout
from clinic_toolkit.record.writing.note_record import ClinicalNote
from clinic_toolkit.record.writing.treatment_plan_record import Goal, TreatmentPlan
from clinic_toolkit.vault.vault import Vault

NotedSession = tuple[RecordVersion[TherapySession], RecordVersion[ClinicalNote]]


class GoalThread(Struct, frozen=True, kw_only=True):
    """What belongs to a goal, the newest first: notes with their sessions, and what was given."""

    notes: tuple[NotedSession, ...]
    administrations: tuple[RecordVersion[Administration], ...]
    handouts: tuple[RecordVersion[Handout], ...]


class ServedGoals(Struct, frozen=True, kw_only=True):
    """The goals that something serves, and the plan that they are in; no plan and none if there are none."""

    plan_id: UUID | None = None
    goals: tuple[Goal, ...] = ()


def load_goal_thread(
    db: Connection, vault: Vault, plan: RecordVersion[TreatmentPlan], goal: Goal
) -> GoalThread:
    """Everything that belongs to a goal of a plan.

    Raises:
        RecordNotFound: the case of the plan is not open to this clinician.
    """
    case = cases.load_case(db, vault, plan.payload.case_id)
    client_id = case.payload.single_client_id
    cases_as_one, given_administrations = [case], list[RecordVersion[Administration]]()
    client_ids = case.payload.client_ids
    if client_id is not None:
        client_ids = (clients.primary_client_id(db, vault, client_id),)
        cases_as_one = joined_entries.list_single_cases(db, vault, client_ids[0])
        given_administrations = administrations.list_administrations(db, vault, client_ids[0])
    sheets = [sheet for each in client_ids for sheet in handouts.list_handouts(db, vault, each)]
    return GoalThread(
        notes=tuple(_list_notes(db, vault, cases_as_one, goal)),
        administrations=tuple(
            each for each in given_administrations if each.payload.instrument_id in goal.questionnaires
        ),
        handouts=tuple(
            sheet
            for sheet in sheets
            if sheet.payload.worksheet_slug in goal.worksheets
            and _is_readably_of_case(db, vault, sheet, case)
        ),
    )


def _list_notes(
    db: Connection, vault: Vault, cases_as_one: list[RecordVersion[Case]], goal: Goal
) -> list[NotedSession]:
    sessions = therapy_session_timeline.list_therapy_sessions_of_cases(db, vault, cases_as_one)
    note_by_session = notes.list_notes_by_session(db, vault, sessions)
    found = [
        (session, note)
        for session in sessions
        if (note := note_by_session.get(session.id)) and goal.id_bytes in note.payload.goal_ids
    ]
    return sorted(found, key=lambda pair: pair[0].payload.on, reverse=True)


def _is_readably_of_case(
    db: Connection, vault: Vault, sheet: RecordVersion[Handout], case: RecordVersion[Case]
) -> bool:
    with suppress(UnreadableRecord, records.RecordNotFound):
        return handouts.is_of_case(db, vault, sheet, case)
    return False


def find_goals_of_questionnaire(
    db: Connection, vault: Vault, administration: RecordVersion[Administration]
) -> ServedGoals:
    """The goals in the client's own plan that a questionnaire serves; never those of a couple."""
    with suppress(UnreadableRecord, records.RecordNotFound):
        case = cases.load_single_case(db, vault, administration.payload.client_id)
        slug = administration.payload.instrument_id
        return _find_served_goals(db, vault, case, lambda goal: slug in goal.questionnaires)
    return ServedGoals()


def find_goals_of_worksheet(db: Connection, vault: Vault, handout: RecordVersion[Handout]) -> ServedGoals:
    """The goals that a worksheet serves, in the plan of the case in which it was given."""
    with suppress(UnreadableRecord, records.RecordNotFound):
        case = handouts.load_case_of_handout(db, vault, handout)
        slug = handout.payload.worksheet_slug
        return _find_served_goals(db, vault, case, lambda goal: slug in goal.worksheets)
    return ServedGoals()


def _find_served_goals(
    db: Connection, vault: Vault, case: RecordVersion[Case], is_served: Callable[[Goal], bool]
) -> ServedGoals:
    plan = treatment_plans.find_plan(db, vault, case)
    goals = tuple(goal for goal in plan.payload.goals if is_served(goal)) if plan else ()
    return ServedGoals(plan_id=plan.id, goals=goals) if plan and goals else ServedGoals()
