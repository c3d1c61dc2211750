"""A sheet taken away without paper: to fill in, locked, photographed; and held where fear holds it."""

from io import BytesIO

import pytest
from pikepdf import PasswordError, Pdf
from pypdf import PdfReader

from clinic_toolkit.record.safety.risk_entry_record import SheetPlace
from clinic_toolkit.vault import passphrases
from clinic_toolkit.worksheets import catalogue
from clinic_toolkit.worksheets.sheet_fields import list_fields
from tests.fixtures.sites import Site
from tests.journeys import leaving
from tests.journeys.pages import Page
from tests.journeys.person import Person

WORDS = "I can rest before I say yes."


def password_on(page: Page) -> str:
    """The six words of the page."""
    return page.source.partition('words-offered">')[2].partition("<")[0]


def sending(me: Person, handout: str) -> Page:
    return me.press(me.open(f"{handout}/take-away"), "Make a locked file")


def trail_of(site: Site, me: Person) -> str:
    site.write_reads()
    return me.open("/audit").text


def test_the_file_has_every_field_of_the_sheet_and_names_nobody(site: Site, me: Person) -> None:
    handout = leaving.give(site, "Ilse Varga", words=WORDS)
    page = me.follow(me.open(handout), "Take it away without paper")
    saved = me.press(page, "Save a file to fill in")
    names = leaving.names_in(saved.body)
    fields = list_fields(catalogue.load_worksheet(leaving.SHEET))
    assert [name.partition("_")[2].replace("_", ".") for name in names] == [field.id for field in fields]
    words = " ".join(PdfReader(BytesIO(saved.body)).pages[0].extract_text().split())
    assert WORDS in words
    whole = saved.body + words.encode()
    assert b"Varga" not in whole and b"Ilse" not in whole and b"I. V." not in whole
    assert saved.headers["Content-Disposition"].startswith('attachment; filename="document-')
    assert "Saved a paper as a file: a worksheet to fill in" in trail_of(site, me)


def test_large_print_is_larger_and_has_the_same_fields(site: Site, me: Person) -> None:
    handout = leaving.give(site, "Ilse Varga")
    page = me.open(f"{handout}/take-away")
    large = me.submit(page, page.form("large"), {"large": "1"}).body
    ordinary = leaving.save_file(me, handout)
    assert sorted(leaving.names_in(large)) == sorted(leaving.names_in(ordinary))
    assert len(PdfReader(BytesIO(large)).pages) > len(PdfReader(BytesIO(ordinary)).pages)


def test_the_locked_file_opens_with_the_words_and_with_nothing_else(site: Site, me: Person) -> None:
    handout = leaving.give(site, "Ilse Varga", words=WORDS)
    page = sending(me, handout)
    password = password_on(page)
    assert len(password.split()) == passphrases.PASSPHRASE_WORDS
    saved = me.press(page, "Save the locked file")
    with Pdf.open(BytesIO(saved.body), password=password) as pdf:
        assert pdf.encryption.R == 6 and pdf.encryption.bits == 256
        assert len(pdf.Root.AcroForm.Fields) == len(list_fields(catalogue.load_worksheet(leaving.SHEET)))
        assert not pdf.owner_password_matched
    for wrong in ("", password[:-1], password.title()):
        with pytest.raises(PasswordError):
            Pdf.open(BytesIO(saved.body), password=wrong)
    # The control: the same file without a lock has the words in it for everybody.
    assert WORDS in PdfReader(BytesIO(leaving.save_file(me, handout))).pages[0].extract_text()
    assert saved.headers["Content-Disposition"].startswith('attachment; filename="document-')
    told = trail_of(site, me)
    assert "Saved a paper as a file: a worksheet locked for sending" in told
    assert password in page.text and password not in told


def test_the_words_are_shown_once_and_new_ones_open_nothing_that_is_old(site: Site, me: Person) -> None:
    handout = leaving.give(site, "Ilse Varga")
    page = sending(me, handout)
    first = password_on(page)
    locked = me.press(page, "Save the locked file").body
    again = me.open(page.path)
    assert password_on(again) == "" and first not in again.source
    second = password_on(sending(me, handout))
    assert second and second != first
    with pytest.raises(PasswordError):
        Pdf.open(BytesIO(locked), password=second)


def test_words_that_are_no_longer_held_make_no_file(site: Site, me: Person) -> None:
    page = sending(me, leaving.give(site, "Ilse Varga"))
    site.app.worker.logins["known"].values.clear()
    answer = me.press(page, "Save the locked file")
    assert answer.status == 422 and "no file was made" in answer.text
    assert me.open(page.path).path.endswith("/take-away")


def test_the_sheet_stands_alone_to_be_photographed(site: Site, me: Person) -> None:
    handout = leaving.give(site, "Ilse Varga", words=WORDS)
    page = me.follow(me.open(f"{handout}/take-away"), "Show it to photograph")
    assert WORDS in page.text and catalogue.load_worksheet(leaving.SHEET).why in page.text
    assert "Varga" not in page.source and "Today" not in page.text and "<nav" not in page.source
    assert me.follow(page, "Done").path == f"{handout}/take-away"
    site.app.worker.logins.clear()
    assert WORDS not in me.open(page.path).text


@pytest.mark.parametrize("place", [SheetPlace.NOT_ASKED, SheetPlace.ROOM])
def test_what_is_held_leaves_by_no_way(site: Site, me: Person, place: SheetPlace) -> None:
    open_handout = leaving.give(site, "Ilse Varga", words=WORDS)
    held = leaving.give(site, "Bertil Okoro", place=place, words=WORDS)
    for handout, leaves in ((open_handout, True), (held, False)):
        assert (WORDS in me.open(f"{handout}/photograph").text) == leaves
        token = {"csrf_token": site.token()}
        for path in ("take-away", "sending", "sending/file"):
            answer = me.post(f"{handout}/{path}", token)
            assert (answer.status == 422) != leaves, path
            assert (answer.headers["Content-Type"] == "application/pdf") == (leaves and path != "sending"), (
                path
            )


def test_the_page_reads_the_same_whether_it_was_never_asked_or_is_held(site: Site, me: Person) -> None:
    pages = [
        me.open(f"{leaving.give(site, name, place=place)}/take-away").text.partition("To take away without")[
            2
        ]
        for name, place in (("Bertil Okoro", SheetPlace.NOT_ASKED), ("Ulla Merz", SheetPlace.ROOM))
    ]
    assert pages[0] == pages[1] and "Not now." in pages[0]
    assert me.open(f"{leaving.give(site, 'Ilse Varga')}/take-away").text.count("Not now.") == 0
