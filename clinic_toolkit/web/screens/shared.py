"""The page to share over telehealth: the present question and its answer labels, and nothing else.

It has no name, no answer, no button and no link. It reloads itself every few seconds to follow the clinician
from question to question, and says "One moment" when there is nothing for the client to see.
"""

from uuid import UUID

from flask import Blueprint, render_template

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics.numerals import number_in_words
from clinic_toolkit.record.questionnaires import administrations, answers
from clinic_toolkit.record.questionnaires.administration_record import Administration, AdministrationState
from clinic_toolkit.web import context
from clinic_toolkit.web.access import guard
from clinic_toolkit.web.forms.items import NON_ANSWER_LABELS
from clinic_toolkit.web.screen_parts import confidentiality_notice, screen_sharing
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("shared", __name__)


@screen.get("/administrations/<uuid:id>/shared")
@guard.allow_on_shared_screen
def show(id: UUID) -> ViewResult:
    """What the client sees now. No audit entry is written: the clinician's page, beside it, writes one."""
    administration = administrations.load_administration(context.db(), context.vault(), id)
    if (
        administration.state != AdministrationState.IN_PROGRESS
        or administration.payload.entered_on is not None
    ):
        return screen_sharing.render_wait_page()
    shared_place = screen_sharing.get_shared_place(
        id, default=answers.next_unanswered_index(administration.payload.answers) + 1
    )
    return (
        screen_sharing.render_wait_page()
        if shared_place == screen_sharing.PAUSE
        else responses.refreshing_page(_render_shared_page(administration, shared_place))
    )


def _render_shared_page(administration: RecordVersion[Administration], place: int) -> str:
    instrument = administrations.instrument_of(administration.payload)
    count = len(instrument.items)
    if not 1 <= place <= count:
        page = "introduction" if place == screen_sharing.INTRODUCTION else "closing"
        return render_template(
            f"shared/{page}.html",
            instrument=instrument,
            limits=confidentiality_notice.notice_before(instrument),
        )
    return render_template(
        "shared/question.html",
        instrument=instrument,
        text=administrations.item_wording(administration.payload, instrument.items[place - 1]),
        options=sorted(instrument.options, key=lambda option: option.value),
        ways=NON_ANSWER_LABELS,
        progress=f"Question {number_in_words(place)} of {number_in_words(count)}",
    )
