"""Finds a Chrome, Edge or Chromium, and a Firefox, for the browser tests.

The product itself downloads nothing.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, MutableMapping, Sequence
from pathlib import Path

VARIABLE = "CLINIC_BROWSER"
FIREFOX = "CLINIC_FIREFOX"
# Chromium without windows around its pages needs half the processor time for the same pages.
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
    """Set the variables in which the tests look for browsers; install a missing one if that is allowed."""
    browsers = (
        (VARIABLE, find, "chromium"),
        (FIREFOX, find_firefox, "firefox-esr"),
        (HEADLESS, find_headless, "chromium-headless-shell"),
    )
    for variable, search, package in browsers:
        if variables.get(variable):
            continue
        path = search(variables)
        if path is None and may_install():
            install(package)
            path = search(variables)
        if path is not None:
            variables[variable] = path


def find(variables: Mapping[str, str]) -> str | None:
    """The first Chrome, Edge or Chromium that can be started."""
    return _first(variables, _NAMES, _MAC, _WINDOWS)


def find_firefox(variables: Mapping[str, str]) -> str | None:
    """A Firefox that can be started."""
    return _first(variables, _FIREFOX_NAMES, _FIREFOX_MAC, _FIREFOX_WINDOWS)


def find_headless(variables: Mapping[str, str]) -> str | None:
    """A Chromium without windows, if there is one; the tests also run without it."""
    return _first(variables, _HEADLESS_NAMES, (), ())


def _first(
    variables: Mapping[str, str], names: Sequence[str], mac: Sequence[str], windows: Sequence[str]
) -> str | None:
    # Search PATH by name first, then the folders that the installers use.
    paths = (shutil.which(name, path=variables.get("PATH")) for name in names)
    return next((path for path in paths if path and starts(path)), None) or _usual_place(
        variables, mac, windows
    )


def starts(path: str) -> bool:
    """Whether this is the browser itself and not a stub that only says how to install it."""
    if sys.platform == "win32":
        return True  # asking for the version would open a window
    try:
        result = subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return result.returncode == 0


def may_install() -> bool:
    """Whether a browser may be installed: only as root on Debian, where one package is enough."""
    if sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    try:
        lines = Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    return "ID=debian" in lines


def install(package: str) -> None:
    """Install a package of Debian; if that fails, the tests report the missing browser."""
    print(f"A browser for the browser tests is missing: installing Debian's {package}.", flush=True)
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", package]):
        result = subprocess.run(
            ["apt-get", "-qq", *arguments], env=environ, stdout=subprocess.DEVNULL, check=False
        )
        if result.returncode:
            return


def _usual_place(variables: Mapping[str, str], mac: Sequence[str], windows: Sequence[str]) -> str | None:
    candidates: list[Path] = []
    if sys.platform == "darwin":
        candidates = [Path(path) for path in mac]
    elif sys.platform == "win32":
        roots = [variables.get(name) for name in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")]
        candidates = [Path(root) / path for root in roots if root for path in windows]
    return next((str(path) for path in candidates if path.is_file()), None)
