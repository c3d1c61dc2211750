"""A worksheet as a page: every word that is printed for the client, in that order, and nothing else of it."""

import re
from html import unescape

import pytest

from clinic_toolkit.worksheets import catalogue
from tests.fixtures.sites import Site
from tests.journeys.person import Person

SLUGS = [each.slug for each in catalogue.list_worksheets()]


@pytest.mark.parametrize("slug", SLUGS)
def test_the_page_of_a_sheet_has_every_word_of_the_paper_in_its_order(me: Person, slug: str) -> None:
    sheet = catalogue.load_worksheet(slug)
    page = me.follow(me.open(f"/worksheets/{slug}"), "Read it on the screen")
    said = " ".join(unescape(re.sub(r"<[^>]+>", " ", page.source)).split())
    for text in sheet.client_texts():
        assert " ".join(text.split()) in said, text
    order = (sheet.title, sheet.why, *sheet.try_this, sheet.example, sheet.if_it_gets_hard, sheet.bring_back)
    found = [said.index(text) for text in order]
    assert found == sorted(found)
    below = found[-3] + len(sheet.example)  # the words of a label may stand in the example as well
    labels = [said.index(block.label, below) for block in sheet.blocks if block.label]
    assert labels == sorted(labels)
    for unsaid in (sheet.aim, sheet.when_not_to_use, sheet.evidence, *sheet.facets):
        assert unsaid not in said
    assert "A conversation aid, not a test." in said


@pytest.mark.parametrize("slug", SLUGS)
def test_a_place_to_write_is_said_and_every_block_has_its_heading(me: Person, slug: str) -> None:
    source = me.open(f"/worksheets/{slug}/read").source
    sheet = catalogue.load_worksheet(slug)
    headings = [unescape(each) for each in re.findall(r"<h2>(.*?)</h2>", source)]
    labels = [block.label for block in sheet.blocks if block.label]
    assert headings == ["Try this", *labels, "If it gets hard", "Bring back"]
    drawn = 0
    for section in re.findall(r'<section class="to-fill">(.*?)</section>', source, re.DOTALL):
        if "line-to-write" in section:
            drawn += 1
            assert re.search(r'class="unseen">[^<]*to write', section), section
        for body in re.findall(r"<tbody>(.*?)</tbody>", section, re.DOTALL):
            cells = re.findall(r"<td[ >].*?</td>", body, re.DOTALL)
            assert cells and all('<span class="unseen">' in cell for cell in cells)
    kinds = {block.kind for block in sheet.blocks}
    assert drawn or not kinds & {"lines", "script", "card", "columns", "sort", "shares"}


def test_large_letters_are_one_step_away_and_lead_back(me: Person) -> None:
    page = me.open(f"/worksheets/{SLUGS[0]}/read")
    large = me.follow(page, "In large letters")
    assert 'class="twin large"' in large.source and 'class="twin large"' not in page.source
    assert 'class="twin large"' not in me.follow(large, "In ordinary letters").source


def test_a_sheet_that_was_given_has_the_words_of_the_client_and_no_name(me: Person, site: Site) -> None:
    session = f"/sessions/{site.work.session(site.work.client('Imke Rasmus')).id}"
    given = me.send(
        me.open(f"{session}/worksheets"),
        {"worksheet": "receiving-ladder", "sentence": "I said <yes> before I knew."},
    )
    page = me.follow(given, "Read it on the screen")
    assert "I said &lt;yes&gt; before I knew." in page.source
    assert "Imke" not in page.source and "Rasmus" not in page.source
    assert "own-words" not in me.open("/worksheets/receiving-ladder/read").source
    assert me.follow(page, "Done").path == given.path
