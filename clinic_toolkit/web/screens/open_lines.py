"""The open line at the end of a check-in: asked in words, answered in words."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.record import administrations, answers, progress, results, rows
from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.web import context, responses
from clinic_toolkit.web.forms.fields import first_error
from clinic_toolkit.web.forms.item import CHANGED_ELSEWHERE
from clinic_toolkit.web.forms.open_line import OpenLineForm
from clinic_toolkit.web.requests import by_script
from clinic_toolkit.web.responses import Answer

screen = Blueprint("open_lines", __name__)


@screen.route("/administrations/<uuid:id>/open-line", methods=["GET", "POST"])
def show(id: UUID) -> Answer:
    """Ask it, or keep what was said and go where the button says."""
    kept = administrations.unfinished(context.db(), context.vault(), id)
    if not administrations.open_line_of(kept.body):
        raise rows.NotThere
    if request.method == "GET":
        context.saw("administration", kept)
        return _page(kept, OpenLineForm(data={"open_line": kept.body.open_line}))
    form = OpenLineForm(request.form)
    if not form.validate():
        if by_script():
            return responses.not_saved(first_error(form), 422)
        return _page(kept, form), 422
    line, clash = form.against(kept.body.open_line)
    if clash:
        if by_script():
            return responses.not_saved(CHANGED_ELSEWHERE, 409)
        return _page(kept, form, elsewhere=True), 409
    if line != kept.body.open_line:
        kept = progress.record_responses(
            context.db(), context.vault(), kept, {}, open_line=line, now=context.now()
        )
    if by_script():
        return responses.saved(context.now(), version=form.shows)
    return responses.see(_onward(kept, form.go.data or "next"))


def _onward(kept: Kept[Administration], go: str) -> str:
    last = len(kept.body.answers.statuses)
    if go == "stop":
        progress.stop(context.db(), context.vault(), kept, now=context.now())
        return url_for("administrations.stopped", id=kept.id)
    if go == "pause":
        return url_for("administrations.pause", id=kept.id, number=last)
    if go == "back":
        return url_for("administrations.item", id=kept.id, number=last)
    return url_for("administrations.check", id=kept.id)


def _page(kept: Kept[Administration], form: OpenLineForm, *, elsewhere: bool = False) -> str:
    return render_template(
        "administrations/open_line.html",
        kept=kept,
        form=form,
        errors=form.errors,
        version=form.version.data if form.errors else answers.words_mark(kept.body.open_line),
        elsewhere=(kept.body.open_line or "Left open",) if elsewhere else None,
        asked=administrations.open_line_of(kept.body),
        instrument=administrations.instrument_of(kept.body),
        about=results.about(context.db(), context.vault(), kept.body),
    )
