"""Which process runs which file: those that wait go to two of them, and all are run once."""

from itertools import chain
from types import SimpleNamespace
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

from tests.fixtures.file_schedule import FileSchedule, collect_from_elsewhere, waits

NAMES = ("browser/a", "record/b", "reliability/c", "web/d", "web/e", "browser/f")
FILES = [f"tests/{name}.py" for name in NAMES]
TESTS = [f"{file}::test_{number}" for file in FILES for number in range(3)]


class Process:
    """A worker of pytest-xdist that runs what it is sent when it is asked to."""

    def __init__(self, number: int) -> None:
        self.workerinput = {"workerid": f"gw{number}"}
        self.gateway = type("Gateway", (), {"id": f"gw{number}"})
        self.shutting_down = False
        self.sent: list[int] = []
        self.files: list[str] = []

    def send_runtest_some(self, indices: list[int]) -> None:
        """Take these tests."""
        self.sent += indices
        self.files.append(TESTS[indices[0]].partition("::")[0])

    def shutdown(self) -> None:
        """Take no more."""
        self.shutting_down = True


def begun(kind: type[LoadFileScheduling], processes: list[Process]) -> Any:
    """A schedule that has given these processes their first tests."""
    tx = ["popen"] * len(processes)
    config = SimpleNamespace(getvalue=lambda _: tx, option=SimpleNamespace(loadscopereorder=False))
    schedule: Any = kind(config)
    for process in processes:
        schedule.add_node(process)
        schedule.add_node_collection(process, TESTS)
    schedule.schedule()
    return schedule


def run(kind: type[LoadFileScheduling], numbers: list[int]) -> list[list[str]]:
    """Run all tests, each process one after the other in turn; returns the files of each."""
    processes = [Process(number) for number in numbers]
    schedule, done = begun(kind, processes), list[int]()
    while any(process.sent for process in processes):
        for process in processes:
            if process.sent:
                done.append(process.sent.pop(0))
                schedule.mark_test_complete(process, done[-1])
    assert sorted(done) == list(range(len(TESTS)))
    return [process.files for process in processes]


def test_two_run_what_waits_and_the_third_runs_the_rest() -> None:
    one, two, third = run(FileSchedule, [0, 1, 2])
    assert {file for file in FILES if waits(file)} <= {*one, *two}
    assert third and not any(map(waits, third))
    # The control: in the order in which they come, the third one is given a file that waits.
    assert any(map(waits, run(LoadFileScheduling, [0, 1, 2])[2]))


@pytest.mark.parametrize("numbers", [[0], [0, 1], [2]], ids=["one", "two", "what is left of three"])
def test_fewer_processes_run_everything(numbers: list[int]) -> None:
    assert sorted(chain(*run(FileSchedule, numbers))) == sorted(FILES)


def test_each_process_begins_to_collect_elsewhere_and_they_run_the_same(pytestconfig: pytest.Config) -> None:
    collected = []
    for number in range(3):
        config: Any = SimpleNamespace(
            workerinput={"workerid": f"gw{number}", "workercount": 3},
            args_source=pytest.Config.ArgsSource.TESTPATHS,
            args=[str(pytestconfig.rootpath / "tests" / "deploy")],
        )
        collect_from_elsewhere(config)
        collected.append(config.args)
    assert len({args[0] for args in collected}) == 3
    assert sorted(collected[0]) == sorted(collected[1]) == sorted(collected[2])
    assert __file__ in collected[0]
    asked: Any = SimpleNamespace(
        args_source=pytest.Config.ArgsSource.ARGS, args=["tests/web"], workerinput={}
    )
    collect_from_elsewhere(asked)
    assert asked.args == ["tests/web"]
