"""Hours that repeat: begin a series, show it, change it from a day on, end it."""

from datetime import time, timedelta
from uuid import UUID

import msgspec
from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.journal import records
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import (
    cases,
    client_zones,
    clients,
    display_names,
    therapy_session_facts,
    therapy_session_moment,
    therapy_session_timeline,
)
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.record.people.therapy_session_record import KIND_LABELS, SETTING_LABELS, THERAPY_SESSION
from clinic_toolkit.record.scheduling import series, series_hours, series_rule, taken_hours
from clinic_toolkit.record.scheduling.series_record import SESSION_SERIES, SessionSeries
from clinic_toolkit.record.scheduling.series_rule import Repetition
from clinic_toolkit.record.writing.listed_sessions import UNFINISHED_DAYS
from clinic_toolkit.web import context
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.forms.series import CLOCK_CHOICES, SeriesEndForm, SeriesForm
from clinic_toolkit.web.screen_parts import idempotent_forms, series_lines, session_lines
from clinic_toolkit.web.screen_parts.saved_message import redirect_saved
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("session_series", __name__)

# How many of its coming hours the page of a series names.
COMING_SHOWN = 12
# What a series begins with where there is no earlier session.
USUAL_START, USUAL_MINUTES = time(10), 50


@screen.route("/cases/<uuid:case_id>/series/new", methods=["GET", "POST"])
def new(case_id: UUID) -> ViewResult:
    """Begin hours that repeat."""
    db, vault = context.db(), context.vault()
    case = cases.load_case(db, vault, case_id)
    form = _build_form(case, _like_last_session(case))
    is_valid = request.method == "POST" and form.validate()
    existing = idempotent_forms.find_created_before(
        SESSION_SERIES, case.ring, lambda body: bool(is_valid) and form.matches_record(body)
    )
    if existing is not None:
        return responses.redirect_to(url_for(".show", id=existing.id))
    if is_valid:
        key = idempotent_forms.submitted_idempotency_key()
        begun = series.begin_series(db, vault, case, form.payload(), now=context.now(), idempotency_key=key)
        return redirect_saved(url_for(".show", id=begun.id))
    return _render_form(form, case, None)


@screen.route("/series/<uuid:id>/change", methods=["GET", "POST"])
def change(id: UUID) -> ViewResult:
    """Change a series from a day on; what was before that day stays as it was."""
    db, vault = context.db(), context.vault()
    current = series.load_series(db, vault, id)
    case = cases.load_case(db, vault, current.payload.case_id)
    coming = _list_coming(current)
    proposed = msgspec.structs.replace(
        current.payload,
        first_on=coming[0].hour.series_date if coming else max(context.today(), current.payload.first_on),
    )
    form = _build_form(case, proposed)
    is_valid = request.method == "POST" and form.validate()
    existing = idempotent_forms.find_created_before(
        SESSION_SERIES, case.ring, lambda body: bool(is_valid) and form.matches_record(body)
    )
    if existing is not None:
        return responses.redirect_to(url_for(".show", id=existing.id))
    if is_valid:
        _require_seen_version(current, form.version.data)
        key = idempotent_forms.submitted_idempotency_key()
        following = series.change_series_from(
            db, vault, case, current, form.payload(), now=context.now(), idempotency_key=key
        )
        return redirect_saved(url_for(".show", id=following.id))
    context.audit_read(SESSION_SERIES, current)
    return _render_form(form, case, current)


@screen.route("/series/<uuid:id>/end", methods=["GET", "POST"])
def end(id: UUID) -> ViewResult:
    """End a series after a last day; or take out all of it, if none of its hours was held or moved."""
    db, vault = context.db(), context.vault()
    current = series.load_series(db, vault, id)
    own_sessions = taken_hours.list_sessions_of_series(db, vault, current)
    shown_end = current.payload.last_on or max(context.today(), current.payload.first_on)
    form = SeriesEndForm(request.form if request.method == "POST" else None, data={"last_on": shown_end})
    form.first_on = current.payload.first_on
    takes_out_all = "whole" in request.form and not own_sessions
    if request.method == "POST" and (takes_out_all or form.validate()):
        before_first = current.payload.first_on - timedelta(days=1)
        last_on = before_first if takes_out_all else form.last_on.data
        if last_on != current.payload.last_on:
            _require_seen_version(current, form.version.data)
            series.end_series(db, vault, current, last_on, now=context.now())
        return redirect_saved(url_for(".show", id=id))
    context.audit_read(SESSION_SERIES, current)
    page = render_template(
        "series/end.html",
        here="clients",
        case=cases.load_case(db, vault, current.payload.case_id),
        series=current,
        text=series_lines.describe_rule(current.payload),
        may_take_out_all=not own_sessions,
        form=form,
        errors=form.errors,
        version=fields.version_for_page(form, current.version),
    )
    return (page, 422) if form.errors else page


@screen.get("/series/<uuid:id>")
def show(id: UUID) -> ViewResult:
    """One series: when its hours are, the next ones, those left out, and those that are sessions by now."""
    db, vault = context.db(), context.vault()
    current = series.load_series(db, vault, id)
    own_sessions = taken_hours.list_sessions_of_series(db, vault, current)
    closed = series_lines.list_closures()
    rule, today = current.payload.rule, context.today()
    past = taken_hours.list_coming_hours(
        db, vault, current, first=today - timedelta(days=UNFINISHED_DAYS), last=today - timedelta(days=1)
    )
    context.audit_read(SESSION_SERIES, current)
    context.audit_read(THERAPY_SESSION, *own_sessions)
    return render_template(
        "series/show.html",
        here="clients",
        case=cases.load_case(db, vault, current.payload.case_id),
        people=_list_expected(current.payload),
        series=current,
        line=series_lines.describe_rule(current.payload),
        span=series_rule.describe_span(rule),
        zone_known=series_lines.is_zone_known(rule.zone),
        coming=_list_coming(current)[:COMING_SHOWN],
        past=[series_lines.describe_hour(current, hour, closed) for hour in past],
        skipped=[
            series_lines.describe_hour(current, series_hours.build_hour(id, rule, day), closed)
            for day in rule.skipped
            if day >= today
        ],
        sessions=own_sessions[::-1],
        session_details=session_lines.describe_sessions(own_sessions),
        kinds=KIND_LABELS,
        settings=SETTING_LABELS,
        today=today,
    )


def _list_coming(current: RecordVersion[SessionSeries]) -> list[series_lines.HourLine]:
    begin = max(context.today(), current.payload.first_on - timedelta(days=1))
    hours = taken_hours.list_coming_hours(
        context.db(), context.vault(), current, first=begin, last=begin + timedelta(days=400)
    )
    closed = series_lines.list_closures()
    return [series_lines.describe_hour(current, hour, closed) for hour in hours]


def _require_seen_version(current: RecordVersion[SessionSeries], seen: str | None) -> None:
    if fields.parse_whole_number(seen) != current.version:
        raise records.StaleVersion


def _list_expected(body: SessionSeries) -> list[str]:
    names = display_names.load_display_names(context.db(), context.vault()).full_by_id
    return [names[id] for id in (UUID(bytes=raw) for raw in body.present) if id in names]


def _like_last_session(case: RecordVersion[Case]) -> SessionSeries:
    """What a new series begins with: the setting, the start and the length of the last session."""
    earlier = therapy_session_timeline.list_therapy_sessions_of_cases(context.db(), context.vault(), [case])
    like = therapy_session_facts.session_like_last(case, earlier, today=context.today())
    last = next((session.payload for session in earlier if session.payload.start), None)
    return SessionSeries(
        case_id_bytes=case.id.bytes,
        first_on=context.today() + timedelta(days=7),
        start=last.start if last and last.start else USUAL_START,
        minutes=(last.minutes if last else None) or USUAL_MINUTES,
        repetition=Repetition.WEEKLY,
        zone="",
        setting=like.setting,
        place=like.place,
        call_back=like.call_back,
        present=like.present,
        client_zone=client_zones.find_client_zone(context.db(), context.vault(), case),
    )


def _load_people(case: RecordVersion[Case]) -> list[RecordVersion[Client]]:
    return [clients.load_client(context.db(), context.vault(), id) for id in case.payload.client_ids]


def _build_form(case: RecordVersion[Case], body: SessionSeries) -> SeriesForm:
    return SeriesForm.for_case(
        _load_people(case),
        display_names.load_display_names(context.db(), context.vault()).full_by_id,
        request.form if request.method == "POST" else None,
        body,
        own_zone=therapy_session_moment.local_zone_name(),
        today=context.today(),
    )


def _render_form(
    form: SeriesForm, case: RecordVersion[Case], current: RecordVersion[SessionSeries] | None
) -> ViewResult:
    page = render_template(
        "series/edit.html",
        here="clients",
        case=case,
        series=current,
        text=series_lines.describe_rule(current.payload) if current else "",
        form=form,
        errors=form.errors,
        clocks=CLOCK_CHOICES,
        version=fields.version_for_page(form, current.version if current else 0),
    )
    return (page, 422) if form.errors else page
