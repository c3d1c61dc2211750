"""The form for a treatment plan: what the work is about, a few goals, the day to look again, a diagnosis."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import uuid4

import msgspec
from wtforms import Form, StringField
from wtforms.validators import ValidationError

from clinic_toolkit.record.writing.treatment_plan_record import Goal, GoalStanding, TreatmentPlan
from clinic_toolkit.record.writing.treatment_plans import (
    MAX_GOALS,
    DateWithoutDiagnosis,
    DiagnosisWithoutDate,
    GoalWithoutWords,
    PlanIsEmpty,
)
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.date_fields import date_field

STANDING_LABELS = {
    GoalStanding.CURRENT: "Worked on",
    GoalStanding.REACHED: "Reached",
    GoalStanding.LET_GO: "Let go",
}
# The fields for goals that a new plan begins with; a saved one has always one more than it has goals.
_FEWEST_GOALS = 3
MAX_GOAL, MAX_DIAGNOSIS = 400, 300


class TreatmentPlanForm(Form):
    """One plan. The fields of the goals are `goal1`, `means1`, `standing1` and `id1`, and so on."""

    problems = fields.text_field("What the work is about")
    review = date_field("Look at it again on", years_back=1, years_ahead=3)
    diagnosis = fields.line_field("Diagnosis, as you write it", limit=MAX_DIAGNOSIS)
    diagnosed_on = date_field("Day of the diagnosis", years_back=60, years_ahead=0)
    version = StringField("Version", default="0")

    def __init__(self, typed: Any, plan: TreatmentPlan | None, *, is_couple: bool) -> None:
        super().__init__(typed, data=_values_of(plan) if plan else {})
        self.is_couple = is_couple
        # A page that is shown again has the fields that it had.
        self._sent_numbers = [number for number in _NUMBERS if typed and f"goal{number}" in typed]
        self._stored_goals = {goal.id.hex: goal for goal in plan.goals} if plan else {}

    @property
    def shown_numbers(self) -> Sequence[int]:
        """The numbers of the goals that the page has fields for."""
        if self._sent_numbers:
            return self._sent_numbers
        last = max((number for number in _NUMBERS if self._is_filled(number)), default=0)
        return range(1, min(max(last + 1, _FEWEST_GOALS), MAX_GOALS) + 1)

    def build_plan(self) -> TreatmentPlan:
        """The plan as typed; a goal whose fields are all empty is none, and a new one gets an id."""
        return TreatmentPlan(
            case=b"",
            problems=self.problems.data,
            goals=tuple(self._goals()),
            review_date=self.review.data,
            diagnosis="" if self.is_couple else self.diagnosis.data,
            diagnosis_date=None if self.is_couple else self.diagnosed_on.data,
        )

    def matches_record(self, plan: TreatmentPlan) -> bool:
        """Whether the plan says exactly what is typed, whatever the ids of its goals are."""
        return _without_ids(self.build_plan()) == _without_ids(plan)

    def _goals(self) -> Iterator[Goal]:
        for number in _NUMBERS:
            if not self._is_filled(number):
                continue
            stored = self._stored_goals.get(self._text(f"id{number}"))
            standing = self[f"standing{number}"].data
            yield Goal(
                id_bytes=stored.id_bytes if stored else uuid4().bytes,
                words=self._text(f"goal{number}"),
                means=self._text(f"means{number}"),
                standing=GoalStanding(standing) if standing in STANDING_LABELS else GoalStanding.CURRENT,
                questionnaires=stored.questionnaires if stored else (),
                worksheets=stored.worksheets if stored else (),
            )

    def _is_filled(self, number: int) -> bool:
        return bool(self._text(f"goal{number}") or self._text(f"means{number}"))

    def _text(self, name: str) -> str:
        return str(self[name].data or "")

    def validate_diagnosis(self, field: Any) -> None:
        """Refuse the day of a diagnosis without one."""
        if not self.is_couple and self.diagnosed_on.data and not field.data:
            raise ValidationError(DateWithoutDiagnosis().sentence)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, and that something is written."""
        if not super().validate(extra_validators):
            return False
        if not self.is_couple and self.diagnosis.data and not self.diagnosed_on.data:
            self.diagnosed_on.errors = [DiagnosisWithoutDate().sentence]
        for number in _NUMBERS:
            if self._is_filled(number) and not self._text(f"goal{number}"):
                self[f"goal{number}"].errors = [GoalWithoutWords().sentence]
        plan = self.build_plan()
        if not (plan.problems or plan.goals or plan.diagnosis):
            self.problems.errors = [PlanIsEmpty().sentence]
        return not self.errors


_NUMBERS = range(1, MAX_GOALS + 1)
for _number in _NUMBERS:
    setattr(
        TreatmentPlanForm, f"goal{_number}", fields.text_field("Goal, in your client’s words", limit=MAX_GOAL)
    )
    setattr(TreatmentPlanForm, f"means{_number}", fields.text_field("What we do towards it", limit=MAX_GOAL))
    setattr(TreatmentPlanForm, f"standing{_number}", StringField("Where it stands"))
    setattr(TreatmentPlanForm, f"id{_number}", StringField("Id of the goal"))


def _values_of(plan: TreatmentPlan) -> dict[str, Any]:
    values: dict[str, Any] = {
        "problems": plan.problems,
        "review": plan.review_date,
        "diagnosis": plan.diagnosis,
        "diagnosed_on": plan.diagnosis_date,
    }
    for number, goal in enumerate(plan.goals, start=1):
        values |= {
            f"goal{number}": goal.words,
            f"means{number}": goal.means,
            f"standing{number}": goal.standing,
            f"id{number}": goal.id.hex,
        }
    return values


def _without_ids(plan: TreatmentPlan) -> TreatmentPlan:
    goals = tuple(
        msgspec.structs.replace(goal, id_bytes=b"", questionnaires=(), worksheets=()) for goal in plan.goals
    )
    return msgspec.structs.replace(plan, case=b"", goals=goals)


class GoalToolsForm:
    """Which questionnaires and worksheets serve a goal, as ticked; what is not on offer is not chosen.

    A form that is not on offer any more, and served the goal before, stays chosen: the page cannot show it.
    """

    def __init__(
        self, posted: Any, goal: Goal, questionnaires: Mapping[str, str], worksheets: Mapping[str, str]
    ) -> None:
        self.questionnaires = _chosen(posted, "questionnaires", questionnaires, goal.questionnaires)
        self.worksheets = _chosen(posted, "worksheets", worksheets, goal.worksheets)
        self.version = fields.parse_whole_number(posted.get("version"))


def _chosen(posted: Any, name: str, offered: Mapping[str, str], before: tuple[str, ...]) -> tuple[str, ...]:
    ticked = set(posted.getlist(name))
    hidden = [each for each in before if each not in offered]
    return (*(each for each in offered if each in ticked), *hidden)
