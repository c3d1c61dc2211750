"""Searching what was written, about one client or, from *Today*, about all of them.

The words are sent by POST and are in no address, title, log or history: the address of what was found holds a
random number, which means nothing after a lock.
"""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.names import text_query
from clinic_toolkit.record.people import cases, clients
from clinic_toolkit.record.people.client_record import CLIENT, Client
from clinic_toolkit.record.people.consent_record import CONSENT
from clinic_toolkit.record.people.therapy_session_record import THERAPY_SESSION
from clinic_toolkit.record.questionnaires.administration_record import ADMINISTRATION
from clinic_toolkit.record.safety.hard_moments_record import HARD_MOMENTS_PLAN
from clinic_toolkit.record.safety.risk_entry_record import RISK_ENTRY
from clinic_toolkit.record.search import text_search
from clinic_toolkit.record.search.text_search import Found
from clinic_toolkit.record.values.search_values import SearchHit
from clinic_toolkit.record.writing.handout_record import HANDOUT
from clinic_toolkit.record.writing.treatment_plan_record import TREATMENT_PLAN
from clinic_toolkit.web import context
from clinic_toolkit.web.access import guard
from clinic_toolkit.web.content import search_words
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.screen_parts import recent_searches
from clinic_toolkit.web.transport import request_info, responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("searches", __name__)

HITS_SHOWN = 10  # of each part; a link shows the rest
# After so long the page shows what was found so far; the second is for each time that it goes on from there.
FIRST_SECONDS, REST_SECONDS = 0.3, 1.0
_REST_PARAM = "rest"
_PAGES = {
    THERAPY_SESSION.name: "sessions.show",
    ADMINISTRATION.name: "results.show",
    HANDOUT.name: "worksheets.handout",
    CONSENT.name: "consents.show",
    RISK_ENTRY.name: "risk_entries.show",
    TREATMENT_PLAN.name: "treatment_plans.show",
    HARD_MOMENTS_PLAN.name: "hard_moments.show",
}


@screen.get("/clients/<uuid:id>/search")
def show_client(id: UUID) -> ViewResult:
    """The search over one client, and what it found."""
    db, vault = context.db(), context.vault()
    client = clients.load_client(db, vault, id)
    if (primary_id := clients.primary_client_id(db, vault, id)) != id:
        return responses.redirect_to(url_for(".show_client", id=primary_id))
    context.audit_read(CLIENT, client)
    query = text_query.parse_query(_words())
    found = (
        None
        if query.is_empty
        else text_search.search_client(
            db, vault, id, query, limit=request_info.list_limit(HITS_SHOWN), seconds=_seconds()
        )
    )
    return _render_search(found, client=client, case_id=cases.load_single_case(db, vault, id).id)


@screen.post("/clients/<uuid:id>/search")
@guard.allow_search_by_executor
def search_client(id: UUID) -> ViewResult:
    """Remember the words; the page of what was found follows."""
    clients.load_client(context.db(), context.vault(), id)
    return responses.redirect_to(url_for(".show_client", id=id, search=_remember_words(), rest=_asks_rest()))


@screen.get("/search")
def show_caseload() -> ViewResult:
    """The search over all clients, and what it found; people stand there with their initials."""
    query = text_query.parse_query(_words())
    limit = request_info.list_limit(HITS_SHOWN)
    found = (
        None
        if query.is_empty
        else text_search.search_caseload(
            context.db(), context.vault(), query, limit=limit, seconds=_seconds()
        )
    )
    return _render_search(found)


@screen.post("/search")
@guard.allow_search_by_executor
def search_caseload() -> ViewResult:
    """Remember the words; the page of what was found follows."""
    return responses.redirect_to(url_for(".show_caseload", search=_remember_words(), rest=_asks_rest()))


def _words() -> str:
    search = recent_searches.find_search(request.args.get(recent_searches.SEARCH_PARAM))
    return search["words"] if search else ""


def _asks_rest() -> str | None:
    return request.form.get(_REST_PARAM) and "1"


def _seconds() -> float:
    return REST_SECONDS if _REST_PARAM in request.args else FIRST_SECONDS


def _remember_words() -> str | None:
    """The number of this search for the address; None if nothing was typed."""
    words = fields.clean_line(request.form.get("words"))[: text_query.MAX_LENGTH + 1]
    return recent_searches.remember_search({"words": words}) if words else None


def _render_search(
    found: Found | None, *, client: RecordVersion[Client] | None = None, case_id: UUID | None = None
) -> str:
    for searched, version in found.shown if found else ():
        context.audit_read(searched.kind, version)
    words, token = _words(), request.args.get(recent_searches.SEARCH_PARAM)
    return render_template(
        "searches/show.html",
        here="clients" if client else "today",
        client=client,
        case_id=case_id,
        words=words[: text_query.MAX_LENGTH],
        is_cut=len(words) > text_query.MAX_LENGTH,
        found=found.result if found else None,
        all_address=url_for(".show_client", id=client.id, search=token, all="")
        if client
        else url_for(".show_caseload", search=token, all=""),
        labels=search_words.PART_LABELS,
        how_to=search_words.HOW_TO_SEARCH,
        not_searched=search_words.not_searched_sentence(found.result.unreadable_count if found else 0),
        address_of=_address_of,
        today=context.today(),
    )


def _address_of(hit: SearchHit) -> str:
    """The page on which the words of a hit stand."""
    if page := _PAGES.get(hit.target_kind):
        return url_for(page, id=hit.target_id)
    return url_for("note_signing.read" if hit.is_draft else "notes.show", id=hit.target_id)
