"""What every test has: the options, the browser, and a place to report a ratio."""

import gc
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.fixtures import file_schedule, fresh_reruns, memory_folders, shared_caches, starts
from tests.fixtures.outside import sitecustomize as outside

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

NO_BROWSER = "no Chrome, Edge or Chromium; set CLINIC_BROWSER"
NO_FIREFOX = "no Firefox; set CLINIC_FIREFOX"
LONG = ("bench", "reliability")
# What depends on other programs may be run once more in CI; each that needed it is named as a defect.
AGAIN = ("browser", "processes")

# A busy machine is slower, and no less right: no property fails by the clock. In CI every run draws the
# same examples; everyone's own runs draw new ones.
settings.register_profile("own", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("own"), derandomize=True, database=None, print_blob=True)

_report = pytest.StashKey[Path]()
_ratios = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    ours = parser.getgroup("clinic toolkit")
    ours.addoption("--require-browser", action="store_true", help="no browser is a failure, not a skip")
    ours.addoption(
        "--ci",
        action="store_true",
        help="the same values in every run; a test of processes or browsers may run twice",
    )
    ours.addoption("--fast", action="store_true", help="no test that starts the program or a browser")
    ours.addoption("--bench", action="store_true", help="only the measured goals, as ratios")
    ours.addoption("--reliability", action="store_true", help="only the long forms of the reliability tests")
    ours.addoption("--rounds", type=int, metavar="N", help="how many rounds a reliability test goes")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_ratios] = []
    config.pluginmanager.register(starts)
    config.pluginmanager.register(fresh_reruns)
    config.pluginmanager.register(file_schedule)
    file_schedule.step_back(config)
    file_schedule.collect_from_elsewhere(config)
    # What is measured is measured as it is in life.
    if not config.getoption("--bench"):
        shared_caches.share()
    settings.load_profile("ci" if config.getoption("--ci") else "own")
    if config.getoption("--bench") and config.getoption("numprocesses", None):
        raise pytest.UsageError("--bench measures, so it never runs in parallel: leave -n out.")
    for variable, missing in (("CLINIC_BROWSER", NO_BROWSER), ("CLINIC_FIREFOX", NO_FIREFOX)):
        given = os.environ.get(variable)
        if given and not Path(given).is_file():
            raise pytest.UsageError(f"{variable} names {given}, which is not there.")
        if config.getoption("--require-browser") and not given:
            raise pytest.UsageError(f"--require-browser: {missing}.")


def pytest_sessionstart(session: pytest.Session) -> None:
    """From here on no Python of these tests, and none that they start, leaves this machine."""
    if outside.REPORT not in os.environ:
        handle, name = tempfile.mkstemp(prefix="clinic-outside-")
        os.close(handle)
        os.environ[outside.REPORT] = name
        session.config.stash[_report] = Path(name)
        paths = [str(Path(outside.__file__).parent), os.environ.get("PYTHONPATH", "")]
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    sys.addaudithook(outside.watch)
    sys.addaudithook(starts.watch)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    report = session.config.stash.get(_report, None)
    if report is not None and report.read_text(encoding="utf-8"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_unconfigure(config: pytest.Config) -> None:
    if (report := config.stash.get(_report, None)) is not None:
        report.unlink(missing_ok=True)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    asked = {mark for mark in LONG if config.getoption(f"--{mark}")}
    if asked:
        wanted = [item for item in items if any(item.get_closest_marker(mark) for mark in asked)]
    else:
        wanted = [item for item in items if not any(item.get_closest_marker(mark) for mark in LONG)]
    if config.getoption("--fast"):
        wanted = [item for item in wanted if starts.is_fast(item)]
    left = set(items) - set(wanted)
    if left:
        config.hook.pytest_deselected(items=[item for item in items if item in left])
        items[:] = wanted
    if config.getoption("--ci"):
        for item in items:
            if any(item.get_closest_marker(mark) for mark in AGAIN):
                item.add_marker(pytest.mark.flaky(reruns=1))
    if not os.environ.get("CLINIC_BROWSER"):
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason=NO_BROWSER))


def pytest_collection_finish() -> None:
    """What was collected stays to the end: nobody needs to look through it for what could go."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for missing in (NO_BROWSER, NO_FIREFOX):
        reports = terminalreporter.stats.get("skipped", [])
        if skipped := sum(missing in str(report.longrepr) for report in reports):
            terminalreporter.write_line(f"{skipped} browser tests skipped: {missing}")
    flaky = [report.nodeid for report in terminalreporter.stats.get("rerun", [])]
    for name in flaky:
        terminalreporter.write_line(f"flaky: {name}")
    if config.getoption("--ci"):
        terminalreporter.write_line(f"{len(flaky)} flaky tests: each is a defect to mend")
    report = config.stash.get(_report, None)
    if report is not None and (left := report.read_text(encoding="utf-8")):
        terminalreporter.section("connections that would have left this machine")
        terminalreporter.write(left)
    if config.stash[_ratios]:
        terminalreporter.section("goals, as ratios of this run")
        for line in config.stash[_ratios]:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def tmp_path_factory(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[pytest.TempPathFactory]:
    """Where the folders of tests lie: in memory, but for tests that are about files and disks."""
    with memory_folders.factory(pytestconfig, tmp_path_factory) as factory:
        yield factory


@pytest.fixture(scope="session")
def playwright() -> Iterator["Playwright"]:
    """Drives the browsers. One process can have only one at a time, so it is everybody's."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser_path() -> str:
    """The browser's program; only for tests marked `browser`."""
    return os.environ["CLINIC_BROWSER"]


@pytest.fixture(scope="session")
def headless_path(browser_path: str) -> str:
    """The same engine without windows, where there is one; else the browser."""
    return os.environ.get("CLINIC_HEADLESS", browser_path)


@pytest.fixture(scope="session")
def firefox_path() -> str:
    """Firefox's program."""
    given = os.environ.get("CLINIC_FIREFOX")
    if not given:
        pytest.skip(NO_FIREFOX)
    return given


@pytest.fixture
def ratio(request: pytest.FixtureRequest) -> Callable[..., None]:
    """`ratio(13, "loading the program", found, most=1.25)`: print it at the end and hold it to its goal."""

    def report(goal: int, words: str, found: float, *, most: float) -> None:
        request.config.stash[_ratios].append(f"goal {goal:>2}  {found:6.2f}  (at most {most:g})  {words}")
        assert found <= most, f"goal {goal}: {words} is {found:.2f}, over {most:g}"

    return report
