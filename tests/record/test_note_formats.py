"""Formats of notes: whatever a note may begin with has a section in each, and no switch loses a word."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_toolkit.note_formats import loader
from clinic_toolkit.note_formats.model import NoteFormat
from clinic_toolkit.record.questionnaires import progress, reflections
from clinic_toolkit.record.values.page_values import Letterhead, PaperSize
from clinic_toolkit.record.writing import note_formats, note_prefill, note_rendering, notes
from clinic_toolkit.record.writing.note_formats import (
    DEFAULT_FORMAT,
    NOTE_FORMATS,
    OPTIONAL_SOURCES,
    PREFILLED_SOURCES,
)
from clinic_toolkit.record.writing.note_record import ClinicalNote, NotePart, PartSource
from clinic_toolkit.store.transactions import reading, writing
from tests.fixtures.practices import NOW, Work, giving, signed

SOURCES, OPTIONAL = frozenset(map(str, PREFILLED_SOURCES)), frozenset(map(str, OPTIONAL_SOURCES))
LETTERHEAD = Letterhead(practice_name="", clinician_name="", crisis_text="", paper_size=PaperSize.A4)


@pytest.mark.parametrize("note_format", NOTE_FORMATS, ids=lambda note_format: note_format.id)
def test_every_prefilled_part_has_a_section(note_format: NoteFormat) -> None:
    assert SOURCES - OPTIONAL <= set(note_format.section_by_source) <= SOURCES
    assert set(note_format.section_by_source.values()) <= set(note_format.keys)
    assert len(set(note_format.keys)) == len(note_format.keys) > 0
    assert note_format.about and all(section.hint for section in note_format.sections)


def test_the_four_formats_are_there_under_ids_of_their_own() -> None:
    assert [note_format.id for note_format in NOTE_FORMATS] == ["BIRP", "DAP", "GIRP", "SOAP"]


DAP = (loader.DEFINITIONS / "dap.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        (DAP.replace('"questionnaire", ', ""), "no section takes “questionnaire”"),
        (DAP.replace('"risk_entry"', '"risk_entry", "agreed"'), "two sections take “agreed”"),
        (DAP.replace('"risk_entry"', '"risk_entry", "weather"'), "“weather” is no source"),
        (DAP.replace('key = "plan"', 'key = "data"'), "two sections have the same key"),
        (DAP.replace('heading = "Plan"', 'heading = " "'), "no heading"),
        (DAP.replace("about =", "abuot ="), "abuot"),
        (DAP.replace('key = "plan"', "key = 3"), "str"),
        (DAP.replace('id = "DAP"', ""), "id"),
        ("id = ", "dap.toml"),
        ('id = "X"\nname = "X"\nsections = []', "it has no section"),
    ],
)
def test_a_file_that_is_not_a_format_is_refused(tmp_path: Path, changed: str, complaint: str) -> None:
    path = tmp_path / "dap.toml"
    path.write_text(DAP, encoding="utf-8")
    assert loader.read_format_file(path, SOURCES, OPTIONAL) == DEFAULT_FORMAT
    path.write_text(changed, encoding="utf-8")
    with pytest.raises(loader.NoteFormatError, match=r"dap\.toml") as refused:
        loader.read_format_file(path, SOURCES, OPTIONAL)
    assert complaint in str(refused.value)


def _words(note: ClinicalNote) -> dict[str, str]:
    """What the clinician wrote, by the section that it was written under."""
    return {
        part.section: part.text
        for part in note.parts
        if part.source == PartSource.CLINICIAN and part.text.strip()
    }


# Write something into one of the sections that are shown, or go on in another format.
acts = st.one_of(
    st.tuples(st.integers(0, 3), st.text(st.characters(categories=["L", "Nd"]), min_size=1)),
    st.sampled_from(NOTE_FORMATS),
)


@given(st.sampled_from(NOTE_FORMATS), st.lists(acts, max_size=16))
def test_no_sequence_of_switches_loses_or_moves_a_word(
    first: NoteFormat, sequence: list[NoteFormat | tuple[int, str]]
) -> None:
    prefilled = [
        NotePart(section="", source=source, text=f"From {source}.", title="“How I give”", origin_id=source)
        for source in sorted(PREFILLED_SOURCES)
    ]
    empty = ClinicalNote(therapy_session=bytes(16), format=first.id, parts=())
    note, note_format, written = note_formats.write_note(empty, prefilled, first), first, {}
    headings = dict(first.headings)
    for act in sequence:
        parts = list(note.parts)
        if isinstance(act, NoteFormat):
            note_format = act
        else:
            section = note_format.keys[act[0] % len(note_format.keys)]
            written[section] = act[1]
            parts = [part for part in parts if part.source != PartSource.CLINICIAN or part.section != section]
            parts.append(NotePart(section=section, source=PartSource.CLINICIAN, text=act[1]))
        note = note_formats.write_note(note, parts, note_format)
        headings |= dict(note_format.headings)
        assert _words(note) == written
        # Every word is in the note, under the heading that it was written under.
        shown = {section.heading: section.text for section in note_rendering.build_sections(note, ())}
        assert all(text in shown[headings[section]] for section, text in written.items())
        assert all(f"From {source}." in repr(shown) for source in PREFILLED_SOURCES)
    back = note_formats.write_note(
        note_formats.write_note(note, note.parts, DEFAULT_FORMAT), note.parts, note_format
    )
    assert (_words(back), dict(back.headings)) == (_words(note), dict(note.headings))


def test_the_four_formats_hold_the_same_facts(work: Work) -> None:
    client = work.client()
    session = work.session(client)
    kept = work.answer(work.begun(client, giving(), session=session.id), [3] * 12)
    facts = {}
    with writing(work.engine) as db:
        kept = progress.complete_administration(db, work.vault, kept, now=NOW)
        reflections.record_reflection(
            db,
            work.vault,
            kept,
            wrong="Not with my sister.",
            own_words="I give before I am asked.",
            next_step="Wait one day.",
            remarks_on_client_page=(),
            expected_version=kept.version,
            now=NOW,
        )
        for note_format in NOTE_FORMATS:
            parts = note_prefill.list_prefilled_parts(db, work.vault, session, None, note_format)
            assert {part.section for part in parts} <= set(note_format.keys)
            facts[note_format.id] = [msgspec.structs.replace(part, section="") for part in parts]
    assert len(facts["DAP"]) > 4
    assert all(each == facts["DAP"] for each in facts.values())
    assert {part.source for part in facts["DAP"]} > {
        PartSource.QUESTIONNAIRE,
        PartSource.CORRECTION,
        PartSource.CLIENT_WORDS,
        PartSource.NEXT_STEP,
    }


def test_a_signed_note_keeps_its_headings_whatever_its_format_is_called_later(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = work.session(work.client())
    part = NotePart(section="data", source=PartSource.CLINICIAN, text="Came on time.")
    with writing(work.engine) as db:
        note = signed(db, work.vault, session, notes.create_note(db, work.vault, session, [part], now=NOW))

    def shown() -> tuple[str, object]:
        with reading(work.engine) as db:
            page = note_rendering.build_note_page(db, work.vault, LETTERHEAD, session, note)
            return note_rendering.load_plain_note(db, work.vault, session, note), page.sections

    before = shown()
    section, *rest = DEFAULT_FORMAT.sections
    renamed = msgspec.structs.replace(
        DEFAULT_FORMAT, sections=(msgspec.structs.replace(section, heading="What was said"), *rest)
    )
    monkeypatch.setitem(note_formats._formats_by_id, "DAP", renamed)
    assert note_formats.format_of(note.payload) == renamed
    assert shown() == before and "Data" in before[0]
    # A note of the first schema version has no headings of its own: then those of its format are shown.
    note = msgspec.structs.replace(note, payload=msgspec.structs.replace(note.payload, headings=()))
    assert "What was said" in shown()[0]


def test_a_quote_stays_in_the_draft_while_its_form_is_open_again_or_cannot_be_read(work: Work) -> None:
    session = work.session(work.client())
    quote = NotePart(
        section="data",
        source=PartSource.CLIENT_WORDS,
        text="The client says: “I give.”",
        title="“How I give” about one relationship (parent), 19 November 2026",
        origin_id="0" * 32 + "-words-12345678",
        is_offered=True,
    )
    gone = msgspec.structs.replace(
        quote, source=PartSource.AGREED, text="Agreed: a walk.", origin_id="0" * 32 + "-agreed-12345678"
    )
    with writing(work.engine) as db:
        note = notes.create_note(db, work.vault, session, [quote, gone], now=NOW)
        parts = note_prefill.list_current_parts(db, work.vault, session, note)
    assert quote in parts and gone not in parts
