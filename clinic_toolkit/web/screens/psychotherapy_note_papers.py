"""Psychotherapy notes as they leave the program: as a PDF, or as plain text; each an act of its own."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.journal.audit_log import JournalEvent
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people.case_record import Case
from clinic_toolkit.record.values.private_note_values import PrivateNotesPage
from clinic_toolkit.record.writing import psychotherapy_note_export
from clinic_toolkit.web import context
from clinic_toolkit.web.access import guard, private_notes
from clinic_toolkit.web.content.printout_kinds import PrintoutKind
from clinic_toolkit.web.screen_parts import client_names, printouts, private_note_pages
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("psychotherapy_note_papers", __name__)


@screen.route("/cases/<uuid:case_id>/psychotherapy-notes/paper", methods=["GET", "POST"])
@guard.allow_printout_when_read_only
def paper(case_id: UUID) -> ViewResult:
    """The notes about one case as a PDF."""
    from clinic_toolkit.documents import private_notes as document

    case = private_note_pages.load_case(case_id)
    if (closed := private_notes.ask_if_closed()) is not None:
        return closed
    page = _build_page(case)
    return printouts.respond_with_printout(
        printouts.Printout(
            kind=PrintoutKind.PSYCHOTHERAPY_NOTES,
            title="Psychotherapy notes",
            back=("Back to the notes", url_for("psychotherapy_notes.of_case", case_id=case_id)),
            render=lambda: document.render_private_notes(page),
        )
    )


@screen.route("/cases/<uuid:case_id>/psychotherapy-notes/text", methods=["GET", "POST"])
def text(case_id: UUID) -> ViewResult:
    """The notes about one case as plain text, to copy, or (to a POST) as a file."""
    case = private_note_pages.load_case(case_id)
    if (closed := private_notes.ask_if_closed()) is not None:
        return closed
    plain = psychotherapy_note_export.render_plain_text(_build_page(case))
    if request.method == "POST":
        context.audit_export(f"{JournalEvent.RECORDS_EXPORTED} {PrintoutKind.PSYCHOTHERAPY_NOTES}")
        name = printouts.format_file_name(PrintoutKind.PSYCHOTHERAPY_NOTES, context.now(), "txt")
        return responses.file_download(plain.encode(), name, "text/plain; charset=utf-8")
    return render_template("psychotherapy_notes/text.html", here="clients", case_id=case_id, plain=plain)


def _build_page(case: RecordVersion[Case]) -> PrivateNotesPage:
    return psychotherapy_note_export.build_private_notes_page(
        context.letterhead(), client_names.names_of_case(case.id), private_note_pages.load_notes(case)
    )
