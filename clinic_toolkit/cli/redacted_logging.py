"""Logging without client data: an event code, an opaque id, and the place in our code.

Messages with values are never logged, because an exception's text can contain a name, an answer or a note.
So the text of log records from other libraries is dropped, and of exceptions only the class and the last
lines of the traceback are logged.
"""

import logging
import re
import sys
import threading
import time
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

_EVENT_CODE = re.compile(r"[a-z_]+(\.[a-z_]+)+")
_OPAQUE_ID = re.compile(r"[0-9a-f-]{4,36}")
_MAX_FRAMES = 4

log = logging.getLogger("clinic")


class RedactingFormatter(logging.Formatter):
    """Formats event codes and source positions, and drops all values. Times are in UTC."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def format(self, record: logging.LogRecord) -> str:
        """One line: time, level, event code, opaque id, exception class, source positions."""
        parts = [self.formatTime(record), record.levelname]
        message = str(record.msg)
        is_ours = record.name == log.name and _EVENT_CODE.fullmatch(message)
        parts.append(message if is_ours else f"({record.name})")
        opaque = getattr(record, "opaque", "")
        if isinstance(opaque, str) and _OPAQUE_ID.fullmatch(opaque):
            parts.append(opaque)
        if record.exc_info and record.exc_info[0] is not None:
            parts.append(_exception_location(record.exc_info[0], record.exc_info[2]))
        return " ".join(parts)


def _exception_location(kind: type[BaseException], trace: TracebackType | None) -> str:
    frames = traceback.extract_tb(trace)[-_MAX_FRAMES:]
    positions = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
    return f"{kind.__name__} at {positions or 'nowhere'}"


def install_logging() -> None:
    """Send every log record and every uncaught exception of this process through the formatter."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    # A browser fetches stylesheets, script and fonts at once; it is normal that these requests queue.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    logging.captureWarnings(True)
    # A handler that fails would otherwise print the record's arguments.
    logging.raiseExceptions = False
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread
    sys.unraisablehook = _log_unraisable


def _log_uncaught(kind: type[BaseException], value: BaseException, trace: TracebackType | None) -> None:
    log.error("process.uncaught", exc_info=(kind, value, trace))


def _log_uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    value = args.exc_value or args.exc_type()
    log.error("thread.uncaught", exc_info=(args.exc_type, value, args.exc_traceback))


def _log_unraisable(args: Any) -> None:
    log.error("object.unraisable", exc_info=(args.exc_type, args.exc_value, args.exc_traceback))
