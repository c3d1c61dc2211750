"""The tray keeps one ticket until it is cleared, however often it is looked at."""

from pathlib import Path

import pytest

from clinic_toolkit.cli import tray
from clinic_toolkit.cli.tray import LONGEST, Tray
from clinic_toolkit.instruments import loader, travelling
from clinic_toolkit.record.handover import Ticket, read_ticket
from clinic_toolkit.web.forms.practice import LIMITS_LENGTH

EXAMPLE = Path(__file__).parents[2] / "docs" / "own-questionnaire.toml"


@pytest.fixture
def lying():
    ends = tray.ends()
    yield Tray(ends), ends
    for end in ends:
        end.close()


def test_looking_takes_nothing_away(lying):
    mine, _ = lying
    assert mine.look() is None
    mine.put(b"a ticket")
    assert [mine.look(), mine.look()] == [b"a ticket"] * 2
    mine.clear()
    assert mine.look() is None


def test_a_second_ticket_takes_the_place_of_the_first(lying):
    mine, _ = lying
    mine.put(b"first" * 100)
    mine.put(b"second")
    assert mine.look() == b"second"


def test_another_process_sees_the_same(lying):
    mine, ends = lying
    mine.put(b"a ticket")
    again = tuple(end.dup() for end in ends)
    other = Tray(again)
    assert other.look() == b"a ticket"
    other.clear()
    assert mine.look() is None
    for end in again:
        end.close()


def test_the_longest_ticket_there_can_be_lies_there_whole(lying):
    mine, ends = lying
    own = loader.parse_instrument(EXAMPLE.read_bytes(), "own.toml", own=True)
    ticket = Ticket(
        handover=bytes(16),
        vault=bytes(16),
        incarnation=bytes(16),
        instrument="x" * 40,
        digest="0" * 64,
        general=False,
        word="\N{GRINNING FACE}" * 60,
        before=bytes(400),
        key=bytes(32),
        token="t" * 43,
        definition=travelling.packed(own, general=False).ljust(travelling.LARGEST, b"x"),
        limits="\N{GRINNING FACE}" * LIMITS_LENGTH,
    )
    assert len(ticket.packed()) <= LONGEST
    mine.put(ticket.packed())
    again = tuple(end.dup() for end in ends)
    assert read_ticket(Tray(again).look()) == ticket
    assert read_ticket(mine.look()) == ticket
    for end in again:
        end.close()


@pytest.mark.parametrize("cut", [b"", b"\x00", b"\x00\x00\x00\x09short", b"\x00\x00\x00\x01two"])
def test_half_a_ticket_is_none_and_is_destroyed(lying, cut):
    mine, (written, _) = lying
    written.sendall(cut)
    assert mine.look() is None
    mine.put(b"whole")
    assert mine.look() == b"whole"


def test_what_does_not_fit_is_an_error(lying):
    mine, _ = lying
    with pytest.raises(OSError, match="too long"):
        mine.put(b"x" * (LONGEST + 1))
    mine.put(b"x" * LONGEST)
    assert mine.look() == b"x" * LONGEST
