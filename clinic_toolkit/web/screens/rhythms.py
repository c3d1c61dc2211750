"""Repeating: why and until when, what the client said to it, stopping, going on."""

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.record import administrations, courses, joined, repeats, results, rhythms, rows, sessions
from clinic_toolkit.record.administrations import Administration
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.rhythms import Rhythm
from clinic_toolkit.web import context, responses
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.rhythm import GoOnForm, RhythmForm
from clinic_toolkit.web.responses import Answer

screen = Blueprint("rhythms", __name__)


@screen.route("/administrations/<uuid:id>/rhythm", methods=["GET", "POST"])
def edit(id: UUID) -> Answer:
    """Say why a questionnaire is repeated, and until when."""
    kept, seen = _found(id)
    form = _form(request.form if request.method == "POST" else None, seen)
    if request.method == "POST" and form.validate():
        if seen is not None and form.says(seen):
            return _back(kept)
        if fields.whole(form.version.data) != (seen.version if seen else 0):
            return _page(kept, seen, form, GoOnForm(), newer=True), 409
        rhythms.agree(
            context.db(),
            context.vault(),
            seen,
            kept.body,
            why=form.why.data,
            until=form.until.data,
            times=fields.whole(form.times.data) or None,
            baseline=fields.whole(form.baseline.data),
            now=context.now(),
        )
        return _back(kept)
    if request.method == "GET":
        context.saw("administration", kept)
        context.saw("rhythm", *([seen] if seen else ()))
    page = _page(kept, seen, form, GoOnForm())
    return (page, 422) if form.errors else page


@screen.post("/administrations/<uuid:id>/rhythm/not-today")
def not_today(id: UUID) -> Answer:
    """The client did not want it today; that is all there is to say."""
    kept, seen = _found(id)
    rhythms.not_today(context.db(), context.vault(), seen, kept.body, now=context.now())
    return _back(kept)


@screen.post("/administrations/<uuid:id>/rhythm/wish")
def wish(id: UUID) -> Answer:
    """The client wants to stop: it ends at once."""
    kept, seen = _found(id)
    rhythms.wish_to_stop(context.db(), context.vault(), seen, kept.body, now=context.now())
    return _back(kept)


@screen.post("/administrations/<uuid:id>/rhythm/stop")
def stop(id: UUID) -> Answer:
    """Stop repeating it."""
    kept, seen = _found(id)
    rhythms.stop(context.db(), context.vault(), seen, kept.body, now=context.now())
    return _back(kept)


@screen.post("/administrations/<uuid:id>/rhythm/go-on")
def go_on(id: UUID) -> Answer:
    """Go on although stopping was proposed, and say why."""
    kept, seen = _found(id)
    form = GoOnForm(request.form)
    if not form.validate():
        return _page(kept, seen, _form(None, seen), form), 422
    if not form.went_on(seen):
        rhythms.go_on(
            context.db(), context.vault(), seen, kept.body, because=form.because.data, now=context.now()
        )
    return _back(kept)


def _form(typed: Any, seen: Kept[Rhythm] | None) -> RhythmForm:
    today = context.now().astimezone().date()
    return RhythmForm.of(typed, seen.body if seen else None, today=today)


def _found(id: UUID) -> tuple[Kept[Administration], Kept[Rhythm] | None]:
    """The questionnaire, once there is a first round of it, and what was agreed."""
    db, vault = context.db(), context.vault()
    kept = administrations.get(db, vault, id)
    if kept.state not in courses.IN_COURSE:
        raise rows.NotThere
    (kept,) = joined.of(db, vault).as_one([kept])
    return kept, rhythms.of_client(db, vault, kept.body.client_id).get(courses.theme(kept.body))


def _back(kept: Kept[Administration]) -> Answer:
    """To the hour that the button stood in, else to the course."""
    hour = request.form.get("session", "")
    if len(hour) == 32 and all(letter in "0123456789abcdef" for letter in hour):
        # Whoever sends the id of an hour that is not there finds nothing there.
        return responses.see(
            url_for("sessions.show", id=sessions.get(context.db(), context.vault(), UUID(hour)).id)
        )
    return responses.see(over_time(kept.body))


def over_time(body: Administration) -> str:
    """The address of the course."""
    if body.relationship_id is None:
        return url_for("courses.in_general", id=body.client_id, _anchor=body.instrument)
    return url_for("courses.show", id=body.relationship_id, _anchor=body.instrument)


def _page(
    kept: Kept[Administration],
    seen: Kept[Rhythm] | None,
    form: RhythmForm,
    going: GoOnForm,
    *,
    newer: bool = False,
) -> str:
    db, vault = context.db(), context.vault()
    given = administrations.of_client(db, vault, kept.body.client_id)
    rounds = courses.rounds_of(given, courses.theme(kept.body))
    return render_template(
        "rhythms/edit.html",
        here="clients",
        kept=kept,
        seen=seen,
        form=form,
        going=going,
        errors={**form.errors, **going.errors},
        newer=newer,
        version=fields.seen_version(form, seen.version if seen else 0),
        title=administrations.instrument_of(kept.body).title,
        about=results.about(db, vault, kept.body),
        repeat=repeats.of_one(rounds, seen, now=context.now()),
        cadence=repeats.CADENCE,
        back=over_time(kept.body),
    )
