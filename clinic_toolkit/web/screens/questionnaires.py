"""The questionnaires: their questions, evidence cards and printouts."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.instruments import catalogue, form_code
from clinic_toolkit.instruments.validation_status import validation_status_line
from clinic_toolkit.psychometrics.score_explanation import explain_scoring
from clinic_toolkit.record.questionnaires import answered_items, own_questionnaires
from clinic_toolkit.record.values.page_values import (
    AnswerCard,
    BlankQuestionnaire,
    ClinicianCard,
    InstrumentGuide,
)
from clinic_toolkit.standing_sentences import STATUS_LINE
from clinic_toolkit.web import context
from clinic_toolkit.web.access import guard
from clinic_toolkit.web.content.printout_kinds import PrintoutKind
from clinic_toolkit.web.screen_parts import confidentiality_notice, item_remarks, printouts
from clinic_toolkit.web.screen_parts.printouts import Printout
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("questionnaires", __name__)


@screen.get("/questionnaires")
def index() -> ViewResult:
    """The list of all questionnaires."""
    return render_template(
        "questionnaires/index.html",
        here="questionnaires",
        instruments=(
            *own_questionnaires.list_offered_instruments(context.db(), context.vault()),
            catalogue.load_check_in(),
        ),
        status_text=STATUS_LINE,
    )


@screen.get("/questionnaires/<slug>")
def show(slug: str) -> ViewResult:
    """One questionnaire with its evidence card."""
    instrument = own_questionnaires.load_instrument(context.db(), context.vault(), slug)
    frames = [frame for frame in catalogue.list_frames() if frame.takes_questionnaires]
    return render_template(
        "questionnaires/show.html",
        here="questionnaires",
        instrument=instrument,
        frames=frames,
        fits_ill={frame.id: answered_items.poorly_fitting_numbers(instrument, frame.id) for frame in frames},
        describe_item=item_remarks.describe_item,
        rule=explain_scoring(instrument),
        status_text=validation_status_line(instrument, STATUS_LINE),
        limits=confidentiality_notice.notice_before(instrument),
    )


@screen.route("/questionnaires/<slug>/blank", methods=["GET", "POST"])
@guard.allow_printout_when_read_only
def blank(slug: str) -> ViewResult:
    """The printout of the blank form, with the code of its version and wording, which names nobody."""
    from clinic_toolkit.documents import blank_form as paper

    instrument = own_questionnaires.load_instrument(context.db(), context.vault(), slug)
    general = "general" in request.args
    questionnaire = BlankQuestionnaire(
        letterhead=context.letterhead(),
        instrument=instrument,
        is_general=general,
        form_code=form_code.form_code_of(instrument, general=general),
        confidentiality_text=confidentiality_notice.notice_on_paper(instrument),
    )
    return _printout_response(
        PrintoutKind.QUESTIONNAIRE, "Blank form", lambda: paper.render_blank_form(questionnaire), slug
    )


@screen.route("/questionnaires/<slug>/answer-card", methods=["GET", "POST"])
@guard.allow_printout_when_read_only
def answer_card(slug: str) -> ViewResult:
    """The printout of the answer labels in large type, to point at."""
    from clinic_toolkit.documents import answer_card as paper

    card = AnswerCard(
        letterhead=context.letterhead(),
        instrument=own_questionnaires.load_instrument(context.db(), context.vault(), slug),
    )
    return _printout_response(
        PrintoutKind.ANSWER_CARD, "Answer card", lambda: paper.render_answer_card(card), slug
    )


@screen.route("/questionnaires/<slug>/card", methods=["GET", "POST"])
@guard.allow_printout_when_read_only
def card(slug: str) -> ViewResult:
    """The clinician's card for a form on paper: which questions to look at before the client leaves."""
    from clinic_toolkit.documents import clinician_card as paper

    instrument = own_questionnaires.load_instrument(context.db(), context.vault(), slug)
    card = ClinicianCard(
        letterhead=context.letterhead(),
        instrument=instrument,
        form_code=form_code.form_code_of(instrument, general=False),
        form_code_general=form_code.form_code_of(instrument, general=True),
    )
    return _printout_response(
        PrintoutKind.CLINICIAN_CARD, "Card for you", lambda: paper.render_clinician_card(card), slug
    )


@screen.route("/questionnaires/<slug>/guide", methods=["GET", "POST"])
@guard.allow_printout_when_read_only
def guide(slug: str) -> ViewResult:
    """The printout of the guidance: how to give it and what to ask."""
    from clinic_toolkit.documents import guide as paper

    guide = InstrumentGuide(
        letterhead=context.letterhead(),
        instrument=own_questionnaires.load_instrument(context.db(), context.vault(), slug),
    )
    return _printout_response(PrintoutKind.GUIDE, "Guide for you", lambda: paper.render_guide(guide), slug)


def _printout_response(kind: PrintoutKind, title: str, render: Callable[[], bytes], slug: str) -> ViewResult:
    # The card may be opened in the middle of an administration; then it leads back there.
    administration_id = request.args.get("giving", type=UUID)
    if administration_id:
        back = ("Back to the introduction", url_for("administrations.introduction", id=administration_id))
    else:
        back = ("Back to the questionnaire", url_for(".show", slug=slug))
    return printouts.respond_with_printout(Printout(kind=kind, title=title, back=back, render=render))
