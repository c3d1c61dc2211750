"""What a client holds: the page to take along, the worksheet, the answer card, the blank form."""

import re

import pytest

from clinic_toolkit.documents import answer_card, blank_form, client_page, worksheet
from clinic_toolkit.documents.blocks import Text
from clinic_toolkit.documents.sheet_blocks.drawings import build_drawing
from clinic_toolkit.documents.sheet_blocks.table import Table
from clinic_toolkit.documents.sheet_layout import NORMAL
from clinic_toolkit.documents.sheet_pages import find_block_above
from clinic_toolkit.documents.styles import MM
from clinic_toolkit.instruments import confidentiality_limits
from clinic_toolkit.instruments.catalogue import list_instruments
from clinic_toolkit.worksheets.block_model import (
    BoxBlock,
    CardBlock,
    DiaryBlock,
    LinesBlock,
    TableBlock,
    block_texts,
)
from clinic_toolkit.worksheets.catalogue import list_worksheets
from tests.documents import values
from tests.documents.reading import PAPERS, chars, pages, shapes, texts
from tests.fixtures.replaced import replace
from tests.worksheets.every_block import ONE_OF_EACH

every = pytest.mark.parametrize("paper", PAPERS)


@every
def test_the_client_page_has_no_digit_but_the_date_and_the_telephone(paper: str) -> None:
    said = " ".join(texts(client_page.render_client_page(values.client_page(paper))))
    rest = said.replace("22 November 2026", "").replace("116 123", "").replace("112", "")
    assert "22 November 2026" in said and "116 123" in said
    assert not re.search(r"\d", rest)


def test_a_client_page_of_two_pages_adds_only_the_page() -> None:
    long = replace(values.client_page(), own_words=("I write and write about it. " * 120,))
    said = texts(client_page.render_client_page(long))
    rest = " ".join(said).replace("22 November 2026", "").replace("116 123", "").replace("112", "")
    assert len(said) == 2 and re.findall(r"\d+", rest) == ["1", "2", "2", "2"]
    assert all("A conversation aid, not a test." in page for page in said)


def test_the_client_page_leaves_out_the_heading_of_what_is_empty() -> None:
    empty = replace(values.client_page(), strengths=(), stood_out=(), own_words=(), next_step="")
    said = texts(client_page.render_client_page(empty))[0]
    assert "What is going well" not in said and "What stood out" not in said
    assert "In my own words" in said and "One next step" in said  # with lines to write on
    assert "116 123" in said


@every
def test_a_client_page_on_which_much_stood_out_is_one_page_with_lines_to_write_on(paper: str) -> None:
    much = values.client_page(paper)
    much = replace(much, strengths=much.strengths * 2, stood_out=much.stood_out * 3)
    pdf = client_page.render_client_page(replace(much, own_words=(), next_step=""))
    assert pages(pdf) == 1
    assert sum(mark["width"] > 300 and mark["object_type"] == "line" for mark in shapes(pdf)[0]) >= 4


@every
def test_the_client_page_names_no_practice_and_has_one_foot(paper: str) -> None:
    said = texts(client_page.render_client_page(values.client_page(paper)))[0]
    assert "Old Mill" not in said and "Calder" not in said
    assert said.endswith("A conversation aid, not a test.")


@every
def test_a_worksheet_is_one_page_with_nothing_below_twelve_points(paper: str) -> None:
    pdf = worksheet.render_worksheet(values.sheet(paper))
    assert pages(pdf) == 1
    assert (
        min(char["size"] / (0.92 if "DejaVu" in char["fontname"] else 1) for char in chars(pdf)[0]) >= 11.99
    )
    assert 1 <= pages(worksheet.render_worksheet(values.sheet(paper, large=True))) <= 2


@every
def test_a_worksheet_says_nothing_of_where_it_is_from(paper: str) -> None:
    sheet = values.sheet(paper)
    said = texts(worksheet.render_worksheet(sheet))[0]
    for unsaid in (
        "Old Mill",
        "Calder",
        "116 123",
        "boundaries",
        "BC1",
        "99",
        sheet.worksheet.aim,
        sheet.worksheet.evidence,
    ):
        assert unsaid not in said
    assert said.endswith("A conversation aid, not a test.")
    assert "D. K." in said
    assert "D. K." not in texts(worksheet.render_worksheet(values.sheet(paper, initials="")))[0]


@every
def test_a_sheet_that_was_given_has_the_words_of_the_client_before_its_why(paper: str) -> None:
    given = replace(
        values.sheet(paper, sentence="I said yes at once."), named_step="Ask for a lift on Thursday"
    )
    said = texts(worksheet.render_worksheet(given))[0]
    words, step, why = (
        said.index(part) for part in ("I said yes at once.", "My step Ask for", "Some feelings")
    )
    assert said.index(given.worksheet.title) < words < step < why
    assert "My step" not in texts(worksheet.render_worksheet(values.sheet(paper)))[0]


@every
def test_the_parts_of_a_sheet_stand_in_their_order(paper: str) -> None:
    sheet = values.sheet(paper)
    own = sheet.worksheet
    said = texts(worksheet.render_worksheet(sheet))[0]
    order = ["Try this", own.example[:20], *(block.label for block in own.blocks), "If it gets hard"]
    found = [said.index(part) for part in order]
    assert found == sorted(found) and "Bring back" in said


def test_a_row_of_a_week_and_of_a_table_is_as_high_as_its_lines() -> None:
    days = ("Monday", "Tuesday", "Wednesday")
    for lines in (1, 2, 3):
        week = DiaryBlock(kind="diary", label="The week", columns=("Asked",), days=days, lines=lines)
        table = TableBlock(kind="table", label="Tries", columns=("What",), rows=3, lines=lines)
        for block in (week, table):
            drawing = build_drawing(block, 1, NORMAL.body)
            assert isinstance(drawing, Table)
            assert drawing.row_height(1, 400) == pytest.approx(8 * MM * lines)


@every
@pytest.mark.parametrize("large", [False, True])
def test_every_kind_of_block_is_drawn_with_all_its_words(paper: str, large: bool) -> None:
    for block in ONE_OF_EACH:
        own = replace(values.worksheet(), blocks=(block,))
        said = " ".join(
            texts(worksheet.render_worksheet(replace(values.sheet(paper, large=large), worksheet=own)))
        )
        for text in block_texts(block):
            assert all(word in said for word in text.split()), (block.kind, text)


def test_a_block_that_is_higher_than_a_page_is_refused_by_its_label() -> None:
    long = (
        "One sentence that is as long as a sentence of a card may be, which is two hundred letters. " * 3
    )[:200]
    card = CardBlock(kind="card", label="My card", sentences=(long,) * 6, own_lines=4)
    own = replace(values.worksheet(), blocks=(card,))
    worksheet.render_worksheet(replace(values.sheet(), worksheet=own))
    with pytest.raises(worksheet.SheetTooLong, match="“My card” does not fit on one page"):
        worksheet.render_worksheet(replace(values.sheet(large=True), worksheet=own))


@every
@pytest.mark.parametrize("large", [False, True])
def test_lines_to_write_on_are_eight_millimetres_apart(paper: str, large: bool) -> None:
    pdf = worksheet.render_worksheet(values.sheet(paper, large=large))
    found = 0
    for page in shapes(pdf):
        tops = sorted(
            {round(line["top"], 2) for line in page if line["width"] > 300 and line["object_type"] == "line"}
        )
        gaps = [later - tops[at] for at, later in enumerate(tops[1:])]
        found += len(gaps)
        assert all(gap >= 8 * MM - 0.02 for gap in gaps), gaps
    assert found >= 3


def test_the_fullest_table_still_fits_and_an_overfull_sheet_loses_nothing() -> None:
    table = TableBlock(
        kind="table", label="A week", columns=("What", "Before", "After"), rows=14, numbered=True
    )
    lines = LinesBlock(kind="lines", label="More", count=20, numbered=True)
    full = replace(values.worksheet(), blocks=(table,))
    assert pages(worksheet.render_worksheet(replace(values.sheet(), worksheet=full))) == 1
    over = replace(values.worksheet(), blocks=(table, lines, table))
    said = " ".join(texts(worksheet.render_worksheet(replace(values.sheet(), worksheet=over))))
    assert said.count("A week") == 2 and "More" in said and over.bring_back in said


def test_a_block_and_its_label_have_to_fit_a_page_together() -> None:
    label = Text("A box", keep_with_next=True, after=6)
    box = build_drawing(BoxBlock(kind="box", label="A box", lines=20), 1, NORMAL.body)
    needed = box.height(400) + label.height(400) + 6
    assert find_block_above([label, box], 400, needed) is None
    assert find_block_above([label, box], 400, needed - 1) is box
    assert find_block_above([box], 400, needed - 1) is None


@every
@pytest.mark.parametrize("sentence", ["", "I said it as I meant it, more or less. " * 4])
def test_the_middle_of_two_circles_is_wide_enough_to_write_in(paper: str, sentence: str) -> None:
    own = next(each for each in list_worksheets() if each.slug == "two-circles")
    pdf = worksheet.render_worksheet(replace(values.sheet(paper, sentence=sentence), worksheet=own))
    left, right = sorted(
        (mark for mark in shapes(pdf)[0] if mark["height"] > 30 * MM and mark["width"] > 30 * MM),
        key=lambda mark: mark["x0"],
    )
    assert left["x1"] - right["x0"] >= 18 * MM
    assert "Mine Both of us Theirs" in texts(pdf)[0]


@every
def test_the_answer_card_has_no_number_and_very_large_words(paper: str) -> None:
    pdf = answer_card.render_answer_card(values.card(paper))
    said = texts(pdf)
    assert len(said) == 1 and not re.search(r"\d", said[0])
    labels = [char for char in chars(pdf)[0] if "SemiBold" in char["fontname"]]
    assert min(char["size"] for char in labels) >= 36
    for label in (*values.LABELS, "It didn’t come up", "I’d rather not answer", "Let’s talk about this"):
        assert label in said[0]


@every
def test_the_answer_card_holds_the_longest_scale(paper: str) -> None:
    card = values.card(paper)
    assert (
        pages(answer_card.render_answer_card(replace(card, instrument=values.wide_scale(card.instrument))))
        == 1
    )


@every
@pytest.mark.parametrize("general", [False, True])
def test_the_blank_form_asks_every_item_and_lets_every_item_be_left(paper: str, general: bool) -> None:
    form = values.blank(paper, general=general)
    pdf = blank_form.render_blank_form(form)
    said = " ".join(texts(pdf))
    for number, item in enumerate(form.instrument.items, start=1):
        assert f"{number} {item.text_general if general else item.text}" in said
    boxes = [
        shape
        for page in shapes(pdf)
        for shape in page
        if abs(shape["width"] - 13) < 0.01 and abs(shape["height"] - 13) < 0.01
    ]
    assert len(boxes) == 12 * (5 + 3)
    assert "version 1 · sheet KQ7M" in said
    assert "In the past 4 weeks" in said and form.instrument.closing in said


def test_the_answer_words_stand_on_every_page_of_a_long_form() -> None:
    form = values.blank()
    twice = replace(form.instrument, items=form.instrument.items * 3)
    said = texts(blank_form.render_blank_form(replace(form, instrument=twice)))
    assert len(said) >= 3
    for page in said[:3]:
        for word in ("Never", "come up", "not answer", "about this"):
            assert word in page


def test_the_blank_form_tells_no_item_from_another() -> None:
    """The two items about safety look like all others, and their numbers stand nowhere else."""
    form = values.blank()
    plain = replace(
        form.instrument, items=tuple(replace(item, safety_flag="none") for item in form.instrument.items)
    )
    assert blank_form.render_blank_form(form) == blank_form.render_blank_form(replace(form, instrument=plain))
    said = " ".join(texts(blank_form.render_blank_form(form)))
    assert said.count("8") == 1 and "Old Mill" not in said and "Calder" not in said


@every
def test_the_form_has_a_place_for_the_date_and_its_answer_heads_stand_twice(paper: str) -> None:
    (page,) = chars(blank_form.render_blank_form(values.blank(paper)))
    text = "".join(char["text"] for char in page)
    assert text.count("Date") == 1
    heads = [page[found.start()]["top"] for found in re.finditer("Never", text)]
    assert len(heads) == text.count("Nearly all") == 2
    six, seven = (page[text.index(item)]["top"] for item in values.TEXTS[5:7])
    assert heads[0] < six < heads[1] < seven, "half-way down"


@every
@pytest.mark.parametrize("general", [False, True])
@pytest.mark.parametrize(
    "id", [each.id for each in list_instruments() if confidentiality_limits.requires_notice(each)]
)
def test_the_limits_stand_on_the_one_page_before_anything_is_asked(
    paper: str, general: bool, id: str
) -> None:
    form = replace(
        values.blank(paper, general=general),
        instrument=next(each for each in list_instruments() if each.id == id),
    )
    asked = [item.text_general if general else item.text for item in form.instrument.items]
    for draft in confidentiality_limits.load_drafts().drafts:
        [said] = texts(blank_form.render_blank_form(replace(form, confidentiality_text=draft.text)))
        assert draft.text in said and said.index(draft.text) < said.index(asked[0])
        assert all(text in said for text in asked)
    assert "What stays between us" not in texts(blank_form.render_blank_form(form))[0]


@every
def test_the_longest_limits_that_a_practice_may_write_are_printed_whole(paper: str) -> None:
    longest = ("Only what I have to tell leaves this room, and you hear it first. " * 10)[:600].strip()
    for own in (each for each in list_instruments() if confidentiality_limits.requires_notice(each)):
        said = " ".join(
            texts(
                blank_form.render_blank_form(
                    replace(values.blank(paper), instrument=own, confidentiality_text=longest)
                )
            )
        )
        assert longest in said and all(item.text in said for item in own.items)


@every
@pytest.mark.parametrize("slug", [each.slug for each in list_worksheets()])
def test_the_catalogues_worksheets_are_one_page_each(paper: str, slug: str) -> None:
    own = next(each for each in list_worksheets() if each.slug == slug)
    full = replace(values.sheet(paper, sentence="I said it as I meant it, more or less. " * 4), worksheet=own)
    assert pages(worksheet.render_worksheet(full)) == 1
    assert pages(worksheet.render_worksheet(replace(full, large_type=True))) <= 2


@every
@pytest.mark.parametrize("id", [each.id for each in list_instruments()])
def test_the_catalogues_questionnaires_print(paper: str, id: str) -> None:
    own = next(each for each in list_instruments() if each.id == id)
    card = answer_card.render_answer_card(replace(values.card(paper), instrument=own))
    assert pages(card) == 1 and not re.search(r"\d", texts(card)[0])
    for general in (False, True):
        said = texts(
            blank_form.render_blank_form(replace(values.blank(paper, general=general), instrument=own))
        )
        assert len(said) == 1
        for item in own.items:
            assert (item.text_general if general else item.text) in said[0]
            # What a question about fear means is never on paper: it names what may be done to somebody.
            printed = item.safety_flag != "fear"
            assert all((f"{word}:" in said[0]) == printed for word in item.define)
            assert all((meaning in said[0]) == printed for meaning in item.define.values())


@every
def test_a_blank_form_names_no_topic_in_its_title_or_its_foot(paper: str) -> None:
    value = values.blank(paper)
    assert value.instrument.title not in " ".join(texts(blank_form.render_blank_form(value)))
    assert value.form_code in " ".join(texts(blank_form.render_blank_form(value))), (
        "the code tells which form it is"
    )
