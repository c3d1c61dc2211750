"""What holds for every sheet, on both papers: all of it on the page, in carried fonts, nothing beside it."""

import unicodedata
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from bidi.mirror import MIRRORED
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from clinic_toolkit.documents import client_page, note, sheet_texts, styles
from tests.documents import values
from tests.documents.reading import PAPERS, SHEETS, chars, drawn, fonts, pages, shapes, texts
from tests.documents.test_printable_text import named, visible
from tests.fixtures.replaced import replace

every = pytest.mark.parametrize("paper", PAPERS)
sheet = pytest.mark.parametrize("name", SHEETS)


@every
@sheet
def test_the_same_value_gives_the_same_bytes(name: str, paper: str) -> None:
    assert SHEETS[name](paper) == SHEETS[name](paper)


@every
@sheet
def test_everything_stands_inside_the_page(name: str, paper: str) -> None:
    pdf = SHEETS[name](paper, demo=True)
    width, height = PAPERS[paper]
    box = PdfReader(BytesIO(pdf)).pages[0].mediabox
    assert (float(box.width), float(box.height)) == pytest.approx((width, height), abs=0.1)
    for page in (*chars(pdf), *shapes(pdf)):
        for mark in page:
            assert mark["x0"] > 24 and mark["x1"] < width - 24, mark
            assert mark["top"] > 18 and mark["bottom"] < height - 18, mark


@every
@sheet
def test_every_font_is_carried_by_the_file(name: str, paper: str) -> None:
    found = dict(fonts(SHEETS[name](paper)))
    assert found and all(found.values())
    assert all("Atkinson" in font or "DejaVu" in font for font in found)


def test_control_a_plain_canvas_names_a_font_that_it_does_not_carry() -> None:
    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    canvas = Canvas(out)
    canvas.drawString(72, 72, "plain")
    canvas.save()
    assert not all(carried for _, carried in fonts(out.getvalue()))


@sheet
def test_the_files_own_data_say_nothing(name: str) -> None:
    read = PdfReader(BytesIO(SHEETS[name]("A4")))
    assert read.metadata is not None
    said = {key: value for key, value in read.metadata.items() if value}
    assert said.pop("/Title") == "Document"
    assert said.pop("/CreationDate") == said.pop("/ModDate") == "D:20000101000000+00'00'"
    assert set(said) <= {"/Trapped", "/Keywords"} and str(read.root_object["/Lang"]) == "en"
    xmp = read.xmp_metadata
    assert xmp is not None
    assert xmp.dc_title == {"x-default": "Document"}
    assert (xmp.dc_language, xmp.dc_creator, xmp.xmp_create_date) == (["en"], [], None)


@sheet
def test_an_invented_practice_says_so_on_every_page(name: str) -> None:
    assert all(sheet_texts.DEMO_LABEL in text for text in texts(SHEETS[name]("A4", demo=True)))
    assert not any(sheet_texts.DEMO_LABEL in text for text in texts(SHEETS[name]("A4")))


@sheet
def test_nothing_reaches_out_of_the_file(name: str) -> None:
    for page in PdfReader(BytesIO(SHEETS[name]("A4"))).pages:
        kinds = {note.get_object()["/Subtype"] for note in page.get("/Annots", ())}
        assert kinds == ({"/Widget"} if name == "worksheet to fill in" else set())
        assert not page.images


@sheet
def test_it_reads_in_grey(name: str) -> None:
    pdf = SHEETS[name]("A4")
    for page in chars(pdf):
        for char in page:
            assert contrast(char["non_stroking_color"]) >= 4.5, char


def test_lines_to_write_on_are_seen_in_grey() -> None:
    assert contrast(styles.EDGE) >= 3 and contrast(styles.ACCENT) >= 4.5
    assert contrast(styles.HAIR) < 2  # the control: a hairline only orders the page


def contrast(colour: Iterable[float]) -> float:
    """Contrast of the colour's grey against white paper, as WCAG counts it."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour
    )
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def test_five_thousand_characters_are_all_there() -> None:
    typed = " ".join(f"word{number}" for number in range(600))
    pdf = note.render_note(values.note(text=typed))
    assert pages(pdf) > 1
    body = "".join(text.split("page")[0] for text in texts(pdf))
    assert all(f"word{number}" in body for number in range(600))


LETTERS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="[]"), max_size=60)


@settings(max_examples=40, deadline=None)
@given(LETTERS)
def test_no_drawable_character_is_lost_on_the_way_to_the_file(typed: str) -> None:
    """Read back from the file itself: every visible character is drawn, or named by its mark."""
    pdf = client_page.render_client_page(
        replace(values.client_page(), own_words=(f"≈{typed}≈",), strengths=(), stood_out=())
    )
    found = named("".join(drawn(pdf)))
    assert found.count("≈") >= 2
    body = found[found.index("≈") : found.rindex("≈")]
    wanted = {char for char in unicodedata.normalize("NFKD", typed) if visible(char)}
    assert wanted <= {*unicodedata.normalize("NFKD", body), *turned_over(body)}


def turned_over(body: str) -> set[str]:
    """Brackets turn with right-to-left text: each counts for its other half."""
    return {MIRRORED[char] for char in body if char in MIRRORED}


def test_sheets_drawn_at_the_same_moment_do_not_disturb_each_other() -> None:
    """Each worker serves many threads, and all of them share the parsed fonts."""
    typed = [f"é{chr(0x100 + at)}ñçüá Ж{at} façade naïve Łódź" * 4 for at in range(24)]
    alone = [
        client_page.render_client_page(replace(values.client_page(), own_words=(each,))) for each in typed
    ]
    with ThreadPoolExecutor(8) as threads:
        together = list(
            threads.map(
                lambda each: client_page.render_client_page(replace(values.client_page(), own_words=(each,))),
                typed,
            )
        )
    assert together == alone
