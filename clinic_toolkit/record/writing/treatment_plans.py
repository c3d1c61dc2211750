"""Treatment plans: one for each case, every save of it kept as a version.

The program fills nothing in: problems, goals, means and a diagnosis are what was typed.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.journal import records, version_history
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import joined_entries
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.writing.treatment_plan_record import (
    TREATMENT_PLAN,
    Goal,
    TreatmentPlan,
    TreatmentPlanEvent,
    TreatmentPlanState,
)
from clinic_toolkit.vault.vault import Vault

# What fits on a page, and on the mind.
MAX_GOALS = 8


class PlanIsEmpty(ClinicError):
    """Nothing is written in the plan."""

    def __init__(self) -> None:
        super().__init__("There is nothing in this plan yet. Write a problem, or a goal.")


class TooManyGoals(ClinicError):
    """The plan has more goals than it can hold."""

    def __init__(self) -> None:
        super().__init__(
            f"A plan holds {MAX_GOALS} goals. Join two, or empty the fields of one; earlier versions keep it."
        )


class GoalWithoutWords(ClinicError):
    """A goal has means or a standing, and no words."""

    def __init__(self) -> None:
        super().__init__("Write the goal itself, in your client’s words.")


class DiagnosisWithoutDate(ClinicError):
    """A diagnosis is typed without its day."""

    def __init__(self) -> None:
        super().__init__("Write the day of the diagnosis too.")


class DateWithoutDiagnosis(ClinicError):
    """The day of a diagnosis is typed, and no diagnosis."""

    def __init__(self) -> None:
        super().__init__("There is a day and no diagnosis. Write the diagnosis, or empty the day.")


class DiagnosisOfCouple(ClinicError):
    """A diagnosis is typed into the plan of a couple, which both may read."""

    def __init__(self) -> None:
        super().__init__("A diagnosis is one person’s. Write it into the plan in that person’s own record.")


def create_plan(
    db: Connection,
    vault: Vault,
    case: RecordVersion[Case],
    plan: TreatmentPlan,
    *,
    now: datetime,
    idempotency_key: UUID | None = None,
) -> RecordVersion[TreatmentPlan]:
    """Write the plan of a case that has none yet, in the ring of the case.

    Args:
        idempotency_key: the random number of the form; it becomes the plan's id.

    Raises:
        StaleVersion: the case has a plan already.
        PlanIsEmpty, TooManyGoals, GoalWithoutWords, DiagnosisWithoutDate, DateWithoutDiagnosis,
        DiagnosisOfCouple: as they say.
    """
    _check_plan(plan, case.payload)
    if find_plan_in_ring(db, vault, case) is not None:
        raise records.StaleVersion
    return records.create_record(
        db,
        vault,
        TREATMENT_PLAN,
        msgspec.structs.replace(plan, case=case.id.bytes),
        ring=case.ring,
        state=TreatmentPlanState.WRITTEN,
        event=TreatmentPlanEvent.WRITTEN,
        now=now,
        final=True,
        record_id=idempotency_key,
    )


def revise_plan(
    db: Connection,
    vault: Vault,
    case: RecordVersion[Case],
    current: RecordVersion[TreatmentPlan],
    plan: TreatmentPlan,
    *,
    now: datetime,
) -> RecordVersion[TreatmentPlan]:
    """Save the next version of a plan; the same content makes none.

    Args:
        current: the version that the author had on screen.

    Raises:
        StaleVersion: it was saved elsewhere since then.
        PlanIsEmpty, TooManyGoals, GoalWithoutWords, DiagnosisWithoutDate, DateWithoutDiagnosis,
        DiagnosisOfCouple: as they say.
    """
    _check_plan(plan, case.payload)
    return _save_version(db, vault, current, plan, TreatmentPlanEvent.REVISED, now=now)


def link_goal(
    db: Connection,
    vault: Vault,
    current: RecordVersion[TreatmentPlan],
    goal_id: UUID,
    *,
    questionnaires: Sequence[str],
    worksheets: Sequence[str],
    now: datetime,
) -> RecordVersion[TreatmentPlan]:
    """Say which questionnaires and worksheets serve a goal, by their ids and slugs.

    Raises:
        RecordNotFound: the plan has no such goal.
        StaleVersion: the plan was saved elsewhere since `current` was read.
    """
    if current.payload.find_goal(goal_id) is None:
        raise records.RecordNotFound
    goals = tuple(
        msgspec.structs.replace(goal, questionnaires=tuple(questionnaires), worksheets=tuple(worksheets))
        if goal.id == goal_id
        else goal
        for goal in current.payload.goals
    )
    plan = msgspec.structs.replace(current.payload, goals=goals)
    return _save_version(db, vault, current, plan, TreatmentPlanEvent.LINKED, now=now)


def _save_version(
    db: Connection,
    vault: Vault,
    current: RecordVersion[TreatmentPlan],
    plan: TreatmentPlan,
    event: TreatmentPlanEvent,
    *,
    now: datetime,
) -> RecordVersion[TreatmentPlan]:
    plan = msgspec.structs.replace(plan, case=current.payload.case)
    if plan == current.payload:
        return current
    return records.append_version(
        db, vault, TREATMENT_PLAN, current, plan, state=TreatmentPlanState.WRITTEN, event=event, now=now
    )


def _check_plan(plan: TreatmentPlan, case: Case) -> None:
    if not (plan.problems.strip() or plan.goals or plan.diagnosis.strip()):
        raise PlanIsEmpty
    if len(plan.goals) > MAX_GOALS:
        raise TooManyGoals
    if not all(goal.words.strip() for goal in plan.goals):
        raise GoalWithoutWords
    if plan.diagnosis.strip() and case.is_couple:
        raise DiagnosisOfCouple
    if plan.diagnosis.strip() and plan.diagnosis_date is None:
        raise DiagnosisWithoutDate
    if plan.diagnosis_date is not None and not plan.diagnosis.strip():
        raise DateWithoutDiagnosis


def load_plan(db: Connection, vault: Vault, plan_id: UUID) -> RecordVersion[TreatmentPlan]:
    """Load one plan.

    Raises:
        RecordNotFound: there is none that this clinician may see.
    """
    return records.load_record(db, vault, TREATMENT_PLAN, plan_id)


def find_plan_in_ring(
    db: Connection, vault: Vault, case: RecordVersion[Case]
) -> RecordVersion[TreatmentPlan] | None:
    """The plan that was written for exactly this case, or None."""
    plans = records.list_records_in_rings(db, vault, TREATMENT_PLAN, [case.ring])
    return next((plan for plan in plans if plan.payload.case_id == case.id), None)


def list_plans(db: Connection, vault: Vault, case: RecordVersion[Case]) -> list[RecordVersion[TreatmentPlan]]:
    """The plans of a couple, or of all joined entries of a client, that of the primary entry first."""
    found = [find_plan_in_ring(db, vault, each) for each in joined_entries.list_cases_as_one(db, vault, case)]
    return [plan for plan in found if plan is not None]


def find_plan(db: Connection, vault: Vault, case: RecordVersion[Case]) -> RecordVersion[TreatmentPlan] | None:
    """The plan that counts for a case, or None: of joined entries the first of `list_plans`."""
    return next(iter(list_plans(db, vault, case)), None)


def load_primary_case(db: Connection, vault: Vault, case: RecordVersion[Case]) -> RecordVersion[Case]:
    """The case that a new plan is written for: of joined entries that of the primary one."""
    return joined_entries.list_cases_as_one(db, vault, case)[0]


def list_plan_versions(
    db: Connection, vault: Vault, plan: RecordVersion[TreatmentPlan]
) -> list[RecordVersion[TreatmentPlan]]:
    """Every version of a plan that can be read, the newest first."""
    return version_history.list_versions(db, vault, TREATMENT_PLAN, plan.id)[::-1]


def find_goals(plan: RecordVersion[TreatmentPlan] | None, goal_ids: Sequence[bytes]) -> list[Goal]:
    """The goals of a plan with these ids, in the order of the plan; unknown ids are left out."""
    return [goal for goal in plan.payload.goals if goal.id_bytes in goal_ids] if plan else []
