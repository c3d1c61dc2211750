"""The flow over pages: headings stay with their text, no line stands alone, everything is placed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_toolkit.documents import page_layout
from clinic_toolkit.documents.blocks import Block, Text, typed_paragraphs
from clinic_toolkit.documents.labelled_value import LabelledValue
from clinic_toolkit.documents.styles import BODY, HEADING
from clinic_toolkit.record.values.page_values import PaperSize

LINE = BODY.size * BODY.leading


class Slab(Block):
    def __init__(self, tall: float, *, keep_with_next: bool = False) -> None:
        super().__init__(before=4, after=4, keep_with_next=keep_with_next)
        self.tall = tall

    def height(self, width: float) -> float:
        return self.tall


def test_a_heading_moves_on_with_its_text() -> None:
    pages = page_layout.place_on_pages(
        [Slab(90), Text("Plan", HEADING, keep_with_next=True), Text("word " * 200)], 200, 120
    )
    heading, _ = pages[1][0]
    assert isinstance(heading, Text) and heading.spans[0][0] == "Plan"
    assert len(pages[0]) == 1 and len(pages[1]) == 2


@pytest.mark.parametrize("first", range(20, 110))
def test_no_line_of_a_paragraph_stands_alone(first: int) -> None:
    pages = page_layout.place_on_pages([Slab(first), Text("word " * 60)], 200, 130)
    counts = [len(block.lines(200)) for placed in pages for block, _ in placed if isinstance(block, Text)]
    assert sum(counts) == len(Text("word " * 60).lines(200))
    assert min(counts) >= 2


@given(st.lists(st.tuples(st.floats(1, 120), st.booleans()), max_size=30))
def test_every_block_is_placed_once_in_order_and_inside_the_page(sizes: list[tuple[float, bool]]) -> None:
    blocks = [Slab(tall, keep_with_next=keep) for tall, keep in sizes]
    pages = page_layout.place_on_pages(blocks, 100, 130)
    assert [block for placed in pages for block, _ in placed] == blocks
    for placed in pages:
        ends = [down + block.height(100) for block, down in placed]
        assert all(end <= 130.02 for end in ends)
        assert all(later >= end for end, (_, later) in zip(ends, placed[1:], strict=False))


def test_a_long_value_beside_its_word_runs_on() -> None:
    pair = LabelledValue(Text("Place"), Text("word " * 400), label_width=60)
    pages = page_layout.place_on_pages([pair], 260, 200)
    parts = [block for placed in pages for block, _ in placed if isinstance(block, LabelledValue)]
    assert len(parts) == sum(len(placed) for placed in pages) > 2
    assert sum(len(part.value.lines(200)) for part in parts) == len(pair.value.lines(200))


def test_what_a_person_typed_keeps_its_own_lines() -> None:
    found = typed_paragraphs("one\ntwo\n\nthree\r\n\x00four")
    assert [block.spans[0][0] for block in found if isinstance(block, Text)] == [
        "one",
        "two",
        "three",
        "four",
    ]
    assert [block.before > 0 for block in found] == [False, False, True, False]


def test_every_size_of_paper_has_its_measures() -> None:
    assert set(page_layout.PAPER_SIZES) == set(PaperSize)


def test_an_unknown_paper_is_a4() -> None:
    assert page_layout.PageLayout(paper="A3").size == page_layout.PAPER_SIZES["A4"]
