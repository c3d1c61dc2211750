"""One's own hours as a calendar file: one way, with initials or codes only."""

from datetime import timedelta

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.calendars import file_writer
from clinic_toolkit.journal import audit_log
from clinic_toolkit.record.calendars import own_hours
from clinic_toolkit.record.calendars.own_hours import HourTitles
from clinic_toolkit.record.people.therapy_session_record import THERAPY_SESSION
from clinic_toolkit.web import context
from clinic_toolkit.web.access import guard
from clinic_toolkit.web.content.printout_kinds import PrintoutKind
from clinic_toolkit.web.forms.calendars import HOUR_TITLES, OwnHoursForm
from clinic_toolkit.web.screen_parts import printouts
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("calendar_export", __name__)

_WEEKS_AHEAD = 12
_NOTHING = "There is no session with a time in these days, so no file was made."


@screen.get("/calendar/own")
def show() -> ViewResult:
    """Choose the days, and read what becomes of a file that has left."""
    today = context.today()
    form = OwnHoursForm(
        data={"first": today, "last": today + timedelta(weeks=_WEEKS_AHEAD), "titles": HourTitles.INITIALS}
    )
    return _render(form, {})


@screen.post("/calendar/own")
@guard.allow_printout_when_read_only
def save() -> ViewResult:
    """Save the file, with a line in the audit trail."""
    form = OwnHoursForm(request.form)
    if not form.validate():
        return _render(form, form.errors), 422
    found = own_hours.list_own_hours(
        context.db(),
        context.vault(),
        first=form.first.data,
        last=form.last.data,
        titles=HourTitles(form.titles.data),
    )
    if not found.hours:
        return _render(form, {"first": [_NOTHING]}), 422
    context.audit_read(THERAPY_SESSION, *found.sessions)
    context.audit_export(f"{audit_log.JournalEvent.RECORDS_EXPORTED} {PrintoutKind.CALENDAR}")
    return responses.file_download(
        file_writer.write_calendar(found.hours, written_at=context.now()),
        printouts.format_file_name(PrintoutKind.CALENDAR, context.now(), "ics"),
        "text/calendar; charset=utf-8",
    )


def _render(form: OwnHoursForm, errors: object) -> str:
    return render_template(
        "calendar_export/show.html",
        here="today",
        form=form,
        values=form.data | form.first.page_values | form.last.page_values,
        titles=HOUR_TITLES,
        errors=errors,
        back=url_for("calendar_files.show"),
    )
