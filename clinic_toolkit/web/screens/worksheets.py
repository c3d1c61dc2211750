"""Worksheets: the catalogue, giving one to a client, and printing it."""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.journal.integrity import UnreadableRecord
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import cases, clients, display_names, relationships, therapy_sessions
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.people.client_record import record_ring
from clinic_toolkit.record.people.therapy_session_record import THERAPY_SESSION, TherapySession
from clinic_toolkit.record.questionnaires import answered_items, remarks
from clinic_toolkit.record.questionnaires.administration_record import (
    ADMINISTRATION,
    ENDED_STATES,
    Administration,
)
from clinic_toolkit.record.safety import fear_holds
from clinic_toolkit.record.safety.risk_entry_record import SheetPlace
from clinic_toolkit.record.values.page_values import WorksheetPage
from clinic_toolkit.record.writing import handouts
from clinic_toolkit.record.writing.handout_record import HANDOUT, Handout
from clinic_toolkit.web import context
from clinic_toolkit.web.access import guard
from clinic_toolkit.web.content.printout_kinds import PrintoutKind
from clinic_toolkit.web.forms.risk_entries import NOBODY_IN_PARTICULAR
from clinic_toolkit.web.forms.worksheets import SENTENCE_LIMIT, HandoutForm
from clinic_toolkit.web.screen_parts import idempotent_forms, printouts, worksheet_choices
from clinic_toolkit.web.screen_parts.printouts import Printout
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult
from clinic_toolkit.worksheets import catalogue
from clinic_toolkit.worksheets.model import Worksheet

screen = Blueprint("worksheets", __name__)

# The same whether fear was never asked about, a prompt is open, or sheets about the person stay in the room:
# the client may read this page, and it must not tell which.
ASK_ABOUT_FEAR_FIRST = (
    "Not given yet. This sheet is a step towards a person. If your client fears that person, it can bring "
    "danger. First ask in private about fear of this person, and look at “For the clinician”. Asking counts "
    "for 90 days."
)
KEPT_IN_ROOM = (
    "That you asked is noted. Not given: sheets about this person stay in the room, and this sheet is a step "
    "towards that person."
)
NOTED_BUT_NOT_GIVEN = "That you asked is noted. Not given yet: first look at “For the clinician”."
# Both partners may read this page, so the message says nothing about either of them.
NOT_FOR_COUPLE = "Not given. This sheet is for a session with one of the two alone."


@screen.get("/worksheets")
def index() -> ViewResult:
    """The list of all worksheets."""
    return render_template("worksheets/index.html", here="worksheets", sheets=catalogue.list_worksheets())


@screen.get("/worksheets/<slug>")
def show(slug: str) -> ViewResult:
    """One worksheet: the client's text, and what the clinician should know."""
    return render_template("worksheets/show.html", here="worksheets", sheet=catalogue.load_worksheet(slug))


@screen.route("/worksheets/<slug>/blank", methods=["GET", "POST"])
@guard.allow_printout_when_read_only
def blank(slug: str) -> ViewResult:
    """The printout of the sheet, without initials."""
    back = ("Back to the worksheet", url_for(".show", slug=slug))
    return _printout_response(catalogue.load_worksheet(slug), back, initials="", sentence="")


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
        _default_relationship(session_administrations),
    )
    needs_fear_asked = False
    if request.method == "POST" and form.validate():
        handout = _give_worksheet(
            form, case, session, {each.id.hex: each.id for each in client_relationships}
        )
        if handout is not None:
            return responses.redirect_to(url_for(".handout", id=handout.id))
        needs_fear_asked = True
    if request.method == "GET":
        context.audit_read(THERAPY_SESSION, session)
    context.audit_read(ADMINISTRATION, *session_administrations)
    open_sheets, folded_sheets = _open_and_folded_sheets(case)
    sentences = _offered_sentences(session_administrations)
    page = render_template(
        "worksheets/offer.html",
        here="clients",
        session=session,
        case=case,
        people=people,
        form=form,
        errors=form.errors,
        later=folded_sheets,
        needs_fear_asked=needs_fear_asked,
        choices=worksheet_choices.sheet_choices(open_sheets),
        folded_choices=worksheet_choices.sheet_choices(folded_sheets),
        sentences=sentences,
        sentence_choices=worksheet_choices.sentence_choices(sentences, SENTENCE_LIMIT),
        limit=SENTENCE_LIMIT,
    )
    return (page, 422) if form.errors else page


def _default_relationship(session_administrations: list[RecordVersion[Administration]]) -> str:
    """Form value of the relationship that all questionnaires of the session were about, if it was one."""
    relationship_ids = {administration.payload.relationship_id for administration in session_administrations}
    relationship_id = relationship_ids.pop() if len(relationship_ids) == 1 else None
    return relationship_id.hex if relationship_id else NOBODY_IN_PARTICULAR


def _offered_sentences(session_administrations: Sequence[RecordVersion[Administration]]) -> list[str]:
    """The client's own sentences that a sheet may carry."""
    payloads = [administration.payload for administration in session_administrations]
    return [
        *(line.text for payload in payloads for line in remarks.list_printable_remarks(payload)),
        *(payload.own_words for payload in payloads if payload.own_words),
    ]


def _give_worksheet(
    form: HandoutForm,
    case: RecordVersion[Case],
    session: RecordVersion[TherapySession],
    relationship_ids: dict[str, UUID],
) -> RecordVersion[Handout] | None:
    """Give the sheet; None, with an error in the form, if it may not be given about this person."""
    db, vault = context.db(), context.vault()
    client_id, relationship_id = UUID(hex=form.client.data), relationship_ids.get(form.about.data)
    existing = idempotent_forms.find_created_before(
        HANDOUT, record_ring(vault, client_id), form.matches_record
    )
    if existing is not None:
        return existing
    worksheet = catalogue.load_worksheet(form.worksheet.data)
    if form.sheet_place and not case.payload.is_couple:
        fear_holds.record_fear_inquiry(
            db,
            vault,
            client_id,
            relationship_id,
            sheet_place=form.sheet_place,
            therapy_session_id=session.id,
            now=context.now(),
        )
    permission = fear_holds.load_handout_permission(
        db, vault, case.payload.client_ids, worksheet, client_id, relationship_id, now=context.now()
    )
    if not permission.is_allowed:
        if case.payload.is_couple:
            form.worksheet.errors = [NOT_FOR_COUPLE]
        else:
            form.fear.errors = [_refusal(form)]
        return None
    return handouts.create_handout(
        db,
        vault,
        worksheet,
        client_id=client_id,
        therapy_session_id=session.id,
        client_sentence=form.sentence_to_print,
        now=context.now(),
        relationship_id=relationship_id,
        is_room_only=permission.is_room_only,
        idempotency_key=idempotent_forms.submitted_idempotency_key(),
    )


def _refusal(form: HandoutForm) -> str:
    """Why no sheet was given. It depends only on what was just chosen, since the client may be reading."""
    if form.sheet_place == SheetPlace.ROOM:
        return KEPT_IN_ROOM
    return NOTED_BUT_NOT_GIVEN if form.sheet_place else ASK_ABOUT_FEAR_FIRST


def _open_and_folded_sheets(case: RecordVersion[Case]) -> tuple[list[Worksheet], list[Worksheet]]:
    """The sheets that are shown in the list, and those that are folded away for the clinician.

    For one client, every sheet that requires asking about fear first is folded away, even after it was asked.
    A couple's list has no fold; such a sheet is on it only after time alone with each partner.
    """
    all_sheets = catalogue.list_worksheets()
    folded_sheets = [sheet for sheet in all_sheets if sheet.needs_fear_asked]
    if not case.payload.is_couple:
        return [sheet for sheet in all_sheets if sheet not in folded_sheets], folded_sheets
    db, vault, today = context.db(), context.vault(), context.today()
    free_for_both = fear_holds.is_free_for_both(db, vault, case.payload.client_ids, today=today)
    return [sheet for sheet in all_sheets if free_for_both or sheet not in folded_sheets], []


@screen.get("/handouts/<uuid:id>")
def handout(id: UUID) -> ViewResult:
    """A sheet that was given: a link to print it, and what to ask about it next time."""
    handout = handouts.load_handout(context.db(), context.vault(), id)
    context.audit_read(HANDOUT, handout)
    return render_template(
        "worksheets/handout.html",
        here="clients",
        handout=handout,
        sheet=catalogue.load_worksheet(handout.payload.worksheet_slug),
        client=clients.load_client(context.db(), context.vault(), handout.payload.client_id),
        case=_load_case_of_handout(handout),
    )


def _load_case_of_handout(handout: RecordVersion[Handout]) -> RecordVersion[Case]:
    """The case of the session in which the sheet was given, else the client's own case."""
    if handout.payload.therapy_session_id:
        with suppress(UnreadableRecord):
            session = therapy_sessions.load_therapy_session(
                context.db(), context.vault(), handout.payload.therapy_session_id
            )
            return cases.load_case(context.db(), context.vault(), session.payload.case_id)
    return cases.load_single_case(context.db(), context.vault(), handout.payload.client_id)


@screen.route("/handouts/<uuid:id>/sheet", methods=["GET", "POST"])
@guard.allow_printout_when_read_only
def sheet(id: UUID) -> ViewResult:
    """The printout of the sheet for this client."""
    handout = handouts.load_handout(context.db(), context.vault(), id)
    client = clients.load_client(context.db(), context.vault(), handout.payload.client_id)
    case = _load_case_of_handout(handout)
    context.audit_read(HANDOUT, handout)
    return _printout_response(
        catalogue.load_worksheet(handout.payload.worksheet_slug),
        ("Back to the sheet that was given", url_for(".handout", id=id)),
        initials=display_names.load_display_names(context.db(), context.vault()).short_by_id.get(
            client.id, client.payload.initials
        ),
        sentence=handout.payload.client_sentence,
        # A sheet of a couple stays in the room whatever was answered.
        case_id=None if case.payload.is_couple else case.id,
    )


def _printout_response(
    sheet: Worksheet, back: tuple[str, str], *, initials: str, sentence: str, case_id: UUID | None = None
) -> ViewResult:
    from clinic_toolkit.documents import worksheet as paper

    page = WorksheetPage(
        letterhead=context.letterhead(),
        worksheet=sheet,
        initials=initials,
        client_sentence=sentence,
        large_type="large" in request.args,
    )
    return printouts.respond_with_printout(
        Printout(
            kind=PrintoutKind.WORKSHEET,
            title="Worksheet",
            back=back,
            render=lambda: paper.render_worksheet(page),
            case_id=case_id,
        )
    )
