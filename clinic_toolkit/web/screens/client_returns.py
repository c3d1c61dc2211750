"""Bringing an erased client back: which backup, who is in it and not here, why, and how far it has come."""

from pathlib import Path
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.journal.records import RecordNotFound
from clinic_toolkit.record.people import clients, display_names
from clinic_toolkit.record.people.client_record import CLIENT
from clinic_toolkit.record.retention.absent_clients import AbsentCouple, AbsentPerson
from clinic_toolkit.web import context
from clinic_toolkit.web.access import client_returns, sheet_groups, step_up
from clinic_toolkit.web.access.client_returns import LookedInto
from clinic_toolkit.web.access.unlocking import MAX_SECRET_LENGTH
from clinic_toolkit.web.content import audit_details
from clinic_toolkit.web.forms.retention import COUPLE_PREFIX, LEAVE_COUPLE, RETURN_COUPLE, ReturnForm
from clinic_toolkit.web.screen_parts import backups, jobs
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("client_returns", __name__)

_NO_BACKUP = "Choose one of these backups."
# What can be said of a joint record that is here, and of one that is not.
_CHOICES_IF_HERE = [
    (RETURN_COUPLE, "Put both together again", "It is here, and names this client again as a partner."),
    (LEAVE_COUPLE, "Leave it as it is", "It stays with the other alone."),
]
_CHOICES_IF_GONE = [
    (RETURN_COUPLE, "Bring it back too", "It names both, and is there for both again."),
    (LEAVE_COUPLE, "Leave it out", "It stays erased."),
]


@screen.get("/backups/bring-back")
@step_up.require_passphrase
def choose() -> ViewResult:
    """Ask which backup, and for the passphrase of that day if today’s keys do not open it."""
    return _render_choice({}, by_sheet=False)


@screen.get("/backups/bring-back/sheet")
@step_up.require_passphrase
def choose_with_sheet() -> ViewResult:
    """Ask which backup, and for the recovery sheet of that day."""
    return _render_choice({}, by_sheet=True)


@screen.post("/backups/bring-back")
def look() -> ViewResult:
    """Start to look who is in a backup, with today’s keys or the passphrase of that day."""
    if not step_up.is_passphrase_fresh():
        # Not the question itself: it would carry what was typed of a passphrase through the page.
        return responses.redirect_to(url_for(".choose"))
    typed, file = request.form.get("past_passphrase", ""), _find_file()
    errors: dict[str, list[str]] = {}
    if file is None:
        errors["backup"] = [_NO_BACKUP]
    if len(typed) > MAX_SECRET_LENGTH:
        errors["past_passphrase"] = ["This is too long for a passphrase."]
    if file is None or errors:
        return _render_choice(errors, by_sheet=False)
    client_returns.start_looking_with_passphrase(file, typed)
    return responses.redirect_to(url_for(".looking"))


@screen.post("/backups/bring-back/sheet")
def look_with_sheet() -> ViewResult:
    """Start to look who is in a backup, with the recovery sheet of that day."""
    if not step_up.is_passphrase_fresh():
        return responses.redirect_to(url_for(".choose_with_sheet"))
    file, (typed, group_errors) = _find_file(), sheet_groups.read_sheet(request.form)
    errors = {field: [sentence] for field, sentence in group_errors.items()}
    if file is None:
        errors = {"backup": [_NO_BACKUP], **errors}
    if file is None or errors:
        return _render_choice(errors, by_sheet=True)
    client_returns.start_looking_with_sheet(file, typed)
    return responses.redirect_to(url_for(".looking"))


def _find_file() -> Path | None:
    """The file of the backup that the form names, if it is one of those in the list."""
    lines = backups.list_usable_lines()
    return next((line.file for line in lines if line.name == request.form.get("backup")), None)


def _render_choice(errors: dict[str, list[str]], *, by_sheet: bool) -> ViewResult:
    usable = backups.list_usable_lines()
    if not usable:
        return responses.redirect_to(url_for("backups.index"))
    page = render_template(
        "client_returns/choose.html",
        choices=[(line.name, line.text) for line in usable],
        values={"backup": request.form.get("backup") or usable[0].name},
        groups=range(1, sheet_groups.GROUPS + 1) if by_sheet else (),
        errors=errors,
    )
    return (page, 422) if errors else page


@screen.get("/backups/bring-back/looking")
def looking() -> ViewResult:
    """How far the look has come; leads to those who were found."""
    job = jobs.find_job(client_returns.LOOK_JOB)
    if job is None or (job.ended.is_set() and not job.error_message):
        return responses.redirect_to(url_for(".people"))
    page = render_template("client_returns/looking.html", job=job, seconds=jobs.REFRESH_SECONDS)
    return jobs.reload_while_running(page, job)


@screen.get("/backups/bring-back/people")
def people() -> ViewResult:
    """Who is in the backup and not here."""
    found = client_returns.hold_looked_into()
    if found is None:
        return responses.redirect_to(url_for(".choose"))
    return render_template(
        "client_returns/people.html",
        found=found,
        lines=[(person, audit_details.count_records(person.tables)) for person in found.people],
    )


@screen.get("/backups/bring-back/people/<uuid:id>")
def person(id: UUID) -> ViewResult:
    """What would come back, what stays as it is, who of this name is here; nothing is done yet."""
    found, chosen = _find(id)
    if found is None or chosen is None:
        raise RecordNotFound
    return _render_person(found, chosen, _form(chosen, None), {})


@screen.post("/backups/bring-back/people/<uuid:id>")
def bring_back(id: UUID) -> ViewResult:
    """Start to bring this person back."""
    found, chosen = _find(id)
    if found is None or chosen is None:
        if jobs.find_job(client_returns.RETURN_JOB) is None:
            raise RecordNotFound
        # Sent twice: what was found is forgotten once somebody is back.
        return responses.redirect_to(url_for(".running"))
    # First, so that the passphrase is asked for about somebody whom there is, and a form that can be taken.
    form = _form(chosen, request.form)
    if errors := form.find_errors():
        return _render_person(found, chosen, form, errors)
    return _bring_back(found, chosen, form)


@step_up.require_passphrase
def _bring_back(found: LookedInto, chosen: AbsentPerson, form: ReturnForm) -> ViewResult:
    couples = [UUID(hex=couple) for couple in form.wanted_couples()]
    client_returns.start_bringing_back(found, chosen.id, couples, form.reason.data or "")
    return responses.redirect_to(url_for(".running"))


@screen.get("/backups/bring-back/running")
def running() -> ViewResult:
    """How far it has come, or what became of it; the page reloads itself while it runs."""
    job = jobs.find_job(client_returns.RETURN_JOB)
    if job is None:
        return responses.redirect_to(url_for(".choose"))
    name = ""
    if job.ended.is_set() and job.result is not None:
        client_returns.forget_looked_into()
        client = clients.load_client(context.db(), context.vault(), job.result)
        context.audit_read(CLIENT, client)
        name = display_names.load_display_names(context.db(), context.vault()).full_by_id[client.id]
    page = render_template("client_returns/running.html", job=job, name=name, seconds=jobs.REFRESH_SECONDS)
    return jobs.reload_while_running(page, job)


@screen.post("/backups/bring-back/stop")
def stop() -> ViewResult:
    """Stop what is running; it leaves nothing half."""
    for name in (client_returns.LOOK_JOB, client_returns.RETURN_JOB):
        jobs.stop_job(name)
    client_returns.forget_looked_into()
    return responses.redirect_to(url_for("backups.index"))


def _find(id: UUID) -> tuple[LookedInto | None, AbsentPerson | None]:
    found = client_returns.hold_looked_into()
    return found, found.find_person(id) if found else None


def _form(chosen: AbsentPerson, typed: object) -> ReturnForm:
    return ReturnForm.for_couples(typed, [couple.case_id.hex for couple in chosen.couples])


def _render_person(
    found: LookedInto, chosen: AbsentPerson, form: ReturnForm, errors: dict[str, list[str]]
) -> ViewResult:
    db, vault = context.db(), context.vault()
    similar = display_names.list_similar_clients(db, vault, chosen.client)
    context.audit_read(CLIENT, *similar)
    names = display_names.load_display_names(db, vault).full_by_id
    page = render_template(
        "client_returns/person.html",
        found=found,
        person=chosen,
        counted=audit_details.count_records(chosen.tables),
        similar=[
            (client, names[client.id], display_names.distinguishing_detail(db, vault, client))
            for client in similar
        ],
        couples=[(*_describe_couple(couple),) for couple in chosen.couples],
        values=form.page_values(),
        errors=errors,
    )
    return (page, 422) if errors else page


def _describe_couple(couple: AbsentCouple) -> tuple[str, str, list[tuple[str, str, str]], str]:
    """The name of its field, its label, the choices, and what to know before."""
    if couple.is_here:
        return (
            COUPLE_PREFIX + couple.case_id.hex,
            f"The joint record with {couple.partner_name}",
            _CHOICES_IF_HERE,
            "It stayed when this client was erased. What is written in it does not change.",
        )
    return (
        COUPLE_PREFIX + couple.case_id.hex,
        f"The joint record with {couple.partner_name}",
        _CHOICES_IF_GONE,
        f"In this backup it holds {audit_details.count_records(couple.tables)}, and names both.",
    )
