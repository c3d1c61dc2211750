import logging
import subprocess
import sys

from clinic_toolkit.web.log import PlainFormatter
from tests.fixtures.sites import Site

SECRET = "Ana Reyes was here"


def line(name, message, *args, error=None, **extra):
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord(name, logging.ERROR, __file__, 1, message, args, info)
    record.__dict__.update(extra)
    return PlainFormatter().format(record)


def raised() -> Exception:
    try:
        raise ValueError(SECRET)
    except ValueError as error:
        error.add_note(SECRET)
        return error


def test_a_line_keeps_code_id_class_and_place():
    text = line("clinic", "request.unforeseen", error=raised(), opaque="3fa09c1b")
    assert "request.unforeseen 3fa09c1b ValueError at test_log.py:" in text
    assert "\n" not in text


def test_no_value_is_ever_written():
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


def test_a_failing_request_leaves_no_value_in_the_log(site: Site, capsys):
    def view():
        raise ValueError(SECRET)

    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(PlainFormatter())
    logging.getLogger().addHandler(handler)
    try:
        site.post(site.route(view), {"note": SECRET})
    finally:
        logging.getLogger().removeHandler(handler)
    written = capsys.readouterr().out
    assert "request.unforeseen" in written
    assert "Ana" not in written


def test_nothing_uncaught_is_printed_with_its_values():
    program = f"""
import threading, warnings, logging
from clinic_toolkit.web import log
log.install()
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
