"""Signed notes for the other record: which are still to be copied, and a file with all of them."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from clinic_toolkit.journal import audit_log
from clinic_toolkit.record.people import clients
from clinic_toolkit.record.people.client_record import CLIENT
from clinic_toolkit.record.release import note_copies
from clinic_toolkit.record.release.note_copies import NoteForCopy
from clinic_toolkit.record.release.note_copy_record import CopyWay
from clinic_toolkit.record.writing.note_record import CLINICAL_NOTE
from clinic_toolkit.web import context
from clinic_toolkit.web.content.printout_kinds import PrintoutKind
from clinic_toolkit.web.screen_parts import note_loading, printouts, saved_message
from clinic_toolkit.web.transport import request_info, responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("note_copies", __name__)

NEWEST_SHOWN = 20
NOTHING_TO_COPY = "Every signed note was copied, and none has changed since."


@screen.get("/clients/<uuid:client_id>/note-copies")
def index(client_id: UUID) -> ViewResult:
    """The notes of a client that are still to be copied, and those that were."""
    client = clients.load_primary_client(context.db(), context.vault(), client_id)
    listed = _list_notes(client.id)
    context.audit_read(CLIENT, client)
    context.audit_read(CLINICAL_NOTE, *(each.note for each in listed))
    return render_template(
        "note_copies/index.html",
        here="clients",
        client=client,
        due=[each for each in listed if each.is_due],
        copied=[each for each in listed if not each.is_due],
        list_limit=request_info.list_limit(NEWEST_SHOWN),
        today=context.today(),
        nothing=NOTHING_TO_COPY,
    )


@screen.post("/clients/<uuid:client_id>/note-copies/file")
def save_file(client_id: UUID) -> ViewResult:
    """Save what is still to be copied as one text file, and mark it as copied."""
    client = clients.load_primary_client(context.db(), context.vault(), client_id)
    due = [each for each in _list_notes(client.id) if each.is_due]
    if not due:
        back = url_for(".index", client_id=client.id)
        saved_message.note_saved(back, NOTHING_TO_COPY)
        return responses.redirect_to(back)
    note_copies.mark_copied(context.db(), context.vault(), due, CopyWay.FILE, now=context.now())
    context.audit_read(CLINICAL_NOTE, *(each.note for each in due))
    context.audit_export(f"{audit_log.JournalEvent.RECORDS_EXPORTED} {PrintoutKind.NOTES_TEXT}")
    # With a mark at the beginning, so that every program takes the letters for what they are.
    data = note_copies.join_texts(due).replace("\n", "\r\n").encode("utf-8-sig")
    name = printouts.format_file_name(PrintoutKind.NOTES_TEXT, context.now(), "txt")
    return responses.file_download(data, name, "text/plain; charset=utf-8")


@screen.post("/notes/<uuid:id>/copied")
def mark(id: UUID) -> ViewResult:
    """Mark a note as copied, exactly as it was shown."""
    note, session = note_loading.load_note_and_session(id)
    back = url_for("notes.text", id=id)
    if not note.final:
        return responses.redirect_to(back)
    found = note_copies.find_note_for_copy(context.db(), context.vault(), session, note)
    if request.form.get("shown") != found.digest:
        saved_message.note_saved(back, "The note was changed meanwhile. Copy it once more.")
        return responses.redirect_to(back)
    note_copies.mark_copied(context.db(), context.vault(), [found], CopyWay.PASTED, now=context.now())
    return responses.redirect_to(back)


def _list_notes(client_id: UUID) -> list[NoteForCopy]:
    return note_copies.list_notes_for_copy(context.db(), context.vault(), client_id)
