"""What a note may say of worksheets: given, agreed, and how it went."""

from sqlalchemy import Connection

from clinic_toolkit.dates import format_date
from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.record.people import therapy_session_loader
from clinic_toolkit.record.people.therapy_session_record import TherapySession
from clinic_toolkit.record.writing import handout_words, handouts
from clinic_toolkit.record.writing.handout_record import Handout
from clinic_toolkit.record.writing.note_record import NotePart, PartSource, digest_of
from clinic_toolkit.vault.vault import Vault


def list_handout_parts(
    db: Connection, vault: Vault, session: RecordVersion[TherapySession]
) -> list[NotePart]:
    """The parts about the sheets given or looked at in a session of one client; a couple has none.

    Their section is decided by the format of the note.
    """
    client_ids = therapy_session_loader.single_client_of(db, vault, session)
    parts = []
    for handout in handouts.list_handouts_in_session(db, vault, client_ids, session.id):
        # Whether it stays in the room is left out: a client who reads along would learn of the hold.
        text = f"Worksheet “{handout.payload.title}” given."
        parts.append(_part_of(handout, text, handout.id.hex))
        if agreement := handout_words.describe_agreement(handout.payload):
            text = f"About “{handout.payload.title}”: {agreement}"
            parts.append(_part_of(handout, text, f"{handout.id.hex}-agreed-{digest_of(text)}"))
    for handout in handouts.list_handouts_reviewed_in(db, vault, client_ids, session.id):
        for review in handout.payload.reviews:
            if review.therapy_session_id == session.id:
                text = f"Worksheet “{handout.payload.title}”: {handout_words.describe_review(review)}"
                parts.append(_part_of(handout, text, f"{handout.id.hex}-review-{digest_of(text)}"))
    return parts


def _part_of(handout: RecordVersion[Handout], text: str, origin_id: str) -> NotePart:
    return NotePart(
        section="",
        source=PartSource.WORKSHEET,
        title=f"“{handout.payload.title}”, {format_date(handout.payload.given_at.astimezone())}",
        text=text,
        origin_id=origin_id,
    )
