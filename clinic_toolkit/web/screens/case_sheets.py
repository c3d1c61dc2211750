"""A case sheet for supervision: put together, searched for what tells who it is, and shown only without it.

It is held in the memory of this login and recorded nowhere.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from msgspec import Struct

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import cases, clients
from clinic_toolkit.record.people.client_record import CLIENT, Client
from clinic_toolkit.record.people.therapy_session_record import THERAPY_SESSION
from clinic_toolkit.record.release import case_sheet, identifiers
from clinic_toolkit.record.values.case_sheet_values import CaseSheet, CaseSheetFinding
from clinic_toolkit.record.writing.note_record import CLINICAL_NOTE
from clinic_toolkit.web import context
from clinic_toolkit.web.access import guard
from clinic_toolkit.web.content.printout_kinds import PrintoutKind
from clinic_toolkit.web.forms.case_sheets import CaseSheetDaysForm, CaseSheetTextForm
from clinic_toolkit.web.screen_parts import printouts
from clinic_toolkit.web.screen_parts.printouts import Printout
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("case_sheets", __name__)

_BEING_WRITTEN = "case sheet"
NOTHING_SIGNED = "There is no signed note of these days."


class _Pending(Struct, frozen=True, kw_only=True):
    """The case sheet that is being written, and the words in it that a person called other words."""

    client_id: UUID
    sheet: CaseSheet
    other_words: frozenset[str] = frozenset()


@screen.route("/clients/<uuid:id>/case-sheet", methods=["GET", "POST"])
def ask(id: UUID) -> ViewResult:
    """Choose the days and write the question."""
    db, vault, client = context.db(), context.vault(), _load_primary(id)
    form = CaseSheetDaysForm(request.form if request.method == "POST" else None)
    errors: Mapping[str, Any] = {}
    if request.method == "POST" and form.validate():
        found = case_sheet.list_sheet_notes(db, vault, client.id, form.from_day.data, form.to_day.data)
        if found:
            known = identifiers.load_identifiers(db, vault, client.id)
            text = case_sheet.build_sheet_text(found, known)
            sheet = CaseSheet(question=form.question.data, text=text)
            context.put_in_login(_BEING_WRITTEN, _Pending(client_id=client.id, sheet=sheet))
            context.audit_read(THERAPY_SESSION, *(session for session, _ in found))
            context.audit_read(CLINICAL_NOTE, *(note for _, note in found))
            return responses.redirect_to(url_for(".edit", id=client.id))
        errors = {"from_day": [NOTHING_SIGNED]}
    errors = errors or form.errors
    page = render_template(
        "case_sheets/ask.html",
        here="clients",
        client=client,
        case_id=cases.load_single_case(db, vault, client.id).id,
        values=form.data | form.from_day.page_values | form.to_day.page_values,
        errors=errors,
    )
    return (page, 422) if errors else page


@screen.route("/clients/<uuid:id>/case-sheet/text", methods=["GET", "POST"])
def edit(id: UUID) -> ViewResult:
    """The text to be changed, and what in it still tells who it is."""
    client = _load_primary(id)
    pending = _find_pending(client.id)
    if pending is None:
        return responses.redirect_to(url_for(".ask", id=client.id))
    form = CaseSheetTextForm(request.form if request.method == "POST" else None)
    if request.method == "POST" and form.validate():
        pending = _Pending(
            client_id=client.id,
            sheet=CaseSheet(question=form.question.data, text=form.text.data),
            other_words=frozenset(word.casefold() for word in request.form.getlist("other")),
        )
        context.put_in_login(_BEING_WRITTEN, pending)
    found = _find_all(pending)
    if request.method == "POST" and not form.errors and not _list_left(pending, found):
        return responses.redirect_to(url_for(".show", id=client.id))
    page = render_template(
        "case_sheets/edit.html",
        here="clients",
        client=client,
        values=form.data if form.errors else {"question": pending.sheet.question, "text": pending.sheet.text},
        errors=form.errors,
        found=found,
        other_words=pending.other_words,
    )
    return (page, 422) if request.method == "POST" else page


@screen.get("/clients/<uuid:id>/case-sheet/ready")
def show(id: UUID) -> ViewResult:
    """The sheet, if nothing known of the client is in it."""
    client = _load_primary(id)
    pending = _find_pending(client.id)
    if pending is None or _list_left(pending, _find_all(pending)):
        return responses.redirect_to(url_for(".edit", id=client.id))
    return render_template("case_sheets/show.html", here="clients", client=client, sheet=pending.sheet)


@screen.route("/clients/<uuid:id>/case-sheet/paper", methods=["GET", "POST"])
@guard.allow_printout_when_read_only
def paper(id: UUID) -> ViewResult:
    """The sheet on paper, if nothing known of the client is in it."""
    from clinic_toolkit.documents import case_sheet as document

    client = _load_primary(id)
    pending = _find_pending(client.id)
    if pending is None or _list_left(pending, _find_all(pending)):
        return responses.redirect_to(url_for(".edit", id=client.id))
    letterhead, sheet = context.letterhead(), pending.sheet
    return printouts.respond_with_printout(
        Printout(
            kind=PrintoutKind.CASE_SHEET,
            title="Case sheet",
            back=("Back to the case sheet", url_for(".show", id=client.id)),
            render=lambda: document.render_case_sheet(
                sheet, paper=letterhead.paper_size, demo=letterhead.is_demo
            ),
        )
    )


def _load_primary(id: UUID) -> RecordVersion[Client]:
    client = clients.load_primary_client(context.db(), context.vault(), id)
    context.audit_read(CLIENT, client)
    return client


def _find_pending(client_id: UUID) -> _Pending | None:
    pending: _Pending | None = context.get_from_login(_BEING_WRITTEN)
    return pending if pending and pending.client_id == client_id else None


def _find_all(pending: _Pending) -> tuple[CaseSheetFinding, ...]:
    known = identifiers.load_identifiers(context.db(), context.vault(), pending.client_id)
    return identifiers.find_identifiers(f"{pending.sheet.question}\n{pending.sheet.text}", known)


def _list_left(pending: _Pending, found: Iterable[CaseSheetFinding]) -> list[CaseSheetFinding]:
    return [each for each in found if each.words.casefold() not in pending.other_words]
