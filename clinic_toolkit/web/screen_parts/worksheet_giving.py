"""Giving a worksheet in a session: which are listed, what one may carry, and the gate that may refuse it."""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from clinic_toolkit.journal.integrity import UnreadableRecord
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.journal.records import RecordNotFound
from clinic_toolkit.record.outcomes import results
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.people.client_record import record_ring
from clinic_toolkit.record.people.therapy_session_record import TherapySession
from clinic_toolkit.record.questionnaires import administrations, remarks
from clinic_toolkit.record.questionnaires.administration_record import Administration
from clinic_toolkit.record.safety import fear_holds
from clinic_toolkit.record.safety.risk_entry_record import SheetPlace
from clinic_toolkit.record.values.page_values import WorksheetOffer
from clinic_toolkit.record.writing import available_worksheets, handouts
from clinic_toolkit.record.writing.handout_record import HANDOUT, Handout
from clinic_toolkit.web import context
from clinic_toolkit.web.forms.risk_entries import NOBODY_IN_PARTICULAR
from clinic_toolkit.web.forms.worksheets import HandoutForm
from clinic_toolkit.web.screen_parts import idempotent_forms
from clinic_toolkit.worksheets.model import Worksheet

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


def default_relationship(session_administrations: list[RecordVersion[Administration]]) -> str:
    """Form value of the relationship that all questionnaires of the session were about, if it was one."""
    relationship_ids = {administration.payload.relationship_id for administration in session_administrations}
    relationship_id = relationship_ids.pop() if len(relationship_ids) == 1 else None
    return relationship_id.hex if relationship_id else NOBODY_IN_PARTICULAR


def list_offered_sentences(session_administrations: Sequence[RecordVersion[Administration]]) -> list[str]:
    """The client's own sentences that a sheet may carry."""
    payloads = [administration.payload for administration in session_administrations]
    return [
        *(line.text for payload in payloads for line in remarks.list_printable_remarks(payload)),
        *(payload.own_words for payload in payloads if payload.own_words),
    ]


def give_worksheet(
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
    worksheet = available_worksheets.load_available_worksheet(
        db, vault, form.worksheet.data, case.payload.single_client_id
    )
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


def list_sheets_for(case: RecordVersion[Case]) -> tuple[Worksheet, ...]:
    """Every sheet that is offered in a session of this case."""
    return available_worksheets.list_available_worksheets(
        context.db(), context.vault(), case.payload.single_client_id
    )


def list_open_and_folded_sheets(case: RecordVersion[Case]) -> tuple[list[Worksheet], list[Worksheet]]:
    """The sheets that are shown in the list, and those that are folded away for the clinician.

    For one client, every sheet that requires asking about fear first is folded away, even after it was asked.
    A couple's list has no fold; such a sheet is on it only after time alone with each partner.
    """
    all_sheets = list_sheets_for(case)
    folded_sheets = [sheet for sheet in all_sheets if sheet.needs_fear_asked]
    if not case.payload.is_couple:
        return [sheet for sheet in all_sheets if sheet not in folded_sheets], folded_sheets
    db, vault, today = context.db(), context.vault(), context.today()
    free_for_both = fear_holds.is_free_for_both(db, vault, case.payload.client_ids, today=today)
    return [sheet for sheet in all_sheets if free_for_both or sheet not in folded_sheets], []


def find_chosen_sheet(sheets: Sequence[Worksheet], slug: str) -> Worksheet | None:
    """The sheet that was chosen on another page, if it is one of these; the page then shows it alone."""
    return next((sheet for sheet in sheets if sheet.slug == slug), None)


def find_reason_to_give(
    case: RecordVersion[Case], administration_id: str
) -> RecordVersion[Administration] | None:
    """The questionnaire whose result led here; None if there is none of the client of this case."""
    if case.payload.is_couple:
        return None
    with suppress(ValueError, RecordNotFound, UnreadableRecord):
        administration = administrations.load_administration(
            context.db(), context.vault(), UUID(hex=administration_id)
        )
        if administration.payload.client_id in case.payload.client_ids:
            return administration
    return None


def find_offer(administration: RecordVersion[Administration], slug: str) -> WorksheetOffer | None:
    """Why this sheet is suggested after a questionnaire; None if it is not suggested, or not any more."""
    db, vault = context.db(), context.vault()
    holds = fear_holds.load_fear_holds(db, vault, administration.payload.client_id)
    result = results.build_result_with_offers(db, vault, administration, holds, today=context.today())
    return next((offer for offer in result.offers if offer.worksheet.slug == slug), None)
