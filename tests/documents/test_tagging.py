"""Every piece of a page says what it is; the rest is an artifact."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from msgspec import Struct

from clinic_toolkit.documents import page_layout
from clinic_toolkit.documents.blocks import Block, Rule, Text, WritingLines
from clinic_toolkit.documents.labelled_value import LabelledValue
from clinic_toolkit.documents.page_layout import PageLayout
from clinic_toolkit.documents.styles import BODY, QUIET, SMALL
from clinic_toolkit.documents.tagged_canvas import TaggedCanvas
from clinic_toolkit.documents.tagging import Role
from tests.documents.structure import Node, read_structure, read_with_pdfjs


def draw(*blocks: Block, pages: int = 1, footer: Sequence[Text] = (), demo: bool = False) -> list[list[Node]]:
    pdf = page_layout.make_pdf(blocks, PageLayout(paper="A4", footer=footer, demo=demo))
    read = read_structure(pdf)
    assert len(read) == pages
    return read


def roles(*blocks: Block) -> list[str]:
    """The types that the blocks are given, without that of the document."""
    ((document,),) = draw(*blocks)
    assert document.role == "Document"
    return document.roles()[1:]


class Drawn(Block):
    """A block whose drawing a test gives."""

    def __init__(self, act: "object") -> None:
        super().__init__()
        self.act = act

    def height(self, width: float) -> float:
        return 40.0

    def draw(self, canvas: TaggedCanvas, x: float, top: float, width: float) -> None:
        assert callable(self.act)
        self.act(canvas)


def test_text_is_what_its_role_says_and_a_rule_is_nothing() -> None:
    assert roles(Text("Title", role=Role.H1), Rule(), Text("Words"), WritingLines(3, 30)) == ["H1", "P"]


def test_items_that_follow_each_other_are_one_list() -> None:
    found = roles(
        Text("First", bullet="1", indent=20),
        Text("Second", bullet="2", indent=20),
        Text("Between"),
        LabelledValue(Text("Date"), Text("today"), label_width=90),
    )
    item = ["LI", "Lbl", "LBody"]
    assert found == ["L", *item, *item, "P", "L", *item]


def test_a_quotation_holds_its_paragraph() -> None:
    assert roles(Text("Said", bar=True)) == ["BlockQuote", "P"]


@pytest.mark.parametrize(
    "block",
    [
        Text("word " * 1500, BODY),
        Text("word " * 1500, BODY, bar=True),
        Text("word " * 1500, BODY, bullet="·", indent=10),
        LabelledValue(Text("Label", QUIET), Text("word " * 1200, BODY), label_width=90),
    ],
)
def test_a_paragraph_over_two_pages_is_one_element(block: Block) -> None:
    pdf = page_layout.make_pdf([block], PageLayout(paper="A4"))
    with pikepdf.open(BytesIO(pdf)) as read:
        found = [len(element.kids) for element in innermost(read.Root.StructTreeRoot.K)]
        assert found[-1] == len(read.pages) > 1, "one mark on each page"
        assert set(found[:-1]) <= {1}, "a bullet and a label stand once"
    for (document,) in read_structure(pdf):
        assert document.kids, "seen on each page"


class Innermost(Struct):
    """An element that has drawing of its own."""

    role: str
    kids: list[Any]


def innermost(element: Any) -> list[Innermost]:
    """Every element with drawing of its own, as it stands in the file."""
    kids = list(element.K) if isinstance(element.K, pikepdf.Array) else [element.K]
    elements = [kid for kid in kids if isinstance(kid, pikepdf.Dictionary) and "/S" in kid]
    own = [kid for kid in kids if kid not in elements]
    found = [Innermost(str(element.S), own)] if own else []
    return found + [each for kid in elements for each in innermost(kid)]


def test_a_figure_holds_only_its_description() -> None:
    def act(canvas: TaggedCanvas) -> None:
        with canvas.element(Role.FIGURE, alt="Two circles “ø”"):
            Text("Mine").draw(canvas, 50, 700, 100)
            canvas.circle(100, 650, 20)

    ((document,),) = draw(Drawn(act))
    (figure,) = document.kids
    assert (figure.role, figure.alt, figure.kids) == ("Figure", "Two circles “ø”", ())
    assert len(figure.marks) == 1


def test_an_empty_cell_is_found_and_its_words_need_no_paragraph() -> None:
    def act(canvas: TaggedCanvas) -> None:
        with canvas.element(Role.TABLE), canvas.element(Role.ROW):
            canvas.rect(50, 600, 100, 20)
            with canvas.element(Role.HEAD_CELL):
                Text("Day").draw(canvas, 50, 700, 100)
            with canvas.element(Role.CELL):
                pass

    assert roles(Drawn(act)) == ["Table", "TR", "TH", "TD"]


def test_an_artifact_stays_one_whatever_is_drawn_in_it() -> None:
    def act(canvas: TaggedCanvas) -> None:
        with canvas.artifact(), canvas.element(Role.H2):
            Text("Again").draw(canvas, 50, 700, 100)

    assert roles(Drawn(act), Text("Words")) == ["P"]


def test_the_label_of_a_demo_and_the_foot_are_read_once() -> None:
    first, second = draw(Text("word " * 900, BODY), pages=2, footer=(Text("A foot", SMALL),), demo=True)
    assert [node.roles() for node in first] == [["Document", "P", "P"]]
    assert [node.roles() for node in second] == [["Document", "P", "P"]]
    assert len(first[0].kids) == len(second[0].kids) == 2


def test_parts_of_one_file_are_sections_also_when_they_are_the_same() -> None:
    part = ([Text("Words")], PageLayout(paper="A4"))
    pdf = page_layout.bind_pdf([part, part])
    assert [node.roles() for page in read_structure(pdf) for node in page] == [["Document", "Sect", "P"]] * 2


def test_a_form_field_is_found_in_its_element() -> None:
    def act(canvas: TaggedCanvas) -> None:
        with canvas.element(Role.FORM, alt="Your words"):
            canvas.acroForm.textfield(name="words", x=50, y=600, width=100, height=20)

    pdf = page_layout.make_pdf([Drawn(act)], PageLayout(paper="A4"))
    with pikepdf.open(BytesIO(pdf)) as read:
        (annotation,) = read.pages[0].Annots
        form: Any = read.Root.StructTreeRoot.K.K
        assert form.S == "/Form"
        assert form.Alt == "Your words"
        reference = form.K
        assert reference.Type == "/OBJR"
        assert reference.Obj.objgen == annotation.objgen
        nums: list[Any] = list(read.Root.StructTreeRoot.ParentTree.Nums)
        assert nums[nums.index(int(annotation.StructParent)) + 1].objgen == form.objgen


@pytest.mark.processes
def test_a_form_field_is_found_also_in_a_figure_and_on_what_is_passed_over(tmp_path: Path) -> None:
    """By pdf.js: PDFium tells of an element only where something is drawn, and of a field by other ways."""

    def act(canvas: TaggedCanvas) -> None:
        with canvas.element(Role.FIGURE, alt="Two circles"):
            canvas.circle(100, 650, 20)
            with canvas.element(Role.FORM, alt="In the circle"):
                canvas.acroForm.textfield(name="inside", x=50, y=600, width=100, height=20)
        with canvas.artifact(), canvas.element(Role.FORM, alt="On the line"):
            canvas.acroForm.textfield(name="line", x=50, y=500, width=100, height=20)

    pdf = page_layout.make_pdf([Drawn(act)], PageLayout(paper="A4"))
    [[page]] = read_with_pdfjs([pdf], tmp_path)
    (document,) = page.tree
    assert [(node.role, node.alt) for node in document.all()] == [
        ("Document", ""),
        ("Figure", "Two circles"),
        ("Form", "In the circle"),
        ("Form", "On the line"),
    ]


def test_the_file_says_its_language_and_shows_a_title_that_says_nothing() -> None:
    with pikepdf.open(BytesIO(page_layout.make_pdf([Text("Words")], PageLayout(paper="A4")))) as read:
        assert read.Root.Lang == "en"
        assert read.Root.MarkInfo.Marked
        assert read.Root.ViewerPreferences.DisplayDocTitle
        assert read.docinfo.Title == "Document"
        with read.open_metadata() as metadata:
            assert metadata["dc:title"] == "Document"
            assert "pdfuaid:part" not in metadata
        assert [page.Tabs for page in read.pages] == ["/S"]


@pytest.mark.parametrize(("said", "written"), [("de", "de"), ("pt-BR", "pt-BR"), ("<&>", "en"), ("a", "en")])
def test_the_language_of_a_sheet_is_that_of_its_words(said: str, written: str) -> None:
    sheet = PageLayout(paper="A4", language=said)
    with pikepdf.open(BytesIO(page_layout.make_pdf([Text("Worte")], sheet))) as read:
        assert read.Root.Lang == written
        with read.open_metadata() as metadata:
            assert list(metadata["dc:language"]) == [written]
    english = ([Text("Words")], PageLayout(paper="A4"))
    with pikepdf.open(BytesIO(page_layout.bind_pdf([english, ([Text("Worte")], sheet)]))) as read:
        sections: list[Any] = list(read.Root.StructTreeRoot.K.K)
        assert read.Root.Lang == "en"
        assert [str(each.get("/Lang", "en")) for each in sections] == ["en", written]


def test_readers_see_nothing_where_the_pages_do_not_point_to_the_structure() -> None:
    pdf = page_layout.make_pdf([Text("Words")], PageLayout(paper="A4"))
    assert read_structure(pdf)[0]
    with pikepdf.open(BytesIO(pdf)) as read:
        del read.pages[0].StructParents
        without = BytesIO()
        read.save(without)
    assert not any(node.kids for node in read_structure(without.getvalue())[0])
