"""A whole questionnaire on one page, for a clinician who enters quickly while the client speaks."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.record import administrations, answers, progress, results
from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.answers import Response
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.web import context, responses, sharing
from clinic_toolkit.web.forms.fields import first_error
from clinic_toolkit.web.forms.item import CHANGED_ELSEWHERE, WAYS, RowForm, in_words
from clinic_toolkit.web.forms.open_line import OpenLineForm
from clinic_toolkit.web.requests import by_script
from clinic_toolkit.web.responses import Answer

screen = Blueprint("whole_forms", __name__)

# Between what the page saw of one row and of the next; the open line comes last.
_BETWEEN = ";"


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
    _tell_seen(request.form.get("version", ""), forms, last)
    if wrong := [form for form in (*forms, last) if form and not form.validate()]:
        if by_script():
            return responses.not_saved(first_error(*wrong), 422)
        return _page(kept, forms, last), 422
    before = answers.responses(kept.body.answers)
    found = [form.against(stands) for form, stands in zip(forms, before, strict=True)]
    said, line_clash = last.against(kept.body.open_line) if last else (kept.body.open_line, False)
    if line_clash or any(each.clash for each in found):
        if by_script():
            return responses.not_saved(CHANGED_ELSEWHERE, 409)
        return _page(kept, forms, last, newer=True), 409
    changed = {place: each.response for place, each in enumerate(found) if each.response != before[place]}
    if changed or said != kept.body.open_line:
        kept = progress.record_responses(
            context.db(), context.vault(), kept, changed, open_line=said, now=context.now()
        )
    if by_script():
        shown = [form.shows(stands) for form, stands in zip(forms, before, strict=True)]
        return responses.saved(context.now(), version=_BETWEEN.join([*shown, last.shows if last else ""]))
    return responses.see(url_for("administrations.check", id=id))


def _tell_seen(sent: str, forms: list[RowForm], last: OpenLineForm | None) -> None:
    """Tell each row what the page saw of it; of a row that is not named it saw no answer."""
    marks = sent.split(_BETWEEN)
    if len(marks) != len(forms) + 1:
        marks = [answers.UNSEEN] * len(forms) + [""]
    for form, seen in zip(forms, marks, strict=False):
        form.seen = seen
    if last:
        last.seen = marks[-1]


def _page(
    kept: Kept[Administration],
    forms: list[RowForm] | None,
    last: OpenLineForm | None = None,
    *,
    newer: bool = False,
) -> str:
    instrument = administrations.instrument_of(kept.body)
    before = answers.responses(kept.body.answers)
    found = [form.against(stands) for form, stands in zip(forms or (), before, strict=False)]
    lines = [
        {
            "number": number,
            "item": item,
            "text": administrations.wording(kept.body, item),
            "answered": _shown(forms, number - 1, stands, newer=newer),
            "elsewhere": (in_words(stands, instrument), stands.said)
            if newer and found[number - 1].clash
            else None,
        }
        for number, (item, stands) in enumerate(zip(instrument.items, before, strict=True), start=1)
    ]
    line_clash = bool(newer and last and last.against(kept.body.open_line)[1])
    seen = [form.seen for form in forms or ()] if not newer else []
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
        line_elsewhere=kept.body.open_line if line_clash else None,
        version=_BETWEEN.join([*seen, last.seen or "" if last else ""])
        if seen
        else _BETWEEN.join([*map(answers.mark, before), answers.words_mark(kept.body.open_line)]),
        instrument=instrument,
        about=results.about(context.db(), context.vault(), kept.body),
    )


def _shown(forms: list[RowForm] | None, place: int, stands: Response, *, newer: bool) -> Response:
    """What a row shows: what is kept, what was sent, or beside a clash both put together."""
    if not forms:
        return stands
    return forms[place].against(stands).response if newer else forms[place].response(stands)


def _open(id: UUID) -> Kept[Administration]:
    return administrations.unfinished(context.db(), context.vault(), id)
