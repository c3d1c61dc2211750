"""The audit log: who did what and when, and an integrity check of all records."""

from datetime import date, datetime
from enum import StrEnum
from itertools import groupby
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from msgspec import Struct
from werkzeug.datastructures import MultiDict

from clinic_toolkit.journal import audit_reader, inspection
from clinic_toolkit.record.people import authors, display_names, ring_owners
from clinic_toolkit.record.people.client_list_facts import ClientFacts
from clinic_toolkit.record.people.client_record import CLIENT
from clinic_toolkit.record.people.ring_owners import RingOwners
from clinic_toolkit.record.retention import retentions
from clinic_toolkit.record.retention.retention_record import RetentionEvent
from clinic_toolkit.web import context
from clinic_toolkit.web.access import guard
from clinic_toolkit.web.content import audit_details, audit_texts
from clinic_toolkit.web.forms.audit import AuditSearchForm
from clinic_toolkit.web.screen_parts import finding_lines, jobs, recent_searches
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("audit", __name__)

# Endpoint and link text of the page that shows a record, by its table.
PAGE_BY_TABLE = {
    "client": ("clients.show", "the client"),
    "clinical_case": ("cases.show", "the case"),
    "relationship": ("relationships.show", "the relationship"),
    "therapy_session": ("sessions.show", "the session"),
    "session_series": ("session_series.show", "the hours that repeat"),
    "practice_closure": ("closures.show", "the closed days"),
    "administration": ("results.show", "the questionnaire"),
    "handout": ("worksheets.handout", "the worksheet"),
    "risk_entry": ("risk_entries.show", "the risk entry"),
    "clinical_note": ("notes.show", "the note"),
}
MAX_LINKS = 4
CHECK_JOB = "check"


class ConfirmationState(StrEnum):
    """Whether a later signature covers an entry and what was checked then; shown as it stands."""

    CONFIRMED = "confirmed"
    NOT_CONFIRMED = "not confirmed"
    NOT_YET_CONFIRMED = "not yet confirmed"


class AuditRow(Struct, frozen=True, kw_only=True):
    """One audit entry as the page shows it."""

    seq: int
    at: datetime | None
    text: str
    actor: str
    state: ConfirmationState | None
    fault: str
    clients: tuple[ClientFacts, ...]
    links: tuple[tuple[str, str], ...]
    hidden_links: int

    @property
    def day(self) -> date | None:
        """The local date on which the entry was written, or None."""
        return self.at.date() if self.at else None


@screen.get("/audit")
def index() -> ViewResult:
    """The newest entries, or those before a given entry."""
    return _render_list(AuditSearchForm(data={"before": request.args.get("before", "")}))


@screen.get("/audit/find")
def show_search() -> ViewResult:
    """The entries found. The client is not in the URL; an unknown search token leads to the whole log."""
    search = recent_searches.find_search(request.args.get(recent_searches.SEARCH_PARAM))
    return (
        responses.redirect_to(url_for(".index"))
        if search is None
        else _render_list(AuditSearchForm(MultiDict(search)))
    )


@screen.post("/audit/find")
@guard.allow_search_by_executor
def search() -> ViewResult:
    """Find entries by client, kind and day. Sent by POST, so that no URL names the client."""
    form = AuditSearchForm(request.form)
    if not form.validate():
        return _render_list(form), 422
    search = {name: request.form.get(name, "") for name in form.data}
    return responses.redirect_to(url_for(".show_search", search=recent_searches.remember_search(search)))


def _render_list(form: AuditSearchForm) -> str:
    form.validate()
    if not context.unit_of_work().writes:
        context.unit_of_work().write_waiting_reads()
    db, vault = context.db(), context.vault()
    owners = ring_owners.load_ring_owners(db, vault)
    page = audit_reader.read_audit_page(
        db, vault, before_number=form.before_line, matches=lambda line: _matches_filter(form, owners, line)
    )
    last_signed = audit_reader.last_signed_entry_number(db)
    rows = [_audit_row(entry, owners, last_signed=last_signed) for entry in page.entries]
    names = display_names.load_display_names(db, vault).full_by_id
    finding_lines.note_clients_read(client for row in rows for client in row.clients)
    return render_template(
        "audit/index.html",
        form=form,
        errors=form.errors,
        choices=form.choices(owners.clients, names),
        names=names,
        days=[(day, list(day_rows)) for day, day_rows in groupby(rows, key=lambda line: line.day)],
        audit_page=page,
        newest=form.before_line is None,
        unsigned_count=audit_reader.last_entry_number(db) - last_signed,
    )


def _matches_filter(form: AuditSearchForm, owners: RingOwners, line: audit_reader.CheckedEntry) -> bool:
    if form.kind.data and audit_texts.describe_event(line).kind != form.kind.data:
        return False
    if form.day.data and (line.recorded_at is None or line.recorded_at.astimezone().date() != form.day.data):
        return False
    if not form.client.data:
        return True
    rings = {UUID(bytes=reference.ring) for reference in line.references}
    return any(
        form.client.data in {client.id.hex, owners.primary_id(client.id).hex}
        for client in owners.clients_of_rings(rings)
    )


def _audit_row(line: audit_reader.CheckedEntry, owners: RingOwners, *, last_signed: int) -> AuditRow:
    references = list(
        {(reference.table, reference.record): reference for reference in line.references}.values()
    )
    links = [
        (
            PAGE_BY_TABLE[reference.table][1],
            url_for(PAGE_BY_TABLE[reference.table][0], id=UUID(bytes=reference.record)),
        )
        for reference in references
        if reference.table in PAGE_BY_TABLE
        and reference.table != CLIENT.name
        and context.vault().rings.is_open(UUID(bytes=reference.ring))
    ]
    fault_text = audit_texts.FAULT_TEXTS[line.fault] if line.fault and line.event else ""
    return AuditRow(
        seq=line.seq,
        at=line.recorded_at.astimezone() if line.recorded_at else None,
        text=_describe(line),
        actor=_actor_name(line),
        state=None if line.fault else _confirmation_state(line, last_signed),
        fault=fault_text,
        clients=owners.clients_of_rings(UUID(bytes=reference.ring) for reference in references),
        links=tuple(links[:MAX_LINKS]),
        hidden_links=max(0, len(links) - MAX_LINKS),
    )


def _describe(line: audit_reader.CheckedEntry) -> str:
    """The sentence for an audit entry; where somebody was brought back, with the reason that was written."""
    text = audit_texts.describe_event(line).text
    if line.event == RetentionEvent.BROUGHT_BACK and not line.is_concealed:
        for reference in line.references:
            if returned := retentions.find_return(context.db(), context.vault(), reference):
                text += f" ({audit_details.describe_return(returned)})"
    return text


def _confirmation_state(line: audit_reader.CheckedEntry, last_signed: int) -> ConfirmationState:
    if line.seq > last_signed:
        return ConfirmationState.NOT_YET_CONFIRMED
    if line.has_signature or audit_reader.is_signed_afterwards(context.db(), context.vault(), line.seq):
        return ConfirmationState.CONFIRMED
    return ConfirmationState.NOT_CONFIRMED


def _actor_name(line: audit_reader.CheckedEntry) -> str:
    if line.actor_id is None:
        return "" if line.fault and not line.event else "noted by the program, while locked"
    if line.actor_id == context.clinician_id():
        return "you"
    return authors.with_author_remark("another clinician", context.vault(), line.actor_id)


@screen.get("/audit/check")
def check() -> ViewResult:
    """The progress of the integrity check, or what it found; the page reloads itself while it runs."""
    job: jobs.Job[inspection.Report] | None = jobs.find_job(CHECK_JOB)
    if job is None:
        return responses.redirect_to(url_for(".index"))
    if not job.ended.is_set():
        page = render_template("audit/checking.html", job=job, seconds=jobs.REFRESH_SECONDS)
        return responses.refreshing_page(page, seconds=jobs.REFRESH_SECONDS)
    report = job.result
    return render_template(
        "audit/checked.html",
        job=job,
        report=report,
        lines=finding_lines.list_finding_lines(report.findings if report else ()),
    )


@screen.post("/audit/check")
def begin_check() -> ViewResult:
    """Start the integrity check of all records."""
    jobs.start_job(CHECK_JOB, lambda db, vault, progress: inspection.inspect_all(db, vault, progress))
    return responses.redirect_to(url_for(".check"))


@screen.post("/audit/check/stop")
def stop_check() -> ViewResult:
    """Stop the integrity check; it changes nothing."""
    jobs.stop_job(CHECK_JOB)
    return responses.redirect_to(url_for(".check" if jobs.find_job(CHECK_JOB) else ".index"))
