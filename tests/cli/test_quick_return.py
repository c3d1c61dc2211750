from multiprocessing import Pipe
from multiprocessing.context import SpawnProcess
from pathlib import Path

from clinic_toolkit import settings as configuration
from clinic_toolkit.cli import definition_pipe, worker_protocol
from clinic_toolkit.cli.keeper import Keeper
from clinic_toolkit.cli.listening_sockets import ListeningSockets
from clinic_toolkit.cli.quick_return import QuickReturn
from clinic_toolkit.cli.worker_process import WorkerProcess


class World:
    """Clocks and a date that a test moves."""

    def __init__(self) -> None:
        self.seconds, self.date, self.day = 1000.0, 1_800_000_000.0, 1
        self.held = QuickReturn(clock=lambda: self.seconds, wall=lambda: self.date, today=lambda: self.day)
        self.held.hold_blob(b"sealed")

    def passes(self, seconds: int) -> None:
        for _ in range(seconds):
            self.seconds += 1
            self.date += 1
            self.held.expire_if_due()


def test_it_is_handed_out_three_times_without_success() -> None:
    world = World()
    assert [world.held.take_blob() for _ in range(5)] == [b"sealed"] * 3 + [None, None]
    assert world.held.peek_blob() is None


def test_a_success_starts_the_count_again() -> None:
    world = World()
    for _ in range(4):
        assert world.held.take_blob() == b"sealed"
        assert world.held.take_blob() == b"sealed"
        world.held.reset_tries()


def test_a_look_does_not_count() -> None:
    world = World()
    for _ in range(10):
        assert world.held.peek_blob() == b"sealed"


def test_eight_hours_end_it() -> None:
    world = World()
    world.passes(8 * 3600 - 1)
    assert world.held.peek_blob() == b"sealed"
    world.passes(1)
    assert world.held.peek_blob() is None


def test_the_end_of_the_day_ends_it() -> None:
    world = World()
    world.day = 2
    assert world.held.take_blob() is None


def test_sleep_ends_it() -> None:
    world = World()
    world.seconds += 31
    world.date += 31
    assert world.held.peek_blob() is None


def test_one_that_is_on_its_way_when_the_machine_goes_to_sleep_is_not_held(tmp_path: Path) -> None:
    settings = configuration.load_settings(tmp_path, environ={})
    keeper = Keeper(settings, ListeningSockets(listening=(), port=0), on_ready=lambda: None)
    ours, theirs = Pipe()

    class Ending(SpawnProcess):
        """Never started."""

        def join(self, timeout: float | None = None) -> None:
            # The process had just derived it when it was told to end.
            assert isinstance(theirs.recv(), worker_protocol.PrepareForSleep)
            theirs.send(worker_protocol.HoldReturnBlob(blob=b"sealed"))

    definitions = definition_pipe.create_pair()
    keeper._active = WorkerProcess(process=Ending(), pipe=ours, definition_sockets=definitions)
    keeper._suspend._writer.send(b"\0")
    keeper._before_sleep()
    keeper._receive_messages(keeper._active)
    assert keeper._quick_return.peek_blob() is None
    # The control: it would have been held.
    theirs.send(worker_protocol.HoldReturnBlob(blob=b"sealed"))
    keeper._receive_messages(keeper._active)
    assert keeper._quick_return.peek_blob() == b"sealed"
    ears = (keeper._wakeup_reader, keeper._wakeup_writer, keeper._suspend.reader, keeper._suspend._writer)
    for each in (*ears, *keeper._ticket_pipe, *definitions, ours, theirs):
        each.close()


def test_a_changed_date_ends_it_but_a_small_correction_does_not() -> None:
    world = World()
    world.date += 120
    assert world.held.peek_blob() == b"sealed"
    world.date += 86_400
    assert world.held.peek_blob() is None


def test_it_can_be_dropped() -> None:
    world = World()
    world.held.drop_blob()
    assert world.held.take_blob() is None
