"""Firefox driven from outside by its own protocol, Marionette: JSON over one socket of this machine.

Playwright cannot drive the Firefox that Linux distributions ship. The keys pressed here go through the
browser's own input handling, as those of a keyboard do.
"""

import base64
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.browser.firefox import profile_with, program_home
from tests.fixtures.running import address_in, launch_file

# Keys without a character, as WebDriver writes them.
ENTER, TAB, ESCAPE, SPACE, BACKSPACE = "\ue007", "\ue004", "\ue00c", " ", "\ue003"
LEFT, UP, RIGHT, DOWN = "\ue012", "\ue013", "\ue014", "\ue015"
SHIFT, CONTROL, ALT, META = "\ue008", "\ue009", "\ue00a", "\ue03d"
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
_SECONDS = 60.0


class Refused(Exception):
    """Firefox did not do what was asked; the first word says why, such as `no such element`."""


class Firefox:
    """One Firefox without a window. Every wait is for a state, and fails after a minute."""

    def __init__(self, port: int) -> None:
        self._socket = _connected(port)
        self._number = 0
        self._read()
        # A question about leaving a page is answered by Marionette itself, whatever is asked for here: that
        # a page raises it is seen from its event.
        self.ask("WebDriver:NewSession", capabilities={"alwaysMatch": {}})
        self.ask("WebDriver:SetTimeouts", script=20_000, pageLoad=60_000, implicit=0)

    def ask(self, command: str, **given: object) -> Any:
        """Send one command of Marionette and return its value.

        Raises:
            Refused: Firefox answered with an error.
        """
        self._number += 1
        sent = json.dumps([0, self._number, command, given]).encode()
        self._socket.sendall(f"{len(sent)}:".encode() + sent)
        _, number, wrong, found = self._read()
        assert number == self._number, "an answer to another question"
        if wrong:
            raise Refused(f"{wrong['error']}: {wrong['message']}")
        return found["value"] if isinstance(found, dict) and set(found) == {"value"} else found

    def come_in(self, host: str) -> None:
        """Follow the address of a launch file, as a start of the program does."""
        self.go(address_in(launch_file(host)))

    def go(self, address: str) -> None:
        """Open an address and wait until the page is loaded."""
        self.ask("WebDriver:Navigate", url=address)

    @property
    def address(self) -> str:
        """The address of the page."""
        return str(self.ask("WebDriver:GetCurrentURL"))

    def script(self, body: str, *arguments: object) -> Any:
        """Run a function's body in the page, with its strict policies: `return document.title`."""
        return self.ask("WebDriver:ExecuteScript", script=body, args=list(arguments), sandbox=None)

    def inside(self, body: str) -> Any:
        """Run a function's body in Firefox itself. It was opened with `inside=True`."""
        self.ask("Marionette:SetContext", value="chrome")
        try:
            return self.ask("WebDriver:ExecuteScript", script=body, args=[], sandbox="system")
        finally:
            self.ask("Marionette:SetContext", value="content")

    def printed(self) -> bytes:
        """The page as it is printed, without backgrounds: a PDF."""
        return base64.b64decode(self.ask("WebDriver:Print", background=False))

    def find(self, selector: str) -> str:
        """The first element of this CSS selector, once there is one."""
        found: list[str] = self.until(lambda: self._all(selector), f"no {selector} on {self.address}")
        return found[0]

    def link(self, words: str) -> str:
        """The first link or button that holds these words and can be seen, once there is one."""
        body = (
            "return [...document.querySelectorAll('a, button, summary')].find((each) =>"
            " each.innerText.includes(arguments[0]) && each.checkVisibility({visibilityProperty: true})"
            " && !each.closest('.unseen'))"
        )
        return str(self.until(lambda: self.script(body, words), f"no {words!r} to press")[_ELEMENT])

    def click(self, element: str) -> None:
        """Click an element, as the mouse does."""
        self.ask("WebDriver:ElementClick", id=element)

    def double_click(self, element: str) -> None:
        """Click an element twice at once; a mouse of Marionette may find the page left already."""
        self.script("arguments[0].click(); arguments[0].click()", {_ELEMENT: element})

    def focus(self, selector: str) -> None:
        """Put the focus on the first element of this selector."""
        self.find(selector)
        self.script("document.querySelector(arguments[0]).focus()", selector)

    def fill(self, selector: str, text: str) -> None:
        """Click a field and type into it."""
        element = self.find(selector)
        self.ask("WebDriver:ElementClear", id=element)
        self.ask("WebDriver:ElementSendKeys", id=element, text=text)

    def press(self, *keys: str, held: str = "") -> None:
        """Press keys one after another where the focus is; `held` stays down meanwhile, such as `CONTROL`."""
        acts = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        if held:
            acts = [{"type": "keyDown", "value": held}, *acts, {"type": "keyUp", "value": held}]
        self.ask("WebDriver:PerformActions", actions=[{"type": "key", "id": "keyboard", "actions": acts}])
        self.ask("WebDriver:ReleaseActions")

    def type(self, text: str) -> None:
        """Type a text where the focus is."""
        self.press(*text)

    def text(self, selector: str = "main") -> str:
        """What can be read in the first element of this selector."""
        return str(self.ask("WebDriver:GetElementText", id=self.find(selector)))

    def value(self, selector: str) -> str:
        """What stands in a field."""
        self.find(selector)
        return str(self.script("return document.querySelector(arguments[0]).value", selector))

    def new_tab(self) -> str:
        """Open another tab and stand in it; the name of the tab is for `switch`."""
        handle = str(self.ask("WebDriver:NewWindow", type="tab")["handle"])
        self.switch(handle)
        return handle

    @property
    def tab(self) -> str:
        """The tab that is looked at."""
        return str(self.ask("WebDriver:GetWindowHandle"))

    def switch(self, tab: str) -> None:
        """Stand in another tab."""
        self.ask("WebDriver:SwitchToWindow", handle=tab, focus=True)

    def until(self, told: Callable[[], Any], otherwise: str = "did not come about") -> Any:
        """Wait until this is so and return what it found. A page that is being changed counts as not yet."""
        until = time.monotonic() + _SECONDS
        while True:
            with suppress(Refused):
                if found := told():
                    return found
            assert time.monotonic() < until, otherwise
            time.sleep(0.05)

    def _all(self, selector: str) -> list[str]:
        found = self.ask("WebDriver:FindElements", using="css selector", value=selector)
        return [str(each[_ELEMENT]) for each in found]

    def _read(self) -> Any:
        length = b""
        while not length.endswith(b":"):
            length += self._received(1)
        wanted, whole = int(length[:-1]), b""
        while len(whole) < wanted:
            whole += self._received(wanted - len(whole))
        return json.loads(whole)

    def _received(self, most: int) -> bytes:
        found = self._socket.recv(most)
        assert found, "Firefox closed the line"
        return found

    def close(self) -> None:
        """Close the line."""
        self._socket.close()


@contextmanager
def opened(program: str, profile: Path, *, inside: bool = False, **preferences: object) -> Iterator[Firefox]:
    """A Firefox with an empty profile in this folder, which must not be there yet.

    Args:
        inside: lets `Firefox.inside` reach what is not of the page: the accessibility tree.
        preferences: by their names, with `__` for each dot.
    """
    with started(program, profile, inside=inside, **preferences) as port, connected(port) as firefox:
        yield firefox


@contextmanager
def started(program: str, profile: Path, *, inside: bool = False, **preferences: object) -> Iterator[int]:
    """The same Firefox, and nobody at its line yet; the port of the line."""
    port = _free_port()
    # What is typed must not be kept for the next start, and a page may be left without a click in it.
    more = {name.replace("__", "."): value for name, value in preferences.items()}
    profile_with(profile, {"marionette.port": port, "remote.prefs.recommended": True} | more)
    words = [program, "--marionette", "--headless", "--no-remote", "--profile", str(profile)]
    words += ["--remote-allow-system-access"] * inside
    silent, home = subprocess.DEVNULL, program_home(profile)
    with subprocess.Popen(words, stdout=silent, stderr=silent, env=home, start_new_session=True) as process:
        try:
            yield port
        finally:
            # Firefox's own children are in its group, and none of anybody else's.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def connected(port: int) -> Iterator[Firefox]:
    """The Firefox that listens at this port; it goes on when the line is closed."""
    firefox = Firefox(port)
    try:
        yield firefox
    finally:
        firefox.close()


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def _connected(port: int) -> socket.socket:
    until = time.monotonic() + _SECONDS
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=_SECONDS)
        except OSError:
            assert time.monotonic() < until, "Firefox does not listen"
            time.sleep(0.1)
