"""Plans for hard moments: written, written together in large letters, and the ways to take one along.

Nothing here asks for a hold: whatever else has to stay in the room, this may leave it.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.journal import records, version_history
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import cases, clients, display_names
from clinic_toolkit.record.people.client_record import record_ring
from clinic_toolkit.record.safety import hard_moments_plans
from clinic_toolkit.record.safety.hard_moments_record import HARD_MOMENTS_PLAN, HEADINGS, HardMomentsPlan
from clinic_toolkit.record.values.plan_pages import HardMomentsPage, NeutralCard
from clinic_toolkit.web import context
from clinic_toolkit.web.access import guard
from clinic_toolkit.web.content.printout_kinds import PrintoutKind
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.hard_moments import HINTS, HardMomentsForm
from clinic_toolkit.web.screen_parts import draft_saving, printouts
from clinic_toolkit.web.screen_parts.saved_message import redirect_saved
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("hard_moments", __name__)


@screen.get("/clients/<uuid:client_id>/hard-moments")
def find(client_id: UUID) -> ViewResult:
    """The plan of a client, or the page to write it."""
    clients.load_client(context.db(), context.vault(), client_id)
    plan = _find_plan(client_id)
    address = url_for(".show", id=plan.id) if plan else url_for(".edit", client_id=client_id)
    return responses.redirect_to(address)


def _find_plan(client_id: UUID) -> RecordVersion[HardMomentsPlan] | None:
    db, vault = context.db(), context.vault()
    plans = hard_moments_plans.list_hard_moments_plans(db, vault, client_id)
    return hard_moments_plans.load_hard_moments_plan(db, vault, plans[0].id) if plans else None


@screen.route("/clients/<uuid:client_id>/hard-moments/edit", methods=["GET", "POST"])
def edit(client_id: UUID) -> ViewResult:
    """Write the plan, or change it."""
    return _edit(client_id, lambda values: render_template("hard_moments/edit.html", **values), ".show")


@screen.route("/clients/<uuid:client_id>/hard-moments/together", methods=["GET", "POST"])
def edit_together(client_id: UUID) -> ViewResult:
    """Write it together: the same fields alone on the screen, in large letters."""
    return _edit(
        client_id, lambda values: render_template("hard_moments/together.html", **values), ".photograph"
    )


def _edit(client_id: UUID, render: Callable[[dict[str, Any]], str], next_endpoint: str) -> ViewResult:
    db, vault = context.db(), context.vault()
    client = clients.load_primary_client(db, vault, client_id)
    plan = _find_plan(client.id)
    ring = plan.ring if plan else record_ring(vault, client.id)
    # Both ways to write have one draft, so that one can go on where the other was left.
    draft = draft_saving.open_page_draft("hard_moments", client.id, ring=ring)
    if (answer := draft.handle_autosave()) is not None:
        return answer
    form = HardMomentsForm(draft.field_values(), obj=plan.payload if plan else None)
    is_newer = False
    if request.method == "POST" and form.validate():
        if plan and form.matches_record(plan.payload):
            draft.discard_recorded_draft()
            return responses.redirect_to(url_for(next_endpoint, id=plan.id))
        is_newer = form.version.data != str(plan.version if plan else 0)
        if not is_newer:
            typed, now = form.build_plan(client.id), context.now()
            saved = (
                hard_moments_plans.revise_hard_moments_plan(db, vault, plan, typed, now=now)
                if plan
                else hard_moments_plans.create_hard_moments_plan(db, vault, typed, now=now)
            )
            draft.discard_recorded_draft()
            return redirect_saved(url_for(next_endpoint, id=saved.id))
    context.audit_read(HARD_MOMENTS_PLAN, *([plan] if plan else ()))
    page = render(
        {
            "here": "clients",
            "form": form,
            "errors": form.errors,
            "client": client,
            "case": cases.load_single_case(db, vault, client.id),
            "plan": plan,
            "draft": draft,
            "headings": HEADINGS,
            "hints": HINTS,
            "is_newer": is_newer,
            "version": fields.version_for_page(form, plan.version if plan else 0, draft=draft.is_shown),
            "whom": display_names.load_display_names(db, vault).full_and_short([client.id]),
            "today": context.today(),
        }
    )
    return (page, 409) if is_newer else (page, 422) if form.errors else page


def _load(id: UUID) -> RecordVersion[HardMomentsPlan]:
    plan = hard_moments_plans.load_hard_moments_plan(context.db(), context.vault(), id)
    context.audit_read(HARD_MOMENTS_PLAN, plan)
    return plan


@screen.get("/hard-moments/<uuid:id>")
def show(id: UUID) -> ViewResult:
    """A plan, to be read."""
    plan = _load(id)
    versions = hard_moments_plans.list_plan_versions(context.db(), context.vault(), plan)
    return render_template("hard_moments/show.html", **_values_of(plan), versions=versions)


@screen.get("/hard-moments/<uuid:id>/versions/<int:number>")
def show_version(id: UUID, number: int) -> ViewResult:
    """A plan as an earlier version had it."""
    db, vault = context.db(), context.vault()
    plan = hard_moments_plans.load_hard_moments_plan(db, vault, id)
    versions = hard_moments_plans.list_plan_versions(db, vault, plan)
    shown = version_history.find_version(versions, number)
    if shown is None:
        raise records.RecordNotFound
    context.audit_read(HARD_MOMENTS_PLAN, shown)
    return render_template("hard_moments/show.html", **_values_of(shown), versions=versions)


@screen.get("/hard-moments/<uuid:id>/take-along")
def take_along(id: UUID) -> ViewResult:
    """Ask who may find it, and offer the ways to take it along."""
    return render_template("hard_moments/take_along.html", **_values_of(_load(id)))


@screen.get("/hard-moments/<uuid:id>/photograph")
def photograph(id: UUID) -> ViewResult:
    """The plan alone on the screen, in large letters, to be read together or photographed."""
    return render_template("hard_moments/photograph.html", **_values_of(_load(id)))


def _values_of(plan: RecordVersion[HardMomentsPlan]) -> dict[str, Any]:
    db, vault = context.db(), context.vault()
    client_id = clients.primary_client_id(db, vault, plan.payload.client_id)
    return {
        "here": "clients",
        "plan": plan,
        "client_id": client_id,
        "case": cases.load_single_case(db, vault, client_id),
        "crisis_text": context.letterhead().crisis_text.strip(),
    }


@screen.route("/hard-moments/<uuid:id>/paper", methods=["GET", "POST"])
@guard.allow_printout_when_read_only
def paper(id: UUID) -> ViewResult:
    """The plan on paper."""
    from clinic_toolkit.documents import hard_moments as document

    plan = _load(id)
    page = HardMomentsPage(
        letterhead=context.letterhead(),
        sections=plan.payload.sections,
        large_type="large" in request.args,
    )
    return _respond_with_paper(
        plan, PrintoutKind.HARD_MOMENTS, "The plan", lambda: document.render_hard_moments(page)
    )


@screen.route("/hard-moments/<uuid:id>/card", methods=["GET", "POST"])
@guard.allow_printout_when_read_only
def card(id: UUID) -> ViewResult:
    """A small card with words that tell nobody what it is for."""
    from clinic_toolkit.documents import hard_moments as document

    plan = _load(id)
    page = NeutralCard(
        letterhead=context.letterhead(), words=plan.payload.card, large_type="large" in request.args
    )
    return _respond_with_paper(
        plan, PrintoutKind.SMALL_CARD, "A small card", lambda: document.render_neutral_card(page)
    )


def _respond_with_paper(
    plan: RecordVersion[HardMomentsPlan], kind: PrintoutKind, title: str, render: Callable[[], bytes]
) -> ViewResult:
    case = cases.load_single_case(context.db(), context.vault(), plan.payload.client_id)
    return printouts.respond_with_printout(
        printouts.Printout(
            kind=kind,
            title=title,
            back=("Back", url_for(".take_along", id=plan.id)),
            render=render,
            case_id=case.id,
        )
    )
