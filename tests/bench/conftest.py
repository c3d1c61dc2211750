"""A place to report what a goal's number is made of. A part has no limit of its own."""

from collections.abc import Callable

import pytest

_parts = pytest.StashKey[list[str]]()


@pytest.fixture
def part(request: pytest.FixtureRequest) -> Callable[..., None]:
    """`part(9, "the line of audit", found)`: print it at the end, under its goal."""

    def report(goal: int, words: str, found: float) -> None:
        request.config.stash.setdefault(_parts, []).append(f"goal {goal:>2}  {found:6.2f}  {words}")

    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.stash.get(_parts, []):
        terminalreporter.section("what they are made of, by the same yardstick")
        for line in config.stash[_parts]:
            terminalreporter.write_line(line)
