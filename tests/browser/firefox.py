"""Firefox without a window, led by files and pages alone; `marionette` drives it from outside."""

import json
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

# No first page, no asking home, and no question about leaving.
_QUIET = {
    "browser.shell.checkDefaultBrowser": False,
    "browser.aboutwelcome.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.enabled": False,
    "app.update.enabled": False,
    "app.normandy.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "http://127.0.0.1:9/",
    "network.dns.disablePrefetch": True,
    "network.prefetch-next": False,
}


class Elsewhere:
    """A web server of somebody else on this machine, and what the pages on it report to it."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.reports: list[dict[str, Any]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                page = outer.pages.get(self.path.partition("?")[0])
                self.send_response(200 if page is not None else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write((page or "").encode())

            def do_POST(self) -> None:
                sent = self.rfile.read(int(self.headers["Content-Length"]))
                outer.reports.append(json.loads(sent))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait_for(self, told: Callable[[], bool], seconds: float = 60) -> None:
        """Wait until this is so."""
        until = time.monotonic() + seconds
        while not told():
            assert time.monotonic() < until, self.reports
            time.sleep(0.05)

    def close(self) -> None:
        """Serve no more."""
        self.server.shutdown()
        self.server.server_close()


@contextmanager
def elsewhere() -> Iterator[Elsewhere]:
    """Somebody else's web server."""
    served = Elsewhere()
    try:
        yield served
    finally:
        served.close()


@contextmanager
def opened_with(program: str, profile: Path, addresses: list[str]) -> Iterator[None]:
    """Firefox with these pages open in one profile."""
    profile_with(profile, {})
    words = [program, "--headless", "--no-remote", "--profile", str(profile), *addresses]
    silent = subprocess.DEVNULL
    with subprocess.Popen(words, stdout=silent, stderr=silent, env=program_home(profile)) as process:
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()


def profile_with(profile: Path, more: dict[str, object]) -> None:
    """Make a new profile that asks nobody anything, with these preferences beside."""
    profile.mkdir(parents=True)
    lines = [
        f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in (_QUIET | more).items()
    ]
    (profile / "user.js").write_text("\n".join(lines), encoding="utf-8")


def program_home(profile: Path) -> dict[str, str]:
    """The environment of a Firefox that writes nothing into this user's own home."""
    home = profile.parent / "home"
    home.mkdir(exist_ok=True)
    return os.environ | {"HOME": str(home), "MOZ_CRASHREPORTER_DISABLE": "1"}
