"""Hostile text in every place of paper where a person can type: printed, and nothing else."""

from collections.abc import Iterator
from functools import cache
from io import BytesIO
from typing import Any

import pikepdf
import pypdfium2
import pytest

from clinic_toolkit.documents import (
    answer_card,
    blank_form,
    client_page,
    clinician_card,
    course_report,
    fillable_sheet,
    note,
    summary,
    worksheet,
)
from clinic_toolkit.record.values import note_values
from clinic_toolkit.worksheets.block_model import SheetBlock, block_texts
from clinic_toolkit.worksheets.catalogue import list_worksheets
from clinic_toolkit.worksheets.model import Worksheet
from clinic_toolkit.worksheets.sheet_fields import FieldKind, list_fields
from tests.documents import values
from tests.documents.hostile_texts import HOSTILE, written_anew
from tests.documents.reading import drawn, fonts
from tests.fixtures.replaced import replace

# Keys and names in a PDF by which it does something, or carries something. An element’s /A is its attributes.
ACTIVE = {
    "/AA", "/Annots", "/EF", "/EmbeddedFile", "/EmbeddedFiles", "/Filespec", "/JavaScript",
    "/JS", "/Launch", "/OpenAction", "/RichMedia", "/URI", "/XFA",
}  # fmt: skip
NAME = 240  # as long as the names of a couple may be
LINE = 60  # as long as a line of an own sheet is in all of its places


def papers(typed: str) -> Iterator[bytes]:
    """Every paper with typed text, with this text in every place."""
    head = replace(values.letterhead(), practice_name=typed, clinician_name=typed, crisis_text=typed)
    name = typed[:NAME]
    session = replace(values.session(name), place=typed, kind=typed, attendance=typed)
    answered = replace(values.result(typed, typed, typed), mode_label=typed, frame_label=typed)
    yield client_page.render_client_page(
        replace(
            values.client_page(),
            letterhead=head,
            own_words=(typed,),
            next_step=typed,
            strengths=(typed,),
            stood_out=(typed,),
            title=typed,
        )
    )
    yield note.render_note(
        replace(
            values.note(),
            letterhead=head,
            session_facts=session,
            signer_name=typed,
            check_code=typed,
            sections=(note_values.NoteSection(heading=typed, text=typed, evidence_lines=(typed,)),),
        )
    )
    yield summary.render_session_summary(
        replace(
            values.summary(),
            letterhead=head,
            session_facts=session,
            results=(answered,),
            worksheet_titles=(typed,),
        )
    )
    yield course_report.render_course(
        replace(
            values.course_paper(),
            letterhead=head,
            course=replace(values.course(4), client_name=name, relationship_word=typed),
            cautions=(typed,),
        )
    )
    blocks = [written_anew(block, typed[:LINE]) for block in one_block_of_each_kind()]
    for at in range(0, len(blocks), 4):
        line = typed[:LINE]
        own = replace(
            values.worksheet(),
            title=line,
            why=line,
            try_this=(line, line),
            example=line,
            if_it_gets_hard=line,
            bring_back=line,
            blocks=tuple(blocks[at : at + 4]),
        )
        page = replace(values.sheet(), letterhead=head, worksheet=own, initials=name, client_sentence=name)
        yield worksheet.render_worksheet(page)
        if at == 0:
            yield fillable_sheet.render_filled_sheet(page, answer_each(own, typed))
    yield answer_card.render_answer_card(replace(values.card(), letterhead=head))
    yield blank_form.render_blank_form(replace(values.blank(), letterhead=head))
    yield clinician_card.render_clinician_card(replace(values.clinician_card(), letterhead=head))


def answer_each(sheet: Worksheet, typed: str) -> dict[str, str]:
    """This text as the answer to every field that takes one."""
    return {field.id: typed for field in list_fields(sheet) if field.kind in (FieldKind.LINE, FieldKind.LONG)}


@cache
def one_block_of_each_kind() -> tuple[SheetBlock, ...]:
    """One block of each kind that the catalogue has."""
    found = {block.kind: block for sheet in list_worksheets() for block in sheet.blocks}
    return tuple(found[kind] for kind in sorted(found))


def active_keys(pdf: bytes) -> set[str]:
    """The keys and types in the file by which it would do or carry something."""
    found: set[str] = set()
    with pikepdf.open(BytesIO(pdf)) as read:
        for thing in read.objects:
            found |= _active(thing)
    return found


def _active(thing: Any) -> set[str]:
    if isinstance(thing, pikepdf.Stream | pikepdf.Dictionary):
        keys = {str(key) for key in thing.keys()}  # noqa: SIM118
        named = {str(value) for value in thing.values() if isinstance(value, pikepdf.Name)}
        inner = [_active(value) for value in thing.values() if not getattr(value, "is_indirect", False)]
        return ((keys | named) & ACTIVE).union(*inner)
    if isinstance(thing, pikepdf.Array):
        return set().union(*(_active(value) for value in thing))
    return set()


def test_every_kind_of_block_is_written_in() -> None:
    assert len(one_block_of_each_kind()) >= 14
    assert all(set(block_texts(written_anew(block, "x"))) == {"x"} for block in one_block_of_each_kind())


def test_there_are_twenty_five_of_them() -> None:
    assert len(HOSTILE) == len(set(HOSTILE.values())) == 25


def darkest_at_the_edge(pdf: bytes) -> int:
    """The darkest grey in the outer 12 points of any page; 255 is white."""
    darkest = 255
    for page in pypdfium2.PdfDocument(pdf):
        picture = page.render(scale=0.5).to_pil().convert("L")
        wide, high = picture.size
        edges = ((0, 0, wide, 6), (0, high - 6, wide, high), (0, 0, 6, high), (wide - 6, 0, wide, high))
        darkest = min(darkest, *(picture.crop(edge).getextrema()[0] for edge in edges))
    return darkest


@pytest.mark.parametrize("kind", [*HOSTILE, "nothing", "a space"])
def test_hostile_text_is_printed_and_does_nothing(kind: str) -> None:
    for pdf in papers({**HOSTILE, "nothing": "", "a space": " "}[kind]):
        assert not active_keys(pdf)
        assert all(carried for _, carried in fonts(pdf))
        assert darkest_at_the_edge(pdf) == 255
        with pikepdf.open(BytesIO(pdf)) as read:
            assert not read.check_pdf_syntax()
            assert not read.attachments


def test_markup_is_printed_as_it_was_typed() -> None:
    for pdf in list(papers(HOSTILE["markup"]))[:4]:
        assert '<b>&</b>&amp;<imgsrc="/etc/hostname"/>' in "".join(drawn(pdf))


def test_control_what_leaves_a_page_is_seen_at_its_edge() -> None:
    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    canvas = Canvas(out)
    canvas.drawString(300, 400, "W" * 60)
    canvas.save()
    assert darkest_at_the_edge(out.getvalue()) < 128


def test_control_a_link_and_a_file_are_found() -> None:
    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    canvas = Canvas(out)
    canvas.linkURL("https://example.org", (0, 0, 9, 9))
    canvas.showPage()
    canvas.save()
    with pikepdf.open(BytesIO(out.getvalue())) as read:
        read.attachments["a.txt"] = pikepdf.AttachedFileSpec(read, b"a")
        changed = BytesIO()
        read.save(changed)
    assert {"/Annots", "/URI", "/EmbeddedFiles", "/EF"} <= active_keys(changed.getvalue())
