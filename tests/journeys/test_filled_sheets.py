"""A filled file is brought back: proposed, confirmed, kept, drawn anew; anything else is refused."""

from io import BytesIO
from uuid import UUID

import pikepdf
import pytest
from pikepdf import Dictionary, Name, Pdf
from sqlalchemy import select

from clinic_toolkit.record.safety.risk_entry_record import SheetPlace
from clinic_toolkit.record.writing.filled_sheet_record import filled_sheet_table
from clinic_toolkit.store.transactions import reading
from clinic_toolkit.web.transport.request_info import MIB
from tests.fixtures.sites import Site
from tests.journeys import leaving, steps
from tests.journeys.person import Person

FIRST, SECOND = "someone carries my bag", "a neighbour brings soup"


@pytest.fixture
def handout(site: Site) -> str:
    return leaving.give(site, "Anneke Sol")


def kept_versions(site: Site) -> int:
    with reading(site.work.engine) as db:
        return len(db.execute(select(filled_sheet_table.c.version)).all())


def test_only_what_is_ticked_is_kept(site: Site, me: Person, handout: str) -> None:
    page = leaving.propose(site, me, handout, FIRST, SECOND)
    assert FIRST in page.text and SECOND in page.text and "Kept" not in page.text.partition("Another")[0]
    form = page.form("keep")
    value = page.source.partition('name="keep" value="')[2].partition('"')[0]
    done = me.submit(page, form, {"keep": value})
    assert FIRST in done.text and SECOND not in done.text
    paper = steps.words_of(me.follow(done, "Print the sheet as filled in"))
    assert FIRST in paper and SECOND not in paper and "A. S." not in paper
    assert "A. S." in steps.words_of(me.follow(done, "With initials on it"))


def test_everything_can_be_kept_at_once_and_is_read_again_later(site: Site, me: Person, handout: str) -> None:
    done = me.press(leaving.propose(site, me, handout, FIRST, SECOND), "Keep everything")
    assert FIRST in done.text and SECOND in done.text and "not saved yet" not in done.text
    assert me.open(f"{handout}/filled").text.count(FIRST) == 1
    words = steps.words_of(me.follow(done, "Print the sheet as filled in"))
    assert words.index(FIRST) < words.index(SECOND)


def test_what_is_not_confirmed_is_nowhere(site: Site, me: Person, handout: str) -> None:
    page = leaving.propose(site, me, handout, FIRST)
    before = kept_versions(site)
    assert FIRST not in me.press(page, "Keep nothing of it").text
    assert FIRST not in me.open(f"{handout}/filled").text and kept_versions(site) == before
    # A lock takes what waits with it.
    page = leaving.propose(site, me, handout, FIRST)
    site.app.worker.logins["known"].values.clear()
    answer = me.press(page, "Keep everything")
    assert answer.status == 422 and "Choose the file once more" in answer.text
    assert kept_versions(site) == before


def test_a_later_file_shows_what_is_kept_so_far(site: Site, me: Person, handout: str) -> None:
    me.press(leaving.propose(site, me, handout, FIRST), "Keep everything")
    page = leaving.propose(site, me, handout, "a friend drives me")
    assert "Kept so far: someone carries my bag" in page.text
    assert "Kept so far: the same" in leaving.propose(site, me, handout, FIRST).text


def test_a_second_window_is_told(site: Site, me: Person, handout: str) -> None:
    first = leaving.propose(site, me, handout, FIRST)
    me.press(first, "Keep everything")
    leaving.propose(site, me, handout, SECOND)
    answer = me.press(first, "Keep everything")
    assert answer.status == 409 and SECOND in answer.text and "another window" in answer.text


def test_what_is_sent_twice_is_kept_once(site: Site, me: Person, handout: str) -> None:
    page = leaving.propose(site, me, handout, FIRST)
    before = kept_versions(site)
    once, again = (me.press(page, "Keep everything") for _ in range(2))
    assert kept_versions(site) == before + 1
    assert (again.status, again.path) == (once.status, once.path) and again.text.count(FIRST) == 1


def test_nothing_chosen_is_said(site: Site, me: Person, handout: str) -> None:
    page = leaving.propose(site, me, handout, FIRST)
    answer = me.press(page, "Keep what I ticked")
    assert answer.status == 422 and "Tick what is to be kept" in answer.text and FIRST in answer.text


def test_the_file_of_another_client_is_refused(site: Site, me: Person, handout: str) -> None:
    other = leaving.give(site, "Milan Ferro")
    filled = leaving.fill(leaving.save_file(me, other), FIRST)
    answer = leaving.upload(site, handout, filled)
    assert answer.status_code == 422 and "does not belong to this sheet" in answer.text
    assert FIRST not in me.open(f"{handout}/filled").text
    # The control: the same bytes are taken where they belong.
    assert leaving.upload(site, other, filled).status_code == 303
    assert FIRST not in me.open(f"{handout}/filled").text


def change(data: bytes, name: str) -> bytes:
    """A filled file with something in it that our sheets never hold."""
    changed = BytesIO()
    with Pdf.open(BytesIO(data)) as pdf:
        if name == "script":
            pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
        elif name == "attachment":
            pdf.attachments["more.txt"] = b"more"
        elif name == "XFA":
            pdf.Root.AcroForm.XFA = pdf.make_stream(b"<xdp/>")
        lock = pikepdf.Encryption(user="word", owner="word", R=6) if name == "locked" else None
        pdf.save(changed, encryption=lock)
    return changed.getvalue()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("script", "holds commands"),
        ("attachment", "another file attached"),
        ("XFA", "another kind of form"),
        ("locked", "locked with a password"),
    ],
)
def test_bad_files_are_refused_with_a_sentence_and_nothing_is_kept(
    site: Site, me: Person, handout: str, name: str, said: str
) -> None:
    good = leaving.fill(leaving.save_file(me, handout), FIRST)
    before = kept_versions(site)
    answer = leaving.upload(site, handout, change(good, name))
    assert answer.status_code == 422 and said in answer.text and "Nothing was kept." in answer.text
    assert FIRST not in me.open(f"{handout}/filled").text and kept_versions(site) == before
    assert leaving.upload(site, handout, change(good, "nothing")).status_code == 303


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7 cut off", b"\x00" * 900_000, b"{}"])
def test_what_is_no_filled_sheet_is_refused(site: Site, me: Person, handout: str, data: bytes) -> None:
    leaving.save_file(me, handout)
    assert leaving.upload(site, handout, data).status_code == 422


def test_a_huge_file_is_refused(site: Site, handout: str) -> None:
    for size in (3_000_001, 3 * MIB + 1, 6_000_000):
        answer = leaving.upload(site, handout, bytes(size))
        assert answer.status_code in (413, 422) and "too large" in answer.text
        assert "Nothing was kept." in answer.text


def test_a_file_with_a_whole_font_in_it_is_read(site: Site, me: Person, handout: str) -> None:
    filled = leaving.fill(leaving.save_file(me, handout), FIRST)
    changed = BytesIO()
    with Pdf.open(BytesIO(filled)) as pdf:
        pdf.Root.AcroForm.DR.Font.Other = Dictionary(
            Type=Name.Font, FontFile=pdf.make_stream(bytes(2_500_000))
        )
        pdf.save(changed, compress_streams=False)
    assert len(changed.getvalue()) > 2_500_000
    assert leaving.upload(site, handout, changed.getvalue()).status_code == 303
    # The control: no other address takes so much.
    assert site.post("/clients", {"words": "x" * 2_500_000}).status_code == 413


def test_before_a_file_was_made_none_belongs_there(site: Site, me: Person, handout: str) -> None:
    filled = leaving.fill(leaving.save_file(me, handout), FIRST)
    fresh = leaving.give(site, "Rosa Lindqvist")
    answer = leaving.upload(site, fresh, filled)
    assert answer.status_code == 422 and "does not belong to this sheet" in answer.text


def test_the_filled_sheet_is_saved_as_a_file_only_while_it_may_leave(
    site: Site, me: Person, handout: str
) -> None:
    done = me.press(leaving.propose(site, me, handout, FIRST), "Keep everything")
    paper = me.follow(done, "Print the sheet as filled in")
    assert FIRST in steps.words_of(me.press(paper, "Save a copy as a file"))
    client = done.link("Anneke Sol").rpartition("/")[2]
    leaving.ask_about_fear(site, UUID(client), SheetPlace.ROOM)
    refused = me.press(paper, "Save a copy as a file")
    assert refused.path == f"{handout}/take-away" and "Not now." in refused.text
