"""The tray keeps one ticket until it is cleared, however often it is looked at."""

import pytest

from clinic_toolkit.cli import tray
from clinic_toolkit.cli.tray import LONGEST, Tray


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
