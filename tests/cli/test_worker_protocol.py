"""What a worker makes of the keeper's answers: each belongs to its own request, also when one comes late."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from multiprocessing import Pipe

import pytest

from clinic_toolkit.cli import definition_pipe, ticket_pipe, worker_protocol
from clinic_toolkit.cli.ticket_pipe import TicketPipe
from clinic_toolkit.cli.worker_protocol import KeeperConnection, RequestReturnBlob, ReturnBlob

Answer = Callable[[RequestReturnBlob], list[ReturnBlob]]


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[KeeperConnection]:
    """A worker's side that waits for an answer no longer than a moment."""
    monkeypatch.setattr(worker_protocol, "MAX_BLOB_WAIT_SECONDS", 0.05)
    with ExitStack() as ends:
        tickets = [ends.enter_context(closing(end)) for end in ticket_pipe.create_pair()]
        definitions = [ends.enter_context(closing(end)) for end in definition_pipe.create_pair()]
        pipe, _ = (ends.enter_context(closing(end)) for end in Pipe())
        yield KeeperConnection(pipe, TicketPipe((tickets[0], tickets[1])), (definitions[0], definitions[1]))


def answered(worker: KeeperConnection, answer: Answer, monkeypatch: pytest.MonkeyPatch) -> bytes | None:
    """What the worker is told, if the keeper answers in this way."""

    def send(request: object) -> None:
        assert isinstance(request, RequestReturnBlob)
        for message in answer(request):
            worker._blobs.put(message)

    monkeypatch.setattr(worker, "send_message", send)
    return worker.take_return_blob()


def with_blob(request: RequestReturnBlob) -> list[ReturnBlob]:
    return [ReturnBlob(blob=b"sealed", number=request.number)]


def nothing(request: RequestReturnBlob) -> list[ReturnBlob]:
    return []


def late_and_then_none(request: RequestReturnBlob) -> list[ReturnBlob]:
    late = ReturnBlob(blob=b"of before", number=request.number - 1)
    return [late, ReturnBlob(blob=None, number=request.number)]


def test_the_blob_is_handed_over(worker: KeeperConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    assert answered(worker, with_blob, monkeypatch) == b"sealed"
    assert worker.has_return_blob()


def test_no_answer_in_time_is_no_blob_and_no_error(
    worker: KeeperConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert answered(worker, nothing, monkeypatch) is None
    assert not worker.has_return_blob()


def test_a_late_answer_is_not_taken_for_the_answer_to_the_next_request(
    worker: KeeperConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert answered(worker, nothing, monkeypatch) is None
    assert answered(worker, late_and_then_none, monkeypatch) is None
    assert answered(worker, with_blob, monkeypatch) == b"sealed"
