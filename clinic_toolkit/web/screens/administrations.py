"""In the hour: choose a questionnaire, introduce it, one item a screen, check the answers, finish."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.instruments import catalogue
from clinic_toolkit.record import (
    administrations,
    answers,
    cases,
    check_ins,
    clients,
    lately,
    own_questionnaires,
    progress,
    relationships,
    repeats,
    results,
    rhythms,
    rows,
    sessions,
)
from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.cases import Case
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.repeats import Repeat
from clinic_toolkit.web import context, limits, new_records, responses, sharing, whom
from clinic_toolkit.web.forms.administration import ChooseForm
from clinic_toolkit.web.forms.fields import first_error
from clinic_toolkit.web.forms.item import CHANGED_ELSEWHERE, WAYS, ItemForm, in_words
from clinic_toolkit.web.requests import by_script
from clinic_toolkit.web.responses import Answer

screen = Blueprint("administrations", __name__)

# Minutes for a long form, with ten of them to talk about it.
NEEDED = 20


@screen.route("/sessions/<uuid:session>/questionnaire", methods=["GET", "POST"])
def choose(session: UUID) -> Answer:
    """Choose the questionnaire and whom it is about."""
    db, vault = context.db(), context.vault()
    hour = sessions.get(db, vault, session)
    case = cases.get(db, vault, hour.body.case_id)
    if case.body.is_couple:
        return render_template("administrations/couple.html", here="clients", hour=hour)
    client = clients.get(db, vault, case.body.client_ids[0])
    known = [kept for kept in relationships.of_client(db, vault, client.id) if kept.state == "active"]
    on_offer = own_questionnaires.on_offer(db, vault)
    form = ChooseForm.for_client(
        known,
        on_offer,
        request.form if request.method == "POST" else None,
        order=lately.people(db, vault, client.id, known),
    )
    ring = vault.ring_of(client.id, "record")
    before = new_records.made_before(Administration, ring, form.says)
    if before is not None:
        return responses.see(url_for(".introduction", id=before.id))
    if request.method == "POST" and form.validate():
        about = whom.chosen(form, client.id)
        kept = administrations.begin(
            db,
            vault,
            form.on_offer[form.instrument.data],
            client_id=client.id,
            about=about,
            session_id=hour.id,
            mode=administrations.aloud(hour.body.setting, interpreted=bool(form.interpreter.data)),
            now=context.now(),
            number=new_records.number_sent(),
        )
        return responses.see(url_for(".introduction", id=kept.id))
    context.saw("client", client)
    frames = [frame for frame in catalogue.frames() if frame.takes_questionnaires and not frame.general]
    page = render_template(
        "administrations/choose.html",
        here="clients",
        hour=hour,
        client=client,
        form=form,
        errors=form.errors,
        instruments=on_offer,
        frames=frames,
        short=_is_short(sessions.minutes_left(hour.body, now=context.now())),
        given=[
            kept
            for kept in results.of_hour(db, vault, hour)
            if kept.state == "completed" and not check_ins.is_one(kept.body)
        ],
        repeats=_repeats(client.id, {kept.id: kept.body.word for kept in known}),
    )
    return (page, 422) if form.errors else page


def _repeats(client_id: UUID, words: Mapping[UUID, str]) -> list[tuple[str, Repeat]]:
    """What was agreed about asking again, or declined, about whoever can be chosen here."""
    db, vault = context.db(), context.vault()
    given = administrations.of_client(db, vault, client_id)
    found = repeats.of_client(given, rhythms.of_client(db, vault, client_id), now=context.now())
    told = [each for each in found if each.theme[0] is None or each.theme[0] in words]
    context.saw("rhythm", *(each.rhythm for each in told if each.rhythm and each.standing))
    return [(words.get(each.theme[0] or client_id, results.IN_GENERAL), each) for each in told]


def _is_short(left: int | None) -> bool:
    return left is not None and left < NEEDED


@screen.get("/administrations/<uuid:id>/introduction")
def introduction(id: UUID) -> Answer:
    """What to say before the first question."""
    kept = _open(id)
    context.saw("administration", kept)
    sharing.follow(id, sharing.INTRODUCTION)
    return render_template(
        "administrations/introduction.html",
        kept=kept,
        limits=limits.before(administrations.instrument_of(kept.body)),
        **_heading(kept),
    )


@screen.route("/administrations/<uuid:id>/items/<int:number>", methods=["GET", "POST"])
def item(id: UUID, number: int) -> Answer:
    """One item: show it, or keep what was answered and go where the button says."""
    kept = _open(id)
    instrument = administrations.instrument_of(kept.body)
    if not 1 <= number <= len(instrument.items):
        raise rows.NotThere
    changing = "change" in request.args
    if kept.body.entered and request.method == "GET" and not changing:
        return responses.see(url_for("whole_forms.show", id=id))
    if request.method == "POST":
        form = ItemForm.for_instrument(instrument, request.form)
        before = answers.responses(kept.body.answers)[number - 1]
        if not form.validate():
            if by_script():
                return responses.not_saved(first_error(form), 422)
            return _item_page(kept, number, changing=changing, form=form), 422
        found = form.against(before)
        if found.clash:
            if by_script():
                return responses.not_saved(CHANGED_ELSEWHERE, 409)
            return _item_page(kept, number, changing=changing, form=form, elsewhere=True), 409
        if found.response != before:
            kept = progress.record_response(
                context.db(), context.vault(), kept, number - 1, found.response, now=context.now()
            )
        if by_script():
            return responses.saved(context.now(), version=form.shows(before))
        if form.released:
            return responses.see(url_for(".item", id=id, number=number, change=int(changing) or None))
        return responses.see(_onward(kept, number, form.go.data or "next", changing=changing))
    context.saw("administration", kept)
    sharing.follow(id, number)
    return _item_page(kept, number, changing=changing, form=None)


def _item_page(
    kept: Kept[Administration],
    number: int,
    *,
    changing: bool,
    form: ItemForm | None,
    elsewhere: bool = False,
) -> str:
    stands = answered = answers.responses(kept.body.answers)[number - 1]
    if form is not None:
        answered = form.against(stands).response if elsewhere else form.response(stands)
    instrument = administrations.instrument_of(kept.body)
    asked = instrument.items[number - 1]
    return render_template(
        "administrations/item.html",
        kept=kept,
        number=number,
        count=len(instrument.items),
        item=asked,
        facet=next(each for each in instrument.facets if each.id == asked.facet),
        text=administrations.wording(kept.body, asked),
        answered=answered,
        version=form.seen if form and not elsewhere else answers.mark(stands),
        elsewhere=(in_words(stands, instrument), stands.said) if elsewhere else None,
        errors=form.errors if form else {},
        ways=WAYS,
        changing=changing,
        done=[response.status != "not_reached" for response in answers.responses(kept.body.answers)],
        **_heading(kept),
    )


def _onward(kept: Kept[Administration], number: int, go: str, *, changing: bool) -> str:
    if go == "pause":
        return url_for(".pause", id=kept.id, number=number)
    if go == "stop":
        progress.stop(context.db(), context.vault(), kept, now=context.now())
        return url_for(".stopped", id=kept.id)
    if go == "back":
        if changing:
            return url_for(".check", id=kept.id)
        return (
            url_for(".item", id=kept.id, number=number - 1)
            if number > 1
            else url_for(".introduction", id=kept.id)
        )
    if number == len(kept.body.answers.statuses) and not changing and administrations.open_line_of(kept.body):
        return url_for("open_lines.show", id=kept.id)
    if changing or number == len(kept.body.answers.statuses):
        return url_for(".check", id=kept.id)
    return url_for(".item", id=kept.id, number=number + 1)


@screen.get("/administrations/<uuid:id>/items/<int:number>/pause")
def pause(id: UUID, number: int) -> Answer:
    """An empty page while something else matters more. It shows nothing of the questionnaire."""
    sharing.follow(id, sharing.PAUSE)
    return render_template("administrations/pause.html", kept=_open(id), number=number)


@screen.get("/administrations/<uuid:id>/check")
def check(id: UUID) -> Answer:
    """All answers on one page, each with a way to change it."""
    kept = _open(id)
    context.saw("administration", kept)
    sharing.follow(id, len(kept.body.answers.statuses) + 1)
    return render_template(
        "administrations/check.html",
        kept=kept,
        items=results.answered_items(kept.body),
        ways=WAYS,
        open_line=administrations.open_line_of(kept.body),
        **_heading(kept),
    )


@screen.post("/administrations/<uuid:id>/finish")
def finish(id: UUID) -> Answer:
    """Finish: the answers stand from now on."""
    kept = administrations.get(context.db(), context.vault(), id)
    # A second press arrives where the first one did.
    if not kept.final:
        kept = progress.complete(context.db(), context.vault(), kept, now=context.now())
    # Nobody reads along where a sheet was entered.
    return responses.see(url_for("results.show" if kept.body.entered else ".finished", id=kept.id))


@screen.get("/administrations/<uuid:id>/finished")
def finished(id: UUID) -> Answer:
    """A quiet page after the last answer: the client may be reading, and the result is the clinician's."""
    kept = administrations.get(context.db(), context.vault(), id)
    context.saw("administration", kept)
    return render_template("administrations/finished.html", kept=kept, case=_own_case(kept), **_heading(kept))


@screen.post("/administrations/<uuid:id>/leave")
def leave(id: UUID) -> Answer:
    """Stop at the page of answers, without finishing."""
    kept = progress.stop(context.db(), context.vault(), _open(id), now=context.now())
    return responses.see(url_for(".stopped", id=kept.id))


@screen.get("/administrations/<uuid:id>/stopped")
def stopped(id: UUID) -> Answer:
    """A kind ending of a questionnaire that was not finished."""
    kept = administrations.get(context.db(), context.vault(), id)
    context.saw("administration", kept)
    return render_template(
        "administrations/stopped.html",
        kept=kept,
        case=_own_case(kept),
        next_number=min(answers.next_place(kept.body.answers) + 1, len(kept.body.answers.statuses)),
        **_heading(kept),
    )


def _open(id: UUID) -> Kept[Administration]:
    return administrations.unfinished(context.db(), context.vault(), id)


def _own_case(kept: Kept[Administration]) -> Kept[Case]:
    return cases.single_of(context.db(), context.vault(), kept.body.client_id)


def _heading(kept: Kept[Administration]) -> dict[str, object]:
    return {
        "instrument": administrations.instrument_of(kept.body),
        "about": results.about(context.db(), context.vault(), kept.body),
        "general": kept.body.relationship is None,
    }
