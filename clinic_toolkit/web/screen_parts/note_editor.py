"""The page on which a note is written, and what stands beside it."""

from collections.abc import Sequence

from flask import render_template
from msgspec import Struct

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.note_formats.model import NoteFormat
from clinic_toolkit.record.people import therapy_session_facts
from clinic_toolkit.record.people.practice_record import RecordRole
from clinic_toolkit.record.people.therapy_session_record import THERAPY_SESSION, TherapySession
from clinic_toolkit.record.values.note_values import NoteSection
from clinic_toolkit.record.writing import earlier_notes, note_rendering, own_note_formats, phrases
from clinic_toolkit.record.writing.note_record import CLINICAL_NOTE, ClinicalNote, PartSource
from clinic_toolkit.record.writing.questionnaire_parts import AGREE, DISAGREE, room_choice
from clinic_toolkit.web import context
from clinic_toolkit.web.content import note_words
from clinic_toolkit.web.forms.notes import KEEP_BOTH, KEEP_PREFIX, KEEP_THEIRS, NoteForm
from clinic_toolkit.web.screen_parts import note_goals

# Each kind of block has its own look in the page.
EDITED_SOURCES = (
    PartSource.QUESTIONNAIRE,
    PartSource.CORRECTION,
    PartSource.WORKSHEET,
    PartSource.REMARK,
    PartSource.GOAL,
)
ROOM_CHOICES = (("", "Not noted"), (AGREE, "They agree"), (DISAGREE, "They do not agree"))


class LastNote(Struct, frozen=True, kw_only=True):
    """The note before this one: its session, whether it is signed, and its sections."""

    session: RecordVersion[TherapySession]
    is_signed: bool
    sections: tuple[NoteSection, ...]


def _find_last_note(session: RecordVersion[TherapySession]) -> LastNote | None:
    found = earlier_notes.find_note_before(context.db(), context.vault(), session)
    if found is None:
        return None
    earlier_session, note = found
    context.audit_read(THERAPY_SESSION, earlier_session)
    context.audit_read(CLINICAL_NOTE, note)
    return LastNote(
        session=earlier_session,
        is_signed=note.final,
        sections=note_rendering.build_sections(note.payload, ()),
    )


def _list_formats(present: NoteFormat) -> Sequence[NoteFormat]:
    """The formats that a note can be written in, and the one that it has."""
    formats = own_note_formats.list_offered_formats(context.db(), context.vault())
    return formats if present.id in {each.id for each in formats} else [present, *formats]


def render_editor(
    session: RecordVersion[TherapySession],
    note: RecordVersion[ClinicalNote] | None,
    form: NoteForm,
    note_format: NoteFormat,
    newer: RecordVersion[ClinicalNote] | None = None,
) -> str:
    """Render the page.

    Args:
        newer: the note as another window saved it after this page was opened, if it did.
    """
    return render_template(
        "notes/edit.html",
        here="clients",
        session=session,
        facts=therapy_session_facts.load_session_facts(
            context.db(), context.vault(), session, told_apart=True
        ),
        note=note,
        form=form,
        errors=form.errors_by_field,
        newer=newer,
        differences=form.list_differences(newer.payload.parts) if newer else (),
        keep={"prefix": KEEP_PREFIX, "theirs": KEEP_THEIRS, "both": KEEP_BOTH},
        goals=note_goals.load_note_goals(session, note),
        note_format=note_format,
        format_choices=[
            (each.id, f"{each.name}: {', '.join(heading for _, heading in each.headings)}")
            for each in _list_formats(note_format)
        ],
        section_choices=[(field.name, field.heading) for field in form.sections],
        kind_hint=note_words.hint_for(session.payload),
        phrases=[
            (phrase.id.hex, phrase.payload) for phrase in phrases.list_phrases(context.db(), context.vault())
        ],
        last_note=_find_last_note(session),
        edited_sources=EDITED_SOURCES,
        room_choices=ROOM_CHOICES,
        room_choice=room_choice,
        has_other_record=context.load_practice().payload.record_role == RecordRole.BESIDE,
    )
