"""A sheet as a file to fill in: a field at every place, right in every reader, and drawn anew when back."""

import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from pikepdf import Pdf

from clinic_toolkit.documents import fillable_sheet
from clinic_toolkit.documents.printable_text import PLACEHOLDER_NOTE
from clinic_toolkit.worksheets import catalogue
from clinic_toolkit.worksheets.block_model import LinesBlock, MenuBlock
from clinic_toolkit.worksheets.filled_file import MAX_FILE_BYTES, read_filled_file
from clinic_toolkit.worksheets.model import Worksheet
from clinic_toolkit.worksheets.sheet_fields import FieldKind, SheetField, list_fields
from tests.documents import values
from tests.documents.hostile_texts import HOSTILE
from tests.documents.reading import PAPERS, texts
from tests.documents.structure import PDFJS, find_node
from tests.documents.test_hostile_texts import active_keys
from tests.fixtures import filled_in
from tests.fixtures.filled_in import CODE
from tests.fixtures.replaced import replace
from tests.worksheets.every_block import ONE_OF_EACH, make_sheet

EVERY_BLOCK = make_sheet(*ONE_OF_EACH)
SHEETS = {each.slug: each for each in catalogue.list_worksheets()} | {"every block": EVERY_BLOCK}
BLACK = 90


@cache
def render(slug: str = "every block", paper: str = "A4", *, large: bool = False) -> bytes:
    value = replace(values.sheet(paper, large=large), worksheet=SHEETS[slug])
    return fillable_sheet.render_fillable_sheet(value, CODE)


def widgets_of(pdf: Pdf) -> Iterator[tuple[Any, Any]]:
    """Each place on a page, and the field that it belongs to."""
    for page in pdf.pages:
        annotations: Any = page.obj.get("/Annots", [])
        for widget in annotations:
            yield widget, widget if "/T" in widget else widget.Parent


def answer_all(sheet: Worksheet) -> dict[str, str]:
    """An answer for every field: a tick, the second option, or some words."""
    return {
        field.id: "on"
        if field.kind == FieldKind.TICK
        else field.options[1].code
        if field.options
        else "a word"
        for field in list_fields(sheet)
    }


@pytest.mark.parametrize("large", [False, True], ids=["normal", "large"])
@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("slug", SHEETS)
def test_every_field_of_the_sheet_is_in_the_file_with_its_words(slug: str, paper: str, large: bool) -> None:
    fields = {filled_in.name_of(field.id, CODE): field for field in list_fields(SHEETS[slug])}
    data = render(slug, paper, large=large)
    assert len(data) < MAX_FILE_BYTES / 4
    with pikepdf.open(BytesIO(data)) as pdf:
        form = pdf.Root.AcroForm
        assert Counter(str(field.T) for field in form.Fields) == Counter(list(fields))
        assert "/NeedAppearances" not in form and "/XFA" not in form
        places: Counter[str] = Counter()
        for widget, field in widgets_of(pdf):
            known = fields[str(field.T)]
            places[str(field.T)] += 1
            check_field(known, widget, field)
        assert all(places[name] == max(len(field.options), 1) for name, field in fields.items())


def check_field(known: SheetField, widget: Any, field: Any) -> None:
    """Whether one place has the words, the limit and the looks that it should have."""
    assert str(field.TU) == known.label
    assert widget.F == 4 and "/A" not in widget and "/AA" not in widget
    if known.kind in (FieldKind.LINE, FieldKind.LONG):
        assert field.MaxLen >= 2 and isinstance(widget.AP.N, pikepdf.Stream)
        assert bool(field.Ff & (1 << 12)) == (known.kind == FieldKind.LONG)
        assert "/V" not in field
        return
    states = set(widget.AP.N.keys()) - {"/Off"}
    assert "/Off" in widget.AP.N and widget.AS == "/Off" and field.V == "/Off"
    if known.kind == FieldKind.TICK:
        assert states == {"/on"}
    else:
        (code,) = (state.removeprefix("/") for state in states)
        assert code.isascii() and str(widget.TU) == f"{known.label}: {known.option_label(code)}"


@pytest.mark.parametrize("slug", ["every block", catalogue.list_worksheets()[0].slug])
def test_every_field_is_a_part_of_the_structure_by_its_words(slug: str) -> None:
    with pikepdf.open(BytesIO(render(slug))) as pdf:
        entries: Any = pdf.Root.StructTreeRoot.ParentTree.Nums
        tree = {int(entries[index]): entries[index + 1] for index in range(0, len(entries), 2)}
        for page in pdf.pages:
            assert page.obj.Tabs == "/S"
        seen = 0
        for widget, _ in widgets_of(pdf):
            element = tree[int(widget.StructParent)]
            assert element.S == "/Form" and str(element.Alt) == str(widget.TU)
            assert element.K.Type == "/OBJR" and element.K.Obj.objgen == widget.objgen
            seen += 1
        assert seen > len(list_fields(SHEETS[slug])) - 1


def test_no_font_is_left_out_and_none_of_symbols_is_needed() -> None:
    with pikepdf.open(BytesIO(render())) as pdf:
        fonts: list[Any] = [
            each
            for each in pdf.objects
            if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/Font"
        ]
        assert fonts and all("/FontFile2" in font.FontDescriptor for font in fonts)
        assert list(pdf.Root.AcroForm.DR.Font.keys()) == ["/Body"]
        assert "/FontFile2" in pdf.Root.AcroForm.DR.Font.Body.FontDescriptor


def test_the_same_sheet_gives_the_same_bytes_and_another_code_other_names() -> None:
    value = replace(values.sheet(), worksheet=EVERY_BLOCK)
    once = fillable_sheet.render_fillable_sheet(value, CODE)
    assert fillable_sheet.render_fillable_sheet(value, CODE) == once
    other = fillable_sheet.render_fillable_sheet(value, "0123456789abcdef")
    assert CODE.encode() in once and CODE.encode() not in other


def by_pdfjs(data: bytes, answers: dict[str, str]) -> bytes:
    return filled_in.fill_by_pdfjs(data, Path(find_node()), PDFJS / "pdf.min.mjs", answers)


def by_pypdf(data: bytes, answers: dict[str, str]) -> bytes:
    return filled_in.fill_by_pypdf(data, answers, list_fields(EVERY_BLOCK))


@pytest.mark.parametrize("fill", [pytest.param(by_pdfjs, marks=pytest.mark.processes), by_pypdf])
def test_every_kind_of_block_comes_back_as_it_was_filled_in(
    fill: Callable[[bytes, dict[str, str]], bytes],
) -> None:
    answers = answer_all(EVERY_BLOCK) | {"b2.text": "rain\nand wind, žluť"}
    assert read_filled_file(fill(render(), answers)).values == answers


@pytest.mark.processes
def test_pdfjs_loses_no_letter_and_no_choice_of_another_language() -> None:
    data = filled_in.make_file()
    assert read_filled_file(by_pdfjs(data, filled_in.ANSWERS)).values == filled_in.ANSWERS
    longest = ("ab cd" * 100)[: filled_in.limit_of(data, "b1.text")]
    assert read_filled_file(by_pdfjs(data, {"b1.text": longest})).values == {"b1.text": longest}


def by_poppler(data: bytes, folder: Path) -> Any:
    program = shutil.which("pdftocairo")
    if program is None:
        pytest.skip("no poppler here")
    (folder / "in.pdf").write_bytes(data)
    arguments = [program, "-png", "-r", "72", "-singlefile", str(folder / "in.pdf"), str(folder / "out")]
    subprocess.run(arguments, check=True, capture_output=True)
    from PIL import Image

    return Image.open(folder / "out.png").convert("L")


def by_pdfium(data: bytes, folder: Path) -> Any:
    document = pypdfium2.PdfDocument(data)
    document.init_forms()
    return document[0].render(scale=1).to_pil().convert("L")


@pytest.mark.parametrize("draw", [by_pdfium, pytest.param(by_poppler, marks=pytest.mark.processes)])
@pytest.mark.parametrize("fill", [filled_in.fill_by_pdfium, filled_in.fill_by_pypdf])
def test_the_chosen_circle_has_a_dot_and_no_other(
    draw: Callable[[bytes, Path], Any], fill: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    blank, filled = filled_in.make_file(), fill(filled_in.make_file())

    def dots(image: Any) -> list[bool]:
        # The middles of the three circles of `make_file`, from the top.
        return [image.getpixel((57 + 60 * index, 842 - 507)) < BLACK for index in range(3)]

    assert dots(draw(blank, tmp_path)) == [False, False, False]
    assert dots(draw(filled, tmp_path)) == [False, True, False]


def test_a_filled_sheet_is_drawn_with_its_answers_and_what_has_no_room_at_the_end() -> None:
    answers = answer_all(EVERY_BLOCK) | {"b2.text": "rain\nand wind", "b3.r1": "far too much to fit " * 12}
    value = replace(values.sheet(), worksheet=EVERY_BLOCK)
    blank = texts(fillable_sheet.render_filled_sheet(value, {}))
    pages = texts(fillable_sheet.render_filled_sheet(value, answers))
    assert len(pages) == len(blank) + 1
    assert "rain" in pages[0] and "and wind" in pages[0] and "…" in pages[0]
    assert "My list: line 1" in pages[-1] and pages[-1].count("far too much") == 12
    assert "a word" not in "".join(blank)
    words = "".join(pages).count("a word")
    fields = [field for field in list_fields(EVERY_BLOCK) if field.kind in (FieldKind.LINE, FieldKind.LONG)]
    assert words == len(fields) - 2


def test_a_mark_in_an_answer_is_explained_at_the_end() -> None:
    value = replace(values.sheet(), worksheet=EVERY_BLOCK)
    explained = PLACEHOLDER_NOTE.split(" is that")[0]
    plain = texts(fillable_sheet.render_filled_sheet(value, {"b2.text": "rain"}))
    marked = texts(fillable_sheet.render_filled_sheet(value, {"b2.text": "rain \U0001f984"}))
    assert explained not in " ".join(" ".join(plain).split())
    assert "[U+1F984]" in marked[0] and explained in " ".join(marked[-1].split())


def test_a_filled_sheet_has_no_field_and_nothing_of_the_file_that_came() -> None:
    value = replace(values.sheet(), worksheet=EVERY_BLOCK)
    drawn = fillable_sheet.render_filled_sheet(value, {"b2.text": "rain"})
    with pikepdf.open(BytesIO(drawn)) as pdf:
        assert "/AcroForm" not in pdf.Root and not list(widgets_of(pdf))
    assert CODE.encode() not in drawn


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_words_of_a_sheet_are_words_of_its_fields_and_nothing_else(kind: str) -> None:
    label = "".join(char for char in HOSTILE[kind][:60] if char.isprintable()).strip() or "label"
    menu = MenuBlock(kind="menu", label=label, options=(label, f"{label}2"))
    value = replace(
        values.sheet(), worksheet=make_sheet(menu, LinesBlock(kind="lines", label=label, count=2))
    )
    data = fillable_sheet.render_fillable_sheet(value, CODE)
    with pikepdf.open(BytesIO(data)) as pdf:
        assert next(str(field.TU) for field in pdf.Root.AcroForm.Fields) == f"{label}: {label}"
    assert active_keys(data) <= {"/Annots"}
    assert read_filled_file(data).values == {}
