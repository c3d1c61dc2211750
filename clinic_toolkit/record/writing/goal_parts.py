"""The goals of a treatment plan in a note: those it worked on, and those that a note may begin with."""

from sqlalchemy import Connection

from clinic_toolkit.dates import format_date
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.case_record import CASE
from clinic_toolkit.record.people.therapy_session_record import TherapySession
from clinic_toolkit.record.writing import treatment_plans
from clinic_toolkit.record.writing.note_facts import NotedGoal
from clinic_toolkit.record.writing.note_record import ClinicalNote, NotePart, PartSource, digest_of
from clinic_toolkit.record.writing.treatment_plan_record import Goal, TreatmentPlan
from clinic_toolkit.vault.vault import Vault


def find_plan_of_session(
    db: Connection, vault: Vault, session: RecordVersion[TherapySession]
) -> RecordVersion[TreatmentPlan] | None:
    """The treatment plan of the session's case, or None; a couple's session has the couple's plan."""
    case = records.find_readable_record(db, vault, CASE, session.payload.case_id)
    return treatment_plans.find_plan(db, vault, case) if case else None


def list_goals_on_offer(
    db: Connection, vault: Vault, session: RecordVersion[TherapySession], note: ClinicalNote | None
) -> list[Goal]:
    """The goals that the note of a session may name: the current ones, and those that it names already."""
    plan = find_plan_of_session(db, vault, session)
    named = note.goal_ids if note else ()
    return [goal for goal in plan.payload.goals if goal.is_current or goal.id_bytes in named] if plan else []


def list_noted_goals(
    db: Connection, vault: Vault, session: RecordVersion[TherapySession], note: ClinicalNote
) -> tuple[NotedGoal, ...]:
    """The goals that a draft names, with their words of today; unknown ones are left out."""
    if not note.goal_ids:
        return ()
    plan = find_plan_of_session(db, vault, session)
    return tuple(
        NotedGoal(id_bytes=goal.id_bytes, words=goal.words)
        for goal in treatment_plans.find_goals(plan, note.goal_ids)
    )


def list_goal_parts(
    db: Connection, vault: Vault, session: RecordVersion[TherapySession], section: str
) -> list[NotePart]:
    """The current goals of the session's case as parts of a note whose format has a section for them."""
    plan = find_plan_of_session(db, vault, session)
    if plan is None:
        return []
    label = f"treatment plan, {format_date(plan.recorded_at.astimezone())}"
    return [
        NotePart(
            section=section,
            source=PartSource.GOAL,
            source_label=label,
            text=f"“{goal.words}”",
            # The words may change while the note is a draft; the newer are then offered beside the older.
            origin_id=f"{goal.id.hex}-goal-{digest_of(goal.words)}",
        )
        for goal in plan.payload.current_goals
    ]
