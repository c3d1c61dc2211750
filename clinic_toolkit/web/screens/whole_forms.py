"""A whole questionnaire on one page, for entering answers quickly while the client speaks."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.questionnaires import administrations, answered_items, answers, progress
from clinic_toolkit.record.questionnaires.administration_record import ADMINISTRATION, Administration
from clinic_toolkit.record.questionnaires.answers import Response
from clinic_toolkit.web import context
from clinic_toolkit.web.forms.fields import first_error
from clinic_toolkit.web.forms.items import CONFLICT_MESSAGE, NON_ANSWER_LABELS, ItemRowForm, describe_answer
from clinic_toolkit.web.forms.open_lines import OpenLineForm
from clinic_toolkit.web.screen_parts import screen_sharing
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.request_info import is_from_script
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("whole_forms", __name__)

# Separates the digests of the rows in one field; that of the open line comes last.
_DIGEST_SEPARATOR = ";"


@screen.get("/administrations/<uuid:id>/all")
def show(id: UUID) -> ViewResult:
    """All questions with their answers, on one page."""
    administration = _load_unfinished(id)
    context.audit_read(ADMINISTRATION, administration)
    screen_sharing.set_shared_place(id, None)
    return _render_whole_form(administration, None)


@screen.post("/administrations/<uuid:id>/all")
def save(id: UUID) -> ViewResult:
    """Save every row that changed, in one step."""
    administration = _load_unfinished(id)
    instrument = administrations.instrument_of(administration.payload)
    count = len(instrument.items)
    forms = [
        ItemRowForm.for_instrument(instrument, request.form, number=number) for number in range(1, count + 1)
    ]
    open_line_form = (
        OpenLineForm(request.form) if administrations.open_line_question(administration.payload) else None
    )
    _set_shown_digests(request.form.get("version", ""), forms, open_line_form)
    if invalid_forms := [form for form in (*forms, open_line_form) if form and not form.validate()]:
        if is_from_script():
            return responses.autosave_failed(first_error(*invalid_forms), 422)
        return _render_whole_form(administration, forms, open_line_form), 422
    stored_responses = answers.decode_responses(administration.payload.answers)
    merged_responses = [form.merge_with(stored) for form, stored in zip(forms, stored_responses, strict=True)]
    open_line_answer, line_has_conflict = (
        open_line_form.merge_with(administration.payload.open_line_answer)
        if open_line_form
        else (administration.payload.open_line_answer, False)
    )
    if line_has_conflict or any(merged.has_conflict for merged in merged_responses):
        if is_from_script():
            return responses.autosave_failed(CONFLICT_MESSAGE, 409)
        return _render_whole_form(administration, forms, open_line_form, newer=True), 409
    changed = {
        item_index: merged.response
        for item_index, merged in enumerate(merged_responses)
        if merged.response != stored_responses[item_index]
    }
    if changed or open_line_answer != administration.payload.open_line_answer:
        administration = progress.record_responses(
            context.db(),
            context.vault(),
            administration,
            changed,
            open_line_answer=open_line_answer,
            now=context.now(),
        )
    if is_from_script():
        row_digests = [
            form.digest_after_save(stored) for form, stored in zip(forms, stored_responses, strict=True)
        ]
        return responses.autosave_saved(
            context.now(),
            version=_DIGEST_SEPARATOR.join(
                [*row_digests, open_line_form.digest_after_save if open_line_form else ""]
            ),
        )
    return responses.redirect_to(url_for("administrations.check", id=id))


def _set_shown_digests(
    posted_digests: str, forms: list[ItemRowForm], open_line_form: OpenLineForm | None
) -> None:
    """Set the digest that the page saw for each row; if they do not fit the rows, all count as empty."""
    digests = posted_digests.split(_DIGEST_SEPARATOR)
    if len(digests) != len(forms) + 1:
        digests = [answers.UNANSWERED_DIGEST] * len(forms) + [""]
    for form, digest in zip(forms, digests, strict=False):
        form.shown_digest = digest
    if open_line_form:
        open_line_form.shown_digest = digests[-1]


def _render_whole_form(
    administration: RecordVersion[Administration],
    forms: list[ItemRowForm] | None,
    open_line_form: OpenLineForm | None = None,
    *,
    newer: bool = False,
) -> str:
    instrument = administrations.instrument_of(administration.payload)
    stored_responses = answers.decode_responses(administration.payload.answers)
    merged_responses = [
        form.merge_with(stored) for form, stored in zip(forms or (), stored_responses, strict=False)
    ]
    lines = [
        {
            "number": number,
            "item": item,
            "text": administrations.item_wording(administration.payload, item),
            "answered": _shown_response(forms, number - 1, stored, newer=newer),
            "elsewhere": (describe_answer(stored, instrument), stored.remark)
            if newer and merged_responses[number - 1].has_conflict
            else None,
        }
        for number, (item, stored) in enumerate(zip(instrument.items, stored_responses, strict=True), start=1)
    ]
    line_has_conflict = bool(
        newer and open_line_form and open_line_form.merge_with(administration.payload.open_line_answer)[1]
    )
    row_digests = [form.shown_digest for form in forms or ()] if not newer else []
    errors = {
        f"{number}-{name}": messages
        for number, form in enumerate(forms or (), start=1)
        for name, messages in form.errors.items()
    }
    errors |= open_line_form.errors if open_line_form else {}
    return render_template(
        "administrations/whole.html",
        administration=administration,
        lines=lines,
        ways=NON_ANSWER_LABELS,
        errors=errors,
        newer=newer,
        asked_last=administrations.open_line_question(administration.payload),
        open_line=open_line_form.open_line.data
        if open_line_form
        else administration.payload.open_line_answer,
        line_elsewhere=administration.payload.open_line_answer if line_has_conflict else None,
        version=_DIGEST_SEPARATOR.join(
            [*row_digests, open_line_form.shown_digest or "" if open_line_form else ""]
        )
        if row_digests
        else _DIGEST_SEPARATOR.join(
            [
                *map(answers.response_digest, stored_responses),
                answers.text_digest(administration.payload.open_line_answer),
            ]
        ),
        instrument=instrument,
        about=answered_items.relationship_label(context.db(), context.vault(), administration.payload),
    )


def _shown_response(
    forms: list[ItemRowForm] | None, place: int, stored: Response, *, newer: bool
) -> Response:
    """The answer a row shows: the stored one, the posted one, or after a conflict both merged."""
    if not forms:
        return stored
    return forms[place].merge_with(stored).response if newer else forms[place].to_response(stored)


def _load_unfinished(id: UUID) -> RecordVersion[Administration]:
    return administrations.load_unfinished_administration(context.db(), context.vault(), id)
