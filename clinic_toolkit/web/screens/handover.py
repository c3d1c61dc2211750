"""Giving a form into a client's hands, and what the clinician sees before the client leaves."""

from contextlib import suppress
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.psychometrics.prompts import NO_REASSURANCE
from clinic_toolkit.record import (
    administrations,
    answers,
    arrivals,
    fear,
    merging,
    open_prompts,
    results,
    sessions,
    told_apart,
)
from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.hurt import Unreadable
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.merging import OUT, PROPOSED, Handover
from clinic_toolkit.record.sessions import TherapySession
from clinic_toolkit.web import context, guard, handing, limits, responses
from clinic_toolkit.web.responses import Answer

screen = Blueprint("handover", __name__)

TOGETHER, AGAIN, LOOK, END, SESSION = "together", "again", "look", "end", "session"


@screen.route("/administrations/<uuid:id>/hand-over", methods=["GET", "POST"])
@guard.putting_away
def offer(id: UUID) -> Answer:
    """Say what handing over means; then put the keys away and leave the form alone on the device."""
    db = context.db()
    if handing.is_handed_over():
        return handing.one_moment()
    vault = context.vault()
    kept = administrations.get(db, vault, id)
    if kept.final:
        raise administrations.Finished
    if kept.body.entered is not None:
        raise administrations.FromPaper
    about = results.about(db, vault, kept.body)
    if request.method == "POST":
        word = about if kept.body.relationship else ""
        _, ticket = merging.begin(db, vault, kept, word=word, now=context.now())
        return handing.hand_over(ticket)
    context.saw("administration", kept)
    return render_template(
        "handover/offer.html",
        here="clients",
        kept=kept,
        about=about,
        whom=told_apart.of(db, vault).both([kept.body.client_id]),
        instrument=administrations.instrument_of(kept.body),
        limits=limits.before(administrations.instrument_of(kept.body)),
        by_code=context.worker().keeper.holds(),
        answered=sum(status != 0 for status in kept.body.answers.statuses),
    )


@screen.get("/handed-back")
@guard.always
def handed_back() -> Answer:
    """What the client saw last; it holds nothing, so it may stand while everything is locked."""
    return render_template("handover/thanks.html")


@screen.get("/handovers")
def waiting() -> Answer:
    """The first form that came back and was not looked at; without one, on to where the person was."""
    onward = guard.way_back(request.args.get("back")) or "/"
    found = merging.open_ones(context.db(), context.vault())
    return responses.see(url_for(".show", id=found[0].id) if found else onward)


@screen.get("/handovers/<uuid:id>")
def show(id: UUID) -> Answer:
    """What came back: what to ask, what to talk about, what was left out. Never a score."""
    kept = merging.get(context.db(), context.vault(), id)
    arrival = arrivals.arrival_of(context.db(), context.vault(), kept)
    context.saw("handover", kept)
    prompts: tuple[open_prompts.Prompt, ...] = ()
    if arrival is not None:
        context.saw("administration", arrival.target)
        prompts = open_prompts.of_administration(context.db(), context.vault(), arrival.target)
    return render_template(
        "handover/returned.html",
        here="clients",
        kept=kept,
        out=kept.state == OUT,
        proposed=kept.state == PROPOSED,
        arrival=arrival,
        prompts=prompts,
        held=_held(arrival.target) if arrival else False,
        hour=_hour(arrival.target) if arrival else None,
        loose=arrivals.loose_answers(kept),
        no_reassurance=NO_REASSURANCE,
    )


@screen.post("/handovers/<uuid:id>/bring-in")
def bring_in(id: UUID) -> Answer:
    """Try once more to bring in what did not come in at the unlock."""
    db, vault = context.db(), context.vault()
    merging.bring_in(db, vault, merging.get(db, vault, id), now=context.now())
    return responses.see(url_for(".show", id=id))


@screen.post("/handovers/<uuid:id>/decide")
def decide(id: UUID) -> Answer:
    """Take what the client answered into the record, or leave the record as it is."""
    db, vault = context.db(), context.vault()
    kept = merging.get(db, vault, id)
    if kept.state != PROPOSED and kept.body.decided == request.form.get("decision"):
        return responses.see(url_for(".show", id=id))
    decision = merging.accept if request.form.get("decision") == merging.ACCEPT else merging.set_aside
    decision(db, vault, kept, now=context.now())
    return responses.see(url_for(".show", id=id))


@screen.post("/handovers/<uuid:id>/on")
def go_on(id: UUID) -> Answer:
    """It was looked at: go on together, hand over again, look at the answers; to the hour, or end it."""
    db, vault = context.db(), context.vault()
    kept = merging.get(db, vault, id)
    merging.close(db, vault, kept, now=context.now())
    return responses.see(_onward(kept, request.form.get("to", "")))


def _onward(kept: Kept[Handover], to: str) -> str:
    target = merging.target_of(context.db(), context.vault(), kept.body)
    if target is None:
        return url_for("today.index")
    if to in (END, SESSION) and (hour := _hour(target)):
        ends = to == END and hour.state == "open"
        return url_for("endings.show" if ends else "sessions.show", id=hour.id)
    if to == AGAIN and not target.final:
        return url_for(".offer", id=target.id)
    if to == TOGETHER:
        return _together(target)
    return url_for("results.show", id=target.id)


def _held(target: Kept[Administration]) -> bool:
    """Whether sheets about the person whom it is about stay in the room."""
    return fear.holds(context.db(), context.vault(), target.body.client_id, target.body.relationship_id)


def _hour(target: Kept[Administration]) -> Kept[TherapySession] | None:
    """The hour in which it was handed over, as long as that can be read."""
    if target.body.session_id is None:
        return None
    with suppress(Unreadable):
        return sessions.get(context.db(), context.vault(), target.body.session_id)
    return None


def _together(target: Kept[Administration]) -> str:
    if target.final:
        return url_for("results.together", id=target.id)
    place = answers.next_place(target.body.answers)
    if place == len(target.body.answers.statuses):
        return url_for("administrations.check", id=target.id)
    return url_for("administrations.item", id=target.id, number=place + 1)
