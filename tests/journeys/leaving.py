"""Steps with a sheet that leaves as a file and comes back filled in."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from uuid import UUID

from pypdf import PdfReader, PdfWriter
from werkzeug.test import TestResponse

from clinic_toolkit.record.safety import fear_holds
from clinic_toolkit.record.safety.risk_entry_record import SheetPlace
from clinic_toolkit.record.writing import handouts
from clinic_toolkit.store.transactions import writing
from clinic_toolkit.worksheets import catalogue
from clinic_toolkit.worksheets.sheet_fields import FieldKind, list_fields
from tests.fixtures.sites import Site
from tests.journeys.pages import Page
from tests.journeys.person import Person

SHEET = "receiving-ladder"


def ask_about_fear(site: Site, client_id: UUID, place: SheetPlace = SheetPlace.HOME) -> None:
    """Fear of nobody in particular was asked about just now."""
    with writing(site.work.engine) as db:
        fear_holds.record_fear_inquiry(
            db,
            site.work.vault,
            client_id,
            None,
            sheet_place=place,
            therapy_session_id=None,
            now=datetime.now(UTC),
        )


def give(site: Site, name: str, *, place: SheetPlace = SheetPlace.HOME, words: str = "") -> str:
    """Give a sheet to a new client; returns the address of what was given."""
    client = site.work.client(name)
    if place != SheetPlace.NOT_ASKED:
        ask_about_fear(site, client.id, place)
    session = site.work.session(client)
    with writing(site.work.engine) as db:
        given = handouts.create_handout(
            db,
            site.work.vault,
            catalogue.load_worksheet(SHEET),
            client_id=client.id,
            therapy_session_id=session.id,
            client_sentence=words,
            now=datetime.now(UTC),
        )
    return f"/handouts/{given.id}"


def save_file(me: Person, handout: str) -> bytes:
    """Save the file to fill in, as its page offers it."""
    page = me.press(me.open(f"{handout}/take-away"), "Save a file to fill in")
    assert page.headers["Content-Type"] == "application/pdf", page.text
    return page.body


def names_in(data: bytes) -> list[str]:
    """The names of the fields of a file, in their order."""
    form: Any = PdfReader(BytesIO(data)).root_object["/AcroForm"]
    return [field["/T"] for field in form["/Fields"]]


def fill(data: bytes, *texts: str) -> bytes:
    """Write these texts into the first fields of the file that take one."""
    kinds = {field.id: field.kind for field in list_fields(catalogue.load_worksheet(SHEET))}
    taking = [
        name
        for name in names_in(data)
        if kinds[name.partition("_")[2].replace("_", ".")] in (FieldKind.LINE, FieldKind.LONG)
    ]
    writer = PdfWriter(clone_from=BytesIO(data))
    writer.update_page_form_field_values(
        writer.pages[0], dict(zip(taking, texts, strict=False)), auto_regenerate=False
    )
    filled = BytesIO()
    writer.write(filled)
    return filled.getvalue()


def upload(site: Site, handout: str, data: bytes) -> TestResponse:
    """Choose a file and send it, as a browser does."""
    # Put together here, since the test client would write a long file to the disk.
    start = (
        f'--edge\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{site.token()}\r\n'
        '--edge\r\nContent-Disposition: form-data; name="filled"; filename="my sheet.pdf"\r\n'
        "Content-Type: application/pdf\r\n\r\n"
    )
    return site.browser.post(
        f"{handout}/filled",
        base_url=site.origin,
        data=start.encode() + data + b"\r\n--edge--\r\n",
        headers={"Origin": site.origin},
        content_type="multipart/form-data; boundary=edge",
    )


def propose(site: Site, me: Person, handout: str, *texts: str) -> Page:
    """The whole way of a file: saved, filled in with these texts, and chosen; returns what is proposed."""
    answer = upload(site, handout, fill(save_file(me, handout), *texts))
    assert answer.status_code == 303, answer.text
    return me.open(answer.headers["Location"].partition("#")[0])
