"""Risk entries: closing a prompt, writing one without any form, adding to one, reading them."""

from datetime import date
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.psychometrics.prompts import NO_REASSURANCE
from clinic_toolkit.record import (
    administrations,
    clients,
    fear,
    joined,
    later_arrivals,
    merging,
    relationships,
    results,
    risk_entries,
    rows,
    sessions,
    to_ask,
    told_apart,
)
from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.closings import FEAR
from clinic_toolkit.record.drafts import RISK_ENTRY
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.risk_entries import RiskEntry
from clinic_toolkit.web import context, drafts, guard, new_records, requests, responses
from clinic_toolkit.web.drafts import FormDraft
from clinic_toolkit.web.forms.risk_entry import NOBODY, RiskForm
from clinic_toolkit.web.responses import Answer

screen = Blueprint("risk_entries", __name__)


@screen.route("/administrations/<uuid:administration>/risk-entry", methods=["GET", "POST"])
def close(administration: UUID) -> Answer:
    """Close what is open after a questionnaire: three choices, and lines for who has time."""
    kept = administrations.get(context.db(), context.vault(), administration)
    open_ones = to_ask.after(context.db(), context.vault(), kept)
    about = joined.of(context.db(), context.vault()).one(kept.body.relationship_id)
    draft = _draft(kept.body.client_id, kept.id)
    if (answer := draft.answered()) is not None:
        return answer
    form = RiskForm(
        draft.typed(),
        prompts=open_ones,
        people=_people(kept.body.client_id),
        today=_today(),
        about=about.hex if about else NOBODY,
    )
    before = _written_before(form, kept.body.client_id)
    if before is not None:
        return responses.see(_after(before, kept))
    if request.method == "POST":
        if not form.is_of_now:
            return _page(form, kept.body.client_id, draft, given=kept, newer=True), 409
        # Whom it is about is what the questionnaire was about, whatever was sent.
        form.about.data = about.hex if about else NOBODY
        if form.validate():
            entry = _write(form, kept.body.client_id, session=_hour(kept), about=about, given=kept)
            draft.recorded()
            return responses.see(_after(entry, kept))
    else:
        others = {each.id: each for asked in open_ones for each in asked.questionnaires}
        context.saw("administration", *({kept.id: kept} | others).values())
    page = _page(form, kept.body.client_id, draft, given=kept)
    return (page, 422) if form.errors else page


def _after(entry: Kept[RiskEntry], given: Kept[Administration]) -> str:
    """Back to where the prompt was seen; by the entry, if sheets stay held and that page is silent."""
    onward = _onward(given)
    silent = not onward.startswith((url_for("results.show", id=given.id), url_for("handover.waiting")))
    if silent and _still_held(entry):
        return url_for(".show", id=entry.id, back=onward)
    return onward


def _still_held(entry: Kept[RiskEntry]) -> bool:
    """Whether sheets stay in the room although the entry closed a prompt about fear."""
    body = entry.body
    closed = body.how != risk_entries.NOT_TODAY and any(each.flag == FEAR for each in body.closes)
    return closed and fear.holds(context.db(), context.vault(), body.client_id, body.relationship_id)


def _onward(kept: Kept[Administration]) -> str:
    """Back to where the prompt was seen."""
    if back := guard.way_back(request.args.get("back")):
        return back
    for out in merging.open_ones(context.db(), context.vault()):
        if out.body.administration_id == kept.id:
            return url_for("handover.show", id=out.id)
    if "today" in request.args:
        return url_for("today.index")
    return url_for("results.show", id=kept.id)


def _hour(kept: Kept[Administration]) -> UUID | None:
    """The hour it belongs to: the client's open one, else that of the questionnaire."""
    return _open_hour(kept.body.client_id) or kept.body.session_id


def _open_hour(client: UUID) -> UUID | None:
    own = joined.alone(context.db(), context.vault(), client)
    hours = sessions.of_cases(context.db(), context.vault(), own)
    found = sessions.of_today(hours, now=context.now()).open
    return found.id if found else None


@screen.route("/sessions/<uuid:session>/risk-entries/new", methods=["GET", "POST"])
def of_hour(session: UUID) -> Answer:
    """Write an entry in an hour with one client, without any form."""
    hour = sessions.get(context.db(), context.vault(), session)
    alone = results.alone(context.db(), context.vault(), hour)
    if not alone:
        # What one of a couple says in private has no place in what both may read.
        raise rows.NotThere
    return _new(alone[0], session=hour.id)


@screen.route("/clients/<uuid:client>/risk-entries/new", methods=["GET", "POST"])
def new(client: UUID) -> Answer:
    """Write an entry about a client, without any form and with or without an hour."""
    return _new(clients.get(context.db(), context.vault(), client).id, session=_open_hour(client))


@screen.route("/risk-entries/<uuid:id>/add", methods=["GET", "POST"])
def add(id: UUID) -> Answer:
    """Write a further entry that follows this one, which stays as it is."""
    kept = risk_entries.get(context.db(), context.vault(), id)
    client = kept.body.client_id
    return _new(client, session=_open_hour(client), follows=kept)


def _new(client: UUID, *, session: UUID | None, follows: Kept[RiskEntry] | None = None) -> Answer:
    draft = _draft(client, follows.id if follows else client)
    if (answer := draft.answered()) is not None:
        return answer
    people = _people(client)
    named = request.args.get("about", "")
    if follows and follows.body.relationship_id:
        into = joined.of(context.db(), context.vault())
        named = (into.one(follows.body.relationship_id) or follows.body.relationship_id).hex
    known = {kept.id.hex: kept.id for kept in people}
    form = RiskForm(
        draft.typed(), prompts=(), people=people, today=_today(), about=named if named in known else NOBODY
    )
    before = _written_before(form, client)
    if before is not None:
        return responses.see(url_for(".show", id=before.id))
    if request.method == "POST" and form.validate():
        about = known.get(form.about.data)
        kept = _write(form, client, session=session, about=about, follows=follows)
        draft.recorded()
        return responses.see(url_for(".show", id=kept.id))
    page = _page(form, client, draft, follows=follows)
    return (page, 422) if form.errors else page


@screen.get("/clients/<uuid:client>/risk-entries")
def index(client: UUID) -> Answer:
    """The entries about one client, newest first."""
    person = clients.get(context.db(), context.vault(), client)
    found = risk_entries.of_client(context.db(), context.vault(), client)
    context.saw("risk_entry", *found)
    return render_template(
        "risk_entries/index.html",
        here="clients",
        person=person,
        entries=found,
        most=requests.most(20),
        words=_words(client),
        in_general=results.IN_GENERAL,
        today=_today(),
        no_reassurance=NO_REASSURANCE,
    )


@screen.get("/risk-entries/<uuid:id>")
def show(id: UUID) -> Answer:
    """One entry, as it was written."""
    kept = risk_entries.get(context.db(), context.vault(), id)
    context.saw("risk_entry", kept)
    return render_template(
        "risk_entries/show.html",
        here="clients",
        kept=kept,
        person=clients.get(context.db(), context.vault(), kept.body.client_id),
        words=_words(kept.body.client_id),
        joined=later_arrivals.mark_of_risk_entry(context.db(), context.vault(), kept),
        where=risk_entries.WHERE,
        held=_still_held(kept),
        in_general=results.IN_GENERAL,
        back=guard.way_back(request.args.get("back")),
        no_reassurance=NO_REASSURANCE,
    )


def _draft(client: UUID, subject: UUID) -> FormDraft:
    """The entry that was begun; it closes nothing, holds nothing back, and counts for nothing."""
    return drafts.of_form(RISK_ENTRY, subject, ring=context.vault().ring_of(client, "record"))


def _written_before(form: RiskForm, client: UUID) -> Kept[RiskEntry] | None:
    """The entry that this very page wrote when it was sent before."""
    return new_records.made_before(RiskEntry, context.vault().ring_of(client, "record"), form.says)


def _write(
    form: RiskForm,
    client: UUID,
    *,
    session: UUID | None,
    about: UUID | None,
    given: Kept[Administration] | None = None,
    follows: Kept[RiskEntry] | None = None,
) -> Kept[RiskEntry]:
    body = RiskEntry(
        client=client.bytes,
        session=session.bytes if session else None,
        on=_today(),
        relationship=about.bytes if about else None,
        administration=given.id.bytes if given else None,
        closes=tuple(raised for prompt in form.prompts for raised in prompt.raised),
        how=form.how.data or "",
        because=form.because.data,
        asked=form.asked.data,
        protects=form.protects.data,
        did=form.did.data,
        consulted=form.consulted.data,
        next_check=form.next_check.data,
        fear=form.where,
        follows=follows.id.bytes if follows else None,
    )
    number = new_records.number_sent()
    return risk_entries.write(context.db(), context.vault(), body, now=context.now(), number=number)


def _page(
    form: RiskForm,
    client: UUID,
    draft: FormDraft,
    *,
    given: Kept[Administration] | None = None,
    follows: Kept[RiskEntry] | None = None,
    newer: bool = False,
) -> str:
    return render_template(
        "risk_entries/edit.html",
        here="clients",
        form=form,
        draft=draft,
        errors=form.errors,
        person=clients.get(context.db(), context.vault(), client),
        whom=told_apart.of(context.db(), context.vault()).both([client]),
        day=_today(),
        given=given,
        leave=_onward(given) if given else "",
        title=administrations.instrument_of(given.body).title if given else "",
        about=results.about(context.db(), context.vault(), given.body) if given else "",
        fears=any(prompt.flag == "fear" for prompt in form.prompts),
        follows=follows,
        newer=newer,
        no_reassurance=NO_REASSURANCE,
    )


def _today() -> date:
    return context.now().astimezone().date()


def _people(client: UUID) -> list[Kept[relationships.Relationship]]:
    return relationships.of_client(context.db(), context.vault(), client)


def _words(client: UUID) -> dict[UUID, str]:
    return {kept.id: kept.body.word for kept in _people(client)}
