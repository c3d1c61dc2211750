import logging
import re
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import NoReturn

import pytest

from clinic_toolkit.cli.redacted_logging import RedactingFormatter
from tests.architecture.tree import CHECKOUT, modules
from tests.fixtures.sites import Site

SECRET = "Ana Reyes was here"


def line(name: str, message: str, *args: object, error: Exception | None = None, **extra: object) -> str:
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord(name, logging.ERROR, __file__, 1, message, args, info)
    record.__dict__.update(extra)
    return RedactingFormatter().format(record)


def raised() -> Exception:
    try:
        raise ValueError(SECRET)
    except ValueError as error:
        error.add_note(SECRET)
        return error


def test_a_line_keeps_code_id_class_and_place() -> None:
    text = line("clinic", "request.unforeseen", error=raised(), opaque="3fa09c1b")
    assert "request.unforeseen 3fa09c1b ValueError at test_redacted_logging.py:" in text
    assert "\n" not in text


def events_in(source: str) -> set[str]:
    return set(re.findall(r"\blog\.\w+\(\s*\"([a-z_.]+)\"", source))


def test_every_event_is_described_and_no_other() -> None:
    page = (CHECKOUT / "docs" / "log.md").read_text(encoding="utf-8")
    rows = [row.split("|")[1] for row in page.splitlines() if row.startswith("| `")]
    described = {event for row in rows for event in re.findall(r"`([a-z_.]+)`", row)}
    written = set().union(*(events_in(path.read_text(encoding="utf-8")) for path in modules()))
    assert described == written
    assert events_in('    log.exception(\n        "note.saved"\n    )') == {"note.saved"}


def test_a_line_begins_with_its_moment_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        moment = datetime.now(UTC)
        began = line("clinic", "note.saved").partition(" ")[0]
    finally:
        monkeypatch.undo()
        time.tzset()
    assert began.endswith("Z")
    assert abs(datetime.fromisoformat(began) - moment) < timedelta(minutes=1)


def test_no_value_is_ever_written() -> None:
    for text in (
        line("clinic", SECRET),
        line("clinic", "saved %s", SECRET),
        line("clinic", f"note.saved {SECRET}"),
        line("clinic", "note.saved", opaque=SECRET),
        line("waitress", "Exception while serving %s", SECRET, error=raised()),
        line("sqlalchemy.engine", f"INSERT {SECRET}"),
        line("py.warnings", SECRET),
    ):
        assert "Ana" not in text
        assert "Reyes" not in text
    # The control: the formatter that Python would use writes all of it.
    record = logging.LogRecord("clinic", logging.ERROR, __file__, 1, "%s", (SECRET,), None)
    assert SECRET in logging.Formatter().format(record)


def test_a_failing_request_leaves_no_value_in_the_log(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    def view() -> NoReturn:
        raise ValueError(SECRET)

    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(RedactingFormatter())
    logging.getLogger().addHandler(handler)
    try:
        site.post(site.route(view), {"note": SECRET})
    finally:
        logging.getLogger().removeHandler(handler)
    written = capsys.readouterr().out
    assert "request.unforeseen" in written
    assert "Ana" not in written


def test_nothing_uncaught_is_printed_with_its_values() -> None:
    program = f"""
import threading, warnings, logging
from clinic_toolkit.cli import redacted_logging
redacted_logging.install_logging()
def fail():
    raise ValueError({SECRET!r})
thread = threading.Thread(target=fail); thread.start(); thread.join()
class Bad:
    def __del__(self): fail()
Bad()
warnings.warn({SECRET!r})
logging.getLogger("other").error("%d", {SECRET!r})
fail()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    written = done.stdout + done.stderr
    assert "Ana" not in written
    for event in ("process.uncaught", "thread.uncaught", "object.unraisable", "(py.warnings)", "(other)"):
        assert event in written
