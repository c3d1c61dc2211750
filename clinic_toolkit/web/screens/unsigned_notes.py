"""Reading all unsigned notes one below the other, and signing those that were read with one confirmation."""

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from msgspec import Struct

from clinic_toolkit.errors import ClinicError
from clinic_toolkit.record import unsigned_notes
from clinic_toolkit.record.people.therapy_session_record import THERAPY_SESSION
from clinic_toolkit.record.unsigned_notes import UnsignedNote
from clinic_toolkit.record.values.note_values import NoteSection
from clinic_toolkit.record.writing import late_entries, note_rendering, signature_facts
from clinic_toolkit.record.writing.note_facts import NoteFacts
from clinic_toolkit.record.writing.note_record import CLINICAL_NOTE
from clinic_toolkit.web import context
from clinic_toolkit.web.access import signing_code
from clinic_toolkit.web.forms import fields
from clinic_toolkit.web.transport import responses
from clinic_toolkit.web.transport.responses import ViewResult

screen = Blueprint("unsigned_notes", __name__)

# So many notes stand on one page; the rest follows when these are signed.
ON_ONE_PAGE = 12
NOTHING_TICKED = "Tick the notes that you have read. Only those are signed."


class NoteToRead(Struct, frozen=True, kw_only=True):
    """One note as the page shows it, and what was typed beside it."""

    unsigned: UnsignedNote
    facts: NoteFacts
    sections: tuple[NoteSection, ...]
    empty: list[str]
    is_late: bool
    late_reason: str
    is_ticked: bool
    left_out: str = ""

    @property
    def key(self) -> str:
        """What the names of its fields end with."""
        return self.unsigned.note.id.hex


@screen.get("/notes/unsigned")
def index() -> ViewResult:
    """All unsigned notes, oldest first, to be read."""
    return _render(_list_page(), {})


@screen.post("/notes/unsigned")
def sign() -> ViewResult:
    """Sign each note that was ticked, exactly as it was read; what changed since is left out and named."""
    page = _list_page()
    ticked = [each for each in page if f"read-{each.note.id.hex}" in request.form]
    if not ticked:
        # Sent a second time: what was read is signed, and nothing of it waits any more.
        is_repeated = any(name.startswith("read-") for name in request.form)
        return responses.redirect_to(url_for(".index")) if is_repeated else _refuse(page, NOTHING_TICKED)

    def show_again(sentence: str) -> ViewResult:
        return _render(page, {}, code_error=sentence), 422

    refusal = signing_code.refuse_wrong_code(request.form.get("code"), show_again)
    if refusal is not None:
        return refusal
    left_out: dict[UUID, str] = {}
    for each in ticked:
        key = each.note.id.hex
        try:
            unsigned_notes.sign_as_read(
                *(context.db(), context.vault(), each),
                read_version=fields.parse_whole_number(request.form.get(f"version-{key}")),
                facts_digest=request.form.get(f"facts-{key}", ""),
                late_reason=_late_reason(key),
                now=context.now(),
            )
        except ClinicError as error:
            left_out[each.note.id] = error.sentence
    if left_out:
        return _render(_list_page(), left_out, signed=len(ticked) - len(left_out)), 409
    return responses.redirect_to(url_for(".index"))


def _list_page() -> list[UnsignedNote]:
    return unsigned_notes.list_unsigned_notes(context.db(), context.vault())[:ON_ONE_PAGE]


def _late_reason(key: str) -> str:
    return fields.clean_text(request.form.get(f"late-{key}"))[: fields.MAX_PARAGRAPH]


def _refuse(page: Sequence[UnsignedNote], sentence: str) -> ViewResult:
    return _render(page, {}, error=sentence), 422


def _render(
    page: Sequence[UnsignedNote],
    left_out: dict[UUID, str],
    *,
    error: str = "",
    code_error: str = "",
    signed: int = 0,
) -> str:
    context.audit_read(CLINICAL_NOTE, *(each.note for each in page))
    context.audit_read(THERAPY_SESSION, *(each.session for each in page))
    return render_template(
        "unsigned_notes/index.html",
        here="today",
        notes=[_to_read(each, left_out) for each in page],
        signed=signed,
        errors={name: words for name, words in (("", error), ("code", code_error)) if words},
        asks_code=signing_code.is_asked(),
    )


def _to_read(unsigned: UnsignedNote, left_out: dict[UUID, str]) -> NoteToRead:
    db, vault, note = context.db(), context.vault(), unsigned.note
    facts = signature_facts.build_note_facts(db, vault, unsigned.session, note)
    key = note.id.hex
    return NoteToRead(
        unsigned=unsigned,
        facts=facts,
        sections=note_rendering.build_sections(note.payload, facts.evidence_lines),
        empty=note_rendering.list_empty_sections(note.payload),
        is_late=late_entries.is_late(unsigned.session, note),
        late_reason=_late_reason(key) or note.payload.late_reason,
        # What was left out is read once more before it is ticked again.
        is_ticked=f"read-{key}" in request.form and note.id not in left_out,
        left_out=left_out.get(note.id, ""),
    )
