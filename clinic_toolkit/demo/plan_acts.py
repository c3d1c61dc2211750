"""The acts of the demo about treatment plans: writing one, and the goals that a note names."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import uuid4

from clinic_toolkit.demo import content
from clinic_toolkit.demo.acts import DemoState
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.writing import treatment_plans
from clinic_toolkit.record.writing.treatment_plan_record import Goal, TreatmentPlan


def write_plan(
    spec: content.Plan, state: DemoState, case: RecordVersion[Case], written_on: date, now: datetime
) -> None:
    """Write the plan of a case."""
    plan = TreatmentPlan(
        case=case.id.bytes,
        problems=spec.problems,
        goals=tuple(
            Goal(
                id_bytes=uuid4().bytes,
                words=goal.words,
                means=goal.means,
                questionnaires=tuple(goal.questionnaires),
                worksheets=tuple(goal.worksheets),
            )
            for goal in spec.goals
        ),
        review_date=written_on + timedelta(weeks=spec.review_in_weeks),
    )
    treatment_plans.create_plan(state.db, state.vault, case, plan, now=now)


def list_goal_ids(state: DemoState, case: RecordVersion[Case], numbers: Sequence[int]) -> list[bytes]:
    """The ids of the goals with these numbers, counted from 1, in the plan of a case."""
    plan = treatment_plans.find_plan(state.db, state.vault, case) if numbers else None
    return [plan.payload.goals[number - 1].id_bytes for number in numbers] if plan else []
