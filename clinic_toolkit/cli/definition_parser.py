"""The parser: a process without keys that reads one file from outside, replies, and ends.

The file is a definition or a filled sheet (`upload_readers.py`). The keeper starts one process for each. A
file that makes it run forever or exhaust the memory then ends only this process; no key, record or write
lock is in it.
"""

import os
import signal
import socket
from enum import IntEnum, StrEnum
from multiprocessing.connection import Connection

from clinic_toolkit.cli import definition_pipe
from clinic_toolkit.cli.process_limits import end_with_parent, exit_after, limit_resources, protect_memory

MIB = 2**20


class LimitedBy(StrEnum):
    """Said to the keeper before reading: the system enforces the limits, or the keeper has to watch them."""

    SYSTEM = "limited"
    KEEPER = "watched"


class ParserExit(IntEnum):
    """The exit codes of a parser process; every other one means that it was killed or died."""

    DONE = 0
    BROKEN = 1
    TOO_LARGE = 3


def run_parser(definition_socket: socket.socket, pipe: "Connection[object, object]") -> None:
    """Run a parser process from start to end; does not return.

    Args:
        definition_socket: the parser's end of the definition pipe.
        pipe: tells the keeper that parsing begins and who enforces the limits.
    """
    protect_memory()
    end_with_parent()
    _silence_output()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    code = ParserExit.BROKEN
    try:
        from clinic_toolkit.cli import upload_readers
        from clinic_toolkit.instruments import parser_protocol

        upload_readers.prepare_readers()
        # If the keeper has died, nothing else would end this process.
        exit_after(parser_protocol.MAX_SECONDS + 1)
        limited = limit_resources(
            memory=parser_protocol.MAX_MEMORY_MB * MIB, seconds=parser_protocol.MAX_SECONDS
        )
        pipe.send_bytes((LimitedBy.SYSTEM if limited else LimitedBy.KEEPER).encode())
        definition_pipe.send_reply(
            definition_socket,
            upload_readers.handle_request(
                definition_pipe.receive_message(definition_socket, max_bytes=upload_readers.MAX_REQUEST_BYTES)
            ),
        )
        code = ParserExit.DONE
    except MemoryError:
        code = ParserExit.TOO_LARGE
    finally:
        # No traceback is printed for any other error, because it may quote the file.
        os._exit(code)


def _silence_output() -> None:
    # Error output of a library may quote the file; the exit code tells the keeper how this process ended.
    devnull = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(devnull, stream)
    os.close(devnull)
