"""Couples: two clients with joint sessions."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import cases, clients, display_names, therapy_session_timeline
from clinic_toolkit.record.people.case_record import CASE, Case
from clinic_toolkit.record.people.client_record import CLIENT, ClientState
from clinic_toolkit.record.people.therapy_session_record import KIND_LABELS
from clinic_toolkit.web import context
from clinic_toolkit.web.forms.cases import CoupleForm
from clinic_toolkit.web.screen_parts import saved_message, session_choice, session_lines
from clinic_toolkit.web.transport import request_info, responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("cases", __name__)

# How many sessions a couple's page shows; a link shows the rest.
NEWEST_SHOWN = 8


@screen.route("/couples/new", methods=["GET", "POST"])
def new() -> ViewResult:
    """Add a couple of two clients."""
    db, vault = context.db(), context.vault()
    active_clients = [
        client for client in clients.list_clients(db, vault) if client.state == ClientState.ACTIVE
    ]
    names = display_names.choice_labels(db, vault, active_clients)
    form = CoupleForm.for_clients(active_clients, names, request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        first, second = UUID(hex=form.first.data or "0" * 32), UUID(hex=form.second.data or "0" * 32)
        if existing := _find_couple(first, second):
            return responses.redirect_to(url_for(".show", id=existing.id))
        try:
            case = cases.create_couple_case(db, vault, first, second, now=context.now())
        except cases.SameClientTwice as error:
            form.second.errors = [error.sentence]
        else:
            return saved_message.redirect_saved(url_for(".show", id=case.id))
    page = render_template(
        "cases/new.html", here="clients", form=form, errors=form.errors, people=active_clients
    )
    return (page, 422) if form.errors else page


def _find_couple(first: UUID, second: UUID) -> RecordVersion[Case] | None:
    """The case that these two clients already have, because a second one would split their sessions."""
    joins = clients.load_client_joins(context.db(), context.vault())
    return next(
        (
            case
            for case in cases.list_cases(context.db(), context.vault())
            if case.payload.is_couple
            and {joins.get(id, id) for id in case.payload.client_ids} == {first, second}
        ),
        None,
    )


@screen.get("/cases/<uuid:id>")
def show(id: UUID) -> ViewResult:
    """A couple's page with their joint sessions. Answers are only on the page of the client who gave them."""
    db, vault = context.db(), context.vault()
    case = cases.load_case(db, vault, id)
    if case.payload.single_client_id is not None:
        return responses.redirect_to(url_for("clients.show", id=case.payload.single_client_id))
    people = [clients.load_client(db, vault, client_id) for client_id in case.payload.client_ids]
    sessions = therapy_session_timeline.list_therapy_sessions_of_cases(db, vault, [case])
    chosen = session_choice.choose_sessions(sessions, limit=request_info.list_limit(NEWEST_SHOWN))
    context.audit_read(CASE, case)
    context.audit_read(CLIENT, *people)
    return render_template(
        "cases/show.html",
        here="clients",
        case=case,
        people=people,
        sessions=chosen,
        session_details=session_lines.describe_sessions(chosen.shown),
        now=session_lines.find_way_in(sessions, [case]),
        agreed=therapy_session_timeline.find_last_agreement(sessions),
        kinds=KIND_LABELS,
    )
