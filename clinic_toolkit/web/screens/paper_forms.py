"""Entering a questionnaire that was answered on paper, and a second entry to find mistakes."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from msgspec.structs import replace

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.psychometrics.item_response import ResponseStatus
from clinic_toolkit.record.people import clients, relationships, therapy_session_loader
from clinic_toolkit.record.people.client_record import CLIENT, record_ring
from clinic_toolkit.record.people.therapy_session_record import TherapySession
from clinic_toolkit.record.questionnaires import (
    administrations,
    answered_items,
    answers,
    paper_entry,
    recent_relationships,
)
from clinic_toolkit.record.questionnaires.administration_record import ADMINISTRATION, Administration
from clinic_toolkit.record.questionnaires.answers import Response
from clinic_toolkit.web import context
from clinic_toolkit.web.forms.fields import parse_whole_number
from clinic_toolkit.web.forms.items import NON_ANSWER_LABELS, ItemRowForm, describe_answer
from clinic_toolkit.web.forms.paper_forms import PaperEntryForm
from clinic_toolkit.web.screen_parts import draft_saving, idempotent_forms, relationship_choice
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("paper_forms", __name__)


class KeptEntry(StrEnum):
    """Which of two entries says what the sheet says."""

    FIRST = "first"
    SECOND = "second"


_NO_ANSWER = Response(status=ResponseStatus.NOT_REACHED, value=None, wants_to_talk=False, remark="")


@screen.route("/sessions/<uuid:session_id>/paper", methods=["GET", "POST"])
def new_in_session(session_id: UUID) -> ViewResult:
    """Enter a form that belongs to a session."""
    loaded = therapy_session_loader.load_session(context.db(), context.vault(), session_id)
    if loaded.client_id is None:
        return render_template("administrations/couple.html", here="clients", session=loaded.session)
    return _enter_paper_form(loaded.client_id, loaded.session)


@screen.route("/clients/<uuid:client_id>/paper", methods=["GET", "POST"])
def new_for_client(client_id: UUID) -> ViewResult:
    """Enter a form that belongs to no session."""
    return _enter_paper_form(client_id, None)


def _enter_paper_form(client_id: UUID, session: RecordVersion[TherapySession] | None) -> ViewResult:
    db, vault, today = context.db(), context.vault(), context.today()
    client = clients.load_client(db, vault, client_id)
    active_relationships = relationships.list_active_relationships(db, vault, client.id)
    ring = record_ring(vault, client.id)
    draft = draft_saving.open_page_draft("paper", session.id if session else client.id, ring=ring)
    if (answer := draft.handle_autosave()) is not None:
        return answer
    editions = paper_entry.list_paper_editions(db, vault)
    ordered_ids = recent_relationships.recent_relationship_ids(db, vault, client.id, active_relationships)
    form = PaperEntryForm.for_paper_form(
        active_relationships,
        ordered_ids,
        editions,
        draft.field_values(),
        on=_likely_day(session, today),
        today=today,
    )
    existing = idempotent_forms.find_created_before(ADMINISTRATION, ring, form.matches_record)
    if existing is not None:
        return responses.redirect_to(url_for("whole_forms.show", id=existing.id))
    if request.method == "POST" and form.validate():
        administration = paper_entry.create_administration_from_paper(
            db,
            vault,
            typed_code=form.code.data,
            client_id=client.id,
            relationship=relationship_choice.load_or_add_relationship(form, client.id),
            therapy_session_id=session.id if session else None,
            answered_on=form.on.data,
            now=context.now(),
            idempotency_key=idempotent_forms.submitted_idempotency_key(),
        )
        draft.discard_recorded_draft()
        return responses.redirect_to(url_for("whole_forms.show", id=administration.id))
    context.audit_read(CLIENT, client)
    page = render_template(
        "paper/sheet.html",
        here="clients",
        session=session,
        client=client,
        form=form,
        draft=draft,
        errors=form.errors,
        kinds=relationship_choice.kind_choices(),
    )
    return (page, 422) if form.errors else page


def _likely_day(session: RecordVersion[TherapySession] | None, today: date) -> date:
    return min(session.payload.on, today) if session else today


@screen.route("/administrations/<uuid:id>/again", methods=["GET", "POST"])
def second_entry(id: UUID) -> ViewResult:
    """Enter the same form a second time without seeing the first entry, and compare."""
    administration = _load_unfinished_paper_form(id)
    if request.method == "GET":
        context.audit_read(ADMINISTRATION, administration)
        return _render_second_entry(administration, None)
    row_forms = _submitted_rows(administration)
    # A list, not a generator: every row is validated, so that all mistakes are shown at once.
    if [form for form in row_forms if not form.validate()]:
        return _render_second_entry(administration, row_forms), 422
    second_entry = [form.to_response(_NO_ANSWER) for form in row_forms]
    item_indexes = paper_entry.list_entry_differences(administration.payload, second_entry)
    if not item_indexes:
        paper_entry.settle_double_entry(context.db(), context.vault(), administration, {}, now=context.now())
        return responses.redirect_to(url_for("administrations.check", id=id))
    context.audit_read(ADMINISTRATION, administration)
    return _render_comparison(administration, item_indexes, second_entry)


@screen.post("/administrations/<uuid:id>/settle")
def settle_differences(id: UUID) -> ViewResult:
    """Save what the sheet says where the two entries differ."""
    administration = _load_unfinished_paper_form(id)
    if (
        administration.payload.double_entered
        and parse_whole_number(request.form.get("version")) + 1 == administration.version
    ):
        # The form was sent twice: the first one has been saved.
        return responses.redirect_to(url_for("administrations.check", id=id))
    second_entry = [
        form.to_response(_NO_ANSWER) for form in _submitted_rows(administration) if form.validate()
    ]
    if len(second_entry) != len(administration.payload.answers.statuses):
        raise records.RecordNotFound
    if parse_whole_number(request.form.get("version")) != administration.version:
        # The first entry was changed in the meantime: compare again, without any retyping.
        return _render_comparison(
            administration,
            paper_entry.list_entry_differences(administration.payload, second_entry),
            second_entry,
            newer=True,
        ), 409
    first_entry = answers.decode_responses(administration.payload.answers)
    item_indexes = [
        item_index for item_index in range(len(first_entry)) if f"{item_index + 1}-differs" in request.form
    ]
    choices = {item_index: request.form.get(f"{item_index + 1}-keep", "") for item_index in item_indexes}
    if any(choice not in tuple(KeptEntry) for choice in choices.values()):
        return _render_comparison(administration, item_indexes, second_entry, chosen=choices), 422
    decided = {
        item_index: replace(second_entry[item_index], remark=first_entry[item_index].remark)
        for item_index in item_indexes
        if choices[item_index] == KeptEntry.SECOND
    }
    paper_entry.settle_double_entry(context.db(), context.vault(), administration, decided, now=context.now())
    return responses.redirect_to(url_for("administrations.check", id=id))


def _submitted_rows(administration: RecordVersion[Administration]) -> list[ItemRowForm]:
    instrument = administrations.instrument_of(administration.payload)
    count = len(instrument.items)
    return [
        ItemRowForm.for_instrument(instrument, request.form, number=number) for number in range(1, count + 1)
    ]


def _render_second_entry(
    administration: RecordVersion[Administration], posted_rows: list[ItemRowForm] | None
) -> str:
    shown_responses = (
        [form.to_response(_NO_ANSWER) for form in posted_rows]
        if posted_rows
        else [_NO_ANSWER] * len(administration.payload.answers.statuses)
    )
    return render_template(
        "paper/again.html",
        lines=[
            {"number": number, "text": item.text, "answered": response}
            for number, (item, response) in enumerate(
                zip(answered_items.list_answered_items(administration.payload), shown_responses, strict=True),
                start=1,
            )
        ],
        ways=NON_ANSWER_LABELS,
        errors={
            f"{number}-{name}": messages
            for number, form in enumerate(posted_rows or (), 1)
            for name, messages in form.errors.items()
        },
        **_heading_values(administration),
    )


def _render_comparison(
    administration: RecordVersion[Administration],
    item_indices: Sequence[int],
    second: Sequence[Response],
    *,
    chosen: Mapping[int, str] | None = None,
    newer: bool = False,
) -> str:
    items = answered_items.list_answered_items(administration.payload)
    instrument = administrations.instrument_of(administration.payload)
    return render_template(
        "paper/compared.html",
        newer=newer,
        again=[(item_index + 1, response) for item_index, response in enumerate(second)],
        lines=[
            {
                "number": item_index + 1,
                "text": items[item_index].text,
                "first": describe_answer(
                    answers.decode_responses(administration.payload.answers)[item_index], instrument
                ),
                "second": describe_answer(second[item_index], instrument),
                "chosen": (chosen or {}).get(item_index, ""),
            }
            for item_index in item_indices
        ],
        errors={
            f"{item_index + 1}-keep": ["Choose what the sheet says."]
            for item_index, choice in (chosen or {}).items()
            if not choice
        },
        **_heading_values(administration),
    )


def _load_unfinished_paper_form(id: UUID) -> RecordVersion[Administration]:
    administration = administrations.load_unfinished_administration(context.db(), context.vault(), id)
    if administration.payload.entered_on is None:
        raise records.RecordNotFound
    return administration


def _heading_values(administration: RecordVersion[Administration]) -> dict[str, object]:
    return {
        "administration": administration,
        "instrument": administrations.instrument_of(administration.payload),
        "about": answered_items.relationship_label(context.db(), context.vault(), administration.payload),
    }
