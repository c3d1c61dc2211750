"""What the tests of this folder share: their rounds, and the one figure that each of them prints."""

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fixtures import memory_folders
from tests.reliability.programme import FOLDER, Programme

_FIGURE = "figure"


@pytest.fixture(scope="session")
def tmp_path_factory(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> pytest.TempPathFactory:
    """Folders on the disk: what is tested here is what a disk keeps."""
    return pytestconfig.stash[memory_folders.ON_DISK]


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: a thousand stores are laid down, and none must last."""
    memory = Path("/dev/shm")  # noqa: S108
    made = tempfile.mkdtemp(prefix="clinic-quick-", dir=memory if memory.is_dir() else tmp_path)
    yield Path(made)
    shutil.rmtree(made)


@pytest.fixture
def programme(request: pytest.FixtureRequest) -> Iterator[Callable[..., Programme]]:
    """`programme(short=20, long=2000)`: the rounds of this test, in its short or its long form."""
    made: list[Programme] = []

    def begin(*, short: int, long: int) -> Programme:
        is_long = request.node.get_closest_marker("reliability") is not None
        asked = request.config.getoption("--rounds")
        file = _folder(request.config) / f"{_name(request.node.nodeid)}.json" if is_long else None
        made.append(Programme(asked or (long if is_long else short), file))
        return made[0]

    yield begin
    if made and made[0].done == made[0].rounds:
        made[0].end()


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """`figure("2000 kills, 0 lost")`: what this test has shown, printed at the end of the run."""
    return lambda words: record_property(_FIGURE, words)


def _folder(config: pytest.Config) -> Path:
    given = os.environ.get(FOLDER)
    return Path(given) if given else config.rootpath / ".pytest_cache" / "reliability"


def _name(node: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", node.removeprefix("tests/reliability/")).strip("-")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    told = [
        f"{report.nodeid.partition('::')[2]}: {words}"
        for reports in terminalreporter.stats.values()
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
        for name, words in report.user_properties
        if name == _FIGURE
    ]
    if told:
        terminalreporter.section("figures")
        for line in told:
            terminalreporter.write_line(line)
