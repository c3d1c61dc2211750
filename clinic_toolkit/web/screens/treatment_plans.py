"""Treatment plans: writing one, reading it, printing it, and the page of each goal."""

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.journal import records, version_history
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import cases, display_names
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.values.plan_pages import TreatmentPlanPage
from clinic_toolkit.record.writing import treatment_plans
from clinic_toolkit.record.writing.treatment_plan_record import TREATMENT_PLAN, Goal, TreatmentPlan
from clinic_toolkit.web import context
from clinic_toolkit.web.access import guard
from clinic_toolkit.web.content.printout_kinds import PrintoutKind
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.treatment_plans import STANDING_LABELS, GoalToolsForm, TreatmentPlanForm
from clinic_toolkit.web.screen_parts import draft_saving, goal_lines, printouts
from clinic_toolkit.web.screen_parts.draft_saving import PageDraft
from clinic_toolkit.web.screen_parts.saved_message import redirect_saved
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("treatment_plans", __name__)


@screen.get("/cases/<uuid:case_id>/plan")
def find(case_id: UUID) -> ViewResult:
    """The plan of a case, or the page to write it."""
    case = cases.load_case(context.db(), context.vault(), case_id)
    plan = treatment_plans.find_plan(context.db(), context.vault(), case)
    address = url_for(".show", id=plan.id) if plan else url_for(".edit", case_id=case_id)
    return responses.redirect_to(address)


@screen.route("/cases/<uuid:case_id>/plan/edit", methods=["GET", "POST"])
def edit(case_id: UUID) -> ViewResult:
    """Write the plan of a case, or change it."""
    db, vault = context.db(), context.vault()
    case = cases.load_case(db, vault, case_id)
    plan = treatment_plans.find_plan(db, vault, case)
    case = treatment_plans.load_primary_case(db, vault, case)
    draft = draft_saving.open_page_draft("treatment_plan", case.id, ring=plan.ring if plan else case.ring)
    if (answer := draft.handle_autosave()) is not None:
        return answer
    form = TreatmentPlanForm(
        draft.field_values(), plan.payload if plan else None, is_couple=case.payload.is_couple
    )
    if request.method == "POST" and form.validate():
        if plan and form.matches_record(plan.payload):
            draft.discard_recorded_draft()
            return responses.redirect_to(url_for(".show", id=plan.id))
        if form.version.data != str(plan.version if plan else 0):
            return _render_form(form, case, plan, draft, newer=True), 409
        typed, now = form.build_plan(), context.now()
        saved = (
            treatment_plans.revise_plan(db, vault, case, plan, typed, now=now)
            if plan
            else treatment_plans.create_plan(db, vault, case, typed, now=now)
        )
        draft.discard_recorded_draft()
        return redirect_saved(url_for(".show", id=saved.id))
    page = _render_form(form, case, plan, draft)
    return (page, 422) if form.errors else page


def _render_form(
    form: TreatmentPlanForm,
    case: RecordVersion[Case],
    plan: RecordVersion[TreatmentPlan] | None,
    draft: PageDraft,
    *,
    newer: bool = False,
) -> str:
    context.audit_read(TREATMENT_PLAN, *([plan] if plan else ()))
    return render_template(
        "treatment_plans/edit.html",
        here="clients",
        form=form,
        errors=form.errors,
        case=case,
        plan=plan,
        draft=draft,
        newer=goal_lines.describe_goals(plan.payload, case) if newer and plan else (),
        is_newer=newer,
        standings=list(STANDING_LABELS.items()),
        version=fields.version_for_page(form, plan.version if plan else 0, draft=draft.is_shown),
        whom=_names(case),
        today=context.today(),
    )


def _names(case: RecordVersion[Case]) -> str:
    names = display_names.load_display_names(context.db(), context.vault())
    return names.full_and_short(case.payload.client_ids)


def _load(id: UUID) -> tuple[RecordVersion[TreatmentPlan], RecordVersion[Case]]:
    plan = treatment_plans.load_plan(context.db(), context.vault(), id)
    return plan, cases.load_case(context.db(), context.vault(), plan.payload.case_id)


@screen.get("/plans/<uuid:id>")
def show(id: UUID) -> ViewResult:
    """A plan on one page."""
    plan, case = _load(id)
    versions = treatment_plans.list_plan_versions(context.db(), context.vault(), plan)
    return _render_plan(plan, case, plan, versions)


@screen.get("/plans/<uuid:id>/versions/<int:number>")
def show_version(id: UUID, number: int) -> ViewResult:
    """A plan as an earlier version had it."""
    plan, case = _load(id)
    versions = treatment_plans.list_plan_versions(context.db(), context.vault(), plan)
    shown = version_history.find_version(versions, number)
    if shown is None:
        raise records.RecordNotFound
    return _render_plan(shown, case, plan, versions)


def _render_plan(
    shown: RecordVersion[TreatmentPlan],
    case: RecordVersion[Case],
    newest: RecordVersion[TreatmentPlan],
    versions: Sequence[RecordVersion[TreatmentPlan]],
) -> str:
    db, vault = context.db(), context.vault()
    context.audit_read(TREATMENT_PLAN, shown)
    return render_template(
        "treatment_plans/show.html",
        here="clients",
        plan=shown,
        newest=newest,
        case=case,
        goals=list(zip(goal_lines.describe_goals(shown.payload, case), shown.payload.goals, strict=True)),
        others=[each for each in treatment_plans.list_plans(db, vault, case) if each.id != newest.id],
        versions=versions,
        today=context.today(),
    )


@screen.route("/plans/<uuid:id>/paper", methods=["GET", "POST"])
@guard.allow_printout_when_read_only
def paper(id: UUID) -> ViewResult:
    """The plan on paper; in large letters, and with the diagnosis, only where that was asked for."""
    from clinic_toolkit.documents import treatment_plan as document

    plan, case = _load(id)
    context.audit_read(TREATMENT_PLAN, plan)
    names = display_names.load_display_names(context.db(), context.vault()).full_by_id
    is_with_diagnosis = "diagnosis" in request.args
    page = TreatmentPlanPage(
        letterhead=context.letterhead(),
        client_names=" and ".join(names[id] for id in case.payload.client_ids if id in names),
        written_on=plan.recorded_at.astimezone().date(),
        problems=plan.payload.problems,
        goals=tuple(goal_lines.describe_goals(plan.payload, case)),
        review_date=plan.payload.review_date,
        diagnosis=plan.payload.diagnosis if is_with_diagnosis else "",
        diagnosis_date=plan.payload.diagnosis_date if is_with_diagnosis else None,
        large_type="large" in request.args,
    )
    return printouts.respond_with_printout(
        printouts.Printout(
            kind=PrintoutKind.PLAN,
            title="Treatment plan",
            back=("Back to the plan", url_for(".show", id=id)),
            render=lambda: document.render_treatment_plan(page),
            case_id=case.id,
        )
    )


@screen.get("/plans/<uuid:id>/goals/<uuid:goal_id>")
def show_goal(id: UUID, goal_id: UUID) -> ViewResult:
    """One goal: the notes that worked on it, and the questionnaires and worksheets that serve it."""
    plan, case = _load(id)
    return _render_goal(plan, case, _find_goal(plan, goal_id))


@screen.post("/plans/<uuid:id>/goals/<uuid:goal_id>")
def link_goal(id: UUID, goal_id: UUID) -> ViewResult:
    """Say which questionnaires and worksheets serve a goal."""
    plan, case = _load(id)
    goal = _find_goal(plan, goal_id)
    form = GoalToolsForm(
        request.form, goal, goal_lines.list_questionnaire_titles(), goal_lines.list_worksheet_titles(case)
    )
    if (form.questionnaires, form.worksheets) != (goal.questionnaires, goal.worksheets):
        if form.version != plan.version:
            return _render_goal(plan, case, goal, newer=True), 409
        treatment_plans.link_goal(
            context.db(),
            context.vault(),
            plan,
            goal_id,
            questionnaires=form.questionnaires,
            worksheets=form.worksheets,
            now=context.now(),
        )
    return redirect_saved(url_for(".show_goal", id=id, goal_id=goal_id))


def _find_goal(plan: RecordVersion[TreatmentPlan], goal_id: UUID) -> Goal:
    goal = plan.payload.find_goal(goal_id)
    if goal is None:
        raise records.RecordNotFound
    return goal


def _render_goal(
    plan: RecordVersion[TreatmentPlan], case: RecordVersion[Case], goal: Goal, *, newer: bool = False
) -> str:
    context.audit_read(TREATMENT_PLAN, plan)
    return render_template(
        "treatment_plans/goal.html",
        here="clients",
        plan=plan,
        case=case,
        goal=goal,
        standing="" if goal.is_current else STANDING_LABELS[goal.standing].lower(),
        lines=goal_lines.list_goal_lines(plan, goal, case),
        questionnaires=goal_lines.list_questionnaire_titles().items(),
        worksheets=goal_lines.list_worksheet_titles(case).items(),
        newer=newer,
        today=context.today(),
    )
