"""The pages of a worksheet: one where its blocks fit, else several of about equal weight."""

from collections.abc import Sequence
from itertools import pairwise

from clinic_toolkit.documents.blocks import Block
from clinic_toolkit.documents.page_layout import PlacedBlocks, place_on_pages, stacked_height
from clinic_toolkit.documents.sheet_blocks.fill_in_block import FillInBlock, RowBlock
from clinic_toolkit.documents.sheet_layout import SizeScheme, set_spacing
from clinic_toolkit.documents.styles import MM

# How much of a page is filled at most, tried one after the other for a sheet of several pages.
_SHARES = tuple(percent / 100 for percent in range(100, 48, -4))
_WELL_FILLED, _EMPTY_COST = 0.85, 1.2
_CROWDED, _CROWDED_COST = 0.92, 1.5
_STUB, _STUB_COST = 0.36, 4.0
# White that a page keeps above its foot, where there is room for it.
_FOOT_WHITE = 3.5 * MM
_TORN_COST, _BADLY_TORN_COST, _FEW_ROWS = 0.2, 0.8, 3


def lay_out_pages(
    blocks: Sequence[Block], width: float, room: float, scheme: SizeScheme
) -> list[list[Block]]:
    """Distribute the blocks over as few pages as they need, and space each page to fill it.

    On a sheet of several pages none is left nearly empty, and rows stay together where that is possible.

    Args:
        blocks: the blocks of the sheet, in order.
        width: the width of the text area, in points.
        room: its height, in points.
        scheme: the sizes of the variant.
    """
    set_spacing(blocks, 0.0, scheme)
    pages = [list(blocks)]
    if stacked_height(blocks, width) > room:
        pages = [[block for block, _ in page] for page in _choose_pages(blocks, width, room)]
    for page in pages:
        page[0].starts_page = page is not pages[0]
        _fill_page(page, width, room - _FOOT_WHITE, scheme)
    return pages


def find_block_above(blocks: Sequence[Block], width: float, room: float) -> FillInBlock | None:
    """The first block to fill in that does not fit a page with its label, in its present spacing."""
    above = 0.0
    for block in blocks:
        if isinstance(block, FillInBlock):
            left = room - max(above, block.before)
            if block.height(width) > left and block.split(width, left) is None:
                return block
        above = block.height(width) + block.after if block.keep_with_next else 0.0
    return None


def _choose_pages(blocks: Sequence[Block], width: float, room: float) -> list[PlacedBlocks]:
    best = place_on_pages(blocks, width, room)
    page_count, best_cost = len(best), _cost(best, width, room)
    for share in _SHARES[1:]:
        pages = place_on_pages(blocks, width, room * share)
        if len(pages) > page_count:
            break
        if (cost := _cost(pages, width, room)) < best_cost:
            best, best_cost = pages, cost
    return best


def _cost(pages: list[PlacedBlocks], width: float, room: float) -> float:
    """How bad these pages are, in their tightest spacing: half-empty or crowded, a stub, torn blocks."""
    fills = [(page[-1][1] + page[-1][0].height(width)) / room for page in pages]
    if max(fills) > 1.001:
        return float("inf")
    cost = _STUB_COST * max(_STUB - fills[-1], 0.0)
    for fill in fills[:-1]:
        cost += _EMPTY_COST * max(_WELL_FILLED - fill, 0.0) + _CROWDED_COST * max(fill - _CROWDED, 0.0)
    for page, following in pairwise(pages):
        first, second = page[-1][0], following[0][0]
        if isinstance(first, RowBlock) and isinstance(second, RowBlock) and first.owner is second.owner:
            few = min(len(first.rows), len(second.rows)) < _FEW_ROWS
            cost += _BADLY_TORN_COST if few else _TORN_COST
    return cost


def _fill_page(blocks: Sequence[Block], width: float, room: float, scheme: SizeScheme) -> None:
    """Space the blocks of one page as generously as it has room for."""

    def height(spacing: float) -> float:
        set_spacing(blocks, spacing, scheme)
        return stacked_height(blocks, width)

    least = height(0.0)
    most = height(1.0)
    if most <= room:
        return
    spacing = max((room - least) / (most - least), 0.0)
    # Words beside a smaller figure may need another line.
    while height(spacing) > room and spacing > 0:
        spacing = max(spacing - 0.05, 0.0)
