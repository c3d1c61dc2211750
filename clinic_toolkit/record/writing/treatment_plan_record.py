"""What is stored about a treatment plan: problems, goals in the client's words, means, a day to look again.

A plan belongs to a case and lies in the ring of the case, so that the plan of a couple says nothing of what
either partner told alone. Each save is a next version of the same record.
"""

from datetime import date
from enum import StrEnum
from uuid import UUID

import msgspec

from clinic_toolkit.journal.record_kind import RecordKind, RecordNouns, register_kind
from clinic_toolkit.store.base import sealed_table

treatment_plan_table = sealed_table("treatment_plan")


class TreatmentPlanState(StrEnum):
    """The state of a treatment plan."""

    WRITTEN = "written"


class TreatmentPlanEvent(StrEnum):
    """What the audit log says was done to a treatment plan."""

    WRITTEN = "plan.written"
    REVISED = "plan.revised"
    LINKED = "plan.linked"


class GoalStanding(StrEnum):
    """Where a goal stands."""

    CURRENT = "current"
    REACHED = "reached"
    LET_GO = "let_go"


class Goal(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """One goal. `id_bytes` stays the same through all versions of the plan, whatever the words become.

    `questionnaires` are the ids of the questionnaires that serve it, and `worksheets` the slugs of the
    worksheets: those of the forms themselves, and not of one time that they were given.
    """

    id_bytes: bytes
    words: str
    means: str = ""
    standing: GoalStanding = GoalStanding.CURRENT
    questionnaires: tuple[str, ...] = ()
    worksheets: tuple[str, ...] = ()

    @property
    def id(self) -> UUID:
        """The id by which notes name the goal."""
        return UUID(bytes=self.id_bytes)

    @property
    def is_current(self) -> bool:
        """Whether it is worked on."""
        return self.standing == GoalStanding.CURRENT


class TreatmentPlan(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """The plan of one case.

    `diagnosis` is what the clinician typed, and `diagnosis_date` the day of it. The program proposes none,
    completes none, and reads nothing from it. The plan of a couple has none.
    """

    case: bytes
    problems: str = ""
    goals: tuple[Goal, ...] = ()
    review_date: date | None = None
    diagnosis: str = ""
    diagnosis_date: date | None = None

    @property
    def case_id(self) -> UUID:
        """The case it belongs to."""
        return UUID(bytes=self.case)

    @property
    def current_goals(self) -> tuple[Goal, ...]:
        """The goals that are worked on, in their order."""
        return tuple(goal for goal in self.goals if goal.is_current)

    def find_goal(self, goal_id: UUID) -> Goal | None:
        """The goal with this id, or None."""
        return next((goal for goal in self.goals if goal.id == goal_id), None)


TREATMENT_PLAN = register_kind(
    RecordKind(
        table=treatment_plan_table,
        payload_type=TreatmentPlan,
        states=TreatmentPlanState,
        events=TreatmentPlanEvent,
        nouns=RecordNouns(in_sentence="a treatment plan", one="a treatment plan", many="treatment plans"),
    )
)
