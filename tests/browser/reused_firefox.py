"""One Firefox for many tests, emptied after each: its start takes longer than most of them.

Whoever looks for what a Firefox leaves on the disk opens one of their own with `marionette.opened`.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.browser import marionette
from tests.browser.marionette import Firefox

# A new tab and nothing else, and whatever sites or forms had stored is gone, as in a new profile.
_EMPTY = """
const fresh = gBrowser.addTrustedTab("about:blank");
gBrowser.selectedTab = fresh;
for (const each of [...gBrowser.tabs]) {
  if (each !== fresh) gBrowser.removeTab(each, { animate: false, skipPermitUnload: true });
}
for (const each of Services.wm.getEnumerator("navigator:browser")) {
  if (each.gBrowser !== gBrowser) each.close();
}
return new Promise((done) => Services.clearData.deleteData(
  Ci.nsIClearDataService.CLEAR_ALL, { onDataDeleted: (left) => done(left) }));
"""


class Firefoxes:
    """Starts a Firefox when none is free, and keeps one of them for the next test.

    Args:
        program: Firefox's program.
        place: the folder for their profiles.
    """

    def __init__(self, program: str, place: Path) -> None:
        self._program, self._place = program, place
        self._begun = 0
        self._free: list[tuple[int, ExitStack]] = []

    @contextmanager
    def lent(self) -> Iterator[Firefox]:
        """A Firefox as empty as a new one. After a test that fails it is ended, and not lent again."""
        port, running = self._free.pop() if self._free else self._started()
        with ExitStack() as ending:
            ending.push(running)
            with marionette.connected(port) as driven:
                yield driven
                empty(driven)
                driven.ask("WebDriver:DeleteSession")
            if not self._free:
                self._free.append((port, ending.pop_all()))

    def close(self) -> None:
        """End the one that is left."""
        for _, running in self._free:
            running.close()
        self._free.clear()

    def _started(self) -> tuple[int, ExitStack]:
        self._begun += 1
        running = ExitStack()
        profile = self._place / str(self._begun) / "profile"
        return running.enter_context(marionette.started(self._program, profile, inside=True)), running


def empty(driven: Firefox) -> None:
    """Close every page and remove all that was stored. The Firefox was opened with `inside=True`."""
    left = driven.inside(_EMPTY)
    assert not left, f"Firefox kept {left}"
