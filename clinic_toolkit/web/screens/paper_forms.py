"""A questionnaire that was answered on paper: which sheet it is, and a second entry to compare."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from msgspec.structs import replace

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.record import (
    administrations,
    answers,
    cases,
    clients,
    lately,
    paper,
    relationships,
    results,
    rows,
    sessions,
)
from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.answers import Response
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.sessions import TherapySession
from clinic_toolkit.web import context, drafts, new_records, responses, whom
from clinic_toolkit.web.forms.fields import whole
from clinic_toolkit.web.forms.item import WAYS, RowForm, in_words
from clinic_toolkit.web.forms.paper import PaperForm
from clinic_toolkit.web.responses import Answer

screen = Blueprint("paper_forms", __name__)

_BLANK = Response(status="not_reached", value=None, talk=False, said="")


@screen.route("/sessions/<uuid:session>/paper", methods=["GET", "POST"])
def of_hour(session: UUID) -> Answer:
    """Enter a sheet that belongs to an hour."""
    db, vault = context.db(), context.vault()
    hour = sessions.get(db, vault, session)
    case = cases.get(db, vault, hour.body.case_id)
    if case.body.is_couple:
        return render_template("administrations/couple.html", here="clients", hour=hour)
    return _sheet(case.body.client_ids[0], hour)


@screen.route("/clients/<uuid:client>/paper", methods=["GET", "POST"])
def of_client(client: UUID) -> Answer:
    """Enter a sheet that belongs to no hour."""
    return _sheet(client, None)


def _sheet(client_id: UUID, hour: Kept[TherapySession] | None) -> Answer:
    db, vault, today = context.db(), context.vault(), context.now().astimezone().date()
    client = clients.get(db, vault, client_id)
    known = [kept for kept in relationships.of_client(db, vault, client.id) if kept.state == "active"]
    ring = vault.ring_of(client.id, "record")
    draft = drafts.of_form("paper", hour.id if hour else client.id, ring=ring)
    if (answer := draft.answered()) is not None:
        return answer
    sheets = paper.sheets(db, vault)
    order = lately.people(db, vault, client.id, known)
    form = PaperForm.for_sheet(known, order, sheets, draft.typed(), on=_likely(hour, today), today=today)
    before = new_records.made_before(Administration, ring, form.says)
    if before is not None:
        return responses.see(url_for("whole_forms.show", id=before.id))
    if request.method == "POST" and form.validate():
        kept = paper.begin(
            db,
            vault,
            code=form.code.data,
            client_id=client.id,
            about=whom.chosen(form, client.id),
            session_id=hour.id if hour else None,
            answered_on=form.on.data,
            now=context.now(),
            number=new_records.number_sent(),
        )
        draft.recorded()
        return responses.see(url_for("whole_forms.show", id=kept.id))
    context.saw("client", client)
    page = render_template(
        "paper/sheet.html",
        here="clients",
        hour=hour,
        client=client,
        form=form,
        draft=draft,
        errors=form.errors,
        frames=[each for each in catalogue.frames() if each.takes_questionnaires and not each.general],
    )
    return (page, 422) if form.errors else page


def _likely(hour: Kept[TherapySession] | None, today: date) -> date:
    return min(hour.body.on, today) if hour else today


@screen.route("/administrations/<uuid:id>/again", methods=["GET", "POST"])
def again(id: UUID) -> Answer:
    """Enter the same sheet a second time, without seeing the first, and compare."""
    kept = _open(id)
    if request.method == "GET":
        context.saw("administration", kept)
        return _blind(kept, None)
    sent = _rows(kept)
    # Every row is looked at, so that every mistake is named at once.
    if [form for form in sent if not form.validate()]:
        return _blind(kept, sent), 422
    second = [form.response(_BLANK) for form in sent]
    places = paper.differences(kept.body, second)
    if not places:
        paper.settle(context.db(), context.vault(), kept, {}, now=context.now())
        return responses.see(url_for("administrations.check", id=id))
    context.saw("administration", kept)
    return _compared(kept, places, second)


@screen.post("/administrations/<uuid:id>/settle")
def settle(id: UUID) -> Answer:
    """Keep what the sheet says where the two entries differ."""
    kept = _open(id)
    if kept.body.keyed_twice and whole(request.form.get("version")) + 1 == kept.version:
        # Sent twice: what the sheet says is kept since the first time.
        return responses.see(url_for("administrations.check", id=id))
    second = [form.response(_BLANK) for form in _rows(kept) if form.validate()]
    if len(second) != len(kept.body.answers.statuses):
        raise rows.NotThere
    if whole(request.form.get("version")) != kept.version:
        # The first entry was changed meanwhile: compared once more, and nothing has to be typed again.
        return _compared(kept, paper.differences(kept.body, second), second, newer=True), 409
    first = answers.responses(kept.body.answers)
    places = [place for place in range(len(first)) if f"{place + 1}-differs" in request.form]
    chosen = {place: request.form.get(f"{place + 1}-keep", "") for place in places}
    if any(choice not in ("first", "second") for choice in chosen.values()):
        return _compared(kept, places, second, chosen=chosen), 422
    put = {
        place: replace(second[place], said=first[place].said) for place in places if chosen[place] == "second"
    }
    paper.settle(context.db(), context.vault(), kept, put, now=context.now())
    return responses.see(url_for("administrations.check", id=id))


def _rows(kept: Kept[Administration]) -> list[RowForm]:
    instrument = administrations.instrument_of(kept.body)
    count = len(instrument.items)
    return [RowForm.for_instrument(instrument, request.form, number=number) for number in range(1, count + 1)]


def _blind(kept: Kept[Administration], sent: list[RowForm] | None) -> str:
    given = [form.response(_BLANK) for form in sent] if sent else [_BLANK] * len(kept.body.answers.statuses)
    return render_template(
        "paper/again.html",
        lines=[
            {"number": number, "text": item.text, "answered": response}
            for number, (item, response) in enumerate(
                zip(results.answered_items(kept.body), given, strict=True), start=1
            )
        ],
        ways=WAYS,
        errors={
            f"{n}-{name}": each for n, form in enumerate(sent or (), 1) for name, each in form.errors.items()
        },
        **_heading(kept),
    )


def _compared(
    kept: Kept[Administration],
    places: Sequence[int],
    second: Sequence[Response],
    *,
    chosen: Mapping[int, str] | None = None,
    newer: bool = False,
) -> str:
    items, instrument = results.answered_items(kept.body), administrations.instrument_of(kept.body)
    return render_template(
        "paper/compared.html",
        newer=newer,
        again=[(place + 1, response) for place, response in enumerate(second)],
        lines=[
            {
                "number": place + 1,
                "text": items[place].text,
                "first": in_words(answers.responses(kept.body.answers)[place], instrument),
                "second": in_words(second[place], instrument),
                "chosen": (chosen or {}).get(place, ""),
            }
            for place in places
        ],
        errors={
            f"{place + 1}-keep": ["Choose what the sheet says."]
            for place, choice in (chosen or {}).items()
            if not choice
        },
        **_heading(kept),
    )


def _open(id: UUID) -> Kept[Administration]:
    kept = administrations.unfinished(context.db(), context.vault(), id)
    if kept.body.entered is None:
        raise rows.NotThere
    return kept


def _heading(kept: Kept[Administration]) -> dict[str, object]:
    return {
        "kept": kept,
        "instrument": administrations.instrument_of(kept.body),
        "about": results.about(context.db(), context.vault(), kept.body),
    }
