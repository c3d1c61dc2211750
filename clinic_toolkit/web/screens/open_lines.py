"""The open line: the open-ended question at the end of a check-in."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.questionnaires import administrations, answered_items, answers, progress
from clinic_toolkit.record.questionnaires.administration_record import ADMINISTRATION, Administration
from clinic_toolkit.web import context
from clinic_toolkit.web.forms.fields import first_error
from clinic_toolkit.web.forms.items import CONFLICT_MESSAGE, FormButton
from clinic_toolkit.web.forms.open_lines import OpenLineForm
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.request_info import is_from_script
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("open_lines", __name__)


@screen.route("/administrations/<uuid:id>/open-line", methods=["GET", "POST"])
def show(id: UUID) -> ViewResult:
    """Show the open line, or save its text and redirect to where the button leads."""
    administration = administrations.load_unfinished_administration(context.db(), context.vault(), id)
    if not administrations.open_line_question(administration.payload):
        raise records.RecordNotFound
    if request.method == "GET":
        context.audit_read(ADMINISTRATION, administration)
        return _render_open_line(
            administration, OpenLineForm(data={"open_line": administration.payload.open_line_answer})
        )
    form = OpenLineForm(request.form)
    if not form.validate():
        if is_from_script():
            return responses.autosave_failed(first_error(form), 422)
        return _render_open_line(administration, form), 422
    merged_text, has_conflict = form.merge_with(administration.payload.open_line_answer)
    if has_conflict:
        if is_from_script():
            return responses.autosave_failed(CONFLICT_MESSAGE, 409)
        return _render_open_line(administration, form, elsewhere=True), 409
    if merged_text != administration.payload.open_line_answer:
        administration = progress.record_responses(
            context.db(), context.vault(), administration, {}, open_line_answer=merged_text, now=context.now()
        )
    if is_from_script():
        return responses.autosave_saved(context.now(), version=form.digest_after_save)
    return responses.redirect_to(_page_after_open_line(administration, form.button))


def _page_after_open_line(administration: RecordVersion[Administration], button: FormButton) -> str:
    last_number = len(administration.payload.answers.statuses)
    if button == FormButton.STOP:
        progress.stop_administration(context.db(), context.vault(), administration, now=context.now())
        return url_for("administrations.stopped", id=administration.id)
    if button == FormButton.PAUSE:
        return url_for("administrations.pause", id=administration.id, number=last_number)
    if button == FormButton.BACK:
        return url_for("administrations.item", id=administration.id, number=last_number)
    return url_for("administrations.check", id=administration.id)


def _render_open_line(
    administration: RecordVersion[Administration], form: OpenLineForm, *, elsewhere: bool = False
) -> str:
    return render_template(
        "administrations/open_line.html",
        administration=administration,
        form=form,
        errors=form.errors,
        version=form.version.data
        if form.errors
        else answers.text_digest(administration.payload.open_line_answer),
        elsewhere=(administration.payload.open_line_answer or "Left open",) if elsewhere else None,
        open_line_question=administrations.open_line_question(administration.payload),
        instrument=administrations.instrument_of(administration.payload),
        about=answered_items.relationship_label(context.db(), context.vault(), administration.payload),
    )
