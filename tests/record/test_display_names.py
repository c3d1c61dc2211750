"""Clients of one name, or of the same initials, are told apart wherever they are listed."""

import pytest

from clinic_toolkit.journal.record_versions import RecordVersion
from clinic_toolkit.names.initials import propose_initials
from clinic_toolkit.record import daily_overview
from clinic_toolkit.record.people import clients, display_names
from clinic_toolkit.record.people.client_record import UNREADABLE_NAME, Client
from clinic_toolkit.store.transactions import reading, writing
from tests.fixtures.practices import NOW, Work


def taken_in(work: Work, *bodies: Client) -> list[RecordVersion[Client]]:
    with writing(work.engine) as db:
        return [clients.create_client(db, work.vault, body, now=NOW) for body in bodies]


def names_of(work: Work, found: list[RecordVersion[Client]]) -> list[tuple[str, str]]:
    with reading(work.engine) as db:
        names = display_names.load_display_names(db, work.vault)
    return [(names.full_by_id[kept.id], names.short_by_id[kept.id]) for kept in found]


def test_an_entry_of_an_older_version_shows_what_is_proposed() -> None:
    assert Client(name="Dr. Ana Reyes").initials == "A. R."
    assert Client(name="Suharto", code="K17").initials == "K17"
    assert Client(name=UNREADABLE_NAME).initials == UNREADABLE_NAME


def test_of_two_with_the_same_initials_the_later_has_a_number(work: Work) -> None:
    found = taken_in(work, Client(name="Ana Reyes"), Client(name="Alan Ross"), Client(name="Ada Rush"))
    assert [short for _, short in names_of(work, found)] == ["A. R.", "A. R. 2", "A. R. 3"]


def test_of_two_with_one_name_both_show_their_initials(work: Work) -> None:
    found = taken_in(work, Client(name="Ana Reyes", code="K17"), Client(name="ana réyes"))
    assert names_of(work, found) == [("Ana Reyes (K17)", "K17"), ("ana réyes (A. R.)", "A. R.")]


def test_what_was_written_down_stays_theirs_and_what_is_proposed_gives_way(work: Work) -> None:
    found = taken_in(work, Client(name="Ana Reyes"), Client(name="Alan Ross", code="A. R."))
    assert [short for _, short in names_of(work, found)] == ["A. R. 2", "A. R."]
    third = Client(name="Ada Rush", code="A. R. 2")
    assert [short for _, short in names_of(work, [*found, *taken_in(work, third)])] == [
        "A. R. 3", "A. R.", "A. R. 2",
    ]  # fmt: skip


def test_initials_that_are_proposed_are_no_other_clients(work: Work) -> None:
    (ana,) = taken_in(work, Client(name="Ana Reyes", code="A. R."))
    with reading(work.engine) as db:
        assert display_names.propose_code(db, work.vault, Client(name="Alan Ross")) == "A. R. 2"
        assert (
            display_names.propose_code(db, work.vault, Client(name="Ana Reyes"), except_id=ana.id) == "A. R."
        )


@pytest.mark.parametrize(
    ("name", "code", "found"),
    [("ANA  REYES", "", True), ("Ana Réyes", "", True), ("Ana-Reyes", "", True), ("Ana Reyes B", "", False),
     ("Somebody", "k17", True), ("Somebody", "", False)],
)  # fmt: skip
def test_who_may_be_the_same_person_is_found(work: Work, name: str, code: str, found: bool) -> None:
    (ana,) = taken_in(work, Client(name="Ana Reyes", code="K17"))
    with reading(work.engine) as db:
        alike = display_names.list_similar_clients(db, work.vault, Client(name=name, code=code))
        assert [kept.id for kept in alike] == ([ana.id] if found else [])
        assert (
            display_names.list_similar_clients(db, work.vault, Client(name="Ana Reyes"), except_id=ana.id)
            == []
        )


def test_name_and_initials_stand_together_once_each(work: Work) -> None:
    found = taken_in(work, Client(name="Ana Reyes"), Client(name="B7"), Client(name="Ana Reyes"))
    with reading(work.engine) as db:
        names = display_names.load_display_names(db, work.vault)
    assert [names.full_and_short([kept.id]) for kept in found] == [
        "Ana Reyes (A. R.)",
        "B7",
        "Ana Reyes (A. R. 2)",
    ]
    assert names.full_and_short(kept.id for kept in found[:2]) == "Ana Reyes (A. R.) and B7"


@pytest.mark.parametrize("name", ["Suharto", "王小明", "Dr. Ana Reyes", "Ana Reyes (new)"])
def test_today_shows_no_name_whole(work: Work, name: str) -> None:
    client = work.client(name)
    session = work.session(client)
    with reading(work.engine) as db:
        day = daily_overview.build_daily_overview(db, work.vault, now=NOW)
    (line,) = [line for line in (*day.earlier_sessions, *day.unfinished_sessions) if line.id == session.id]
    assert line.who == propose_initials(name) != name and len(line.who) <= 5


def test_names_follow_each_change_at_once_and_a_change_that_failed_leaves_none(work: Work) -> None:
    (ana,) = taken_in(work, Client(name="Ana Reyes"))
    assert names_of(work, [ana]) == [("Ana Reyes", "A. R.")]
    with pytest.raises(ZeroDivisionError), writing(work.engine) as db:
        clients.revise_client(db, work.vault, ana, Client(name="Cy Moss"), now=NOW)
        assert display_names.load_display_names(db, work.vault).full_by_id[ana.id] == "Cy Moss"
        raise ZeroDivisionError
    assert names_of(work, [ana]) == [("Ana Reyes", "A. R.")]
    with writing(work.engine) as db:
        clients.revise_client(db, work.vault, ana, Client(name="Bo Lund"), now=NOW)
    assert names_of(work, [ana]) == [("Bo Lund", "B. L.")]
