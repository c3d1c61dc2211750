from multiprocessing import Pipe
from types import SimpleNamespace

from clinic_toolkit.cli import line
from clinic_toolkit.cli.keeper import Helper, Keeper
from clinic_toolkit.cli.quick_return import QuickReturn


class World:
    """Clocks and a date that a test moves."""

    def __init__(self):
        self.seconds, self.date, self.day = 1000.0, 1_800_000_000.0, 1
        self.held = QuickReturn(clock=lambda: self.seconds, wall=lambda: self.date, today=lambda: self.day)
        self.held.hold(b"sealed")

    def passes(self, seconds):
        for _ in range(seconds):
            self.seconds += 1
            self.date += 1
            self.held.tick()


def test_it_is_handed_out_three_times_without_success():
    world = World()
    assert [world.held.take() for _ in range(5)] == [b"sealed"] * 3 + [None, None]
    assert world.held.look() is None


def test_a_success_starts_the_count_again():
    world = World()
    for _ in range(4):
        assert world.held.take() == b"sealed"
        assert world.held.take() == b"sealed"
        world.held.opened()


def test_a_look_does_not_count():
    world = World()
    for _ in range(10):
        assert world.held.look() == b"sealed"


def test_eight_hours_end_it():
    world = World()
    world.passes(8 * 3600 - 1)
    assert world.held.look() == b"sealed"
    world.passes(1)
    assert world.held.look() is None


def test_the_end_of_the_day_ends_it():
    world = World()
    world.day = 2
    assert world.held.take() is None


def test_sleep_ends_it():
    world = World()
    world.seconds += 31
    world.date += 31
    assert world.held.look() is None


def test_one_that_is_on_its_way_when_the_machine_goes_to_sleep_is_not_held():
    keeper = Keeper(None, SimpleNamespace(listening=()), when_ready=lambda: None)
    ours, theirs = Pipe()

    def join(timeout):
        # The process had just derived it when it was told to end.
        assert isinstance(theirs.recv(), line.Sleep)
        theirs.send(line.Hold(blob=b"sealed"))

    keeper._active = Helper(process=SimpleNamespace(join=join), pipe=ours, definitions=())
    keeper._suspend._bell.send(b"\0")
    keeper._before_sleep()
    keeper._listen(keeper._active)
    assert keeper._return.look() is None
    # The control: it would have been held.
    theirs.send(line.Hold(blob=b"sealed"))
    keeper._listen(keeper._active)
    assert keeper._return.look() == b"sealed"
    ears = (keeper._heard, keeper._bell, keeper._suspend.heard, keeper._suspend._bell)
    for each in (*ears, *keeper._tray, ours, theirs):
        each.close()


def test_a_changed_date_ends_it_but_a_small_correction_does_not():
    world = World()
    world.date += 120
    assert world.held.look() == b"sealed"
    world.date += 86_400
    assert world.held.look() is None


def test_it_can_be_dropped():
    world = World()
    world.held.drop()
    assert world.held.take() is None
