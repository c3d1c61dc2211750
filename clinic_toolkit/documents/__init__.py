"""Paper: a frozen value in, the bytes of a PDF out.

This room draws. Every sheet is a module with one verb, `render(value) -> bytes`; it is made in memory,
and the same value gives the same bytes. It never opens a record, a key, a setting or a file other than
the fonts beside it, and it imports ReportLab only inside the functions that draw.

Text goes from a value to the canvas as text. No part of this room builds or reads markup, so nothing
that a person typed can become a tag, a link or a file.

    words.py     sentences, days and times that stand on more than one sheet
    look.py      ink, sizes and rules: the house's look on paper
    letters.py   the two embedded families, what they cover, how wide a run is
    text.py      typed text made printable: cleaned, marked, shaped, put in order
    lines.py     text broken into lines
    blocks.py    what stands on a page: text, pairs, rules, lines to write on
    grids.py     tables, scales and circles to write in
    charts.py    answers as dots on the line of answer words
    chart_plan.py  answers over time as a description: places, not pixels
    chart_table.py the same values in words
    time_chart.py  that description, drawn on paper
    page.py      paper sizes, the flow over pages, footers, the file itself
"""
