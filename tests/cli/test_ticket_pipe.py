"""The ticket pipe keeps one ticket until it is cleared, however often it is looked at."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from clinic_toolkit.cli import ticket_pipe
from clinic_toolkit.cli.ticket_pipe import MAX_TICKET_BYTES, SocketPair, TicketPipe
from clinic_toolkit.instruments import client_copy, loader
from clinic_toolkit.record.handovers.client_side import HandoverTicket, decode_ticket
from clinic_toolkit.web.forms.practice import MAX_LIMITS_LENGTH

EXAMPLE = Path(__file__).parents[2] / "docs" / "own-questionnaire.toml"
Lying = tuple[TicketPipe, SocketPair]


@pytest.fixture
def lying() -> Iterator[Lying]:
    ends = ticket_pipe.create_pair()
    yield TicketPipe(ends), ends
    for end in ends:
        end.close()


def test_looking_takes_nothing_away(lying: Lying) -> None:
    mine, _ = lying
    assert mine.peek_ticket() is None
    mine.put_ticket(b"a ticket")
    assert [mine.peek_ticket(), mine.peek_ticket()] == [b"a ticket"] * 2
    mine.discard_ticket()
    assert mine.peek_ticket() is None


def test_a_second_ticket_takes_the_place_of_the_first(lying: Lying) -> None:
    mine, _ = lying
    mine.put_ticket(b"first" * 100)
    mine.put_ticket(b"second")
    assert mine.peek_ticket() == b"second"


def test_another_process_sees_the_same(lying: Lying) -> None:
    mine, ends = lying
    mine.put_ticket(b"a ticket")
    again = (ends[0].dup(), ends[1].dup())
    other = TicketPipe(again)
    assert other.peek_ticket() == b"a ticket"
    other.discard_ticket()
    assert mine.peek_ticket() is None
    for end in again:
        end.close()


def test_the_longest_ticket_there_can_be_lies_there_whole(lying: Lying) -> None:
    mine, ends = lying
    own = loader.parse_instrument(EXAMPLE.read_bytes(), "own.toml", own=True)
    ticket = HandoverTicket(
        handover_id_bytes=bytes(16),
        vault_id_bytes=bytes(16),
        incarnation=bytes(16),
        instrument_id="x" * 40,
        definition_digest="0" * 64,
        is_general=False,
        relationship_word="\N{GRINNING FACE}" * 60,
        answered_before=bytes(400),
        handover_key=bytes(32),
        form_token="t" * 43,
        definition=client_copy.encode_client_copy(own, general=False).ljust(
            client_copy.MAX_PACKED_BYTES, b"x"
        ),
        confidentiality_text="\N{GRINNING FACE}" * MAX_LIMITS_LENGTH,
    )
    assert len(ticket.encode()) <= MAX_TICKET_BYTES
    mine.put_ticket(ticket.encode())
    again = (ends[0].dup(), ends[1].dup())
    for each in (TicketPipe(again), mine):
        seen = each.peek_ticket()
        assert seen is not None and decode_ticket(seen) == ticket
    for end in again:
        end.close()


@pytest.mark.parametrize("cut", [b"", b"\x00", b"\x00\x00\x00\x09short", b"\x00\x00\x00\x01two"])
def test_half_a_ticket_is_none_and_is_destroyed(lying: Lying, cut: bytes) -> None:
    mine, (written, _) = lying
    written.sendall(cut)
    assert mine.peek_ticket() is None
    mine.put_ticket(b"whole")
    assert mine.peek_ticket() == b"whole"


def test_what_does_not_fit_is_an_error(lying: Lying) -> None:
    mine, _ = lying
    with pytest.raises(OSError, match="too long"):
        mine.put_ticket(b"x" * (MAX_TICKET_BYTES + 1))
    mine.put_ticket(b"x" * MAX_TICKET_BYTES)
    assert mine.peek_ticket() == b"x" * MAX_TICKET_BYTES
