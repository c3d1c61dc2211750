"""The process that parses what a stranger sent: what it answers, and what ends it."""

import ast
import os
import socket
import sys
import threading
import time
from dataclasses import dataclass
from datetime import date
from multiprocessing import connection
from pathlib import Path

import msgspec
import pytest

from clinic_toolkit.calendars import calendar_protocol
from clinic_toolkit.cli import definition_parser, definition_pipe, parser_process, worker_protocol
from clinic_toolkit.cli.definition_parser import LimitedBy
from clinic_toolkit.cli.parser_process import ParserProcess
from clinic_toolkit.cli.process_limits import resident_bytes
from clinic_toolkit.cli.ticket_pipe import TicketPipe
from clinic_toolkit.cli.ticket_pipe import create_pair as create_ticket_pair
from clinic_toolkit.instruments import loader, parser_protocol
from clinic_toolkit.instruments.parser_outcome import ParserOutcome
from clinic_toolkit.instruments.parser_protocol import ParsingFailed
from clinic_toolkit.worksheets import definition_protocol, filled_file_protocol
from tests.architecture import lint
from tests.calendars.test_file_reader import make_file
from tests.fixtures import filled_in, parsers
from tests.fixtures.running import is_alive
from tests.instruments.test_own_definitions import TEXT

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps a limit on memory")


@dataclass
class Ended:
    """How one parser ended, its answer, and who held it to its limits."""

    outcome: ParserOutcome
    reply: bytes | None
    guard: LimitedBy | None
    pid: int


ANYTHING = parser_protocol.encode_request(b"anything", "own.toml")


def run(work: parser_process.ParserTarget, asked: bytes = ANYTHING) -> Ended:
    """Send something to a parser, as a worker and its keeper do together."""
    ends = definition_pipe.create_pair()
    one = ParserProcess(1, ends, target=work)
    told: list[ParserOutcome] = []

    def has_ended() -> bool:
        if not told and (outcome := one.poll_outcome()) is not None:
            told.append(outcome)
        return bool(told)

    try:
        reply = definition_pipe.exchange_message(
            ends[0], asked, max_bytes=parser_protocol.MAX_REPLY_BYTES, has_ended=has_ended
        )
    finally:
        if not told:
            one.kill()
        for end in ends:
            end.close()
    return Ended(told[0], reply, one.limited_by, one.process.pid or 0)


def test_a_calendar_with_rules_that_never_come_true_is_stopped() -> None:
    never = [
        [f"UID:{n}", "DTSTART:00010101T100000Z", "DURATION:PT50M", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"]
        for n in range(3)
    ]
    request = calendar_protocol.encode_request(
        make_file(*never), first=date(2026, 1, 1), last=date(2026, 12, 31)
    )
    ended = run(definition_parser.run_parser, request)
    assert ended.outcome == ParserOutcome.SLOW
    assert not is_alive(ended.pid)


def test_a_calendar_of_many_years_is_read_within_the_limits_of_the_process() -> None:
    days = [f"20{17 + n % 10}{1 + n % 12:02d}{1 + n % 28:02d}" for n in range(4_000)]
    entries = [
        [f"UID:{n}", f"DTSTART;TZID=Europe/Berlin:{day}T100000", "DURATION:PT50M"]
        for n, day in enumerate(days)
    ]
    ended = run(
        definition_parser.run_parser,
        calendar_protocol.encode_request(
            make_file(*entries), first=date(2026, 1, 1), last=date(2026, 12, 31)
        ),
    )
    assert ended.outcome == ParserOutcome.DONE
    content = calendar_protocol.decode_reply(
        ended.reply or b"", first=date(2026, 1, 1), last=date(2026, 12, 31)
    )
    assert len(content.hours) == 400


def test_a_good_file_comes_back_as_the_questionnaire_it_is() -> None:
    data = TEXT.encode()
    ended = run(definition_parser.run_parser, parser_protocol.encode_request(data, "resting.toml"))
    assert ended.outcome == ParserOutcome.DONE
    assert ended.guard == (LimitedBy.SYSTEM if sys.platform == "linux" else LimitedBy.KEEPER)
    assert parser_protocol.decode_reply(ended.reply or b"", data).instrument == loader.parse_instrument(
        data, "resting.toml", own=True
    )
    assert not is_alive(ended.pid)


def test_a_file_with_faults_comes_back_as_places_with_their_lines() -> None:
    data = TEXT.replace("weight = 2", "weight = 0").encode()
    ended = run(definition_parser.run_parser, parser_protocol.encode_request(data, "resting.toml"))
    told = parser_protocol.decode_reply(ended.reply or b"", data)
    assert told.instrument is None and told.findings is not None
    line_of = TEXT.split("weight = 2")[0].count("\n") + 1
    assert [(one.where, one.line) for one in told.findings.problems] == [("Question 6, weight", line_of)]
    assert told.findings.count == 1 and told.findings.file == "resting.toml"


def test_what_comes_with_the_program_is_refused_there_too() -> None:
    data = TEXT.replace('id = "resting"', 'id = "giving"').encode()
    told = parser_protocol.decode_reply(
        run(definition_parser.run_parser, parser_protocol.encode_request(data, "own.toml")).reply or b"", data
    )
    assert told.findings and "comes with the program" in told.findings.problems[0].what


def test_a_worksheet_is_read_there_too() -> None:
    ended = run(definition_parser.run_parser, definition_protocol.encode_request(b'title = "Plums"'))
    assert ended.outcome == ParserOutcome.DONE
    sheet, problems = definition_protocol.decode_reply(ended.reply or b"")
    assert sheet is None and "why: is missing" in problems


def test_a_filled_sheet_is_read_there_too_and_a_request_of_no_kind_by_nobody() -> None:
    data = filled_in.fill_as_poppler(filled_in.make_file())
    ended = run(definition_parser.run_parser, filled_file_protocol.encode_request(data))
    assert ended.outcome == ParserOutcome.DONE
    assert ended.guard == (LimitedBy.SYSTEM if sys.platform == "linux" else LimitedBy.KEEPER)
    assert filled_file_protocol.decode_reply(ended.reply or b"").values == filled_in.ANSWERS
    assert run(definition_parser.run_parser, msgspec.msgpack.encode({"type": "sonnet"})).reply is None


@pytest.mark.parametrize(
    ("work", "outcome", "guard"),
    [
        (parsers.says_nothing, ParserOutcome.DONE, None),
        (parsers.says_too_much, ParserOutcome.SLOW, LimitedBy.SYSTEM),
        (parsers.breaks, ParserOutcome.BROKEN, LimitedBy.SYSTEM),
        pytest.param(parsers.needs_much, ParserOutcome.LARGE, LimitedBy.SYSTEM, marks=on_linux),
        pytest.param(parsers.needs_something, ParserOutcome.DONE, LimitedBy.SYSTEM, marks=on_linux),
    ],
)
def test_how_it_ends_is_told_and_nothing_is_left(
    work: parser_process.ParserTarget,
    outcome: ParserOutcome,
    guard: LimitedBy | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parser_process, "SECONDS", 2.0)
    ended = run(work)
    assert (ended.outcome, ended.guard) == (outcome, guard)
    assert not ended.reply
    assert not is_alive(ended.pid)


@on_linux
def test_its_processor_time_ends_it_even_if_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parser_process, "SECONDS", 60.0)
    assert run(parsers.works_without_end).outcome == ParserOutcome.SLOW


def test_its_own_clock_ends_it_even_if_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parser_process, "SECONDS", 60.0)
    ended = run(parsers.sleeps_over_a_file)
    assert ended.outcome == ParserOutcome.BROKEN and not is_alive(ended.pid)


@pytest.mark.parametrize(
    ("work", "outcome"), [(parsers.sleeps, ParserOutcome.SLOW), (parsers.never_begins, ParserOutcome.BROKEN)]
)
def test_the_keeper_ends_one_that_goes_on(
    work: parser_process.ParserTarget, outcome: ParserOutcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parser_process, "SECONDS", 0.1)
    monkeypatch.setattr(parser_process, "MAX_START_SECONDS", 60.0 if outcome == ParserOutcome.SLOW else 0.1)
    ended = run(work)
    assert ended.outcome == outcome
    assert not is_alive(ended.pid)


def test_where_the_system_keeps_no_limit_the_keeper_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parser_process, "MAX_BYTES", 2**20)
    ended = run(parsers.is_watched)
    assert (ended.outcome, ended.guard) == (ParserOutcome.LARGE, LimitedBy.KEEPER)
    # The control: one that holds no more than it may goes on until its time is over.
    monkeypatch.setattr(parser_process, "MAX_BYTES", 2**30)
    monkeypatch.setattr(parser_process, "SECONDS", 0.5)
    assert run(parsers.is_watched).outcome == ParserOutcome.SLOW


def test_what_a_process_holds_is_told() -> None:
    held = resident_bytes(os.getpid())
    assert held is not None and 2**22 < held < 2**34
    assert resident_bytes(2**22 + 1) is None


def test_the_keeper_knows_the_same_limits_as_the_parser() -> None:
    assert parser_protocol.MAX_SECONDS == parser_process.SECONDS == 5
    assert parser_protocol.MAX_MEMORY_MB * 2**20 == parser_process.MAX_BYTES == 256 * 2**20


def test_what_was_left_of_one_file_never_reaches_the_next() -> None:
    ends = definition_pipe.create_pair()
    ends[0].sendall(b"left by one that was stopped")
    ends[1].sendall(b"half an answer")
    definition_pipe.discard_pending(ends)
    for end in ends:
        with pytest.raises(BlockingIOError):
            end.recv(1)
    for end in ends:
        end.close()


# A worker ends with its keeper, and here that would be the process of the tests.
KEPT: list["Worker"] = []


@pytest.fixture
def worker() -> "Worker":
    KEPT.append(Worker())
    return KEPT[-1]


class Worker:
    """A worker's end of the line, and a keeper of the test's own at the other."""

    def __init__(self) -> None:
        ours, theirs = connection.Pipe()
        self.keeper, self.ends = ours, definition_pipe.create_pair()
        self.line = worker_protocol.KeeperConnection(theirs, TicketPipe(create_ticket_pair()), self.ends)
        threading.Thread(target=self.line.receive_messages, daemon=True).start()

    def answers(
        self, *outcomes: ParserOutcome, reply: bytes = b"", guard: LimitedBy = LimitedBy.SYSTEM
    ) -> threading.Thread:
        """Answer so many files, in order."""

        def keep() -> None:
            for outcome in outcomes:
                word = self.keeper.recv()
                assert isinstance(word, worker_protocol.StartParser)
                definition_pipe.receive_message(self.ends[1], max_bytes=parser_protocol.MAX_REQUEST_BYTES)
                if reply:
                    definition_pipe.send_reply(self.ends[1], reply)
                # A word about another file is passed over.
                self.keeper.send(
                    worker_protocol.ParserEnded(
                        number=word.number - 1, outcome=ParserOutcome.SLOW, limited_by=None
                    )
                )
                self.keeper.send(
                    worker_protocol.ParserEnded(number=word.number, outcome=outcome, limited_by=guard)
                )

        thread = threading.Thread(target=keep, daemon=True)
        thread.start()
        return thread


def test_a_worker_gets_the_answer_unread(worker: Worker) -> None:
    worker.answers(ParserOutcome.DONE, ParserOutcome.DONE, reply=b"x" * 1_000_000)
    assert worker.line.parse_definition(b"y" * 900_000) == b"x" * 1_000_000
    assert worker.line.parse_definition(b"z") == b"x" * 1_000_000


@pytest.mark.parametrize(
    ("outcome", "guard", "event"),
    [
        (ParserOutcome.SLOW, LimitedBy.SYSTEM, "parser.stopped_by_limit"),
        (ParserOutcome.LARGE, LimitedBy.KEEPER, "parser.stopped_by_keeper"),
        (ParserOutcome.BROKEN, LimitedBy.SYSTEM, "parser.no_answer"),
        (ParserOutcome.DONE, LimitedBy.SYSTEM, "parser.no_answer"),
    ],
)
def test_a_worker_says_why_there_is_no_answer(
    worker: Worker, outcome: ParserOutcome, guard: LimitedBy, event: str, caplog: pytest.LogCaptureFixture
) -> None:
    worker.answers(outcome, guard=guard)
    with pytest.raises(ParsingFailed) as stopped:
        worker.line.parse_definition(b"anything")
    assert stopped.value.outcome == (
        outcome if outcome in (ParserOutcome.SLOW, ParserOutcome.LARGE) else ParserOutcome.BROKEN
    )
    assert caplog.messages == [event]


def test_a_lock_ends_the_wait(worker: Worker) -> None:
    worker.line.worker_must_end.set()
    began = time.monotonic()
    with pytest.raises(ParsingFailed):
        worker.line.parse_definition(b"anything")
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "reply", [b"", b"\xc1", b"\x80", parser_protocol._encode({"instrument": {"id": 3}}), b"\x00" * 5_000_000]
)
def test_an_answer_of_another_kind_is_no_answer(reply: bytes) -> None:
    with pytest.raises(ParsingFailed):
        parser_protocol.decode_reply(reply, b"")


def test_an_answer_cannot_say_which_bytes_it_is_about() -> None:
    data = TEXT.encode()
    reply = parser_protocol.handle_request(parser_protocol.encode_request(data, "own.toml"))
    about_others = parser_protocol.decode_reply(reply, data + b"\n").instrument
    assert about_others is not None
    assert about_others.digest == loader.parse_instrument(data + b"\n", "own.toml").digest
    assert about_others.own


def pickling_calls(source: str) -> list[str]:
    """The calls by which a connection of multiprocessing sends a pickle or reads one."""
    return [
        ast.unparse(call)
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in ("send", "recv")
    ]


def test_no_pickle_is_taken_from_a_parser() -> None:
    sources = {
        module: Path(module.__file__ or "").read_text()
        for module in (definition_parser, parser_process, definition_pipe, parser_protocol)
    }
    for source in sources.values():
        assert not lint.broken(lint.runs_data, source)
    over_connections = {module for module, source in sources.items() if "multiprocessing" in source}
    assert over_connections == {definition_parser, parser_process}
    for module in over_connections:
        assert not pickling_calls(sources[module])
    assert ".send_bytes(" in sources[definition_parser] and ".recv_bytes(" in sources[parser_process]
    planted = sources[parser_process].replace(".recv_bytes(16)", ".recv()")
    assert pickling_calls(planted) == ["self.pipe.recv()"]


def test_a_parser_is_given_its_two_ends_and_nothing_else() -> None:
    given = definition_parser.run_parser.__annotations__
    assert list(given) == ["definition_socket", "pipe", "return"]
    assert given["definition_socket"] is socket.socket
