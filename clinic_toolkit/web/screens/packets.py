"""Packets: the sheets of a session, of a day, or copies for a group, in one file."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.dates import format_time
from clinic_toolkit.record import daily_overview
from clinic_toolkit.record.people import cases, therapy_sessions
from clinic_toolkit.record.people.therapy_session_record import THERAPY_SESSION
from clinic_toolkit.record.scheduling.series_record import SESSION_SERIES
from clinic_toolkit.record.values.packet_values import SeparatorPage
from clinic_toolkit.record.values.page_values import WorksheetPage
from clinic_toolkit.record.writing import available_worksheets, packet_sheets
from clinic_toolkit.record.writing.handout_record import HANDOUT
from clinic_toolkit.web import context
from clinic_toolkit.web.access import guard
from clinic_toolkit.web.forms.packets import CopiesForm
from clinic_toolkit.web.screen_parts import given_sheets, jobs, packet_job, printouts, saved_message
from clinic_toolkit.web.screen_parts.packet_job import PacketRequest
from clinic_toolkit.web.screen_parts.printouts import Printout
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("packets", __name__)

# The same whether none was given or none may be printed: the client may be looking.
NOTHING_TO_PRINT = "There is no sheet to print here now."
STAYS_WITH_YOU = "This page stays with you. The sheets after it are for this session."


@screen.post("/sessions/<uuid:id>/packet")
def begin_for_session(id: UUID) -> ViewResult:
    """Put the sheets of one session into one file."""
    db, vault = context.db(), context.vault()
    session = therapy_sessions.load_therapy_session(db, vault, id)
    found = packet_sheets.list_packet_sheets(db, vault, session, now=context.now())
    context.audit_read(HANDOUT, *(sheet.handout for sheet in found.sheets))
    back = url_for("sessions.show", id=id)
    if not found.sheets:
        saved_message.note_saved(back, NOTHING_TO_PRINT)
        return responses.redirect_to(back)
    case_id = None if found.case.payload.is_couple else found.case.id
    packet_job.start_packet(
        [given_sheets.make_page(sheet.handout, sheet.worksheet) for sheet in found.sheets],
        PacketRequest(
            back=("Back to the session", back),
            case_id=case_id,
            handout_ids=tuple(sheet.handout.id for sheet in found.sheets),
        ),
    )
    return responses.redirect_to(url_for(".show"))


@screen.post("/packet/day")
def begin_for_day() -> ViewResult:
    """Put the sheets of today's open and planned sessions into one file, each behind its separator."""
    db, vault, letterhead = context.db(), context.vault(), context.letterhead()
    day = daily_overview.build_daily_overview(db, vault, now=context.now())
    pages: list[WorksheetPage | SeparatorPage] = []
    handout_ids: list[UUID] = []
    for line in (*day.open_sessions, *day.planned_sessions):
        if line.record:
            found = packet_sheets.list_packet_sheets(db, vault, line.record, now=context.now())
            context.audit_read(THERAPY_SESSION, line.record)
        elif line.series_record:
            case = cases.load_case(db, vault, line.series_record.payload.case_id)
            found = packet_sheets.list_packet_sheets_of_case(db, vault, case, now=context.now())
            context.audit_read(SESSION_SERIES, line.series_record)
        else:
            continue
        context.audit_read(HANDOUT, *(sheet.handout for sheet in found.sheets))
        if found.sheets:
            at = f"{format_time(line.start)} · " if line.start else ""
            pages.append(
                SeparatorPage(letterhead=letterhead, title=f"{at}{line.who}", lines=(STAYS_WITH_YOU,))
            )
            pages += [given_sheets.make_page(sheet.handout, sheet.worksheet) for sheet in found.sheets]
            handout_ids += [sheet.handout.id for sheet in found.sheets]
    if not pages:
        saved_message.note_saved(url_for("today.index"), NOTHING_TO_PRINT)
        return responses.redirect_to(url_for("today.index"))
    packet_job.start_packet(
        pages,
        PacketRequest(back=("Back to Today", url_for("today.index")), handout_ids=tuple(handout_ids)),
    )
    return responses.redirect_to(url_for(".show"))


@screen.route("/worksheets/<slug>/copies", methods=["GET", "POST"])
def copies(slug: str) -> ViewResult:
    """Put several blank copies of a sheet, for a group, into one file."""
    sheet = available_worksheets.load_available_worksheet(context.db(), context.vault(), slug)
    form = CopiesForm(request.form if request.method == "POST" else None)
    # For a group nobody is asked in private, and every copy leaves the room.
    is_allowed = not sheet.needs_fear_asked and not sheet.is_room_only
    if request.method == "POST" and is_allowed and form.validate():
        page = WorksheetPage(
            letterhead=context.letterhead(), worksheet=sheet, initials="", client_sentence=""
        )
        back = ("Back to the worksheet", url_for("worksheets.show", slug=slug))
        packet_job.start_packet([page] * form.number, PacketRequest(back=back))
        return responses.redirect_to(url_for(".show"))
    rendered = render_template(
        "packets/copies.html",
        here="worksheets",
        sheet=sheet,
        form=form,
        errors=form.errors,
        is_allowed=is_allowed,
    )
    return (rendered, 422) if request.method == "POST" else rendered


@screen.route("/packet", methods=["GET", "POST"])
@guard.allow_printout_when_read_only
def show() -> ViewResult:
    """The progress of the packet that is being made, or the packet; the page reloads itself while it runs."""
    found = packet_job.find_packet()
    if found is None:
        return responses.redirect_to(url_for("today.index"))
    job, asked = found
    if job.result is None:
        page = render_template("packets/making.html", here="today", job=job, asked=asked)
        return jobs.reload_while_running(page, job)
    if not packet_sheets.may_print_all(context.db(), context.vault(), asked.handout_ids, now=context.now()):
        # A hold began since the packet was made.
        packet_job.discard_packet()
        saved_message.note_saved(asked.back[1], NOTHING_TO_PRINT)
        return responses.redirect_to(asked.back[1])
    pdf = job.result
    return printouts.respond_with_printout(
        Printout(
            kind=asked.kind,
            title=asked.title,
            back=asked.back,
            render=lambda: pdf,
            case_id=asked.case_id,
        )
    )


@screen.post("/packet/stop")
def stop() -> ViewResult:
    """Stop making the packet."""
    jobs.stop_job(packet_job.PACKET_JOB)
    return responses.redirect_to(url_for(".show"))
