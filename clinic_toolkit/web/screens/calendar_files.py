"""A calendar file read in: every match and every change is a proposal, and only what is confirmed is kept."""

from collections.abc import Mapping
from uuid import UUID

import msgspec
from flask import Blueprint, render_template, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge

from clinic_toolkit.calendars.calendar_limits import MAX_UPLOAD_BYTES, PROBLEM_SENTENCES, CalendarProblem
from clinic_toolkit.calendars.calendar_protocol import CalendarFileError
from clinic_toolkit.calendars.file_hours import CalendarContent
from clinic_toolkit.record.calendars import calendar_links, proposals, taken_entries
from clinic_toolkit.record.calendars.calendar_link_record import CALENDAR_LINK
from clinic_toolkit.record.people import clinician as clinicians
from clinic_toolkit.record.people import display_names
from clinic_toolkit.record.people.display_names import DisplayNames
from clinic_toolkit.record.people.therapy_session_record import THERAPY_SESSION, TherapySession
from clinic_toolkit.web import context
from clinic_toolkit.web.forms.calendars import CalendarPlaceForm, WeeksForm
from clinic_toolkit.web.screen_parts import calendar_answers, calendar_lines, pending_calendar, uploads
from clinic_toolkit.web.screen_parts.saved_message import note_saved, redirect_saved
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("calendar_files", __name__)

_NO_FILE = "Choose a file first. Its name ends in .ics."
_GONE = "Choose the file once more: it is not held while the practice is locked. Nothing was changed."
# More than these are shown once the first ones are answered.
SERIES_SHOWN, CHANGES_SHOWN = 40, 80


@screen.get("/calendar")
def show() -> ViewResult:
    """Choose a file, answer what it says, and the place where the program looks for one."""
    return _render()


@screen.post("/calendar")
def read() -> ViewResult:
    """Read a file that was chosen, and propose what it changes."""
    uploaded = uploads.take_upload("calendar", max_bytes=MAX_UPLOAD_BYTES)
    weeks = WeeksForm(request.form)
    if uploaded is None:
        return _render({"calendar": _NO_FILE}, weeks=weeks), 422
    if len(uploaded.data) > MAX_UPLOAD_BYTES:
        return _render({"calendar": PROBLEM_SENTENCES[CalendarProblem.TOO_LARGE]}, weeks=weeks), 413
    return _read(uploaded.data, "calendar", weeks)


@screen.post("/calendar/look")
def look() -> ViewResult:
    """Read the newest file at the place that was chosen."""
    # Read apart, so that nobody has to wait for a slow disk before the record is opened.
    weeks, place = WeeksForm(request.form), pending_calendar.load_place()
    if not place:
        return responses.redirect_to(url_for(".show", _anchor="place"))
    try:
        data = pending_calendar.read_from_place(place)
    except CalendarFileError as refused:
        return _render({"place": refused.sentence}, weeks=weeks), 422
    return _read(data, "place", weeks)


@screen.post("/calendar/place")
def choose_place() -> ViewResult:
    """Keep the folder or file in which the program looks when it is asked to; empty for none."""
    form = CalendarPlaceForm(request.form)
    if not form.validate():
        return _render({"place": str(form.place.errors[0])}, typed=form.place.data), 422
    clinician = context.load_clinician()
    if form.place.data != clinician.payload.calendar_place:
        changed = msgspec.structs.replace(clinician.payload, calendar_place=form.place.data)
        clinicians.revise_clinician(context.db(), context.vault(), clinician, changed, now=context.now())
    return redirect_saved(url_for(".show"))


@screen.post("/calendar/answers")
def answer() -> ViewResult:
    """Carry out what was chosen; what was not answered stays proposed."""
    content = pending_calendar.find_content()
    if content is None:
        return _render({"calendar": _GONE}), 422
    found, caseload = proposals.compare_with_record(context.db(), context.vault(), content, now=context.now())
    outcome = calendar_answers.carry_out(content, found, caseload, request.form)
    if outcome.errors:
        return _render(outcome.errors, chosen=request.form), 422
    note_saved(url_for(".show"), outcome.sentence)
    return responses.redirect_to(url_for(".show"))


@screen.post("/calendar/release")
def release() -> ViewResult:
    """Cancel the hours to come of an entry that was taken for the wrong client, and propose it anew."""
    db, vault, now = context.db(), context.vault(), context.now()
    key = request.form.get("entry", "")
    entries = taken_entries.list_taken_entries(db, vault, now=now)
    entry = next((each for each in entries if calendar_lines.key_of_entry(each) == key), None)
    if entry is not None:
        cancelled, left = taken_entries.release_entry(db, vault, entry.uid, entry.case_id, now=now)
        note_saved(url_for(".show"), calendar_lines.describe_released(cancelled, left))
    return responses.redirect_to(url_for(".show"))


@screen.post("/calendar/ask-again")
def ask_again() -> ViewResult:
    """Have the entries that were passed over proposed anew."""
    if taken_entries.release_passed_over(context.db(), context.vault(), now=context.now()):
        note_saved(url_for(".show"), "They are proposed again when a file is read.")
    return responses.redirect_to(url_for(".show"))


@screen.post("/calendar/leave")
def leave() -> ViewResult:
    """Let what was read go."""
    pending_calendar.discard_content()
    return responses.redirect_to(url_for(".show"))


@screen.errorhandler(RequestEntityTooLarge)
def handle_too_large(error: RequestEntityTooLarge) -> ViewResult:
    """Show the page again with an error at the field, for a request over the size limit."""
    return _render({"calendar": PROBLEM_SENTENCES[CalendarProblem.TOO_LARGE]}), 413


def _read(data: bytes, field: str, weeks: WeeksForm) -> ViewResult:
    try:
        content = pending_calendar.read_without_keys(data, weeks=weeks.number, today=context.today())
        if context.find_login() is None:
            raise CalendarFileError(_GONE)  # locked in the meantime: no page of the record can be shown
    except CalendarFileError as refused:
        if context.find_login() is None:
            raise
        pending_calendar.discard_content()
        return _render({field: refused.sentence}, weeks=weeks), 422
    pending_calendar.hold_content(content)
    return responses.redirect_to(url_for(".show"))


def _render(
    errors: Mapping[str, str] | None = None,
    *,
    typed: str | None = None,
    chosen: Mapping[str, str] | None = None,
    weeks: WeeksForm | None = None,
) -> str:
    content = pending_calendar.find_content()
    place = context.load_clinician().payload.calendar_place
    return render_template(
        "calendar_files/show.html",
        here="today",
        errors=errors or {},
        place=place,
        typed={"place": place if typed is None else typed},
        weeks=WeeksForm.CHOICES,
        weeks_chosen=(weeks or WeeksForm()).chosen,
        proposed=_describe(content, chosen or {}) if content else None,
        taken=_list_taken(),
        passed_over=len(calendar_links.load_links(context.db(), context.vault()).passed_over),
    )


def _list_taken() -> list[calendar_lines.TakenLine]:
    entries = taken_entries.list_taken_entries(context.db(), context.vault(), now=context.now())
    context.audit_read(THERAPY_SESSION, *(entry.sessions[0] for entry in entries))
    names = display_names.load_display_names(context.db(), context.vault())
    return [
        calendar_lines.describe_taken(entry, _name_expected(entry.sessions[0].payload, names))
        for entry in entries
    ]


def _describe(content: CalendarContent, chosen: Mapping[str, str]) -> dict[str, object]:
    db, vault = context.db(), context.vault()
    found, caseload = proposals.compare_with_record(db, vault, content, now=context.now())
    shown = found.changes[:CHANGES_SHOWN]
    context.audit_read(
        THERAPY_SESSION,
        *(each.session for each in found.same if each.series_hour is None),
        *(each.session for each in shown),
    )
    context.audit_read(CALENDAR_LINK, *(each.link for each in shown))
    hours = [hour for series in found.new for hour in series.hours]
    hours += [change.hour for change in found.changes if change.hour]
    return {
        "is_empty": found.is_empty,
        "unchanged": found.unchanged,
        "first": content.first,
        "last": content.last,
        "zones": calendar_lines.list_zones([*hours, *(each.hour for each in found.same)]),
        "series": [calendar_lines.describe_series(each) for each in found.new[:SERIES_SHOWN]],
        "more": max(0, len(found.new) - SERIES_SHOWN) + max(0, len(found.changes) - CHANGES_SHOWN),
        "same": [calendar_lines.describe_same(each) for each in found.same],
        "changes": [calendar_lines.describe_change(each) for each in shown],
        "choices": [(each.case_id.hex, each.label) for each in caseload.choices],
        "left_out": calendar_lines.describe_left_out(
            content, older=found.older, passed_over=found.passed_over
        ),
        "chosen": chosen,
        "who": _names_of_sessions(found),
    }


def _names_of_sessions(found: proposals.Proposals) -> dict[UUID, str]:
    """Whose each shown session is, by case; archived clients are among them."""
    names = display_names.load_display_names(context.db(), context.vault())
    sessions = [*(each.session for each in found.same), *(each.session for each in found.changes)]
    return {session.payload.case_id: _name_expected(session.payload, names) for session in sessions}


def _name_expected(session: TherapySession, names: DisplayNames) -> str:
    """The initials or codes of those who are expected in a session."""
    return " and ".join(names.short_by_id[id] for id in session.present_ids if id in names.short_by_id)
