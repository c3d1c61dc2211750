"""A worksheet of the practice's own: written, copied, taken in, changed, given, put away, taken elsewhere."""

import re
import tomllib

import pytest

from clinic_toolkit.record.writing import own_worksheets
from clinic_toolkit.store.transactions import reading
from clinic_toolkit.worksheets import catalogue
from clinic_toolkit.worksheets.model import Worksheet
from tests.fixtures.sites import Site
from tests.journeys.own_sheets import REASON, TYPED, YOURS, begin, press, save, upload, written
from tests.journeys.person import Person

FILE = "\n".join(
    (
        'title = "Plums"\nside = "any"\npath_step = "notice"\nfacets = []\nminutes = "5 minutes"',
        'total_minutes = 5\nwhy = "Small."\ntry_this = ["Write."]\nif_it_gets_hard = "Stop."',
        'bring_back = "It."\naim = "A try."\nwhen_not_to_use = "Never mind."\nreview_prompts = ["How?"]',
        '[[blocks]]\nkind = "lines"\nlabel = "Here"\ncount = 3\n',
    )
)


def kept(site: Site) -> list[str]:
    """What the practice has of its own, with the state of each."""
    with reading(site.work.engine) as db:
        found = own_worksheets.list_versions(db, site.work.vault)
    return [f"{each.payload.title} {each.payload.version} {each.state}" for each in found]


def test_one_is_written_from_blocks_without_a_script(site: Site, me: Person) -> None:
    page = press(me, begin(me), "add", TYPED | {"new_block": "table"})
    assert page.typed("title") == "Plums and pears" and page.path.endswith("#block-1")
    page = press(me, page, "up-1", {"block-1-label": "Day by day", "block-1-columns": "When\nWhat"})
    assert (page.typed("block-0-label"), page.typed("block-1-label")) == ("Day by day", "What I set down")
    page = press(me, page, "add", {"new_block": "body"})
    page = press(me, page, "remove-2")
    assert "Block 3" not in page.text
    page = save(me, page)
    assert "Plums and pears" in page.text and "Written by your practice; not tested." in page.text
    assert kept(site) == ["Plums and pears 1 offered"]
    again = me.follow(page, "Change it")
    assert (
        again.typed("block-0-columns") == "When\nWhat"
        and again.typed("try_this") == "Write one thing.\nRead it aloud."
    )
    sheet = me.open(me.follow(page, "Blank sheet (PDF)").path + "?framed=1")
    assert sheet.body.startswith(b"%PDF")


def test_every_problem_stands_at_its_place_and_nothing_typed_is_lost(site: Site, me: Person) -> None:
    page = press(me, begin(me), "add", {"new_block": "menu", "title": "Kept"})
    page = save(me, page, {"block-1-options": "Only one", "block-1-own_lines": "lots", "total_minutes": "0"})
    assert page.status == 422 and kept(site) == []
    assert page.error("why") == "Error: “Why” must not be empty."
    assert page.error("try_this") == "Error: “Try this” must have at least 1 entry."
    assert page.error("total_minutes") == "Error: “Minutes altogether in a week” must be 1 or more."
    assert page.error("block-0-label") == "Error: Block 1, “What stands above it”, must not be empty."
    assert page.error("block-1-options") == "Error: Block 2, “The options”, must have at least 2 entries."
    assert "must be a whole number" in page.error("block-1-own_lines")
    assert (page.typed("title"), page.typed("block-1-options")) == ("Kept", "Only one")
    assert page.typed("block-1-own_lines") == "lots"


def test_what_fits_on_no_page_is_named_and_two_hundred_fields_are_refused(site: Site, me: Person) -> None:
    page = press(me, begin(me), "add", TYPED | {"new_block": "gauge"})
    high = {
        "block-1-label": "As high as this",
        "block-1-names": "One",
        "block-1-levels": f"{'Word ' * 39}\n" * 5,
    }
    page = save(me, page, high | {"block-1-lines": "yes"})
    assert page.status == 422 and "“As high as this” does not fit" in page.error("block-1-label")
    page = begin(me)
    for place in range(1, 4):
        page = press(me, page, "add", TYPED | {"new_block": "table"})
        table = {"label": "Many", "columns": "a\nb\nc\nd\ne\nf", "rows": "14"}
        page = press(me, page, "keep", {f"block-{place}-{name}": value for name, value in table.items()})
    page = save(me, page)
    assert page.status == 422 and "a sheet can have 200 at most" in page.error("new_block")
    assert kept(site) == []


@pytest.mark.parametrize("shipped", catalogue.list_worksheets(), ids=lambda sheet: sheet.slug)
def test_a_copy_of_any_sheet_waits(site: Site, me: Person, shipped: Worksheet) -> None:
    page = me.send(me.open(YOURS), {"sheet": shipped.slug})
    assert page.typed("fear_reason") == ""
    page = save(me, page)
    assert "It waits" in page.text and shipped.title in page.text
    assert me.press(page, "Copy it, to change the copy").typed("title") == shipped.title
    with reading(site.work.engine) as db:
        [copy] = own_worksheets.list_versions(db, site.work.vault)
    sheet = own_worksheets.read_definition(copy.payload)
    assert sheet.blocks == shipped.blocks and sheet.facets == shipped.facets and sheet.needs_fear_asked


def test_the_later_of_two_windows_is_told_and_nothing_is_lost(site: Site, me: Person) -> None:
    page = written(me)
    one, two = me.follow(page, "Change it"), me.follow(page, "Change it")
    save(me, one, {"title": "From the first"})
    told = save(me, two, {"title": "From the second"})
    assert told.status == 409 and "saved in another window" in told.text
    assert told.typed("title") == "From the second" and kept(site)[-1] == "From the first 2 offered"
    save(me, told)
    assert kept(site)[-2:] == ["From the first 2 superseded", "From the second 3 offered"]


def test_a_reason_and_an_end_of_offering_are_versions_and_states(site: Site, me: Person) -> None:
    page = written(me)
    assert "It waits" in page.text
    page = save(me, me.follow(page, "Change it"), {"fear_reason": REASON})
    assert f"The reason that was given: {REASON}" in page.text
    page = me.press(page, "No longer offer it")
    assert "not offered" in page.text
    assert kept(site) == ["Plums and pears 1 superseded", "Plums and pears 2 retired"]
    me.press(page, "Offer it again")
    assert kept(site)[-1] == "Plums and pears 2 offered"


def test_a_sheet_is_written_only_for_whom_it_is(site: Site, me: Person) -> None:
    client = site.work.client("Ana Reyes").id.hex
    for_all = me.follow(written(me), "Change it").path
    for_one = me.follow(written(me, f"{YOURS}?client={client}"), "Change it").path
    assert for_one.endswith(f"?client={client}")
    assert me.open(f"{for_all}?client={client}").status == 404
    assert me.open(for_one.partition("?")[0]).status == 404
    assert me.open(for_all).status == me.open(for_one).status == 200, "the control"


def test_a_draft_is_found_again_and_can_be_discarded(site: Site, me: Person) -> None:
    page = press(me, begin(me), "keep", {"title": "Half a sheet"})
    assert "Half a sheet" in me.open(YOURS).text
    again = me.follow(me.open(YOURS), "Go on Half a sheet")
    assert again.typed("title") == "Half a sheet"
    assert me.press(again, "Discard this draft").path == YOURS
    assert "Half a sheet" not in me.open(YOURS).text and me.open(page.path).status == 404
    saved = written(me)
    changed = press(me, me.follow(saved, "Change it"), "keep", {"title": "Half a change"})
    back = me.press(changed, "Discard what I changed")
    assert back.typed("title") == "Plums and pears" and kept(site) == ["Plums and pears 1 offered"]


def test_a_second_window_may_not_change_the_draft_of_the_first(site: Site, me: Person) -> None:
    page = begin(me)
    other = me.open(page.path)
    press(me, page, "add", {"new_block": "body", "title": "From the first"})
    told = press(me, other, "add", {"new_block": "card", "title": "From the second"})
    assert told.status == 409 and told.typed("title") == "From the second" and "A card" in told.text
    assert me.open(page.path).typed("title") == "From the first"


def test_it_goes_out_as_a_file_and_comes_in_elsewhere_without_its_reason(site: Site, me: Person) -> None:
    page = written(me, fear_reason=REASON)
    out = me.press(page, "Save it as a file (TOML)")
    assert re.fullmatch(r'attachment; filename="worksheet-[-0-9]+\.toml"', out.headers["Content-Disposition"])
    assert tomllib.loads(out.source)["title"] == "Plums and pears" and REASON not in out.source
    answer = upload(site, me.open(YOURS), out.body)
    taken = me.open(answer.headers["Location"])
    assert (taken.typed("title"), taken.typed("fear_reason")) == ("Plums and pears", "")
    assert "It waits" in save(me, taken, {"title": "Taken in"}).text
    assert kept(site) == ["Plums and pears 1 offered", "Taken in 1 offered"]


def test_a_file_that_is_sent_twice_begins_one_draft(site: Site, me: Person) -> None:
    page = me.open(YOURS)
    once, again = (upload(site, page, FILE).headers["Location"] for _ in range(2))
    assert once == again and me.open(YOURS).text.count("Go on Plums") == 1
    assert upload(site, me.open(YOURS), FILE).headers["Location"] != once, "the control"


TABLE = '[[blocks]]\nkind = "table"\nlabel = "T"\ncolumns = ["a", "b", "c", "d", "e", "f"]\nrows = 14\n'
BAD_FILES: dict[str, tuple[str | bytes, int, str]] = {
    "nothing": ("", 422, "title: is missing"),
    "unknown block": (FILE.replace('"lines"', '"sonnet"'), 422, "Block 1, kind: must be one of prose, lines"),
    "unknown key": (FILE + 'script = "x"\n', 422, "Block 1, script: is not known here"),
    "no toml": ("title = ", 422, "not readable as TOML"),
    "not text": (b"\x89PNG\r\n\x1a\n", 422, "not readable as TOML"),
    "too large": ("#" * 200_001, 413, "a worksheet may have 200,000 bytes"),
    "ten thousand tables": (FILE + "[[blocks]]\n" * 10_000, 422, "there are more than 2,000 tables"),
    "two hundred fields": (
        FILE + TABLE * 3,
        422,
        "a sheet can have 200 at most",
    ),
    "too high": (
        FILE + f'[[blocks]]\nkind = "gauge"\nlabel = "As high as this"\nnames = ["One"]\nlines = true\n'
        f"levels = {[('Word ' * 39).strip()] * 5}\n",
        422,
        "“As high as this” does not fit",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_a_sentence_and_nothing_is_kept(site: Site, me: Person, name: str) -> None:
    data, status, sentence = BAD_FILES[name]
    answer = upload(site, me.open(YOURS), data)
    assert answer.status_code == status and sentence in answer.text, answer.text
    assert kept(site) == []
    assert upload(site, me.open(YOURS), FILE).status_code == 303, "the control"


def test_what_is_typed_is_drawn_as_far_as_it_goes(site: Site, me: Person) -> None:
    page = begin(me)
    address = page.path.replace("/edit", "/preview")
    assert me.open(address).body.startswith(b"%PDF")
    typed = page.form("title").standing() | {"title": "Not kept", "block-0-count": "lots"}
    assert me.post(address, typed).body.startswith(b"%PDF")
    assert me.open(page.path).typed("title") == "", "what is shown is not saved"
    opened = me.open(address, **{"Sec-Fetch-Dest": "document"})
    assert opened.path == page.path, "it is never shown outside the page"
    assert me.open(f"{YOURS}/00000000-0000-4000-8000-000000000000/preview").status == 404


HOSTILE = (
    "<script>alert(1)</script>",
    "{{ config }}",
    '"] = 1\n[x]\na = "',
    "<img src=/etc/passwd>",
    "\u202eabc",
    "\x00\x07",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_more_than_text(site: Site, me: Person, text: str) -> None:
    typed = dict.fromkeys((*TYPED, "example", "bring_back", "fear_reason"), f"A {text}")
    page = save(me, begin(me), typed)
    assert page.status == 200 and "<script>alert" not in page.source and "<Config" not in page.source
    assert "<img" not in page.source
    assert me.open(me.follow(page, "Blank sheet (PDF)").path + "?framed=1").body.startswith(b"%PDF")
