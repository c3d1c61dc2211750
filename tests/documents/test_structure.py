"""The structure of every paper: complete, in order, of the right shape, and seen alike by two readers."""

import shutil
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from clinic_toolkit.documents.fillable_sheet import render_fillable_sheet
from clinic_toolkit.documents.tagging import CONTENT_ROLES
from tests.documents import values
from tests.documents.reading import LONG_SHEETS, PAPERS, SHEETS
from tests.documents.structure import Node, ReadPage, read_structure, read_with_pdfjs
from tests.fixtures.filled_in import CODE
from tests.fixtures.replaced import replace
from tests.worksheets.every_block import ONE_OF_EACH, make_sheet

every = pytest.mark.parametrize("paper", PAPERS)
ALL = SHEETS | LONG_SHEETS
sheet = pytest.mark.parametrize("name", ALL)
PAINTS = {"S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "sh", "Do", "Tj", "TJ", "'", '"', "INLINE IMAGE"}
# What each element may hold.
KIDS = {
    "L": {"LI"},
    "LI": {"Lbl", "LBody"},
    "Table": {"TR", "Caption"},
    "TR": {"TH", "TD"},
    "BlockQuote": {"P"},
}
HEADINGS = ("H1", "H2", "H3")


@cache
def draw(name: str, paper: str) -> bytes:
    return ALL[name](paper)


@every
@sheet
def test_all_that_is_drawn_is_marked_and_each_mark_is_in_the_tree_once(name: str, paper: str) -> None:
    with pikepdf.open(BytesIO(draw(name, paper))) as pdf:
        in_tree = list(tree_marks(pdf.Root.StructTreeRoot.K, None))
        drawn = [(number, mark) for number, page in enumerate(pdf.pages) for mark in page_marks(page)]
    assert sorted(in_tree) == sorted(drawn), "each mark on a page is in one element"
    assert len(set(in_tree)) == len(in_tree)
    for page in {number for number, _ in in_tree}:
        order = [mark for number, mark in in_tree if number == page]
        assert order == sorted(order), "the order of reading is that of drawing"


def page_marks(page: Any) -> list[int]:
    """The numbers of the marks of a page; it fails where something is painted outside of all of them."""
    found: list[int] = []
    open_marks: list[str] = []
    instructions: list[Any] = list(pikepdf.parse_content_stream(page))
    for operands, operator in instructions:
        name = str(operator)
        if name in ("BDC", "BMC"):
            assert not open_marks, "no mark within another"
            open_marks.append(name)
            if name == "BDC":
                found.append(int(operands[1].MCID))
        elif name == "EMC":
            open_marks.pop()
        elif name in PAINTS:
            assert open_marks, (name, operands)
    return found


def tree_marks(element: Any, page: Any) -> Iterator[tuple[int, int]]:
    """Each mark in the order of the tree, as the number of its page and its own."""
    page = element.get("/Pg", page)
    for kid in list(element.K) if isinstance(element.K, pikepdf.Array) else [element.K]:
        if isinstance(kid, int):
            assert str(element.S)[1:] in CONTENT_ROLES
            yield pikepdf.Page(page).index, kid
        elif kid.get("/Type") == "/MCR":
            yield pikepdf.Page(kid.Pg).index, int(kid.MCID)
        elif kid.get("/Type") != "/OBJR":
            assert kid.P.objgen == element.objgen
            yield from tree_marks(kid, page)


@every
@sheet
def test_elements_hold_what_they_may_and_headings_leave_no_rank_out(name: str, paper: str) -> None:
    found = headings_of(read_structure(draw(name, paper)))
    assert found.count("H1") == (0 if name.startswith(("answer card", "small card")) else 1), found


def headings_of(pages: list[list[Node]]) -> list[str]:
    """The headings in order; it fails where one leaves a rank out, or an element holds what it may not."""
    rank, found = 0, []
    for node in (each for page in pages for top in page for each in top.all()):
        allowed = KIDS.get(node.role)
        assert allowed is None or {kid.role for kid in node.kids} <= allowed, node
        assert node.role != "Figure" or len(node.alt) > 10, "a figure says what it shows"
        if node.role in HEADINGS:
            found.append(node.role)
            assert HEADINGS.index(node.role) <= rank, f"{node.role} without the one above it"
            rank = HEADINGS.index(node.role) + 1
        if node.role == "Table":
            assert len({len(row.kids) for row in node.kids if row.role == "TR"}) == 1, "rows of one length"
    return found


@every
@sheet
def test_the_file_is_sound(name: str, paper: str, tmp_path: Path) -> None:
    qpdf = shutil.which("qpdf")
    if qpdf is None:
        pytest.skip("no qpdf here")
    path = tmp_path / "sheet.pdf"
    path.write_bytes(draw(name, paper))
    checked = subprocess.run([qpdf, "--check", str(path)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    path.write_bytes(draw(name, paper).replace(b"/ParentTree", b"/ParentTree <<", 1))
    assert subprocess.run([qpdf, "--check", str(path)], capture_output=True, check=False).returncode != 0


@pytest.fixture(scope="module")
def seen_by_pdfjs(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], list[ReadPage]]:
    """Every paper as pdf.js sees it, and under "" one whose pages do not point to its structure."""
    keys = [(name, paper) for name in ALL for paper in PAPERS]
    pdfs = [draw(*key) for key in keys]
    with pikepdf.open(BytesIO(pdfs[0])) as pdf:
        for page in pdf.pages:
            del page.StructParents
        without = BytesIO()
        pdf.save(without)
    folder = tmp_path_factory.mktemp("papers")
    read = read_with_pdfjs([*pdfs, without.getvalue()], folder)
    return dict(zip([*keys, ("", "")], read, strict=True))


@pytest.mark.processes
@every
@sheet
def test_pdfium_and_pdfjs_see_the_same_tree(
    name: str, paper: str, seen_by_pdfjs: dict[tuple[str, str], list[ReadPage]]
) -> None:
    by_pdfium = read_structure(draw(name, paper))
    by_pdfjs = seen_by_pdfjs[name, paper]
    assert [simple(page) for page in by_pdfium] == [simple(page.tree) for page in by_pdfjs]
    assert all(page.tree for page in by_pdfjs)


def simple(nodes: Iterable[Any]) -> list[tuple[str, str, list[Any]]]:
    """Each element by its type, what it shows and what it holds; without fields.

    PDFium finds an element by its drawing, and the fields of a file to fill in are none.
    """
    return [(each.role, each.alt, simple(each.kids)) for each in nodes if each.role != "Form"]


@pytest.mark.processes
def test_the_fields_of_a_file_to_fill_in_are_elements_with_names(tmp_path: Path) -> None:
    """By pdf.js: PDFium tells of a field by other ways than by its element."""
    sheets = [make_sheet(block) for block in ONE_OF_EACH]
    pdfs = [
        render_fillable_sheet(replace(values.sheet(initials=""), worksheet=sheet), CODE) for sheet in sheets
    ]
    named = 0
    for sheet, pdf, pages in zip(sheets, pdfs, read_with_pdfjs(pdfs, tmp_path), strict=True):
        with pikepdf.open(BytesIO(pdf)) as read:
            widgets = [field for page in read.pages for field in page.get("/Annots", [])]
            assert all("/StructParent" in field for field in widgets), sheet.slug
        forms = [each for page in pages for top in page.tree for each in top.all() if each.role == "Form"]
        assert len(forms) == len(widgets), sheet.slug
        assert all(form.alt for form in forms), sheet.slug
        named += len(forms)
        by_pdfium = read_structure(pdf)
        assert [simple(page) for page in by_pdfium] == [simple(page.tree) for page in pages]
    assert named > len(sheets)


@pytest.mark.processes
def test_where_pages_do_not_point_to_the_structure_pdfjs_sees_none(
    seen_by_pdfjs: dict[tuple[str, str], list[ReadPage]],
) -> None:
    assert not any(node.kids for page in seen_by_pdfjs["", ""] for node in page.tree)


@pytest.mark.processes
def test_every_word_is_in_an_element_but_what_stands_again(
    seen_by_pdfjs: dict[tuple[str, str], list[ReadPage]],
) -> None:
    """The words of artifacts are page numbers, and what is read elsewhere: repeated heads and feet."""
    repeated = 0
    for (name, _), pages in seen_by_pdfjs.items():
        read = {
            word for page in pages for top in page.tree for node in top.all() for word in node.text.split()
        }
        for number, page in enumerate(pages, start=1) if name else ():
            outside = page.outside.replace(f"page {number} of {len(pages)}", "").split()
            assert set(outside) <= read, (name, number)
            repeated += len(outside)
    assert repeated, "the control: heads and feet do stand again"
    assert "Never" in seen_by_pdfjs["blank form", "A4"][0].outside
    assert "Never" not in seen_by_pdfjs["answer card", "A4"][0].outside
