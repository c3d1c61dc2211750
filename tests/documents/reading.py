"""What a PDF says when it is read back, by two readers that know nothing of our drawing."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pdfplumber
from pdfminer.converter import PDFPageAggregator
from pdfminer.layout import LTChar, LTComponent, LTContainer, LTCurve, LTLine, LTPage
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from clinic_toolkit.documents import (
    answer_card,
    blank_form,
    client_page,
    clinician_card,
    consent_sheet,
    course_report,
    fillable_sheet,
    guide,
    hard_moments,
    note,
    preparation,
    private_notes,
    summary,
    treatment_plan,
    worksheet,
)
from tests.documents import values
from tests.fixtures.filled_in import CODE
from tests.fixtures.replaced import replace

PAPERS = {"A4": (595.28, 841.89), "Letter": (612.0, 792.0)}

ANSWERS = {
    "b1.c1": "Tired",
    "b1.c3": "Sunday",
    "b2.text": "The washing, on Thursday",
    "b3.r1.c1": "A lift to the station",
    "b3.r1.c3": "yes",
    "b4.mark": "s2",
}

# Every sheet there is, by paper.
SHEETS: dict[str, Callable[..., bytes]] = {
    "answer card": lambda paper, **more: answer_card.render_answer_card(values.card(paper, **more)),
    "blank form": lambda paper, **more: blank_form.render_blank_form(values.blank(paper, **more)),
    "clinician's card": lambda paper, **more: clinician_card.render_clinician_card(
        values.clinician_card(paper, **more)
    ),
    "client page": lambda paper, **more: client_page.render_client_page(values.client_page(paper, **more)),
    "summary": lambda paper, **more: summary.render_session_summary(values.summary(paper, **more)),
    "summary with every answer": lambda paper, **more: summary.render_session_summary(
        values.summary(paper, every_answer=True, **more)
    ),
    "guide": lambda paper, **more: guide.render_guide(values.guide(paper, **more)),
    "over time": lambda paper, **more: course_report.render_course(values.course_paper(paper, **more)),
    "over time with every answer": lambda paper, **more: course_report.render_course(
        values.course_paper(paper, every_answer=True, **more)
    ),
    "worksheet": lambda paper, **more: worksheet.render_worksheet(values.sheet(paper, **more)),
    "large worksheet": lambda paper, **more: worksheet.render_worksheet(
        values.sheet(paper, large=True, **more)
    ),
    "worksheet to fill in": lambda paper, **more: fillable_sheet.render_fillable_sheet(
        values.sheet(paper, **more), CODE
    ),
    "worksheet filled in": lambda paper, **more: fillable_sheet.render_filled_sheet(
        values.sheet(paper, **more), ANSWERS
    ),
    "treatment plan": lambda paper, **more: treatment_plan.render_treatment_plan(
        values.treatment_plan(paper, **more)
    ),
    "large treatment plan": lambda paper, **more: treatment_plan.render_treatment_plan(
        values.treatment_plan(paper, large=True, **more)
    ),
    "plan for hard moments": lambda paper, **more: hard_moments.render_hard_moments(
        values.hard_moments(paper, **more)
    ),
    "large plan for hard moments": lambda paper, **more: hard_moments.render_hard_moments(
        values.hard_moments(paper, large=True, **more)
    ),
    "small card": lambda paper, **more: hard_moments.render_neutral_card(values.neutral_card(paper, **more)),
    "note": lambda paper, **more: note.render_note(values.note(paper, **more)),
    "before an hour": lambda paper, **more: preparation.render_preparation(
        values.before_an_hour(paper, **more)
    ),
    "consent to this tool": lambda paper, **more: consent_sheet.render_consent_sheet(
        values.tool_sheet(paper, **more)
    ),
    "consent in large print": lambda paper, **more: consent_sheet.render_consent_sheet(
        values.tool_sheet(paper, **more), is_large=True
    ),
    "consent of a couple": lambda paper, **more: consent_sheet.render_consent_sheet(
        values.couple_sheet(paper, **more)
    ),
    "psychotherapy notes": lambda paper, **more: private_notes.render_private_notes(
        values.private_notes(paper, **more)
    ),
}

# The same with words that leave no room: long names, long sentences, and one word of sixty letters.
LONG_NAME = "Prof. Dr. Wolfeschlegelsteinhausenbergerdorff-Kierkegaard " + "W" * 60
LONG_WORDS = f"{LONG_NAME} said it again, and then once more, before anybody had answered. " * 3
LONG_SHEETS: dict[str, Callable[..., bytes]] = {
    "client page, long words": lambda paper: client_page.render_client_page(
        replace(
            values.client_page(paper),
            own_words=(LONG_WORDS, LONG_WORDS),
            next_step=LONG_WORDS,
            stood_out=(LONG_WORDS,),
        )
    ),
    "summary, long words": lambda paper: summary.render_session_summary(
        values.summary(paper, who=LONG_NAME, said=LONG_WORDS, every_answer=True)
    ),
    "over time, long words": lambda paper: course_report.render_course(
        replace(
            values.course_paper(paper, every_answer=True),
            course=replace(values.course(9, break_at=3), client_name=LONG_NAME, relationship_word=LONG_NAME),
            cautions=(LONG_WORDS,),
        )
    ),
    "treatment plan, long words": lambda paper: treatment_plan.render_treatment_plan(
        values.treatment_plan(paper, text=LONG_WORDS, who=LONG_NAME)
    ),
    "plan for hard moments, long words": lambda paper: hard_moments.render_hard_moments(
        values.hard_moments(paper, text=LONG_WORDS)
    ),
    "small card, long words": lambda paper: hard_moments.render_neutral_card(
        values.neutral_card(paper, words=LONG_WORDS)
    ),
    "note, long words": lambda paper: note.render_note(
        values.note(paper, text=LONG_WORDS * 12, who=LONG_NAME, signed=False)
    ),
    "before an hour, long words": lambda paper: preparation.render_preparation(
        values.before_an_hour(paper, text=LONG_WORDS * 12, who=LONG_NAME)
    ),
    "blank form, long words": lambda paper: blank_form.render_blank_form(
        replace(
            values.blank(paper),
            instrument=values.wide_scale(values.instrument()),
            confidentiality_text=LONG_WORDS,
        )
    ),
}


def chars(pdf: bytes) -> list[list[dict[str, Any]]]:
    """Every glyph of every page, with its place, font, size and colour.

    They are what pdfplumber says of a glyph. It asks pdfminer, and half of its time goes to all else that it
    says of each.
    """
    return [
        [_glyph(part, layout.height) for part in _flat(layout) if isinstance(part, LTChar)]
        for layout in _layouts(pdf)
    ]


def marks(pdf: bytes) -> list[tuple[list[dict[str, Any]], list[dict[str, Any]]]]:
    """For each page its glyphs, as `chars` says them, and its strokes and fills, read in one go."""
    return [
        (
            [_glyph(part, layout.height) for part in _flat(layout) if isinstance(part, LTChar)],
            [_stroke(part, layout.height) for part in _flat(layout) if isinstance(part, LTCurve)],
        )
        for layout in _layouts(pdf)
    ]


def draw_elsewhere(program: str) -> dict[str, str]:
    """What another process draws: by its name the digest of each paper, as the program prints them."""
    said = subprocess.run(
        [sys.executable, "-P", "-c", program],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
        env={"PYTHONPATH": str(Path(__file__).resolve().parents[2]), "PYTHONHASHSEED": "1"},
    )
    return {name: digest for digest, name in (line.split(" ", 1) for line in said.stdout.splitlines())}


def _layouts(pdf: bytes) -> Iterator[LTPage]:
    resources = PDFResourceManager()
    device = PDFPageAggregator(resources, laparams=None)
    interpreter = PDFPageInterpreter(resources, device)
    for page in PDFPage.get_pages(BytesIO(pdf)):
        interpreter.process_page(page)
        yield device.get_result()


def _flat(part: LTComponent) -> Iterator[LTComponent]:
    """Every part of a page, also in figures, in the order in which it was drawn."""
    for each in part if isinstance(part, LTContainer) else ():
        yield each
        yield from _flat(each)


def _stroke(part: LTCurve, page_height: float) -> dict[str, Any]:
    return {
        "object_type": "line" if isinstance(part, LTLine) else "shape",
        "stroking_color": part.stroking_color,
        "width": part.x1 - part.x0,
        "x0": part.x0,
        "x1": part.x1,
        "top": page_height - part.y1,
        "bottom": page_height - part.y0,
    }


def _glyph(char: LTChar, page_height: float) -> dict[str, Any]:
    return {
        "text": char.get_text(),
        "fontname": char.fontname,
        "size": char.size,
        "non_stroking_color": char.graphicstate.ncolor,
        "x0": char.x0,
        "x1": char.x1,
        "top": page_height - char.y1,
        "bottom": page_height - char.y0,
    }


def drawn(pdf: bytes) -> list[str]:
    """The text of each page in the order in which it was drawn, without spaces."""
    return [re.sub(r"\s", "", "".join(char["text"] for char in page)) for page in chars(pdf)]


def texts(pdf: bytes) -> list[str]:
    """The text of each page as a reader of the file sees it, white as single spaces."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


def fonts(pdf: bytes) -> Iterator[tuple[str, bool]]:
    """Every font that any page names, and whether the file carries it."""
    for page in PdfReader(BytesIO(pdf)).pages:
        resources = page["/Resources"]
        assert isinstance(resources, DictionaryObject)
        named = resources["/Font"]
        assert isinstance(named, DictionaryObject)
        for font in named.values():
            described = font.get_object()
            if "/DescendantFonts" in described:
                described = described["/DescendantFonts"][0].get_object()
            descriptor = described.get("/FontDescriptor")
            carried = descriptor is not None and "/FontFile2" in descriptor.get_object()
            yield described["/BaseFont"], carried


def pages(pdf: bytes) -> int:
    """How many pages the file has."""
    return len(PdfReader(BytesIO(pdf)).pages)


def shapes(pdf: bytes) -> list[list[dict[str, Any]]]:
    """Every line, rectangle and curve of every page."""
    with pdfplumber.open(BytesIO(pdf)) as read:
        return [[*page.lines, *page.rects, *page.curves] for page in read.pages]
