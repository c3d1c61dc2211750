"""*Belongs to another client*: a note, a questionnaire or a risk entry written for the wrong person."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.journal import records
from clinic_toolkit.journal.list_facts import FactsReader
from clinic_toolkit.record import moved_records
from clinic_toolkit.record.people import case_list_facts, cases, client_list_facts, display_names
from clinic_toolkit.record.people.client_record import UNLISTED_STATES
from clinic_toolkit.record.questionnaires import administrations
from clinic_toolkit.record.questionnaires.administration_record import ADMINISTRATION
from clinic_toolkit.record.safety import risk_entries
from clinic_toolkit.record.safety.risk_entry_record import RISK_ENTRY
from clinic_toolkit.record.writing import moved_notes, notes, set_aside_marks
from clinic_toolkit.web import context
from clinic_toolkit.web.access import signing_code
from clinic_toolkit.web.forms.moved_records import BelongsForm
from clinic_toolkit.web.screen_parts import note_loading
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("moved_records", __name__)

Choices = list[tuple[str, str]]


@screen.route("/notes/<uuid:id>/belongs-elsewhere", methods=["GET", "POST"])
def note(id: UUID) -> ViewResult:
    """Move a note to the client or the couple that it belongs to."""
    if (moved_to := _find_moved(id)) is not None:
        moved = notes.load_note(context.db(), context.vault(), moved_to)
        return responses.redirect_to(url_for("notes.edit", session_id=moved.payload.therapy_session_id))
    loaded, session = note_loading.load_note_and_session(id)

    def move(whom: UUID, reason: str) -> str:
        case = cases.load_case(context.db(), context.vault(), whom)
        moved_notes.move_note(
            context.db(), context.vault(), loaded, session, case, reason=reason, now=context.now()
        )
        return url_for(".note", id=id)

    back = url_for("notes.show", id=id) if loaded.final else url_for("notes.edit", session_id=session.id)
    return _respond("note", _list_cases(session.payload.case_id), move, back=back, day=session.payload.on)


@screen.route("/administrations/<uuid:id>/belongs-elsewhere", methods=["GET", "POST"])
def administration(id: UUID) -> ViewResult:
    """Move a questionnaire to the client who answered it."""
    if (moved_to := _find_moved(id)) is not None:
        return responses.redirect_to(url_for("results.show", id=moved_to))
    loaded = administrations.load_administration(context.db(), context.vault(), id)
    context.audit_read(ADMINISTRATION, loaded)

    def move(whom: UUID, reason: str) -> str:
        moved_records.move_administration(
            context.db(), context.vault(), loaded, whom, reason=reason, now=context.now()
        )
        return url_for(".administration", id=id)

    choices = _list_clients(loaded.payload.client_id)
    back = url_for("results.show", id=id)
    return _respond("questionnaire", choices, move, back=back, day=loaded.payload.answered_on)


@screen.route("/risk-entries/<uuid:id>/belongs-elsewhere", methods=["GET", "POST"])
def risk_entry(id: UUID) -> ViewResult:
    """Move a risk entry to the client whom it is about."""
    if (moved_to := _find_moved(id)) is not None:
        return responses.redirect_to(url_for("risk_entries.show", id=moved_to))
    loaded = risk_entries.load_risk_entry(context.db(), context.vault(), id)
    context.audit_read(RISK_ENTRY, loaded)

    def move(whom: UUID, reason: str) -> str:
        moved_records.move_risk_entry(
            context.db(), context.vault(), loaded, whom, reason=reason, now=context.now()
        )
        return url_for(".risk_entry", id=id)

    choices = _list_clients(loaded.payload.client_id)
    back = url_for("risk_entries.show", id=id)
    return _respond("risk entry", choices, move, back=back, day=loaded.payload.entry_date)


def _respond(
    what: str, choices: Choices, move: Callable[[UUID, str], str], *, back: str, day: object
) -> ViewResult:
    """Show the form, or move what it is about and lead to where it is now."""
    form = BelongsForm(request.form)
    form.whom.choices = [("", "Choose"), *choices]

    def show(sentence: str = "") -> ViewResult:
        if sentence:
            form.sign_code.errors = [sentence]
        page = render_template(
            "moved_records/edit.html",
            here="clients",
            form=form,
            errors=form.errors,
            what=what,
            day=day,
            back=back,
            asks_code=signing_code.is_asked(),
        )
        return (page, 422) if form.errors else page

    if request.method != "POST" or not form.validate():
        return show()
    if (refusal := signing_code.refuse_wrong_code(form.sign_code.data, show)) is not None:
        return refusal
    try:
        return responses.redirect_to(move(UUID(hex=form.whom.data), form.reason.data))
    except (moved_records.StillOpen, set_aside_marks.SameClient) as error:
        form.whom.errors = [error.sentence]
        return show()


def _find_moved(id: UUID) -> UUID | None:
    """What was written in the place of this record, if it was moved and that can be read."""
    mark = set_aside_marks.find_arrival(context.db(), context.vault(), id)
    return mark.payload.record_id if mark is not None else None


def _list_clients(except_id: UUID) -> Choices:
    """Everyone else whose record is kept, by name."""
    db, vault = context.db(), context.vault()
    names = display_names.load_display_names(db, vault).full_by_id
    facts = client_list_facts.list_client_facts(FactsReader(db, vault))
    listed = [each.id for each in facts if each.state not in UNLISTED_STATES and each.id != except_id]
    return sorted(((id.hex, names[id]) for id in listed if id in names), key=lambda pair: pair[1].casefold())


def _list_cases(except_id: UUID) -> Choices:
    """Every other client, and every other couple, by name."""
    db, vault = context.db(), context.vault()
    names = display_names.load_display_names(db, vault).full_by_id
    client_facts = client_list_facts.list_client_facts(FactsReader(db, vault))
    unlisted = {each.id for each in client_facts if each.state in UNLISTED_STATES}
    found = [
        (case.id.hex, " and ".join(names[id] for id in case.client_ids if id in names))
        for case in case_list_facts.list_case_facts(FactsReader(db, vault))
        if case.id != except_id and not unlisted.intersection(case.client_ids)
    ]
    if not found and not names:
        raise records.RecordNotFound
    return sorted(((id, name) for id, name in found if name), key=lambda pair: pair[1].casefold())
