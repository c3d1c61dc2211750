"""Paper: a frozen value in, the bytes of a PDF out.

Every sheet is a module with one function, `render_…(value) -> bytes`. It works in memory, and the same value
gives the same bytes. This package never opens a record, a key, a setting or a file other than the fonts
beside it. It imports ReportLab only inside the functions that draw; so it does with the canvases and with
what writes fields into a file, which import ReportLab themselves.

Text goes from a value to the canvas as plain text. No module here builds or parses markup, so nothing that a
person typed can become a tag, a link or a file.

    sheet_texts.py     sentences that are printed on more than one sheet, and on paper alone
    styles.py          colours, sizes and rules of the printed sheets
    writing_systems.py which font draws the letters of which writing system
    font_faces.py      the embedded fonts, their coverage
    printable_text.py  typed text made printable: cleaned, and marked where no font can draw it
    text_shaping.py    text split by font and shaped: letters that join, stack and change places
    reading_order.py   the order of drawing of a line with right-to-left letters
    break_points.py    where a word may be broken
    line_runs.py       the runs of one line, each of one font
    line_breaking.py   text broken into lines
    composite_font.py  a TrueType file with a glyph for each cluster of letters
    embedded_font.py   a shaped font in a PDF file, and the text of each of its glyphs
    tagging.py         what each piece of a page is to a screen reader, and the tree of it in the file
    tagged_canvas.py   the canvas that all is drawn on, which keeps that tree
    blocks.py          blocks of a page: text, rules, lines to write on
    labelled_value.py  a label with its value beside it
    body_shape.py      the shape of a body, to mark
    sheet_blocks/      the blocks of a worksheet, drawn to be written in
    sheet_layout.py    a worksheet as blocks, and how they are spaced
    sheet_pages.py     the pages of a worksheet
    field_areas.py     where the fields of a worksheet lie, said by each block as it is drawn
    fillable_sheet.py  a worksheet to fill in on a screen, and one that was filled in
    fillable_canvas.py the canvas that puts a field at each of these places
    field_writer.py    the fields of a fillable file
    field_appearances.py  how a field looks, empty and filled in
    form_objects.py    objects of a file that ReportLab has no words for
    filled_canvas.py   the canvas that draws answers into a worksheet
    locked_file.py     a file locked with a password, to be sent
    answer_grid.py     the items of a blank form with a row of boxes under each
    dot_chart.py       answers as dots on the scale of one form
    facet_row.py       one part of a form in words, with its dots
    answer_list.py     every question with its answer
    chart_plan.py      the plan of a chart of answers over time, in relative coordinates
    point_shapes.py    the shape of a point on that chart, by the mode of giving
    chart_table.py     the values of that chart as a table in words
    time_chart.py      that chart, drawn on paper
    side_by_side.py    stacks of blocks beside each other
    number_table.py    the numbers of a course as one table
    page_layout.py     paper sizes, the flow over pages, footers, the file itself
"""
