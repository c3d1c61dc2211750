"""A packet is its papers one after the other; it can be stopped, and needs little more room than its file."""

import gc
import tracemalloc
from collections.abc import Callable
from functools import partial
from io import BytesIO
from time import process_time

import pytest
from pypdf import PdfReader

from clinic_toolkit.documents import packet, worksheet
from clinic_toolkit.record.values.packet_values import SeparatorPage
from clinic_toolkit.record.values.page_values import WorksheetPage
from clinic_toolkit.worksheets import catalogue
from tests.bench.rounds import ratio
from tests.documents.values import letterhead

SHEET = catalogue.load_worksheet("receiving-ladder")


def page(words: str) -> WorksheetPage:
    return WorksheetPage(letterhead=letterhead(), worksheet=SHEET, initials="", client_sentence=words)


def papers(words: tuple[str, ...]) -> list[packet.LayOut]:
    return [partial(worksheet.lay_out_worksheet, page(each)) for each in words]


def silent(done: int, total: int) -> None:
    """Nobody looks on."""


def pages_of(pdf: bytes) -> list[str]:
    return [each.extract_text() for each in PdfReader(BytesIO(pdf)).pages]


def test_a_packet_holds_its_papers_in_order_behind_their_separators() -> None:
    separator = SeparatorPage(letterhead=letterhead(), title="10:00 · A. R.", lines=("This page stays.",))
    made = packet.render_packet(
        [partial(packet.lay_out_separator, separator), *papers(("First words.", "Second words."))], silent
    )
    first, *sheets = pages_of(made)
    assert "10:00 · A. R." in first and "This page stays." in first
    singles = [
        pages_of(worksheet.render_worksheet(page(words))) for words in ("First words.", "Second words.")
    ]
    assert sheets == [text for single in singles for text in single]
    assert not any("A. R." in text for text in sheets)


def test_the_same_papers_give_the_same_bytes() -> None:
    one, other = (packet.render_packet(papers(("A.", "B.")), silent) for _ in range(2))
    assert one == other and one != packet.render_packet(papers(("A.", "C.")), silent)


def test_progress_is_told_before_each_paper_and_may_end_the_work() -> None:
    told: list[tuple[int, int]] = []

    def report(done: int, total: int) -> None:
        told.append((done, total))
        if done == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        packet.render_packet(papers(("A.",) * 5), report)
    assert told == [(0, 5), (1, 5), (2, 5)]


def test_a_packet_of_one_is_the_single_paper() -> None:
    assert packet.render_packet(papers(("A.",)), silent) == worksheet.render_worksheet(page("A."))


def peak(act: Callable[[], object]) -> int:
    gc.collect()
    tracemalloc.start()
    act()
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found


def many(count: int) -> None:
    for _ in range(count):
        packet.render_packet(papers(("A.", "B.", "C.")), silent)
        gc.collect()  # what a file leaves behind in circles is no leak, and is not what is measured


def test_memory_stays_flat_over_many_packets() -> None:
    """The goal is 1.3; a packet that stayed behind would be more at each."""
    many(2)
    assert peak(lambda: many(12)) <= 1.3 * peak(lambda: many(2))


def test_a_packet_costs_about_what_its_papers_cost_alone() -> None:
    """The goal is 1.15 (`bench`); here only that nothing is drawn twice, on a machine that is busy."""
    words = ("A.", "B.", "C.", "D.")
    packets = partial(packet.render_packet, papers(words), silent)

    def draw_alone() -> None:
        for each in words:
            worksheet.render_worksheet(page(each))

    assert ratio(packets, draw_alone, times=1, clock=process_time, rounds=7) < 1.6
