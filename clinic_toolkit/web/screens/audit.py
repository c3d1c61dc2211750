"""The audit trail: who did what and when, and a check of everything that is kept."""

from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from flask import Blueprint, make_response, render_template, request, url_for
from msgspec import Struct
from werkzeug.datastructures import MultiDict

from clinic_toolkit.record import inspection, owners, told_apart, trail
from clinic_toolkit.record.clients import Client
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.owners import Owners
from clinic_toolkit.web import audit_words, context, jobs, responses, searches
from clinic_toolkit.web.forms.audit import FindForm
from clinic_toolkit.web.responses import Answer

screen = Blueprint("audit", __name__)

# Where the page of an entry lies, by its table.
PAGES = {
    "client": ("clients.show", "the client"),
    "clinical_case": ("cases.show", "the case"),
    "relationship": ("relationships.show", "the relationship"),
    "therapy_session": ("sessions.show", "the session"),
    "administration": ("results.show", "the questionnaire"),
    "handout": ("worksheets.handout", "the worksheet"),
    "risk_entry": ("risk_entries.show", "the risk entry"),
    "clinical_note": ("notes.show", "the note"),
}
MOST_LINKS = 4
CHECK = "check"
SECONDS = 2


class Shown(Struct, frozen=True, kw_only=True):
    """One line as the page shows it."""

    seq: int
    at: datetime | None
    words: str
    who: str
    state: str
    wrong: str
    clients: tuple[Kept[Client], ...]
    links: tuple[tuple[str, str], ...]
    more: int

    @property
    def day(self) -> date | None:
        """The local day it was written on."""
        return self.at.date() if self.at else None


@screen.get("/audit")
def index() -> Answer:
    """The newest lines, or those before a line."""
    return _list(FindForm(data={"before": request.args.get("before", "")}))


@screen.get("/audit/find")
def found() -> Answer:
    """What was found. Whom was looked for is in no address; where it is not known, to the whole trail."""
    typed = searches.kept(request.args.get(searches.SEARCH))
    return responses.see(url_for(".index")) if typed is None else _list(FindForm(MultiDict(typed)))


@screen.post("/audit/find")
def find() -> Answer:
    """Lines about one client, of one kind, of one day. Sent by POST, so that no address tells of whom."""
    form = FindForm(request.form)
    if not form.validate():
        return _list(form), 422
    typed = {name: request.form.get(name, "") for name in form.data}
    return responses.see(url_for(".found", search=searches.keep(typed)))


def _list(form: FindForm) -> str:
    form.validate()
    db, vault = context.db(), context.vault()
    known = owners.known(db, vault)
    found = trail.page(db, vault, before=form.upper, wanted=lambda line: _wanted(form, known, line))
    vouched = trail.vouched(db)
    shown = [_shown(line, known, vouched=vouched) for line in found.lines]
    names = told_apart.of(db, vault).full
    named = {kept.id: kept for line in shown for kept in line.clients}
    context.saw("client", *named.values())
    return render_template(
        "audit/index.html",
        form=form,
        errors=form.errors,
        choices=form.choices(known.clients, names),
        names=names,
        days=[(day, list(lines)) for day, lines in groupby(shown, key=lambda line: line.day)],
        found=found,
        newest=form.upper is None,
        waiting=trail.tip(db) - vouched,
    )


def _wanted(form: FindForm, known: Owners, line: trail.Line) -> bool:
    if form.kind.data and audit_words.said(line).kind != form.kind.data:
        return False
    if form.day.data and (line.at is None or line.at.astimezone().date() != form.day.data):
        return False
    if not form.client.data:
        return True
    rings = {UUID(bytes=entry.ring) for entry in line.entries}
    return any(form.client.data in {kept.id.hex, known.under(kept.id).hex} for kept in known.behind(rings))


def _shown(line: trail.Line, known: Owners, *, vouched: int) -> Shown:
    entries = list({(entry.table, entry.record): entry for entry in line.entries}.values())
    links = [
        (PAGES[entry.table][1], url_for(PAGES[entry.table][0], id=UUID(bytes=entry.record)))
        for entry in entries
        if entry.table in PAGES and entry.table != "client" and context.vault().holds(UUID(bytes=entry.ring))
    ]
    wrong = audit_words.WRONG[line.wrong] if line.wrong and line.event else ""
    return Shown(
        seq=line.seq,
        at=line.at.astimezone() if line.at else None,
        words=audit_words.said(line).words,
        who=_who(line),
        state="" if line.wrong else _state(line, vouched),
        wrong=wrong,
        clients=known.behind(UUID(bytes=entry.ring) for entry in entries),
        links=tuple(links[:MOST_LINKS]),
        more=max(0, len(links) - MOST_LINKS),
    )


def _state(line: trail.Line, vouched: int) -> str:
    if line.seq > vouched:
        return "not yet confirmed"
    if line.signed or trail.adopted(context.db(), context.vault(), line.seq):
        return "confirmed"
    return "not confirmed"


def _who(line: trail.Line) -> str:
    if line.actor is None:
        return "" if line.wrong and not line.event else "the program, while locked"
    return "you" if line.actor == context.clinician() else "another clinician"


@screen.get("/audit/check")
def check() -> Answer:
    """How far the check is, or what it found. While it runs the page asks again by itself."""
    job: jobs.Job[inspection.Report] | None = jobs.find(CHECK)
    if job is None:
        return responses.see(url_for(".index"))
    if not job.ended.is_set():
        answer = make_response(render_template("audit/checking.html", job=job, seconds=SECONDS))
        answer.headers["Refresh"] = str(SECONDS)
        return answer
    report = job.result
    known = owners.known(context.db(), context.vault())
    findings = [
        (finding.sentence, known.behind([finding.ring]) if finding.ring else ())
        for finding in (report.findings if report else ())
    ]
    context.saw("client", *{kept.id: kept for _, people in findings for kept in people}.values())
    return render_template(
        "audit/checked.html",
        job=job,
        report=report,
        findings=findings,
        names=told_apart.of(context.db(), context.vault()).full,
    )


@screen.post("/audit/check")
def begin_check() -> Answer:
    """Check everything that is kept, now."""
    jobs.begin(CHECK, lambda db, vault, progress: inspection.everything(db, vault, progress))
    return responses.see(url_for(".check"))


@screen.post("/audit/check/stop")
def stop_check() -> Answer:
    """Stop the check; nothing is changed by that."""
    job: jobs.Job[inspection.Report] | None = jobs.find(CHECK)
    if job is not None:
        job.cancel()
        job.ended.wait(SECONDS)
    return responses.see(url_for(".check" if job else ".index"))
