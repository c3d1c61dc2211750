"""A whole questionnaire on one page, for a clinician who enters quickly while the client speaks."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.record import administrations, answers, progress, results, rows
from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.web import context, responses, sharing
from clinic_toolkit.web.forms.fields import whole
from clinic_toolkit.web.forms.item import WAYS, RowForm
from clinic_toolkit.web.forms.open_line import OpenLineForm
from clinic_toolkit.web.requests import by_script
from clinic_toolkit.web.responses import Answer

screen = Blueprint("whole_forms", __name__)


@screen.get("/administrations/<uuid:id>/all")
def show(id: UUID) -> Answer:
    """Every question with its answers, on one page."""
    kept = _open(id)
    context.saw("administration", kept)
    sharing.follow(id, None)
    return _page(kept, None)


@screen.post("/administrations/<uuid:id>/all")
def save(id: UUID) -> Answer:
    """Keep every row that changed, in one step."""
    kept = _open(id)
    instrument = administrations.instrument_of(kept.body)
    count = len(instrument.items)
    forms = [
        RowForm.for_instrument(instrument, request.form, number=number) for number in range(1, count + 1)
    ]
    last = OpenLineForm(request.form) if administrations.open_line_of(kept.body) else None
    if whole(request.form.get("version")) != kept.version:
        sentence = rows.Stale().sentence
        if by_script():
            return responses.not_saved(sentence, 409, url=url_for(".show", id=id))
        return _page(kept, forms, last, newer=True), 409
    if [form for form in (*forms, last) if form and not form.validate()]:
        return _page(kept, forms, last), 422
    before = answers.responses(kept.body.answers)
    given = {place: form.response(before[place]) for place, form in enumerate(forms)}
    changed = {place: response for place, response in given.items() if response != before[place]}
    said = last.open_line.data if last else kept.body.open_line
    if changed or said != kept.body.open_line:
        kept = progress.record_responses(
            context.db(), context.vault(), kept, changed, open_line=said, now=context.now()
        )
    if by_script():
        return responses.saved(context.now(), version=kept.version)
    return responses.see(url_for("administrations.check", id=id))


def _page(
    kept: Kept[Administration],
    forms: list[RowForm] | None,
    last: OpenLineForm | None = None,
    *,
    newer: bool = False,
) -> str:
    instrument = administrations.instrument_of(kept.body)
    before = answers.responses(kept.body.answers)
    lines = [
        {
            "number": number,
            "item": item,
            "text": administrations.wording(kept.body, item),
            "answered": forms[number - 1].response(before[number - 1]) if forms else before[number - 1],
        }
        for number, item in enumerate(instrument.items, start=1)
    ]
    errors = {
        f"{number}-{name}": found
        for number, form in enumerate(forms or (), start=1)
        for name, found in form.errors.items()
    }
    errors |= last.errors if last else {}
    return render_template(
        "administrations/whole.html",
        kept=kept,
        lines=lines,
        ways=WAYS,
        errors=errors,
        newer=newer,
        asked_last=administrations.open_line_of(kept.body),
        open_line=last.open_line.data if last else kept.body.open_line,
        instrument=instrument,
        about=results.about(context.db(), context.vault(), kept.body),
    )


def _open(id: UUID) -> Kept[Administration]:
    return administrations.unfinished(context.db(), context.vault(), id)
