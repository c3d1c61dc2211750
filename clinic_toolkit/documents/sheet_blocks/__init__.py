"""The blocks of a worksheet, drawn: each is printed to be written in by hand.

Every kind of `worksheets/block_model.py` has one drawing here. A drawing knows its height, is split between
its rows at the end of a page, and names the areas that are written in. It knows neither the sheet that it
stands on nor the person who writes.

    fill_in_block.py  the base of all: sizes, rows, areas to write in, the strokes they share
    texts.py          an example on a wash
    writing.py        lines, a box, the parts of something to say
    menu.py           options to tick
    table.py          rows under heads, also a grid and a week
    columns.py        boxes side by side: to sort into, two columns
    ladder.py         a ladder with a line on each rung
    scale.py          a line with words at both ends
    gauge.py          gauges side by side, or one with lines beside it
    circles.py        two circles that overlap; a circle to divide into shares
    body_outline.py   the outline of a body
    card.py           a card to cut out
    drawings.py       which drawing is whose
"""
