"""The flow over pages: headings stay with their text, no line stands alone, everything is placed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_toolkit.documents import page
from clinic_toolkit.documents.blocks import Block, Pair, Text, paragraphs
from clinic_toolkit.documents.look import BODY, HEADING

LINE = BODY.size * BODY.leading


class Slab(Block):
    def __init__(self, tall: float, *, keep: bool = False) -> None:
        super().__init__(before=4, after=4, keep=keep)
        self.tall = tall

    def height(self, width: float) -> float:
        return self.tall


def test_a_heading_moves_on_with_its_text():
    pages = page.flow([Slab(90), Text("Plan", HEADING, keep=True), Text("word " * 200)], 200, 120)
    assert len(pages[0]) == 1 and pages[1][0][0].spans[0][0] == "Plan" and len(pages[1]) == 2


@pytest.mark.parametrize("first", range(20, 110))
def test_no_line_of_a_paragraph_stands_alone(first):
    pages = page.flow([Slab(first), Text("word " * 60)], 200, 130)
    counts = [len(block.lines(200)) for placed in pages for block, _ in placed if isinstance(block, Text)]
    assert sum(counts) == len(Text("word " * 60).lines(200))
    assert min(counts) >= 2


@given(st.lists(st.tuples(st.floats(1, 120), st.booleans()), max_size=30))
def test_every_block_is_placed_once_in_order_and_inside_the_page(sizes):
    blocks = [Slab(tall, keep=keep) for tall, keep in sizes]
    pages = page.flow(blocks, 100, 130)
    assert [block for placed in pages for block, _ in placed] == blocks
    for placed in pages:
        ends = [down + block.height(100) for block, down in placed]
        assert all(end <= 130.02 for end in ends)
        assert all(later >= end for end, (_, later) in zip(ends, placed[1:], strict=False))


def test_a_long_value_beside_its_word_runs_on():
    pair = Pair(Text("Place"), Text("word " * 400), label_width=60)
    pages = page.flow([pair], 260, 200)
    parts = [block for placed in pages for block, _ in placed]
    assert len(parts) > 2
    assert sum(len(part.value.lines(200)) for part in parts) == len(pair.value.lines(200))


def test_what_a_person_typed_keeps_its_own_lines():
    found = paragraphs("one\ntwo\n\nthree\r\n\x00four")
    assert [block.spans[0][0] for block in found] == ["one", "two", "three", "four"]
    assert [block.before > 0 for block in found] == [False, False, True, False]


def test_an_unknown_paper_is_a4():
    assert page.Sheet(paper="A3").size == page.PAPER["A4"]
