"""Giving a questionnaire in a session: introduce it, one item a screen, check the answers, finish."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.instruments import client_wording
from clinic_toolkit.instruments.model import Instrument, Item
from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record.people import cases
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.questionnaires import administrations, answered_items, answers, progress
from clinic_toolkit.record.questionnaires.administration_record import ADMINISTRATION, Administration
from clinic_toolkit.web import context
from clinic_toolkit.web.forms.fields import first_error
from clinic_toolkit.web.forms.items import (
    CONFLICT_MESSAGE,
    NON_ANSWER_LABELS,
    FormButton,
    ItemForm,
    describe_answer,
)
from clinic_toolkit.web.screen_parts import confidentiality_notice, screen_sharing
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.request_info import is_from_script
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("administrations", __name__)


@screen.get("/administrations/<uuid:id>/introduction")
def introduction(id: UUID) -> ViewResult:
    """The introduction to read out before the first question."""
    administration = _load_unfinished(id)
    context.audit_read(ADMINISTRATION, administration)
    screen_sharing.set_shared_place(id, screen_sharing.INTRODUCTION)
    return render_template(
        "administrations/introduction.html",
        administration=administration,
        limits=confidentiality_notice.notice_before(administrations.instrument_of(administration.payload)),
        **_heading_values(administration),
    )


@screen.route("/administrations/<uuid:id>/items/<int:number>", methods=["GET", "POST"])
def item(id: UUID, number: int) -> ViewResult:
    """Show one item, or save its answer and redirect to where the button leads."""
    administration = _load_unfinished(id)
    instrument = administrations.instrument_of(administration.payload)
    if not 1 <= number <= len(instrument.items):
        raise records.RecordNotFound
    changing = "change" in request.args
    if administration.payload.entered_on and request.method == "GET" and not changing:
        return responses.redirect_to(url_for("whole_forms.show", id=id))
    if request.method == "POST":
        form = ItemForm.for_instrument(instrument, request.form)
        stored = answers.decode_responses(administration.payload.answers)[number - 1]
        if not form.validate():
            if is_from_script():
                return responses.autosave_failed(first_error(form), 422)
            return _render_item(administration, number, changing=changing, form=form), 422
        merged = form.merge_with(stored)
        if merged.has_conflict:
            if is_from_script():
                return responses.autosave_failed(CONFLICT_MESSAGE, 409)
            return _render_item(administration, number, changing=changing, form=form, elsewhere=True), 409
        if merged.response != stored:
            administration = progress.record_response(
                context.db(), context.vault(), administration, number - 1, merged.response, now=context.now()
            )
        if is_from_script():
            return responses.autosave_saved(context.now(), version=form.digest_after_save(stored))
        if form.reopens_question:
            return responses.redirect_to(url_for(".item", id=id, number=number, change=int(changing) or None))
        return responses.redirect_to(_page_after_item(administration, number, form.button, changing=changing))
    context.audit_read(ADMINISTRATION, administration)
    screen_sharing.set_shared_place(id, number)
    return _render_item(administration, number, changing=changing, form=None)


def _render_item(
    administration: RecordVersion[Administration],
    number: int,
    *,
    changing: bool,
    form: ItemForm | None,
    elsewhere: bool = False,
) -> str:
    stored_responses = answers.decode_responses(administration.payload.answers)
    stored = shown = stored_responses[number - 1]
    if form is not None:
        shown = form.merge_with(stored).response if elsewhere else form.to_response(stored)
    instrument = administrations.instrument_of(administration.payload)
    item = instrument.items[number - 1]
    return render_template(
        "administrations/item.html",
        administration=administration,
        number=number,
        count=len(instrument.items),
        item=item,
        follow_up=_questions_for_the_talk(administration, instrument, item),
        text=administrations.item_wording(administration.payload, item),
        answered=shown,
        version=form.shown_digest if form and not elsewhere else answers.response_digest(stored),
        elsewhere=(describe_answer(stored, instrument), stored.remark) if elsewhere else None,
        errors=form.errors if form else {},
        ways=NON_ANSWER_LABELS,
        changing=changing,
        done=[response.status != ResponseStatus.NOT_REACHED for response in stored_responses],
        **_heading_values(administration),
    )


def _questions_for_the_talk(
    administration: RecordVersion[Administration], instrument: Instrument, item: Item
) -> list[str]:
    facet = next(facet for facet in instrument.facets if facet.id == item.facet)
    if administration.payload.relationship is None:
        return facet.shareable_questions(general=True)
    word = answered_items.relationship_label(context.db(), context.vault(), administration.payload)
    return [
        client_wording.with_client_word(question, word)
        for question in facet.shareable_questions(general=False)
    ]


def _page_after_item(
    administration: RecordVersion[Administration],
    number: int,
    button: FormButton,
    *,
    changing: bool,
) -> str:
    if button == FormButton.PAUSE:
        return url_for(".pause", id=administration.id, number=number)
    if button == FormButton.STOP:
        progress.stop_administration(context.db(), context.vault(), administration, now=context.now())
        return url_for(".stopped", id=administration.id)
    if button == FormButton.BACK:
        if changing:
            return url_for(".check", id=administration.id)
        return (
            url_for(".item", id=administration.id, number=number - 1)
            if number > 1
            else url_for(".introduction", id=administration.id)
        )
    is_last = number == len(administration.payload.answers.statuses)
    if is_last and not changing and administrations.open_line_question(administration.payload):
        return url_for("open_lines.show", id=administration.id)
    if changing or is_last:
        return url_for(".check", id=administration.id)
    return url_for(".item", id=administration.id, number=number + 1)


@screen.get("/administrations/<uuid:id>/items/<int:number>/pause")
def pause(id: UUID, number: int) -> ViewResult:
    """A quiet page for a pause; it shows nothing of the questionnaire."""
    screen_sharing.set_shared_place(id, screen_sharing.PAUSE)
    return render_template("administrations/pause.html", administration=_load_unfinished(id), number=number)


@screen.get("/administrations/<uuid:id>/check")
def check(id: UUID) -> ViewResult:
    """All answers on one page, each with a link to change it."""
    administration = _load_unfinished(id)
    context.audit_read(ADMINISTRATION, administration)
    screen_sharing.set_shared_place(id, len(administration.payload.answers.statuses) + 1)
    return render_template(
        "administrations/check.html",
        administration=administration,
        items=answered_items.list_answered_items(administration.payload),
        ways=NON_ANSWER_LABELS,
        open_line=administrations.open_line_question(administration.payload),
        **_heading_values(administration),
    )


@screen.post("/administrations/<uuid:id>/finish")
def finish(id: UUID) -> ViewResult:
    """Finish the questionnaire; its answers are final. A second press leads to the same page as the first."""
    administration = administrations.load_administration(context.db(), context.vault(), id)
    if not administration.final:
        administration = progress.complete_administration(
            context.db(), context.vault(), administration, now=context.now()
        )
    # Answers entered from paper lead straight to the result, because no client is looking on.
    return responses.redirect_to(
        url_for("results.show" if administration.payload.entered_on else ".finished", id=administration.id)
    )


@screen.get("/administrations/<uuid:id>/finished")
def finished(id: UUID) -> ViewResult:
    """A quiet page after the last answer, which the client may see; the result is on the clinician’s page."""
    administration = administrations.load_administration(context.db(), context.vault(), id)
    context.audit_read(ADMINISTRATION, administration)
    return render_template(
        "administrations/finished.html",
        administration=administration,
        case=_load_single_case(administration),
        **_heading_values(administration),
    )


@screen.post("/administrations/<uuid:id>/leave")
def stop(id: UUID) -> ViewResult:
    """Stop the questionnaire unfinished."""
    administration = progress.stop_administration(
        context.db(), context.vault(), _load_unfinished(id), now=context.now()
    )
    return responses.redirect_to(url_for(".stopped", id=administration.id))


@screen.get("/administrations/<uuid:id>/stopped")
def stopped(id: UUID) -> ViewResult:
    """The last page of a questionnaire that was stopped unfinished."""
    administration = administrations.load_administration(context.db(), context.vault(), id)
    context.audit_read(ADMINISTRATION, administration)
    return render_template(
        "administrations/stopped.html",
        administration=administration,
        case=_load_single_case(administration),
        next_number=answers.number_to_continue_at(administration.payload.answers),
        **_heading_values(administration),
    )


def _load_unfinished(id: UUID) -> RecordVersion[Administration]:
    return administrations.load_unfinished_administration(context.db(), context.vault(), id)


def _load_single_case(
    administration: RecordVersion[Administration],
) -> RecordVersion[Case]:
    return cases.load_single_case(context.db(), context.vault(), administration.payload.client_id)


def _heading_values(administration: RecordVersion[Administration]) -> dict[str, object]:
    return {
        "instrument": administrations.instrument_of(administration.payload),
        "about": answered_items.relationship_label(context.db(), context.vault(), administration.payload),
        "general": administration.payload.relationship is None,
    }
