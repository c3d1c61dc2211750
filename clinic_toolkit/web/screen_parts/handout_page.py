"""The page of a sheet that was given: what is agreed about it, the ways to print it, and how it went."""

from flask import render_template
from wtforms import Form

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import clients
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.writing import (
    available_worksheets,
    goal_thread,
    handout_reviews,
    handout_words,
    handouts,
)
from clinic_toolkit.record.writing.handout_record import Handout
from clinic_toolkit.web import context
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.handouts import PAPER_CHOICES, SURENESS_CHOICES, AgreementForm
from clinic_toolkit.worksheets.model import Worksheet

SMALLER_SHEETS = 2


def render_handout_page(
    handout: RecordVersion[Handout],
    form: Form | None = None,
    *,
    is_newer: bool = False,
    not_printed: bool = False,
) -> str:
    """Render the page of a handout.

    Args:
        form: the form that was sent and refused, if one was.
        is_newer: the sheet was changed in another window since the form was opened.
        not_printed: the sheet was to be printed, and may not be at present.
    """
    db, vault = context.db(), context.vault()
    sheet = available_worksheets.load_given_worksheet(db, vault, handout.payload)
    case = handouts.load_case_of_handout(db, vault, handout)
    agreement_form = (
        form if isinstance(form, AgreementForm) else AgreementForm.for_handout(None, handout.payload)
    )
    review = handout.payload.last_review
    is_unsure = (
        handout.payload.sureness is not None and handout.payload.sureness < handout_reviews.SURE_ENOUGH
    )
    return render_template(
        "worksheets/handout.html",
        here="clients",
        handout=handout,
        sheet=sheet,
        client=clients.load_client(db, vault, handout.payload.client_id),
        case=case,
        served=goal_thread.find_goals_of_worksheet(db, vault, handout),
        is_out=handout_reviews.is_out(handout),
        values=agreement_form.data,
        smaller_values=form.data if form and form is not agreement_form else {},
        errors=form.errors if form else {},
        version=fields.version_for_page(form, handout.version) if form else handout.version,
        is_newer=is_newer,
        not_printed=not_printed,
        sureness_choices=SURENESS_CHOICES,
        paper_choices=PAPER_CHOICES,
        is_unsure=is_unsure,
        smaller_sheets=_list_smaller_sheets(sheet, case) if is_unsure else [],
        reviews=[
            (handout_words.describe_reviewed_on(each), handout_words.describe_review(each))
            for each in handout.payload.reviews
        ],
        asks_whether_wanted=bool(review and not review.wanted)
        and handout_reviews.asks_whether_wanted(
            handouts.list_handouts(db, vault, handout.payload.client_id), handout
        ),
        wanted_choices=list(handout_words.WANTED_LABELS.items()),
    )


def _list_smaller_sheets(sheet: Worksheet, case: RecordVersion[Case]) -> list[Worksheet]:
    """Sheets of the same side that take less time, the quickest first.

    A sheet that waits for the question about fear is left out whether it was asked or not: the client may be
    reading.
    """
    smaller = [
        each
        for each in available_worksheets.list_available_worksheets(
            context.db(), context.vault(), case.payload.single_client_id
        )
        if each.side == sheet.side and each.total_minutes < sheet.total_minutes and not each.needs_fear_asked
    ]
    return sorted(smaller, key=lambda each: each.total_minutes)[:SMALLER_SHEETS]
