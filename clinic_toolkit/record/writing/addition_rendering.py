"""Additions to a signed note in words, the same on screen, paper and as plain text."""

from collections.abc import Sequence

from sqlalchemy import Connection

from clinic_toolkit.dates import format_date, format_date_and_time
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import therapy_session_loader
from clinic_toolkit.record.people.therapy_session_record import TherapySession
from clinic_toolkit.record.values.note_values import NoteAdditionPage
from clinic_toolkit.record.writing import client_requests, cosignatures, note_additions, signatures
from clinic_toolkit.record.writing.client_request_record import ClientRequest
from clinic_toolkit.record.writing.note_addition_record import NoteAddition
from clinic_toolkit.record.writing.note_record import ClinicalNote
from clinic_toolkit.standing_sentences import ADDED_LATER
from clinic_toolkit.vault.vault import Vault


def list_addition_pages(
    db: Connection, vault: Vault, note: RecordVersion[ClinicalNote]
) -> tuple[NoteAdditionPage, ...]:
    """The additions to a note in words, in the order in which they were made, then who co-signed it."""
    added = [
        NoteAdditionPage(
            heading=addition.payload.label,
            lines=_list_lines(addition.payload),
            signer_name=note_additions.signer_label(vault, note, addition),
            signed_at=addition.payload.added_at_local,
            check_code=signatures.format_check_code(addition),
        )
        for addition in note_additions.list_additions(db, vault, note)
    ]
    cosigned = [
        NoteAdditionPage(
            heading="Countersigned",
            lines=(("Licence", each.payload.licence_line),) if each.payload.licence_line else (),
            signer_name=cosignatures.signer_label(vault, note, each),
            signed_at=each.payload.signed_at_local,
            check_code=signatures.format_check_code(each),
        )
        for each in cosignatures.list_cosignatures(db, vault, note)
        if note.final
    ]
    return (*added, *cosigned)


def list_pages_beside(
    db: Connection,
    vault: Vault,
    session: RecordVersion[TherapySession],
    note: RecordVersion[ClinicalNote],
) -> tuple[NoteAdditionPage, ...]:
    """The additions to a note, and then what the client asked to have put right in it.

    A request is attached with its answer and the client's statement, and never signed with the note. Beside
    the note of a couple there is none: what one partner asked is that partner's alone.
    """
    attached = (
        NoteAdditionPage(heading="Asked by the client", lines=_list_request_lines(request.payload))
        for request in client_requests.list_requests_about_note(
            db, vault, therapy_session_loader.single_client_of(db, vault, session), note.id
        )
    )
    return (*list_addition_pages(db, vault, note), *attached)


def _list_request_lines(request: ClientRequest) -> tuple[tuple[str, str], ...]:
    lines = (
        ("Came on", format_date(request.received_on)),
        ("In the client’s words", request.words),
        ("Answer", request.decision_label or "not answered yet"),
        ("Answered on", format_date(request.answered_on) if request.answered_on else ""),
        ("The client was told", request.answer),
        ("The client disagrees", request.disagreement),
        ("Answer to that", request.rebuttal),
    )
    return tuple((label, text) for label, text in lines if text)


def _list_lines(addition: NoteAddition) -> tuple[tuple[str, str], ...]:
    lines = [(change.fact_name, change.sentence) for change in addition.changes]
    signed_on = addition.countersigned_on
    lines += [
        ("Added", addition.text),
        ("Why", addition.reason),
        ("By", addition.countersigner_name),
        ("Licence", addition.licence_line),
        ("On", format_date(signed_on) if signed_on else ""),
    ]
    return tuple((label, text) for label, text in lines if text)


def list_plain_lines(additions: Sequence[NoteAdditionPage]) -> list[str]:
    """The additions as lines of plain text, below the note and apart from it."""
    if not additions:
        return []
    lines = ["", "", f"{ADDED_LATER}:"]
    for addition in additions:
        lines += ["", addition.heading, *(f"{label}: {text}" for label, text in addition.lines)]
        if addition.signed_at:
            signed_at = format_date_and_time(addition.signed_at)
            lines.append(f"Signed by {addition.signer_name}, {signed_at}. Mark {addition.check_code}.")
    return lines
