"""Worksheets: the catalogue, giving one to a client, and printing it."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import cases, clients, display_names, relationships, therapy_sessions
from clinic_toolkit.record.people.therapy_session_record import THERAPY_SESSION
from clinic_toolkit.record.questionnaires import administrations, answered_items
from clinic_toolkit.record.questionnaires.administration_record import (
    ADMINISTRATION,
    ENDED_STATES,
    Administration,
)
from clinic_toolkit.record.values.page_values import WorksheetOffer, WorksheetPage
from clinic_toolkit.record.writing import available_worksheets, handouts
from clinic_toolkit.record.writing.handout_record import HANDOUT
from clinic_toolkit.record.writing.own_worksheet_record import sheet_id_of
from clinic_toolkit.web import context
from clinic_toolkit.web.access import guard
from clinic_toolkit.web.content.printout_kinds import PrintoutKind
from clinic_toolkit.web.forms.worksheets import SENTENCE_LIMIT, HandoutForm
from clinic_toolkit.web.screen_parts import (
    given_sheets,
    handout_page,
    matching_lines,
    printouts,
    worksheet_choices,
    worksheet_giving,
    worksheet_search,
)
from clinic_toolkit.web.screen_parts.printouts import Printout
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult
from clinic_toolkit.worksheets import catalogue
from clinic_toolkit.worksheets.matching import load_matching_rules
from clinic_toolkit.worksheets.model import Worksheet

screen = Blueprint("worksheets", __name__)


@screen.get("/worksheets")
def index() -> ViewResult:
    """The list of all worksheets, or of those that were searched for."""
    search = worksheet_search.search_of_request(
        available_worksheets.list_available_worksheets(context.db(), context.vault())
    )
    return render_template("worksheets/index.html", here="worksheets", search=search)


@screen.get("/worksheets/rules")
def rules() -> ViewResult:
    """Which sheets are suggested because of which answers."""
    sheets = catalogue.list_worksheets()
    return render_template(
        "worksheets/rules.html",
        here="worksheets",
        lines=matching_lines.list_rule_lines(sheets),
        duty_frames=matching_lines.list_duty_frames(),
        held_sheet=load_matching_rules().find_held_sheet(sheets),
    )


@screen.get("/worksheets/<slug>")
def show(slug: str) -> ViewResult:
    """One worksheet: the client's text, and what the clinician should know."""
    sheet_id = sheet_id_of(slug)
    if sheet_id is not None:
        return responses.redirect_to(url_for("own_worksheets.show", id=sheet_id))
    return _render_sheet(catalogue.load_worksheet(slug))


@screen.get("/administrations/<uuid:id>/worksheets/<slug>")
def show_offered(id: UUID, slug: str) -> ViewResult:
    """One worksheet, with the answers because of which it is suggested, if it still is."""
    administration = administrations.load_administration(context.db(), context.vault(), id)
    context.audit_read(ADMINISTRATION, administration)
    offer = worksheet_giving.find_offer(administration, slug)
    return _render_sheet(catalogue.load_worksheet(slug), administration=administration, offer=offer)


def _render_sheet(
    sheet: Worksheet,
    *,
    administration: RecordVersion[Administration] | None = None,
    offer: WorksheetOffer | None = None,
) -> str:
    return render_template(
        "worksheets/show.html", here="worksheets", sheet=sheet, administration=administration, offer=offer
    )


@screen.route("/worksheets/<slug>/blank", methods=["GET", "POST"])
@guard.allow_printout_when_read_only
def blank(slug: str) -> ViewResult:
    """The printout of the sheet, without initials."""
    back = ("Back to the worksheet", url_for(".show", slug=slug))
    page = WorksheetPage(
        letterhead=context.letterhead(),
        worksheet=catalogue.load_worksheet(slug),
        initials="",
        client_sentence="",
        large_type="large" in request.args,
    )
    return _printout_response(page, back)


@screen.route("/sessions/<uuid:session_id>/worksheets", methods=["GET", "POST"])
def offer(session_id: UUID) -> ViewResult:
    """Show the whole catalogue, each sheet with when not to use it, and give one.

    Which sheets fit the answers stands on the result alone: the client may see this page, and a suggestion
    that is missing here would tell of a fear hold.
    """
    db, vault = context.db(), context.vault()
    session = therapy_sessions.load_therapy_session(db, vault, session_id)
    case = cases.load_case(db, vault, session.payload.case_id)
    people = [clients.load_client(db, vault, id) for id in case.payload.client_ids]
    # A partner must not read whom the other speaks of.
    client_relationships = (
        [] if case.payload.is_couple else relationships.list_relationships(db, vault, people[0].id)
    )
    because = worksheet_giving.find_reason_to_give(case, request.args.get("because", ""))
    session_administrations = [
        administration
        for administration in answered_items.list_single_client_administrations(db, vault, session)
        if administration.state in ENDED_STATES
    ]
    form = HandoutForm.for_clients(
        people,
        display_names.load_display_names(db, vault).full_by_id,
        request.form if request.method == "POST" else None,
        client_relationships,
        worksheet_giving.default_relationship([because] if because else session_administrations),
        worksheet_giving.list_sheets_for(case),
    )
    needs_fear_asked = False
    if request.method == "POST" and form.validate():
        handout = worksheet_giving.give_worksheet(
            form, case, session, {each.id.hex: each.id for each in client_relationships}
        )
        if handout is not None:
            return responses.redirect_to(url_for(".handout", id=handout.id))
        needs_fear_asked = True
    if request.method == "GET":
        context.audit_read(THERAPY_SESSION, session)
    context.audit_read(ADMINISTRATION, *session_administrations)
    if because:
        context.audit_read(ADMINISTRATION, because)
    open_sheets, folded_sheets = worksheet_giving.list_open_and_folded_sheets(case)
    shown_sheets = [*open_sheets, *folded_sheets]
    chosen = worksheet_giving.find_chosen_sheet(shown_sheets, request.args.get("sheet", ""))
    search = worksheet_search.search_of_request(shown_sheets)
    later = [sheet for sheet in folded_sheets if sheet in search.found]
    sentences = worksheet_giving.list_offered_sentences(session_administrations)
    page = render_template(
        "worksheets/offer.html",
        here="clients",
        session=session,
        case=case,
        people=people,
        form=form,
        errors=form.errors,
        chosen=chosen,
        because=worksheet_giving.find_offer(because, chosen.slug) if because and chosen else None,
        search=search,
        later=later,
        needs_fear_asked=needs_fear_asked,
        choices=worksheet_choices.sheet_choices(sheet for sheet in open_sheets if sheet in search.found),
        folded_choices=worksheet_choices.sheet_choices(later),
        sentences=sentences,
        sentence_choices=worksheet_choices.sentence_choices(sentences, SENTENCE_LIMIT),
        limit=SENTENCE_LIMIT,
    )
    return (page, 422) if form.errors else page


@screen.get("/handouts/<uuid:id>")
def handout(id: UUID) -> ViewResult:
    """A sheet that was given: what is agreed about it, a link to print it, and how it went."""
    handout = handouts.load_handout(context.db(), context.vault(), id)
    context.audit_read(HANDOUT, handout)
    return handout_page.render_handout_page(handout)


@screen.route("/handouts/<uuid:id>/sheet", methods=["GET", "POST"])
@guard.allow_printout_when_read_only
def sheet(id: UUID) -> ViewResult:
    """The printout of the sheet for this client, if it may be printed at present."""
    given = given_sheets.load_given_sheet(id)
    if not given.ways.may_print:
        return handout_page.render_handout_page(given.handout, not_printed=True), 422
    page = given_sheets.make_page(
        given.handout,
        given.worksheet,
        large="large" in request.args,
        initials="initials" in request.args,
    )
    back = ("Back to the sheet that was given", url_for(".handout", id=id))
    # A sheet of a couple stays in the room whatever was answered.
    return _printout_response(page, back, None if given.case.payload.is_couple else given.case.id)


def _printout_response(page: WorksheetPage, back: tuple[str, str], case_id: UUID | None = None) -> ViewResult:
    from clinic_toolkit.documents import worksheet as paper

    return printouts.respond_with_printout(
        Printout(
            kind=PrintoutKind.WORKSHEET,
            title="Worksheet",
            back=back,
            render=lambda: paper.render_worksheet(page),
            case_id=case_id,
        )
    )
