"""The hour: open one now, enter one, change its facts, agree on something."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.record import (
    administrations,
    answers,
    cases,
    check_ins,
    clients,
    handouts,
    hours,
    joined,
    later_arrivals,
    notes,
    relationships,
    repeats,
    results,
    rhythms,
    rows,
    sessions,
    told_apart,
)
from clinic_toolkit.record.cases import Case
from clinic_toolkit.record.clients import Client
from clinic_toolkit.record.kept import Kept
from clinic_toolkit.record.repeats import Repeat
from clinic_toolkit.record.sessions import TherapySession
from clinic_toolkit.web import context, drafts, new_records, pauses, responses, saying
from clinic_toolkit.web.drafts import FormDraft
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.session import AgreedForm, HourForm
from clinic_toolkit.web.requests import by_script
from clinic_toolkit.web.responses import Answer

screen = Blueprint("sessions", __name__)

# The end that was noted of an hour stays, though it goes on.
KEEP = "keep"


@screen.post("/cases/<uuid:case>/sessions/open")
def open_new(case: UUID) -> Answer:
    """Begin an hour at this minute, with everyone of the case, where the last one was."""
    db, vault = context.db(), context.vault()
    found = cases.get(db, vault, case)
    earlier = sessions.of_cases(db, vault, [found])
    before = new_records.made_before(TherapySession, found.ring, lambda _: True)
    if before is not None:
        return responses.see(url_for(".show", id=before.id))
    kept = sessions.of_today(earlier, now=context.now()).open
    # The same button of another page, pressed in the same minute, means the hour that is open already.
    if kept is None or kept.body.start != sessions.minute_of(context.now()):
        number, like = new_records.number_sent(), _like_last(found, earlier)
        kept = sessions.plan(db, vault, found, like, now=context.now(), number=number)
        kept = sessions.open_now(db, vault, kept, now=context.now())
    context.open_hour()
    return responses.see(url_for(".show", id=kept.id))


def _like_last(case: Kept[Case], earlier: list[Kept[TherapySession]]) -> TherapySession:
    last = next((hour.body for hour in earlier if hour.body.took_place and hour.body.kind == "session"), None)
    return TherapySession(
        case=case.id.bytes,
        kind="session",
        on=_today(),
        setting=last.setting if last else "room",
        # Where a client was last time is not where they are now: help would be sent to the wrong door.
        place=last.place if last and not hours.is_remote(last) else "",
        call_back=last.call_back if last else "",
        present=case.body.clients,
    )


def _today() -> date:
    return context.now().astimezone().date()


@screen.post("/sessions/<uuid:id>/open")
def open_planned(id: UUID) -> Answer:
    """Begin an hour that was planned, or go on with one of today that was ended too early.

    Where noted times would go, the page that says so comes first.
    """
    kept = sessions.get(context.db(), context.vault(), id)
    if hours.may_be_opened(kept, today=_today()):
        if (
            hours.loses_times(kept, today=_today())
            and fields.whole(request.form.get("version")) != kept.version
        ):
            return responses.see(url_for(".again", id=id))
        keep = request.form.get("end") == KEEP
        kept = sessions.open_now(context.db(), context.vault(), kept, now=context.now(), keep_end=keep)
    if kept.state == "open":
        context.open_hour()
    return responses.see(url_for(".show", id=id))


@screen.get("/sessions/<uuid:id>/open")
def again(id: UUID) -> Answer:
    """Say what becomes of the times that are noted, before an hour is begun today or gone on with."""
    kept = sessions.get(context.db(), context.vault(), id)
    if not hours.may_be_opened(kept, today=_today()) or not hours.loses_times(kept, today=_today()):
        return responses.see(url_for(".show", id=id))
    context.saw("therapy_session", kept)
    note = notes.of_session(context.db(), context.vault(), kept)
    return render_template(
        "sessions/again.html",
        here="clients",
        hour=kept,
        facts=hours.hour_facts(context.db(), context.vault(), kept),
        signed=bool(note and note.final),
        keep=KEEP,
    )


@screen.route("/cases/<uuid:case>/sessions/new", methods=["GET", "POST"])
def new(case: UUID) -> Answer:
    """Enter an hour: to come, or past; a call, a message, a consultation."""
    db, vault = context.db(), context.vault()
    found = cases.get(db, vault, case)
    people = _people(found)
    like = _like_last(found, sessions.of_cases(db, vault, [found]))
    draft = drafts.of_form("hour", case, ring=found.ring)
    if (answer := draft.answered()) is not None:
        return answer
    form = HourForm.for_case(people, _names(), draft.typed(), like, today=_today())
    sent = request.method == "POST" and form.validate()
    before = new_records.made_before(
        TherapySession, found.ring, lambda body: bool(sent) and form.body(case) == body
    )
    if before is not None:
        return responses.see(url_for(".show", id=before.id))
    if sent:
        number = new_records.number_sent()
        kept = sessions.plan(db, vault, found, form.body(case), now=context.now(), number=number)
        draft.recorded()
        return saying.saved(url_for(".show", id=kept.id))
    return _form_page(form, found, people, None, draft)


@screen.route("/sessions/<uuid:id>/edit", methods=["GET", "POST"])
def edit(id: UUID) -> Answer:
    """Change the facts of an hour."""
    db, vault = context.db(), context.vault()
    kept = sessions.get(db, vault, id)
    case = cases.get(db, vault, kept.body.case_id)
    people = _people(case)
    draft = drafts.of_form("hour", id, ring=kept.ring)
    if (answer := draft.answered()) is not None:
        return answer
    form = HourForm.for_case(people, _names(), draft.typed(), kept.body, today=_today())
    if request.method == "POST" and form.validate():
        typed = form.body(case.id, kept.body.agreed)
        if typed == kept.body:
            draft.recorded()
            return responses.see(url_for(".show", id=id))
        if not sessions.same_facts(sessions.as_seen(db, vault, id, form.version.data), kept.body):
            return _form_page(form, case, people, kept, draft, newer=True)
        changed = sessions.revise(db, vault, kept, typed, now=context.now())
        draft.recorded()
        if not sessions.was_ended(kept, changed):
            return saying.saved(url_for(".show", id=id))
        pauses.shorten()
        return responses.see(url_for("endings.show", id=id))
    context.saw("therapy_session", kept)
    return _form_page(form, case, people, kept, draft)


def _people(case: Kept[Case]) -> list[Kept[Client]]:
    return [clients.get(context.db(), context.vault(), id) for id in case.body.client_ids]


def _names() -> Mapping[UUID, str]:
    return told_apart.of(context.db(), context.vault()).full


def _form_page(
    form: HourForm,
    case: Kept[Case],
    people: list[Kept[Client]],
    kept: Kept[TherapySession] | None,
    draft: FormDraft,
    *,
    newer: bool = False,
) -> Answer:
    page = render_template(
        "sessions/edit.html",
        here="clients",
        form=form,
        errors=form.errors,
        case=case,
        people=people,
        kept=kept,
        draft=draft,
        version=fields.seen_version(form, kept.version if kept else 0, draft=draft.shown),
        newer=hours.hour_facts(context.db(), context.vault(), kept) if newer and kept else None,
    )
    return (page, 409) if newer else (page, 422) if form.errors else page


@screen.get("/sessions/<uuid:id>")
def show(id: UUID) -> Answer:
    """The hour, and what can be done in it."""
    kept = sessions.get(context.db(), context.vault(), id)
    if kept.state == "open" and kept.body.on == _today():
        # After a lock in the middle of an hour a new worker does not know of it yet.
        context.open_hour()
    return _hour_page(kept, AgreedForm(data={"agreed": kept.body.agreed}))


@screen.post("/sessions/<uuid:id>/agreed")
def agree(id: UUID) -> Answer:
    """Keep what was agreed for next time; go on to the end of the hour if that was the button."""
    kept = sessions.get(context.db(), context.vault(), id)
    form = AgreedForm(request.form)
    if not form.validate():
        if by_script():
            return responses.not_saved(str(form.agreed.errors[0]), 422)
        return _hour_page(kept, form), 422
    if form.agreed.data != kept.body.agreed:
        seen = sessions.as_seen(context.db(), context.vault(), id, form.version.data)
        if seen is None or seen.agreed != kept.body.agreed:
            if by_script():
                sentence = f"{rows.Stale().sentence} Press “Save this line” to see both."
                return responses.not_saved(sentence, 409)
            return _hour_page(kept, form, newer=True), 409
        kept = sessions.agree(context.db(), context.vault(), kept, form.agreed.data, now=context.now())
    if by_script():
        return responses.saved(context.now(), version=kept.version)
    if "end" in request.form:
        return responses.see(url_for("endings.show", id=id))
    return responses.see(url_for(".show", id=id, kept="", _anchor="agreed"))


def _hour_page(kept: Kept[TherapySession], form: AgreedForm, *, newer: bool = False) -> str:
    db, vault = context.db(), context.vault()
    case = cases.get(db, vault, kept.body.case_id)
    context.saw("therapy_session", kept)
    one = [case] if case.body.is_couple else joined.alone(db, vault, case.body.client_ids[0])
    hours_of_case = sessions.of_cases(db, vault, one)
    given = results.of_hour(db, vault, kept)
    note = notes.of_session(db, vault, kept)
    sheets = handouts.of_session(db, vault, case.body.client_ids, kept.id)
    arrived = later_arrivals.among(db, vault, note, given, sheets)
    return render_template(
        "sessions/show.html",
        here="clients",
        hour=kept,
        case=case,
        people=_people(case),
        last=sessions.agreed_before(hours_of_case, kept),
        may_check_in=sessions.met_before(hours_of_case, kept)
        and not any(map(check_ins.is_one, (each.body for each in given))),
        today=_today(),
        newer=newer,
        version=fields.seen_version(form, kept.version),
        facts=hours.hour_facts(db, vault, kept),
        ended_before=hours.end_before(db, vault, kept),
        unreachable=hours.unreachable(kept.body),
        given=[
            (
                each,
                administrations.title_of(each.body),
                results.about(db, vault, each.body),
                min(answers.next_place(each.body.answers) + 1, len(each.body.answers.statuses)),
            )
            for each in given
        ],
        sheets=sheets,
        note=note,
        marks={each.id: each.mark for each in arrived},
        repeats=_may_be_time(kept, case),
        form=form,
        errors=form.errors,
    )


def _may_be_time(kept: Kept[TherapySession], case: Kept[Case]) -> list[tuple[str, Repeat]]:
    """What it may be time for again, in an open hour of today with one person; never in a couple's."""
    if case.body.is_couple or kept.state != "open" or kept.body.on != _today():
        return []
    db, vault, client = context.db(), context.vault(), case.body.client_ids[0]
    known = rhythms.of_client(db, vault, client)
    if not known:
        return []
    words = {each.id: each.body.word for each in relationships.of_client(db, vault, client)}
    found = repeats.of_client(administrations.of_client(db, vault, client), known, now=context.now())
    return [(words.get(each.theme[0] or client, results.IN_GENERAL), each) for each in found if each.due]
