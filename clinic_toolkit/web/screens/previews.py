"""Preview of a questionnaire before it is added: for the clinician, as a client sees it, and on paper.

It uses the same templates as a real questionnaire. Nothing chosen on its pages is saved.
"""

from collections.abc import Callable
from types import SimpleNamespace

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.instruments import catalogue, client_copy
from clinic_toolkit.instruments.model import Instrument, Item
from clinic_toolkit.instruments.validation_status import validation_status_line
from clinic_toolkit.journal import records
from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.psychometrics.score_explanation import explain_scoring
from clinic_toolkit.record.questionnaires import answered_items, own_questionnaires
from clinic_toolkit.record.questionnaires.administration_record import AdministrationMode
from clinic_toolkit.record.questionnaires.answers import Response
from clinic_toolkit.record.values.page_values import AnswerCard, BlankQuestionnaire, InstrumentGuide
from clinic_toolkit.standing_sentences import STATUS_LINE
from clinic_toolkit.web import context
from clinic_toolkit.web.access import guard
from clinic_toolkit.web.content.printout_kinds import PrintoutKind
from clinic_toolkit.web.forms.items import NON_ANSWER_LABELS, FormButton
from clinic_toolkit.web.screen_parts import (
    confidentiality_notice,
    item_remarks,
    pending_definition,
    printouts,
)
from clinic_toolkit.web.screen_parts.pending_definition import NoPendingDefinition
from clinic_toolkit.web.screen_parts.printouts import Printout
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("previews", __name__, url_prefix="/your-questionnaires/preview")

EXAMPLE_WORD, PEOPLE_IN_GENERAL, GENERAL_PARAM = "M.", "people in general", "general"
_NO_ANSWER = Response(status=ResponseStatus.NOT_REACHED, value=None, wants_to_talk=False, remark="")
_PLACEHOLDER_CODE = "000000"


@screen.get("")
def show() -> ViewResult:
    """What the clinician will see of the questionnaire, with links to the other pages of the preview."""
    pending = pending_definition.load_pending_definition()
    instrument = pending.instrument
    frames = [frame for frame in catalogue.list_frames() if frame.takes_questionnaires]
    own_versions = own_questionnaires.list_newest_versions(context.db(), context.vault())
    return render_template(
        "own_questionnaires/preview.html",
        here="questionnaires",
        instrument=instrument,
        file=pending.file,
        before=next(
            (
                version.payload.version
                for version in own_versions
                if version.payload.instrument_id == instrument.id
            ),
            "",
        ),
        can_be_handed=client_copy.can_be_handed_over(instrument),
        frames=frames,
        fits_ill={frame.id: answered_items.poorly_fitting_numbers(instrument, frame.id) for frame in frames},
        describe_item=item_remarks.describe_item,
        rule=explain_scoring(instrument),
        status_text=validation_status_line(instrument, STATUS_LINE),
        limits=confidentiality_notice.notice_before(instrument),
    )


@screen.get("/introduction")
def introduction() -> ViewResult:
    """The introduction before the first question."""
    instrument = pending_definition.load_pending_definition().instrument
    return _render_preview(
        "introduction", instrument, limits=confidentiality_notice.notice_before(instrument)
    )


@screen.route("/items/<int:number>", methods=["GET", "POST"])
def item(number: int) -> ViewResult:
    """One question a screen; its buttons lead on and save nothing."""
    instrument = pending_definition.load_pending_definition().instrument
    if not 1 <= number <= len(instrument.items):
        raise records.RecordNotFound
    if request.method == "POST":
        return responses.redirect_to(_next_address(instrument, number))
    item = instrument.items[number - 1]
    return _render_preview(
        "item",
        instrument,
        item=item,
        text=_item_text(item),
        number=number,
        count=len(instrument.items),
        facet=next(facet for facet in instrument.facets if facet.id == item.facet),
    )


def _next_address(instrument: Instrument, number: int) -> str:
    if request.form.get("go") == FormButton.BACK and "way" not in request.form:
        return _preview_address("item", number=number - 1) if number > 1 else _preview_address("introduction")
    return (
        _preview_address("check")
        if number == len(instrument.items)
        else _preview_address("item", number=number + 1)
    )


@screen.get("/all")
def whole_form() -> ViewResult:
    """Every question on one page."""
    instrument = pending_definition.load_pending_definition().instrument
    lines = [
        {"number": number, "item": item, "text": _item_text(item), "answered": _NO_ANSWER, "elsewhere": None}
        for number, item in enumerate(instrument.items, start=1)
    ]
    return _render_preview("whole", instrument, lines=lines, newer=False, version="")


@screen.post("/all")
def continue_preview() -> ViewResult:
    """Redirect to the page of answers; nothing chosen is saved."""
    return responses.redirect_to(_preview_address("check"))


@screen.get("/check")
def check() -> ViewResult:
    """The page of answers, with all of them left open."""
    instrument = pending_definition.load_pending_definition().instrument
    items = [
        {
            "number": number,
            "text": _item_text(item),
            "label": None,
            "status": ResponseStatus.NOT_REACHED,
            "wants_to_talk": False,
            "remark": "",
        }
        for number, item in enumerate(instrument.items, start=1)
    ]
    return _render_preview("check", instrument, items=items)


@screen.route("/blank", methods=["GET", "POST"])
@guard.allow_printout_when_read_only
def blank() -> ViewResult:
    """The printout of the blank form, with a placeholder for its form code."""
    from clinic_toolkit.documents import blank_form as paper

    instrument = pending_definition.load_pending_definition().instrument
    questionnaire = BlankQuestionnaire(
        letterhead=context.letterhead(),
        instrument=instrument,
        is_general=GENERAL_PARAM in request.args,
        form_code=_PLACEHOLDER_CODE,
        confidentiality_text=confidentiality_notice.notice_on_paper(instrument),
    )
    return _printout_response(
        PrintoutKind.QUESTIONNAIRE, "Blank form", lambda: paper.render_blank_form(questionnaire)
    )


@screen.route("/answer-card", methods=["GET", "POST"])
@guard.allow_printout_when_read_only
def answer_card() -> ViewResult:
    """The printout of the answer labels in large type."""
    from clinic_toolkit.documents import answer_card as paper

    card = AnswerCard(
        letterhead=context.letterhead(), instrument=pending_definition.load_pending_definition().instrument
    )
    return _printout_response(PrintoutKind.ANSWER_CARD, "Answer card", lambda: paper.render_answer_card(card))


@screen.route("/guide", methods=["GET", "POST"])
@guard.allow_printout_when_read_only
def guide() -> ViewResult:
    """The printout of the guidance on giving the questionnaire."""
    from clinic_toolkit.documents import guide as paper

    guide = InstrumentGuide(
        letterhead=context.letterhead(), instrument=pending_definition.load_pending_definition().instrument
    )
    return _printout_response(PrintoutKind.GUIDE, "Guide for you", lambda: paper.render_guide(guide))


def _printout_response(kind: PrintoutKind, title: str, render: Callable[[], bytes]) -> ViewResult:
    back = ("Back to the questionnaire", url_for(".show"))
    return printouts.respond_with_printout(Printout(kind=kind, title=title, back=back, render=render))


@screen.errorhandler(NoPendingDefinition)
def handle_no_pending_definition(error: NoPendingDefinition) -> ViewResult:
    """Redirect to the page where a file is chosen."""
    return responses.redirect_to(url_for("own_questionnaires.index"))


def _render_preview(name: str, instrument: Instrument, **values: object) -> str:
    """Render a page of the questionnaire without an administration, so that no link leads anywhere."""
    payload = SimpleNamespace(
        mode=AdministrationMode.READ_ALOUD, therapy_session_id=None, relationship=None, entered_on=None
    )
    no_administration = SimpleNamespace(id=None, version=0, payload=payload)
    return render_template(
        f"own_questionnaires/{name}.html",
        administration=no_administration,
        instrument=instrument,
        about=PEOPLE_IN_GENERAL if GENERAL_PARAM in request.args else EXAMPLE_WORD,
        general=GENERAL_PARAM in request.args,
        wording={GENERAL_PARAM: 1} if GENERAL_PARAM in request.args else {},
        ways=NON_ANSWER_LABELS,
        errors={},
        asked_last="",
        open_line="",
        **values,
    )


def _item_text(item: Item) -> str:
    return item.text_general if GENERAL_PARAM in request.args else item.text


def _preview_address(page: str, **values: int) -> str:
    return url_for(f".{page}", **values, **({GENERAL_PARAM: 1} if GENERAL_PARAM in request.args else {}))  # type: ignore[arg-type]
