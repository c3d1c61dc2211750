"""Finding a Chrome, Edge or Chromium, and a Firefox, for the browser tests.

Nothing is downloaded by the product itself.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, MutableMapping, Sequence
from pathlib import Path

VARIABLE = "CLINIC_BROWSER"
FIREFOX = "CLINIC_FIREFOX"
# Chromium without the shell of windows around its pages: half the processor time for the same pages.
HEADLESS = "CLINIC_HEADLESS"

_NAMES = (
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "microsoft-edge",
    "microsoft-edge-stable",
    "chromium",
    "chromium-browser",
)
_MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_WINDOWS = ("Google/Chrome/Application/chrome.exe", "Microsoft/Edge/Application/msedge.exe")
_FIREFOX_NAMES = ("firefox-esr", "firefox")
_HEADLESS_NAMES = ("chromium-headless-shell", "chrome-headless-shell")
_FIREFOX_MAC = ("/Applications/Firefox.app/Contents/MacOS/firefox",)
_FIREFOX_WINDOWS = ("Mozilla Firefox/firefox.exe",)


def offer(variables: MutableMapping[str, str]) -> None:
    """Put the paths of the browsers where the tests look for them, as far as there are any or can be had."""
    kinds = (
        (VARIABLE, find, "chromium"),
        (FIREFOX, find_firefox, "firefox-esr"),
        (HEADLESS, find_headless, "chromium-headless-shell"),
    )
    for variable, search, package in kinds:
        if variables.get(variable):
            continue
        found = search(variables)
        if found is None and may_install():
            install(package)
            found = search(variables)
        if found is not None:
            variables[variable] = found


def find(variables: Mapping[str, str]) -> str | None:
    """The first Chrome, Edge or Chromium that can be started."""
    return _first(variables, _NAMES, _MAC, _WINDOWS)


def find_firefox(variables: Mapping[str, str]) -> str | None:
    """A Firefox that can be started."""
    return _first(variables, _FIREFOX_NAMES, _FIREFOX_MAC, _FIREFOX_WINDOWS)


def find_headless(variables: Mapping[str, str]) -> str | None:
    """A Chromium that shows no windows, where there is one; the tests can do without."""
    return _first(variables, _HEADLESS_NAMES, (), ())


def _first(
    variables: Mapping[str, str], names: Sequence[str], mac: Sequence[str], windows: Sequence[str]
) -> str | None:
    # By name on the path, else where its installer puts it.
    named = (shutil.which(name, path=variables.get("PATH")) for name in names)
    return next((path for path in named if path and starts(path)), None) or _usual_place(
        variables, mac, windows
    )


def starts(path: str) -> bool:
    """Whether this is the browser itself; some systems put a stub there that only tells how to get it."""
    if sys.platform == "win32":
        return True  # asking for the version would open a window
    try:
        asked = subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


def may_install() -> bool:
    """Only as root on Debian, where one package is a whole browser. Elsewhere a person decides."""
    if sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    try:
        lines = Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    return "ID=debian" in lines


def install(package: str) -> None:
    """A package of Debian's own. If that fails the tests say that there is no such browser."""
    print(f"A browser for the browser tests is missing: installing Debian's {package}.", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update"], ["install", "-y", "--no-install-recommends", package]):
        done = subprocess.run(["apt-get", "-qq", *words], env=quiet, stdout=subprocess.DEVNULL, check=False)
        if done.returncode:
            return


def _usual_place(variables: Mapping[str, str], mac: Sequence[str], windows: Sequence[str]) -> str | None:
    if sys.platform == "darwin":
        places = [Path(place) for place in mac]
    elif sys.platform == "win32":
        roots = [variables.get(name) for name in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")]
        places = [Path(root) / place for root in roots if root for place in windows]
    else:
        places = []
    return next((str(place) for place in places if place.is_file()), None)
