"""Whose hour an entry may be by its title: one client alone, and nobody where two could be meant."""

import pytest

from clinic_toolkit.record.calendars import client_matching
from clinic_toolkit.record.people import cases, clients
from clinic_toolkit.record.people.client_record import Client
from clinic_toolkit.store.transactions import reading, writing
from tests.fixtures.practices import NOW, Work

NAMES = ("Ivo Lindqvist", "Zadie Okafor", "Zoltan Orban", "Łukasz Wójcik", "Itzel Tamayo")


def _match(work: Work, title: str) -> str | None:
    with reading(work.engine) as db:
        caseload = client_matching.load_caseload(db, work.vault)
    choice = caseload.find_choice(caseload.match_title(title))
    return choice.label if choice else None


@pytest.fixture
def caseload(work: Work) -> Work:
    for name in NAMES:
        work.client(name)
    with writing(work.engine) as db:
        clients.create_client(db, work.vault, Client(name="Petra Novak", code="K-17"), now=NOW)
    return work


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("I. L.", "Ivo Lindqvist"),
        ("I.L.", "Ivo Lindqvist"),
        ("IL 10:00", "Ivo Lindqvist"),
        ("Session I L", "Ivo Lindqvist"),
        ("ivo lindqvist, first hour", "Ivo Lindqvist"),
        ("Lukasz Wojcik", "Łukasz Wójcik"),
        ("K-17", "Petra Novak"),
        ("k17 online", "Petra Novak"),
        ("Itzel Tamayo (IT)", "Itzel Tamayo"),
        # Shared by two, part of something longer, a word, or two people at once.
        ("Z. O.", None),
        ("I. L. B.", None),
        ("is it il gelato", None),
        ("Ivo Lindqvist and Petra Novak", None),
        ("K-171", None),
        ("Ivo", None),
        ("Dentist", None),
        ("", None),
    ],
)
def test_title_names_one_client_or_nobody(caseload: Work, title: str, found: str | None) -> None:
    assert _match(caseload, title) == found


def test_two_who_are_a_couple_are_their_joint_case(work: Work) -> None:
    work.couple("Ivo Lindqvist", "Petra Novak")
    assert _match(work, "Petra Novak + I. L.") == "Ivo Lindqvist and Petra Novak"
    assert _match(work, "I.L.") == "Ivo Lindqvist"


def test_archived_client_shares_initials_and_is_not_offered(work: Work) -> None:
    ivo, other = work.client("Ivo Lindqvist"), work.client("Ida Lund")
    assert _match(work, "Ida Lund") == "Ida Lund"
    with writing(work.engine) as db:
        clients.archive_client(db, work.vault, clients.load_client(db, work.vault, other.id), now=NOW)
    assert _match(work, "I. L.") is None
    assert _match(work, "Ida Lund") is None
    assert ivo.payload.name == _match(work, "Ivo Lindqvist")


def test_entries_of_one_person_that_were_joined_share_nothing(work: Work) -> None:
    first, second = work.client("Ivo Lindqvist"), work.client("Ivo Lindqvist")
    assert _match(work, "Ivo Lindqvist") is None
    with writing(work.engine) as db:
        clients.join_client(db, work.vault, second, first.id, now=NOW)
    assert _match(work, "Ivo Lindqvist") == "Ivo Lindqvist"


def test_case_of_the_entry_that_is_shown_is_proposed(work: Work) -> None:
    client = work.client("Ivo Lindqvist")
    with reading(work.engine) as db:
        case = cases.load_single_case(db, work.vault, client.id)
        assert client_matching.load_caseload(db, work.vault).match_title("I. L.") == case.id
