"""Finding a Chrome, Edge or Chromium for the browser tests. Nothing is downloaded by the product itself."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, MutableMapping
from pathlib import Path

VARIABLE = "CLINIC_BROWSER"

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


def offer(variables: MutableMapping[str, str]) -> None:
    """Put the path of a browser where the tests look for it, if there is one or one can be had."""
    if variables.get(VARIABLE):
        return
    found = find(variables)
    if found is None and may_install():
        install()
        found = find(variables)
    if found is not None:
        variables[VARIABLE] = found


def find(variables: Mapping[str, str]) -> str | None:
    """The first browser that can be started: by name on the path, else where its installer puts it."""
    named = (shutil.which(name, path=variables.get("PATH")) for name in _NAMES)
    return next((path for path in named if path and starts(path)), None) or _usual_place(variables)


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


def install() -> None:
    """Debian's own Chromium. If that fails the tests say that there is no browser."""
    print("No browser for the browser tests: installing Debian's Chromium.", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        done = subprocess.run(["apt-get", "-qq", *words], env=quiet, stdout=subprocess.DEVNULL, check=False)
        if done.returncode:
            return


def _usual_place(variables: Mapping[str, str]) -> str | None:
    if sys.platform == "darwin":
        places = [Path(place) for place in _MAC]
    elif sys.platform == "win32":
        roots = [variables.get(name) for name in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")]
        places = [Path(root) / place for root in roots if root for place in _WINDOWS]
    else:
        places = []
    return next((str(place) for place in places if place.is_file()), None)
