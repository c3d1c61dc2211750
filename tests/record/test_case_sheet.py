"""Whatever is known of a client is taken out of a case sheet, and found in it if it comes in again."""

from datetime import date

import msgspec
import pytest

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.names.dates_and_numbers import find_dates_and_numbers, replace_dates_and_numbers
from clinic_toolkit.record.people import clients, relationships, therapy_sessions
from clinic_toolkit.record.people.client_record import Carer, Client
from clinic_toolkit.record.release import case_sheet, identifiers
from clinic_toolkit.record.release.identifiers import Identifiers
from clinic_toolkit.record.writing import notes
from clinic_toolkit.record.writing.note_record import NotePart, PartSource
from clinic_toolkit.store.transactions import reading, writing
from tests.fixtures import practices
from tests.fixtures.practices import NOW, Work

FIRST = date(2026, 3, 2)
DETAILS = Client(
    name="Saoirse Quill-Benning",
    preferred_name="Sersh",
    birth_date=date(1987, 6, 14),
    phone="+353 87 123 4567",
    email="saoirse.qb@example.org",
    address="14 Larchfield Lane\nKnockmore",
    emergency_name="Padraig Feeney",
    emergency_phone="01 555 0199",
    referrer="Dr Tolland",
    carers=(Carer(who="Imelda Crosse", role="GP", phone="091 555 123"),),
)
# Everything that is known, each as somebody might write it in a note.
PLANTED = [
    "Saoirse",
    "SAOIRSE’s",
    "saoirse",
    "Quill-Benning",
    "Quill Benning",
    "Sersh",
    "S. Q.",
    "S.Q.",
    "SQ",
    "14 June 1987",
    "1987-06-14",
    "14.06.1987",
    "June 14th, 1987",
    "1987",
    "+353 87 123 4567",
    "087 123 4567",
    "0871234567",
    "saoirse.qb@example.org",
    "www.quill.example",
    "Larchfield",
    "Knockmore",
    "Padraig",
    "Feeney",
    "01 555 0199",
    "Tolland",
    "Imelda Crosse",
    "Rosaleen",
    "Ultan Yeats",
    "Ultan",
    "Harbour",
    "Nora Whelan",
    "Castlebar",
    "Xenia Voss",
]


@pytest.fixture
def client(work: Work) -> RecordVersion[Client]:
    """A client of whom everything is known, of a couple."""
    with writing(work.engine) as db:
        client = clients.create_client(db, work.vault, DETAILS, now=NOW)
        relationships.create_relationship(db, work.vault, client.id, word="Rosaleen", frame="parent", now=NOW)
        relationships.create_relationship(db, work.vault, client.id, word="my boss", frame="boss", now=NOW)
    work.joint_session(client, work.client("Ultan Yeats"))
    session = work.session(client, FIRST)
    with writing(work.engine) as db:
        there = msgspec.structs.replace(
            session.payload,
            place="Castlebar office",
            others_present="Xenia Voss",
            agreed_for_next="Ring Rosaleen.",
        )
        session = therapy_sessions.revise_therapy_session(db, work.vault, session, there, now=NOW)
        words = "\n".join(f"Spoke of {each} and of the weather." for each in PLANTED)
        part = NotePart(section="data", text=words, source=PartSource.CLINICIAN)
        draft = notes.create_note(db, work.vault, session, [part], now=NOW)
        practices.signed(db, work.vault, session, draft)
    return client


def known_of(work: Work, client: RecordVersion[Client]) -> Identifiers:
    with reading(work.engine) as db:
        return identifiers.load_identifiers(db, work.vault, client.id)


@pytest.mark.parametrize("planted", PLANTED)
def test_each_identifier_is_found_where_it_is_planted(
    work: Work, client: RecordVersion[Client], planted: str
) -> None:
    known = known_of(work, client)
    assert not identifiers.find_identifiers("Spoke of nothing and of the weather.", known)
    assert identifiers.find_identifiers(f"Spoke of {planted} and of the weather.", known), planted


def test_the_sheet_has_none_of_them(work: Work, client: RecordVersion[Client]) -> None:
    known = known_of(work, client)
    with reading(work.engine) as db:
        found = case_sheet.list_sheet_notes(db, work.vault, client.id, None, None)
        text = case_sheet.build_sheet_text(found, known)
    assert text.startswith("Week 1: session\n")
    assert text.count("and of the weather.") == len(PLANTED)
    assert identifiers.find_identifiers(text, known) == ()
    for planted in PLANTED:
        assert planted not in text, planted
    assert "Ring [parent]." in text and "the client" in text


def test_other_words_stay(work: Work, client: RecordVersion[Client]) -> None:
    known = known_of(work, client)
    text = "At 10 a.m. my boss came with 3 of 5 friends; it may rain on the lane in the square, at 11:30."
    assert identifiers.hide_identifiers(text, known, first_day=FIRST) == text
    assert identifiers.find_identifiers(text, known) == ()


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("on 2026-03-09 again", "on week 2 again"),
        ("on 16 March 2026.", "on week 3."),
        ("since 1 January 2020", "since [date]"),
        ("on 9/3/26", "on [date]"),
        ("in May 2025", "in [date]"),
        ("by 3rd of June", "by [date]"),
        ("it may rain", "it may rain"),
        ("call 0871234567", "call [number]"),
        ("write to a.b@c.example", "write to [contact]"),
        ("12 of 20", "12 of 20"),
    ],
)
def test_days_become_weeks_and_numbers_marks(text: str, becomes: str) -> None:
    assert replace_dates_and_numbers(text, FIRST) == becomes
    assert find_dates_and_numbers(becomes) == []


def test_drafts_other_days_and_sessions_as_a_couple_are_not_in_it(
    work: Work, client: RecordVersion[Client]
) -> None:
    session = work.session(client, date(2026, 4, 2))
    with writing(work.engine) as db:
        part = NotePart(section="data", text="A draft.", source=PartSource.CLINICIAN)
        notes.create_note(db, work.vault, session, [part], now=NOW)
    with reading(work.engine) as db:
        listed = case_sheet.list_sheet_notes(db, work.vault, client.id, None, None)
        assert [session.payload.on for session, _ in listed] == [FIRST]
        assert case_sheet.list_sheet_notes(db, work.vault, client.id, date(2026, 3, 3), None) == []
