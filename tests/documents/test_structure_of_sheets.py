"""Every sheet of the catalogue on either paper, in both sizes, with few words or many: sound and tagged."""

import hashlib
from collections.abc import Iterator
from functools import cache
from io import BytesIO

import pikepdf
import pytest
from reportlab.pdfgen.canvas import Canvas

from clinic_toolkit.documents import fillable_sheet, worksheet
from clinic_toolkit.worksheets.sheet_fields import FieldKind, list_fields
from tests.documents.reading import PAPERS, draw_elsewhere, fonts, texts
from tests.documents.structure import ReadPage, read_structure, read_with_pdfjs
from tests.documents.test_drawn_worksheets import SHIPPED, page_value
from tests.documents.test_structure import headings_of, page_marks, simple, tree_marks

ANSWER = "Tea"
each_sheet = pytest.mark.parametrize("slug", SHIPPED)
DRAWN_AGAIN = """
from tests.documents.test_structure_of_sheets import SHIPPED, digest_of, list_forms_with_words
for slug in reversed(SHIPPED):
    for form in reversed(list_forms_with_words(slug)):
        print(digest_of(*form), *form)
"""
Form = tuple[str, str, bool, bool]


def list_forms(slug: str) -> list[Form]:
    """The sheet on either paper, in both sizes, blank and with words."""
    return [
        (slug, paper, large, long) for paper in PAPERS for large in (False, True) for long in (False, True)
    ]


def list_forms_with_words(slug: str) -> list[Form]:
    """The forms that hold words of the client."""
    return [form for form in list_forms(slug) if form[-1]]


@cache
def draw(slug: str, paper: str, large: bool, long: bool) -> bytes:
    return worksheet.render_worksheet(page_value(SHIPPED[slug], paper, large=large, long=long))


def digest_of(slug: str, paper: str, large: bool, long: bool) -> str:
    return hashlib.sha256(draw(slug, paper, large, long)).hexdigest()


@each_sheet
def test_a_sheet_is_sound_and_all_that_is_drawn_is_in_its_tree(slug: str) -> None:
    for form in list_forms(slug):
        with pikepdf.open(BytesIO(draw(*form))) as pdf:
            assert pdf.check_pdf_syntax() == [], form
            in_tree = list(tree_marks(pdf.Root.StructTreeRoot.K, None))
            assert in_tree == [
                (number, mark) for number, page in enumerate(pdf.pages) for mark in page_marks(page)
            ], form
        carried = dict(fonts(draw(*form)))
        assert carried and all(carried.values()), form


@each_sheet
def test_each_answer_of_a_filled_sheet_is_in_its_tree(slug: str) -> None:
    """On the page it was filled in on and, for the long answers, on the one that follows."""
    sheet = SHIPPED[slug]
    fields = list_fields(sheet)
    marked_fields = [field for field in fields if field.kind in (FieldKind.TICK, FieldKind.CHOICE)]
    typed = [field for field in fields if field not in marked_fields]
    answers = {field.id: field.options[-1].code if field.options else "yes" for field in marked_fields}
    answers |= {field.id: ANSWER for field in typed} | {typed[0].id: f"{ANSWER} " * 500}
    drawn = fillable_sheet.render_filled_sheet(page_value(sheet, "A4", large=False, long=False), answers)
    assert len(read_structure(drawn)) == 2
    with pikepdf.open(BytesIO(drawn)) as pdf:
        assert pdf.check_pdf_syntax() == []
        in_tree = list(tree_marks(pdf.Root.StructTreeRoot.K, None))
        marked = [(number, mark) for number, page in enumerate(pdf.pages) for mark in page_marks(page)]
        assert sorted(in_tree) == sorted(marked) and len(set(in_tree)) == len(in_tree)
    figures = [
        node.alt
        for page in read_structure(drawn)
        for top in page
        for node in top.all()
        if node.role == "Figure" and not node.alt.endswith(".")
    ]
    assert len(figures) == len(marked_fields)
    assert all(any(alt.startswith(f"{field.label}: ") for alt in figures) for field in marked_fields)
    assert "".join(texts(drawn)).count(ANSWER) >= len(typed) - 1 + 500


def test_control_a_damaged_file_and_a_stroke_outside_of_the_tree_are_seen() -> None:
    slug = next(iter(SHIPPED))
    pdf = draw(*list_forms(slug)[0])
    with pikepdf.open(BytesIO(pdf.replace(b"/ParentTree", b"/ParentTree <<", 1))) as damaged:
        assert damaged.check_pdf_syntax()
    out = BytesIO()
    canvas = Canvas(out)
    canvas.line(50, 50, 90, 50)
    canvas.save()
    with pikepdf.open(out) as plain, pytest.raises(AssertionError, match="S"):
        page_marks(plain.pages[0])


@each_sheet
def test_the_parts_of_a_sheet_hold_what_they_may(slug: str) -> None:
    for form in list_forms(slug):
        assert headings_of(read_structure(draw(*form))).count("H1") == 1, form


@pytest.fixture(scope="module")
def seen_by_pdfjs(tmp_path_factory: pytest.TempPathFactory) -> dict[Form, list[ReadPage]]:
    """Every form of every sheet as pdf.js sees it."""
    forms = [form for slug in SHIPPED for form in list_forms(slug)]
    read = read_with_pdfjs([draw(*form) for form in forms], tmp_path_factory.mktemp("sheets"))
    return dict(zip(forms, read, strict=True))


@pytest.mark.processes
@each_sheet
def test_two_readers_see_the_same_sheet_and_every_word_of_it(
    slug: str, seen_by_pdfjs: dict[Form, list[ReadPage]]
) -> None:
    for form in list_forms(slug):
        pages = seen_by_pdfjs[form]
        by_pdfium = read_structure(draw(*form))
        assert [simple(page) for page in by_pdfium] == [simple(page.tree) for page in pages], form
        words = set(words_of(pages))
        assert len(words) > 40, form
        for number, page in enumerate(pages, start=1):
            outside = page.outside.replace(f"page {number} of {len(pages)}", "").split()
            assert set(outside) <= words, (form, number)


def words_of(pages: list[ReadPage]) -> Iterator[str]:
    for page in pages:
        for top in page.tree:
            for node in top.all():
                yield from node.text.split()


@pytest.mark.processes
def test_a_sheet_does_not_depend_on_what_was_drawn_before_it() -> None:
    """The same bytes in a process of its own that draws all sheets in the other order, from the last form."""
    there = draw_elsewhere(DRAWN_AGAIN)
    forms = [form for slug in SHIPPED for form in list_forms_with_words(slug)]
    assert there == {" ".join(map(str, form)): digest_of(*form) for form in forms}
    assert len(set(there.values())) == len(forms), "the control: no two forms are the same"
