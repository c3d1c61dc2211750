"""What stands beside the goals of a treatment plan: what serves them, and what belongs to them."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from msgspec import Struct

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import relationships
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.questionnaires import own_questionnaires
from clinic_toolkit.record.values.plan_pages import PlanGoal
from clinic_toolkit.record.writing import available_worksheets, goal_thread
from clinic_toolkit.record.writing.treatment_plan_record import Goal, TreatmentPlan
from clinic_toolkit.web import context
from clinic_toolkit.web.forms.treatment_plans import STANDING_LABELS
from clinic_toolkit.web.screen_parts import handout_lines, questionnaire_lines
from clinic_toolkit.web.screen_parts.handout_lines import HandoutLine
from clinic_toolkit.web.screen_parts.questionnaire_lines import QuestionnaireLine

NOT_OFFERED = "one that is no longer offered"


class NoteLine(Struct, frozen=True, kw_only=True):
    """A note that names a goal: its id, the day of its session, and whether it is signed."""

    id: UUID
    session_date: date
    is_signed: bool


class GoalLines(Struct, frozen=True, kw_only=True):
    """What belongs to one goal, in lines."""

    notes: tuple[NoteLine, ...]
    questionnaires: tuple[QuestionnaireLine, ...]
    worksheets: tuple[HandoutLine, ...]


def list_questionnaire_titles() -> dict[str, str]:
    """The questionnaires that may serve a goal, by id."""
    offered = own_questionnaires.list_offered_instruments(context.db(), context.vault())
    return {each.id: each.title for each in (*offered, catalogue.load_check_in())}


def list_worksheet_titles(case: RecordVersion[Case]) -> dict[str, str]:
    """The worksheets that may serve a goal of this case, by slug; of a couple none for one of them alone."""
    sheets = available_worksheets.list_available_worksheets(
        context.db(), context.vault(), case.payload.single_client_id
    )
    return {sheet.slug: sheet.title for sheet in sheets}


def describe_goals(plan: TreatmentPlan, case: RecordVersion[Case]) -> list[PlanGoal]:
    """The goals of a plan with the titles of what serves them, in their order."""
    questionnaires, worksheets = list_questionnaire_titles(), list_worksheet_titles(case)
    return [
        PlanGoal(
            words=goal.words,
            means=goal.means,
            standing="" if goal.is_current else STANDING_LABELS[goal.standing].lower(),
            serving=(*_titles(goal.questionnaires, questionnaires), *_titles(goal.worksheets, worksheets)),
        )
        for goal in plan.goals
    ]


def _titles(ids: tuple[str, ...], title_by_id: Mapping[str, str]) -> list[str]:
    return [title_by_id.get(id, NOT_OFFERED) for id in ids]


def list_goal_lines(plan: RecordVersion[TreatmentPlan], goal: Goal, case: RecordVersion[Case]) -> GoalLines:
    """Everything that belongs to a goal; of a couple no questionnaire, since each answers alone."""
    db, vault = context.db(), context.vault()
    thread = goal_thread.load_goal_thread(db, vault, plan, goal)
    client_id = case.payload.single_client_id
    words = (
        relationships.numbered_words(relationships.list_relationships(db, vault, client_id))
        if client_id
        else {}
    )
    return GoalLines(
        notes=tuple(
            NoteLine(id=note.id, session_date=session.payload.on, is_signed=note.final)
            for session, note in thread.notes
        ),
        questionnaires=tuple(questionnaire_lines.describe_questionnaires(thread.administrations, words)),
        worksheets=tuple(handout_lines.describe_handouts(thread.handouts)),
    )
