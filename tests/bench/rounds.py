"""Paired rounds: the thing and its yardstick by turns, so that a slow moment of the machine hits both."""

import gc
import time
from collections.abc import Callable
from statistics import median

Act = Callable[[], object]
ROUNDS = 31


def ratio(
    ours: Act, yardstick: Act, *, times: int, clock: Callable[[], float], rounds: int = ROUNDS
) -> float:
    """The median over paired rounds of what ours costs, as a multiple of the yardstick."""
    for act in (ours, yardstick):
        cost(act, times, clock)
    return median(cost(ours, times, clock) / cost(yardstick, times, clock) for _ in range(rounds))


def cost(act: Act, times: int, clock: Callable[[], float]) -> float:
    """What so many turns cost."""
    gc.collect()
    began = clock()
    for _ in range(times):
        act()
    return clock() - began


def by_turns(ours: Act, yardstick: Act, *, turns: int, clear_up: Act = lambda: None) -> float:
    """The ratio of the medians of single acts, each right after the other; for what waits for a disk.

    Args:
        clear_up: what is done after each pair, and not counted.
    """
    times = _times(ours, yardstick, turns, clear_up)
    return median(ours / theirs for ours, theirs in zip(*times, strict=True))


def difference_by_turns(ours: Act, yardstick: Act, *, turns: int) -> float:
    """The median number of seconds that ours takes longer than what is done right after it."""
    return median(ours - theirs for ours, theirs in zip(*_times(ours, yardstick, turns), strict=True))


def cost_of_one(act: Act, *, turns: int = 100) -> float:
    """The median number of seconds for one act, on the clock."""
    return median(cost(act, 1, time.perf_counter) for _ in range(turns))


def _times(
    ours: Act, yardstick: Act, turns: int, clear_up: Act = lambda: None
) -> tuple[list[float], list[float]]:
    found: tuple[list[float], list[float]] = ([], [])
    for act in (ours, yardstick, clear_up) * 5:
        act()
    for _ in range(turns):
        for act, times in zip((ours, yardstick), found, strict=True):
            began = time.perf_counter()
            act()
            times.append(time.perf_counter() - began)
        clear_up()
    return found
