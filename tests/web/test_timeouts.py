import pytest

from clinic_toolkit.web.perimeter.timeouts import Timeouts, suspend_aware_clock


class Time:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def ticking(activity: Timeouts, time: Time, seconds: int) -> str | None:
    for _ in range(seconds):
        time.now += 1
        reason = activity.reason_to_end()
        if reason:
            return reason
    return None


def made() -> tuple[Timeouts, Time]:
    time = Time()
    return Timeouts(idle=300, idle_in_session=1800, clock=time), time


def test_a_locked_worker_never_ends_by_itself() -> None:
    activity, time = made()
    assert ticking(activity, time, 40_000) is None


def test_five_minutes_without_a_person() -> None:
    activity, time = made()
    activity.start()
    assert ticking(activity, time, 299) is None
    activity.record_activity()
    assert ticking(activity, time, 299) is None
    assert ticking(activity, time, 1) == "idle"


def test_thirty_minutes_while_a_session_is_open() -> None:
    activity, time = made()
    activity.start()
    activity.session_open = True
    assert ticking(activity, time, 1799) is None
    activity.session_open = False
    assert ticking(activity, time, 1) == "idle"


def test_a_closed_lid_ends_it_at_once() -> None:
    activity, time = made()
    activity.start()
    assert ticking(activity, time, 10) is None
    time.now += 31
    assert activity.reason_to_end() == "suspended"


def test_a_short_stall_does_not() -> None:
    activity, time = made()
    activity.start()
    time.now += 29
    assert activity.reason_to_end() is None


def test_eight_hours_are_the_longest() -> None:
    activity, time = made()
    activity.start()
    for _ in range(8 * 3600 // 100 - 1):
        activity.record_activity()
        assert ticking(activity, time, 100) is None
    activity.record_activity()
    assert ticking(activity, time, 100) == "eight hours"


def test_the_clock_is_not_the_date(monkeypatch: pytest.MonkeyPatch) -> None:
    before = suspend_aware_clock()
    monkeypatch.setattr("time.time", lambda: 0.0)
    assert 0 <= suspend_aware_clock() - before < 5
